//! What a plugin says about itself, checked.

use serde::Deserialize;
use surmise_core::Value;
use surmise_core::component::{
    Component, Deterministic, Layout, ModelInfo, Precision, Setting, SettingKind, Task, When,
};
use surmise_plugin_abi::names::is_id;

use crate::{json, text};

mod check;

const SCHEMA: u64 = 1;

/// A checked descriptor.
#[derive(Debug)]
pub(crate) struct Descriptor {
    pub(crate) id: String,
    pub(crate) version: String,
    pub(crate) models: Vec<ModelInfo>,
    /// The place of the model that is meant where none is named.
    pub(crate) default: Option<usize>,
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
    default: bool,
    #[serde(default)]
    help: String,
    tasks: Vec<String>,
    layouts: Vec<String>,
    #[serde(default)]
    categorical: bool,
    #[serde(default)]
    missing: String,
    #[serde(default)]
    caps: Vec<String>,
    probabilities_if: Option<String>,
    /// What is not promised does not hold.
    #[serde(default = "nothing")]
    deterministic: Deterministic,
    #[serde(default)]
    hyperparameters: Vec<Value>,
    /// Element types of the gradient; those that this version does not know are left out.
    #[serde(default)]
    gradient: Vec<String>,
    /// Who fits it: `self` or `host`.
    fit: Option<String>,
    /// Names; those that this version does not know are of no use to it.
    #[serde(default)]
    regularization: Vec<String>,
}

fn nothing() -> Deterministic {
    Deterministic::No
}

/// A hyperparameter but for its kind, which is read from the same object.
#[derive(Deserialize)]
struct RawSetting {
    name: String,
    #[serde(default)]
    help: String,
    #[serde(default, deserialize_with = "present")]
    default: Option<Value>,
    #[serde(default)]
    fidelity: bool,
    when: Option<serde_json::Map<String, Value>>,
}

/// A `null` that is there: the default of an optional number.
fn present<'de, D: serde::Deserializer<'de>>(default: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(default).map(Some)
}

/// Parses a descriptor, or says what is wrong with it, in words that may be the plugin's. Fields
/// that this version does not know are ignored: a newer plugin may say more.
pub(crate) fn parse(text: &str) -> Result<Descriptor, String> {
    let value = json::parse(text).map_err(|e| format!("is not usable JSON: {e}"))?;
    let raw = Raw::deserialize(value).map_err(|e| e.to_string())?;
    if raw.schema != SCHEMA {
        return Err(format!("has schema {}, this Surmise reads {SCHEMA}", raw.schema));
    }
    check_id(&raw.plugin.id)?;
    let mut models: Vec<ModelInfo> = Vec::new();
    let defaults: Vec<bool> = raw.models.iter().map(|model| model.default).collect();
    if defaults.iter().filter(|is_default| **is_default).count() > 1 {
        return Err("has several default models".to_owned());
    }
    for raw in raw.models {
        let id = raw.id.clone();
        check_id(&id)?;
        if models.iter().any(|known| known.component.name == id) {
            return Err(format!("describes model `{id}` twice"));
        }
        models.push(model(raw).map_err(|problem| format!("model `{id}`: {problem}"))?);
    }
    let version = text::clean(raw.plugin.version.as_bytes());
    let only = (models.len() == 1).then_some(0);
    let default = defaults.iter().position(|is_default| *is_default).or(only);
    Ok(Descriptor { id: raw.plugin.id, version, models, default })
}

