//! Whether the hyperparameters that a plugin describes make sense, one by one and together.

use std::collections::{BTreeMap, BTreeSet};

use surmise_core::Value;
use surmise_core::component::{Setting, SettingKind};
use surmise_plugin_abi::names::is_hyperparameter;

use crate::text;

/// More than any model has, and a bound on the work that conditions can make.
const SETTINGS_MAX: usize = 1000;
/// Integers up to here survive a visit to a 64-bit float.
const INT_MAX: i64 = 1 << 53;

/// Checks the values that a hyperparameter takes.
pub(super) fn kind(of: &SettingKind) -> Result<(), String> {
    match of {
        SettingKind::Float { low, high, log } => range(low <= high, *log && *low <= 0.0),
        SettingKind::Int { low, high, log } => {
            exact(*low, *high)?;
            range(low <= high, *log && *low <= 0)
        }
        SettingKind::Ints { low, high } => {
            exact(*low, *high)?;
            range(low <= high, false)
        }
        SettingKind::Choice { choices: values } => choices(values),
        SettingKind::Bool => Ok(()),
        SettingKind::Optional { of } => match **of {
            SettingKind::Float { .. } | SettingKind::Int { .. } => kind(of),
            _ => Err("only a number can be optional".to_owned()),
        },
        SettingKind::Or { of, word } => match **of {
            _ if word.is_empty() || !text::is_plain(word) => Err("its word is none".to_owned()),
            SettingKind::Float { .. } | SettingKind::Int { .. } => kind(of),
            _ => Err("only a number can be a word instead".to_owned()),
        },
    }
}

/// Checks the name of a yes-or-no hyperparameter that switches something.
pub(super) fn switch(name: Option<&str>, settings: &[Setting]) -> Result<(), String> {
    let is_switch = |setting: &Setting| setting.kind == SettingKind::Bool && setting.when.is_none();
    match name {
        Some(name) if !settings.iter().any(|s| s.name == name && is_switch(s)) => {
            Err(format!("{name:?} is no yes-or-no hyperparameter that always takes part"))
        }
        _ => Ok(()),
    }
}

/// Checks names and conditions.
pub(super) fn together(settings: &[Setting]) -> Result<(), String> {
    if SETTINGS_MAX < settings.len() {
        return Err(format!("has {} hyperparameters, not up to {SETTINGS_MAX}", settings.len()));
    }
    let mut places = BTreeMap::new();
    for (i, Setting { name, .. }) in settings.iter().enumerate() {
        if !is_hyperparameter(name) {
            return Err(format!("{name:?} is no name for a hyperparameter"));
        }
        if places.insert(name.as_str(), i).is_some() {
            return Err(format!("hyperparameter `{name}` is described twice"));
        }
    }
    let parents = settings
        .iter()
        .map(|setting| parent(setting, settings, &places))
        .collect::<Result<Vec<_>, _>>()?;
    match first_in_a_circle(&parents) {
        None => Ok(()),
        Some(i) => Err(format!("hyperparameter `{}` depends on itself", settings[i].name)),
    }
}

/// Checks the names of the kinds of regularization that a model does.
pub(super) fn regularization(names: &[String], settings: &[Setting]) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !is_hyperparameter(name) {
            return Err(format!("{name:?} is no name of a regularization"));
        }
        if !seen.insert(name) {
            return Err(format!("the regularization `{name}` is there twice"));
        }
        if settings.iter().all(|setting| setting.name != *name) {
            return Err(format!("the regularization `{name}` sets no hyperparameter of that name"));
        }
    }
    Ok(())
}

fn range(ordered: bool, log_of_nothing: bool) -> Result<(), String> {
    if !ordered {
        return Err("its range is empty".to_owned());
    }
    if log_of_nothing {
        return Err("a logarithmic scale needs a range above zero".to_owned());
    }
    Ok(())
}

fn exact(low: i64, high: i64) -> Result<(), String> {
    if low < -INT_MAX || INT_MAX < high {
        return Err("its bounds leave ±2^53".to_owned());
    }
    Ok(())
}

fn choices(choices: &[Value]) -> Result<(), String> {
    if choices.is_empty() {
        return Err("has no choices".to_owned());
    }
    let mut seen = BTreeSet::new();
    for choice in choices {
        if !is_plain(choice) {
            return Err("a choice holds control or invisible characters".to_owned());
        }
        if !seen.insert(choice.to_string()) {
            return Err(format!("the choice {choice} is there twice"));
        }
    }
    Ok(())
}

/// Whether each text in it can be shown as it is.
fn is_plain(value: &Value) -> bool {
    match value {
        Value::String(text) => text::is_plain(text),
        Value::Array(items) => items.iter().all(is_plain),
        Value::Object(entries) => entries.iter().all(|(key, v)| text::is_plain(key) && is_plain(v)),
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}

/// The place of the setting that this one depends on, if its condition can hold at all.
fn parent(
    setting: &Setting,
    settings: &[Setting],
    places: &BTreeMap<&str, usize>,
) -> Result<Option<usize>, String> {
    let Setting { name, when: Some(when), .. } = setting else {
        return Ok(None);
    };
    let Some(&place) = places.get(when.setting.as_str()) else {
        return Err(format!("hyperparameter `{name}` depends on an unknown one"));
    };
    for value in &when.values {
        let told = |problem| format!("hyperparameter `{name}`: its condition {problem}");
        settings[place].kind.check(value).map_err(told)?;
    }
    Ok(Some(place))
}

/// Follows each to its parent's parent's parents. No place is visited twice, so that this takes
/// linear time.
fn first_in_a_circle(parents: &[Option<usize>]) -> Option<usize> {
    let mut visited_from = vec![None; parents.len()];
    for start in 0..parents.len() {
        let mut at = Some(start);
        while let Some(i) = at {
            match visited_from[i] {
                Some(from) if from == start => return Some(i),
                Some(_) => break,
                None => {
                    visited_from[i] = Some(start);
                    at = parents[i];
                }
            }
        }
    }
    None
}
