//! A pipeline with a command as text again: for people, and for hashing.

use serde_json::{Map, Value, json};
use surmise_core::study::Objective;

use super::{CommandSpec, ConfinesSpec, MeasuredSpec};
use crate::decode::{bytes_text, duration_text};
use crate::resolved::SearchFile;

impl CommandSpec {
    /// The pipeline file with every default filled in. Loading it gives an equal specification.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        #[derive(serde::Serialize)]
        struct File<'a> {
            surmise: u8,
            name: &'a str,
            seed: u64,
            model: &'a super::CommandUse,
            evaluation: Value,
            #[serde(skip_serializing_if = "Option::is_none")]
            search: Option<SearchFile<'a>>,
            isolation: Value,
        }
        let file = File {
            surmise: 1,
            name: &self.name,
            seed: self.seed,
            model: &self.model,
            evaluation: measured(&self.evaluation),
            search: self.search.as_ref().map(SearchFile::from),
            isolation: confines(&self.isolation),
        };
        serde_yaml::to_string(&file)
            .expect("text keys, finite numbers and text can always be written")
    }

    /// The one text of what this specification means, as
    /// [`Spec::canonical`](crate::Spec::canonical).
    #[must_use]
    pub fn canonical(&self) -> String {
        json!({
            "name": self.name,
            "seed": self.seed,
            "model": self.model,
            "evaluation": measured(&self.evaluation),
            "search": self.search,
            "isolation": confines(&self.isolation),
        })
        .to_string()
    }
}

/// Two specifications are equal if they mean the same, wherever they were written.
impl PartialEq for CommandSpec {
    fn eq(&self, other: &Self) -> bool {
        self.canonical() == other.canonical()
    }
}

/// In the keys that the file has for it.
fn measured(evaluation: &MeasuredSpec) -> Value {
    let goal = |o: &Objective| json!({"metric": o.metric, "direction": o.direction});
    let mut file = match evaluation.objectives.as_slice() {
        [one] => goal(one),
        several => json!({"objectives": several.iter().map(goal).collect::<Vec<_>>()}),
    };
    if !evaluation.constraints.is_empty() {
        file["constraints"] = json!(evaluation.constraints);
    }
    if let Some(steps) = evaluation.steps {
        file["steps"] = steps.into();
    }
    file
}

/// In the keys that the file has for it.
fn confines(isolation: &ConfinesSpec) -> Value {
    let mut file = Map::new();
    file.insert("sandbox".into(), isolation.limits.sandbox.word().into());
    if let Some(n) = isolation.limits.memory_bytes {
        file.insert("memory".into(), bytes_text(n).into());
    }
    if let Some(n) = isolation.limits.time_ms {
        file.insert("time".into(), duration_text(n).into());
    }
    file.insert("network".into(), isolation.network.into());
    for (key, paths) in [("read", &isolation.read), ("write", &isolation.write)] {
        if !paths.is_empty() {
            file.insert(key.into(), json!(paths));
        }
    }
    Value::Object(file)
}