fn model(raw: RawModel) -> Result<ModelInfo, String> {
    let layouts = layouts(&raw)?;
    let known = [Task::Classification, Task::Regression];
    let tasks: Vec<Task> =
        known.into_iter().filter(|task| raw.tasks.contains(&task.to_string())).collect();
    if tasks.is_empty() {
        return Err("does no task known here".to_owned());
    }
    let described = raw.hyperparameters.into_iter().map(setting).collect::<Result<Vec<_>, _>>()?;
    let fidelity = fidelity(&described)?;
    let settings: Vec<Setting> = described.into_iter().map(|(setting, _)| setting).collect();
    check::together(&settings)?;
    check::regularization(&raw.regularization, &settings)?;
    check::switch(raw.probabilities_if.as_deref(), &settings)?;
    let gradient = precisions(&raw.gradient);
    let fits_itself = match raw.fit.as_deref() {
        None | Some("self") => true,
        Some("host") if !gradient.is_empty() => false,
        Some("host") => return Err("is fitted by the host, but has no gradient".to_owned()),
        Some(_) => return Err("is fitted neither by itself nor by the host".to_owned()),
    };
    let can = |cap: &str| raw.caps.iter().any(|known| known == cap);
    Ok(ModelInfo {
        probabilities: can("predict_proba"),
        probabilities_if: raw.probabilities_if,
        parallel_instances: can("parallel_instances"),
        missing: matches!(raw.missing.as_str(), "nan" | "native"),
        save: can("save"),
        deterministic: raw.deterministic,
        weights: can("weights"),
        validation: can("validation"),
        importance: can("importance"),
        fidelity,
        gradient,
        fits_itself,
        regularization: raw.regularization,
        tasks,
        layouts,
        categories: raw.categorical,
        component: Component { name: raw.id, help: text::clean(raw.help.as_bytes()), settings },
    })
}

/// The layouts that there are, in the order of the descriptor; at least one.
fn layouts(raw: &RawModel) -> Result<Vec<Layout>, String> {
    let named = |word: &String| Layout::ALL.into_iter().find(|layout| layout.word() == word);
    let layouts: Vec<Layout> = raw.layouts.iter().filter_map(named).collect();
    match layouts.first() {
        None => {
            let known = Layout::ALL.map(Layout::word).join(", ");
            Err(format!("takes its features in no layout that there is: {known}"))
        }
        Some(first) if raw.categorical && *first != Layout::Columns => {
            let (first, columns) = (first.word(), Layout::Columns.word());
            Err(format!("takes categories, but prefers the layout {first} to {columns}"))
        }
        Some(_) => Ok(layouts),
    }
}

fn precisions(names: &[String]) -> Vec<Precision> {
    let known = names.iter().filter_map(|name| match name.as_str() {
        "f32" => Some(Precision::F32),
        "f64" => Some(Precision::F64),
        _ => None,
    });
    known.collect()
}

/// The name of the one number that can be shortened.
fn fidelity(described: &[(Setting, bool)]) -> Result<Option<String>, String> {
    let mut marked = described.iter().filter(|(_, marked)| *marked).map(|(setting, _)| setting);
    let Some(first) = marked.next() else {
        return Ok(None);
    };
    match (first.kind.value_kind(), marked.next()) {
        (SettingKind::Float { .. } | SettingKind::Int { .. }, None) => Ok(Some(first.name.clone())),
        (_, None) => Err(format!("hyperparameter {:?}: only a number is a fidelity", first.name)),
        (_, Some(second)) => Err(format!("has a second fidelity, {:?}", second.name)),
    }
}

/// A setting, and whether it is the fidelity.
fn setting(value: Value) -> Result<(Setting, bool), String> {
    let kind = SettingKind::deserialize(&value);
    let raw = RawSetting::deserialize(value).map_err(|e| format!("a hyperparameter: {e}"))?;
    let name = raw.name;
    let told = |problem: String| format!("hyperparameter {name:?}: {problem}");
    let kind = kind.map_err(|e| told(e.to_string()))?;
    check::kind(&kind).map_err(told)?;
    let is_optional = matches!(kind, SettingKind::Optional { .. });
    let default = raw.default.filter(|default| is_optional || !default.is_null());
    if let Some(default) = &default {
        kind.check(default).map_err(|problem| told(format!("its default {problem}")))?;
    }
    let when = raw.when.map(condition).transpose().map_err(told)?;
    let help = text::clean(raw.help.as_bytes());
    Ok((Setting { kind, default, when, help, name }, raw.fidelity))
}

fn condition(when: serde_json::Map<String, Value>) -> Result<When, String> {
    let mut entries = when.into_iter();
    match (entries.next(), entries.next()) {
        (Some((setting, Value::Array(values))), None) => Ok(When { setting, values }),
        _ => Err("its `when` must be one setting with a list of values".to_owned()),
    }
}

fn check_id(id: &str) -> Result<(), String> {
    if is_id(id) { Ok(()) } else { Err(format!("{id:?} is no id")) }
}

#[cfg(test)]
mod properties;
#[cfg(any(test, fuzzing))]
pub(crate) mod sense;
#[cfg(test)]
mod tests;
