//! A specification as text again: for people, with every default filled in, and for hashing.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value, json};
use surmise_core::component::Task;
use surmise_core::space::{Condition, Domain, Parameter, Space};

use crate::spec::{DataSpec, SearchSpec, Spec, StageUse};

impl Spec {
    /// The pipeline file with every default filled in. Loading it gives an equal specification.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        // Mappings with text as keys, numbers and texts: nothing that YAML could not hold.
        serde_yaml::to_string(&File::from(self)).unwrap_or_default()
    }

    /// The one text of what this specification means: equal for equal meanings, whatever file,
    /// order of keys or spelling it came from. JSON with sorted keys.
    #[must_use]
    pub fn canonical(&self) -> String {
        json!({
            "name": self.name,
            "seed": self.seed,
            "data": self.data,
            "stages": self.stages,
            "model": self.model,
            "evaluation": self.evaluation,
            "search": self.search,
        })
        .to_string()
    }
}

/// The file in the order in which people write it.
#[derive(Serialize)]
struct File<'a> {
    surmise: u8,
    name: &'a str,
    seed: u64,
    data: DataFile<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stages: Vec<BTreeMap<&'a str, Option<&'a Map<String, Value>>>>,
    model: &'a crate::spec::ModelUse,
    evaluation: EvaluationFile<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    search: Option<SearchFile<'a>>,
}

#[derive(Serialize)]
struct DataFile<'a> {
    source: Value,
    target: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<Task>,
    columns: Columns<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    split: Option<Value>,
}

#[derive(Serialize)]
struct Columns<'a> {
    drop: &'a [String],
    categorical: &'a [String],
}

#[derive(Serialize)]
struct EvaluationFile<'a> {
    resample: Resample,
    metric: &'a str,
}

#[derive(Serialize)]
struct Resample {
    kfold: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    stratified: Option<bool>,
    shuffle: bool,
}

#[derive(Serialize)]
struct SearchFile<'a> {
    sampler: Map<String, Value>,
    trials: u64,
    parallel: u64,
    space: SpaceFile<'a>,
}

struct SpaceFile<'a>(&'a Space);

impl<'a> From<&'a Spec> for File<'a> {
    fn from(spec: &'a Spec) -> Self {
        let stage = |s: &'a StageUse| BTreeMap::from([(s.name.as_str(), s.on.then_some(&s.settings))]);
        Self {
            surmise: 1,
            name: &spec.name,
            seed: spec.seed,
            data: DataFile::from(&spec.data),
            stages: spec.stages.iter().map(stage).collect(),
            model: &spec.model,
            evaluation: EvaluationFile {
                resample: Resample {
                    kfold: spec.evaluation.folds,
                    stratified: spec.evaluation.stratified,
                    shuffle: spec.evaluation.shuffle,
                },
                metric: &spec.evaluation.metric.name,
            },
            search: spec.search.as_ref().map(SearchFile::from),
        }
    }
}

impl<'a> From<&'a DataSpec> for DataFile<'a> {
    fn from(data: &'a DataSpec) -> Self {
        let source = &data.source;
        Self {
            source: json!({
                "csv": source.path,
                "header": source.header,
                "delimiter": source.delimiter,
            }),
            target: &data.target,
            task: data.task,
            columns: Columns {
                drop: &data.drop,
                categorical: &data.categorical,
            },
            split: data.test.as_ref().map(|test| {
                let mut entry = json!({"fraction": test.fraction});
                if let Some(stratify) = test.stratify {
                    entry["stratify"] = stratify.into();
                }
                json!({"test": entry})
            }),
        }
    }
}

impl<'a> From<&'a SearchSpec> for SearchFile<'a> {
    fn from(search: &'a SearchSpec) -> Self {
        let mut sampler = search.sampler.settings.clone();
        sampler.insert("type".into(), search.sampler.name.as_str().into());
        Self {
            sampler,
            trials: search.trials,
            parallel: search.parallel,
            space: SpaceFile(&search.space),
        }
    }
}

impl Serialize for SpaceFile<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for parameter in self.0.parameters() {
            map.serialize_entry(&parameter.name, &domain(parameter))?;
        }
        map.end()
    }
}

fn domain(parameter: &Parameter) -> Value {
    let mut entry = match &parameter.domain {
        Domain::Float {
            low,
            high,
            log,
            step,
        } => range(json!(low), json!(high), *log, step.map(|s| json!(s))),
        Domain::Int {
            low,
            high,
            log,
            step,
        } => range(
            json!(low),
            json!(high),
            *log,
            (*step != 1).then(|| json!(step)),
        ),
        Domain::Choice {
            values,
            ordered: false,
        } if parameter.when.is_none() => return json!(values),
        Domain::Choice { values, ordered } => json!({"values": values, "ordered": ordered}),
    };
    if let Some(Condition { parameter, values }) = &parameter.when {
        entry["when"] = json!({parameter: values});
    }
    entry
}

fn range(low: Value, high: Value, log: bool, step: Option<Value>) -> Value {
    let mut entry = json!({"min": low, "max": high});
    if log {
        entry["log"] = true.into();
    }
    if let Some(step) = step {
        entry["step"] = step;
    }
    entry
}
