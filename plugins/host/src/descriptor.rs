//! What a plugin says about itself, checked.

use std::collections::BTreeSet;

use serde::Deserialize;
use surmise_core::Value;
use surmise_core::component::{Component, ModelInfo, Setting, SettingKind, Task, When};

use crate::{json, text};

const SCHEMA: u64 = 1;
const LAYOUT: &str = "rows_f64";
/// Integers up to here survive a visit to a 64-bit float.
const INT_MAX: i64 = 1 << 53;

/// A checked descriptor.
#[derive(Debug)]
pub(crate) struct Descriptor {
    pub(crate) id: String,
    pub(crate) version: String,
    pub(crate) models: Vec<Described>,
}

/// A model's entry.
#[derive(Debug, Clone)]
pub(crate) struct Described {
    pub(crate) info: ModelInfo,
    pub(crate) takes_missing: bool,
}

#[derive(Deserialize)]
struct Raw {
    schema: u64,
    plugin: RawPlugin,
    models: Vec<RawModel>,
}

#[derive(Deserialize)]
struct RawPlugin {
    id: String,
    version: String,
}

#[derive(Deserialize)]
struct RawModel {
    id: String,
    #[serde(default)]
    help: String,
    tasks: Vec<String>,
    layouts: Vec<String>,
    #[serde(default)]
    missing: String,
    #[serde(default)]
    caps: Vec<String>,
    #[serde(default)]
    hyperparameters: Vec<Value>,
}

/// A hyperparameter but for its kind, which is read from the same object.
#[derive(Deserialize)]
struct RawSetting {
    name: String,
    #[serde(default)]
    help: String,
    default: Option<Value>,
    when: Option<serde_json::Map<String, Value>>,
}

/// Parses a descriptor, or says what is wrong with it. Fields that this version does not know are
/// ignored: a newer plugin may say more.
pub(crate) fn parse(text: &str) -> Result<Descriptor, String> {
    let value = json::parse(text).map_err(|e| format!("is not usable JSON: {e}"))?;
    let raw = Raw::deserialize(value).map_err(|e| e.to_string())?;
    if raw.schema != SCHEMA {
        return Err(format!("has schema {}, this Surmise reads {SCHEMA}", raw.schema));
    }
    check_id(&raw.plugin.id)?;
    let mut models: Vec<Described> = Vec::new();
    for raw in raw.models {
        let id = raw.id.clone();
        check_id(&id)?;
        if models.iter().any(|known| known.info.component.name == id) {
            return Err(format!("describes model `{id}` twice"));
        }
        models.push(model(raw).map_err(|problem| format!("model `{id}`: {problem}"))?);
    }
    let version = text::clean(raw.plugin.version.as_bytes());
    Ok(Descriptor { id: raw.plugin.id, version, models })
}

fn model(raw: RawModel) -> Result<Described, String> {
    if !raw.layouts.iter().any(|layout| layout == LAYOUT) {
        return Err(format!("takes no data laid out as {LAYOUT}, which is all there is yet"));
    }
    let known = [Task::Classification, Task::Regression];
    let tasks: Vec<Task> =
        known.into_iter().filter(|task| raw.tasks.contains(&task.to_string())).collect();
    if tasks.is_empty() {
        return Err("does no task known here".to_owned());
    }
    let settings = raw.hyperparameters.into_iter().map(setting).collect::<Result<Vec<_>, _>>()?;
    check_names(&settings)?;
    check_conditions(&settings)?;
    let can = |cap: &str| raw.caps.iter().any(|known| known == cap);
    let info = ModelInfo {
        probabilities: can("predict_proba"),
        parallel_instances: can("parallel_instances"),
        tasks,
        component: Component { name: raw.id, help: text::clean(raw.help.as_bytes()), settings },
    };
    Ok(Described { info, takes_missing: matches!(raw.missing.as_str(), "nan" | "native") })
}

fn setting(value: Value) -> Result<Setting, String> {
    let kind = SettingKind::deserialize(&value);
    let raw = RawSetting::deserialize(value).map_err(|e| format!("a hyperparameter: {e}"))?;
    let name = raw.name;
    let told = |problem: String| format!("hyperparameter {name:?}: {problem}");
    let kind = kind.map_err(|e| told(e.to_string()))?;
    check_kind(&kind).map_err(told)?;
    if let Some(default) = &raw.default {
        kind.check(default).map_err(|problem| told(format!("its default {problem}")))?;
    }
    let when = raw.when.map(condition).transpose().map_err(told)?;
    Ok(Setting { kind, default: raw.default, when, help: text::clean(raw.help.as_bytes()), name })
}

fn check_kind(kind: &SettingKind) -> Result<(), String> {
    let (ordered, above_zero, log) = match kind {
        SettingKind::Float { low, high, log } => (low <= high, 0.0 < *low, *log),
        SettingKind::Int { low, high, log } => {
            if *low < -INT_MAX || INT_MAX < *high {
                return Err("its bounds leave ±2^53".to_owned());
            }
            (low <= high, 0 < *low, *log)
        }
        SettingKind::Ints { low, high } => (low <= high, true, false),
        SettingKind::Choice { choices } if choices.is_empty() => {
            return Err("has no choices".to_owned());
        }
        SettingKind::Bool | SettingKind::Choice { .. } => (true, true, false),
    };
    if !ordered {
        return Err("its range is empty".to_owned());
    }
    if log && !above_zero {
        return Err("a logarithmic scale needs a range above zero".to_owned());
    }
    Ok(())
}

fn condition(when: serde_json::Map<String, Value>) -> Result<When, String> {
    let mut entries = when.into_iter();
    match (entries.next(), entries.next()) {
        (Some((setting, Value::Array(values))), None) => Ok(When { setting, values }),
        _ => Err("its `when` must be one setting with a list of values".to_owned()),
    }
}

fn check_names(settings: &[Setting]) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for Setting { name, .. } in settings {
        let mut bytes = name.bytes();
        let good = bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
            && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && name.len() <= 64;
        if !good {
            return Err(format!(
                "{:?} is no name for a hyperparameter",
                text::clean(name.as_bytes())
            ));
        }
        if !seen.insert(name) {
            return Err(format!("hyperparameter `{name}` is described twice"));
        }
    }
    Ok(())
}

/// Each condition names another setting and values that it can have, and following them ends.
fn check_conditions(settings: &[Setting]) -> Result<(), String> {
    let find = |name: &str| settings.iter().find(|setting| setting.name == name);
    for setting in settings {
        let mut current = setting;
        for _ in 0..=settings.len() {
            let Some(when) = &current.when else { break };
            let parent = find(&when.setting).ok_or_else(|| {
                format!("hyperparameter `{}` depends on an unknown one", current.name)
            })?;
            for value in &when.values {
                parent.kind.check(value).map_err(|problem| {
                    format!("hyperparameter `{}`: its condition {problem}", current.name)
                })?;
            }
            current = parent;
        }
        if current.when.is_some() {
            return Err(format!("hyperparameter `{}` depends on itself", setting.name));
        }
    }
    Ok(())
}

/// `[a-z][a-z0-9_.-]{0,63}`
fn check_id(id: &str) -> Result<(), String> {
    let mut bytes = id.bytes();
    let good = bytes.next().is_some_and(|b| b.is_ascii_lowercase())
        && bytes.all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-'))
        && id.len() <= 64;
    if good { Ok(()) } else { Err(format!("{:?} is no id", text::clean(id.as_bytes()))) }
}

#[cfg(test)]
mod tests;
