//! A specification as text again: for people, with every default filled in, and for hashing.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value, json};
use surmise_core::component::Task;
use surmise_core::limit::Limit;
use surmise_core::space::{Domain, Parameter, Space};
use surmise_core::study::SamplerChoice;
use surmise_core::trial::Params;

use crate::spec::{
    ConstraintSpec, DataSpec, EvaluationSpec, IsolationSpec, SearchSpec, Spec, StageUse,
    TrainingSpec,
};

impl Spec {
    /// The pipeline file with every default filled in. Loading it gives an equal specification.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        serde_yaml::to_string(&File::from(self))
            .expect("text keys, finite numbers and text can always be written")
    }

    /// The one text of what this specification means: equal for equal meanings, whatever file,
    /// order of keys or spelling it came from. JSON with sorted keys.
    #[must_use]
    pub fn canonical(&self) -> String {
        let mut whole = json!({
            "name": self.name,
            "seed": self.seed,
            "data": self.data,
            "stages": self.stages,
            "model": self.model,
            "evaluation": self.evaluation,
            "search": self.search,
            "isolation": self.isolation,
        });
        if let Some(training) = &self.training {
            whole["training"] = json!(training);
        }
        whole.to_string()
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
    #[serde(skip_serializing_if = "Option::is_none")]
    training: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    regularization: Map<String, Value>,
    evaluation: EvaluationFile<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    search: Option<SearchFile<'a>>,
    isolation: &'a IsolationSpec,
}

#[derive(Serialize)]
struct DataFile<'a> {
    source: SourceFile<'a>,
    target: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    weights: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<Task>,
    columns: Columns<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    split: Option<Value>,
}

#[derive(Serialize)]
struct SourceFile<'a> {
    csv: &'a str,
    header: bool,
    delimiter: char,
}

#[derive(Serialize)]
struct Columns<'a> {
    drop: &'a [String],
    categorical: &'a [String],
}

#[derive(Serialize)]
struct EvaluationFile<'a> {
    resample: Resample,
    #[serde(skip_serializing_if = "Option::is_none")]
    metric: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    objectives: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    constraints: Vec<ConstraintFile<'a>>,
}

#[derive(Serialize)]
struct ConstraintFile<'a> {
    metric: &'a str,
    #[serde(flatten)]
    limit: Limit,
}

#[derive(Serialize)]
struct Resample {
    kfold: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    stratified: Option<bool>,
    shuffle: bool,
}

#[derive(Serialize)]
pub(crate) struct SearchFile<'a> {
    sampler: SamplerFile<'a>,
    trials: u64,
    parallel: u64,
    space: SpaceFile<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    constraints: Vec<String>,
    #[serde(skip_serializing_if = "<[Params]>::is_empty")]
    forbidden: &'a [Params],
}

struct SamplerFile<'a>(&'a SamplerChoice);

struct SpaceFile<'a>(&'a Space);

impl<'a> From<&'a Spec> for File<'a> {
    fn from(spec: &'a Spec) -> Self {
        let stage =
            |s: &'a StageUse| BTreeMap::from([(s.name.as_str(), s.on.then_some(&s.settings))]);
        Self {
            surmise: 1,
            name: &spec.name,
            seed: spec.seed,
            data: DataFile::from(&spec.data),
            stages: spec.stages.iter().map(stage).collect(),
            model: &spec.model,
            training: spec.training.as_ref().map(training),
            regularization: spec.training.as_ref().map_or_else(Map::new, regularization),
            evaluation: EvaluationFile::from(&spec.evaluation),
            search: spec.search.as_ref().map(SearchFile::from),
            isolation: &spec.isolation,
        }
    }
}

fn training(spec: &TrainingSpec) -> Map<String, Value> {
    let mut whole = Map::new();
    for section in &spec.sections {
        match section.key() {
            None => whole.extend(section.settings.clone()),
            Some(key) => drop(whole.insert(key.to_owned(), section.settings.clone().into())),
        }
    }
    whole
}

fn regularization(spec: &TrainingSpec) -> Map<String, Value> {
    let one = |stage: &StageUse| {
        let settings = stage.on.then(|| stage.settings.clone());
        (stage.name.clone(), settings.map_or(Value::Null, Value::Object))
    };
    spec.regularization.iter().map(one).collect()
}

impl<'a> From<&'a DataSpec> for DataFile<'a> {
    fn from(data: &'a DataSpec) -> Self {
        let source = &data.source;
        Self {
            source: SourceFile {
                csv: &source.path,
                header: source.header,
                delimiter: source.delimiter,
            },
            target: &data.target,
            weights: data.weights.as_deref(),
            task: data.task,
            columns: Columns { drop: &data.drop, categorical: &data.categorical },
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

impl<'a> From<&'a EvaluationSpec> for EvaluationFile<'a> {
    fn from(evaluation: &'a EvaluationSpec) -> Self {
        let names = evaluation.objectives().map(|metric| metric.name.as_str());
        let (metric, objectives) = match evaluation.others.is_empty() {
            true => (Some(evaluation.metric.name.as_str()), Vec::new()),
            false => (None, names.collect()),
        };
        let constraint = |c: &'a ConstraintSpec| ConstraintFile {
            metric: c.metric.name.as_str(),
            limit: c.limit,
        };
        Self {
            resample: Resample {
                kfold: evaluation.folds,
                stratified: evaluation.stratified,
                shuffle: evaluation.shuffle,
            },
            metric,
            objectives,
            constraints: evaluation.constraints.iter().map(constraint).collect(),
        }
    }
}

impl<'a> From<&'a SearchSpec> for SearchFile<'a> {
    fn from(search: &'a SearchSpec) -> Self {
        Self {
            sampler: SamplerFile(&search.sampler),
            trials: search.trials,
            parallel: search.parallel,
            space: SpaceFile(&search.space),
            constraints: search.space.constraints().iter().map(ToString::to_string).collect(),
            forbidden: search.space.forbidden(),
        }
    }
}

impl Serialize for SamplerFile<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", &self.0.name)?;
        for (name, value) in &self.0.settings {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl Serialize for SpaceFile<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for parameter in self.0.parameters() {
            map.serialize_entry(&parameter.name, &ParameterFile::from(parameter))?;
        }
        map.end()
    }
}

/// A domain and its condition, in the keys that the file has for them.
#[derive(Serialize)]
#[serde(untagged)]
enum ParameterFile<'a> {
    List(&'a [Value]),
    Values {
        values: &'a [Value],
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        ordered: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        when: Option<When<'a>>,
    },
    Range {
        min: Value,
        max: Value,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        log: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        step: Option<Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        when: Option<When<'a>>,
    },
}

type When<'a> = BTreeMap<&'a str, &'a [Value]>;

impl<'a> From<&'a Parameter> for ParameterFile<'a> {
    fn from(parameter: &'a Parameter) -> Self {
        let when = parameter.when.as_ref();
        let when = when.map(|w| When::from([(w.parameter.as_str(), w.values.as_slice())]));
        match &parameter.domain {
            Domain::Float { low, high, log, step } => Self::Range {
                min: json!(low),
                max: json!(high),
                log: *log,
                step: step.map(|s| json!(s)),
                when,
            },
            Domain::Int { low, high, log, step } => Self::Range {
                min: json!(low),
                max: json!(high),
                log: *log,
                step: (*step != 1).then(|| json!(step)),
                when,
            },
            Domain::Choice { values, ordered: false } if when.is_none() => Self::List(values),
            Domain::Choice { values, ordered } => Self::Values { values, ordered: *ordered, when },
        }
    }
}
