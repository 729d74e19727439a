//! Short ways to describe settings, and the way from a description to a struct.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use surmise_core::component::{Component, Setting, SettingKind};
use surmise_core::suggest;

use crate::error::Problem;
use crate::{Choice, Error, Result};

/// The largest coefficient of a moving average: with 1 it would never move.
pub const AVERAGE_MAX: f64 = 0.999_999_9;

pub(crate) fn component(name: &str, help: &str, settings: Vec<Setting>) -> Component {
    Component { name: name.into(), help: help.into(), settings }
}

/// A number from `low` to `high`, on a linear scale.
pub(crate) fn float(name: &str, (low, high): (f64, f64), default: f64, help: &str) -> Setting {
    setting(name, SettingKind::Float { low, high, log: false }, default.into(), help)
}

/// A number from `low` to `high`, on a logarithmic scale.
pub(crate) fn log(name: &str, (low, high): (f64, f64), default: f64, help: &str) -> Setting {
    setting(name, SettingKind::Float { low, high, log: true }, default.into(), help)
}

pub(crate) fn int(name: &str, (low, high): (i64, i64), default: i64, help: &str) -> Setting {
    setting(name, SettingKind::Int { low, high, log: false }, default.into(), help)
}

pub(crate) fn flag(name: &str, default: bool, help: &str) -> Setting {
    setting(name, SettingKind::Bool, default.into(), help)
}

/// One of some words, the first unless the file says otherwise.
pub(crate) fn word(name: &str, words: &[&str], help: &str) -> Setting {
    let choices: Vec<Value> = words.iter().copied().map(Value::from).collect();
    let default = choices.first().cloned().unwrap_or(Value::Null);
    setting(name, SettingKind::Choice { choices }, default, help)
}

/// None unless the file says otherwise.
pub(crate) fn optional(name: &str, of: SettingKind, help: &str) -> Setting {
    setting(name, SettingKind::Optional { of: Box::new(of) }, Value::Null, help)
}

pub(crate) fn setting(name: &str, kind: SettingKind, default: Value, help: &str) -> Setting {
    Setting { name: name.into(), kind, default: Some(default), when: None, help: help.into() }
}

/// `learning_rate`, which every optimizer has.
pub(crate) fn learning_rate(default: f64) -> Setting {
    log("learning_rate", (1e-12, 1e3), default, "how long a step is")
}

/// A coefficient of a moving average or a momentum, from 0.
pub(crate) fn average(name: &str, default: f64, help: &str) -> Setting {
    float(name, (0.0, AVERAGE_MAX), default, help)
}

/// `epsilon`, which keeps a quotient bounded.
pub(crate) fn epsilon(default: f64) -> Setting {
    log("epsilon", (1e-30, 1e3), default, "added to the divisor")
}

/// The struct of settings that were completed and checked by [`Component::resolve`].
///
/// # Errors
/// If they were not, or the description and the struct disagree.
pub fn read<S: DeserializeOwned>(settings: &Map<String, Value>) -> Result<S> {
    serde_json::from_value(Value::Object(settings.clone()))
        .map_err(|e| Error::data(format!("settings that were not completed: {e}")))
}

/// Finds the entry that a choice names, and completes and checks the settings.
///
/// # Errors
/// Every problem at once; an unknown name with the nearest known one.
pub(crate) fn resolve<'a, E>(
    kind: &str,
    entries: &'a [E],
    describe: impl Fn(&E) -> Component,
    choice: &Choice,
) -> Result<(&'a E, Map<String, Value>), Vec<Problem>> {
    let components: Vec<Component> = entries.iter().map(describe).collect();
    let Some(i) = components.iter().position(|c| c.name == choice.name) else {
        let help = suggest::help(&choice.name, components.iter().map(|c| c.name.as_str()));
        let help = help.map_or(String::new(), |help| format!("; {help}"));
        let message = format!("is no {kind}{help}");
        return Err(vec![Problem { component: choice.name.clone(), setting: None, message }]);
    };
    match components[i].resolve(&choice.settings) {
        Ok(settings) => Ok((&entries[i], settings)),
        Err(problems) => Err(problems.into_iter().map(|p| Problem::of(&choice.name, p)).collect()),
    }
}
