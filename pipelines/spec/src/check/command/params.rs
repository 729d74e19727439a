//! What a command's parameters are: it has no description of its own, so the values as written and
//! the search give one.

use serde_json::{Map, Value};
use surmise_core::component::{Component, Deterministic, ModelInfo, Setting, SettingKind};

use super::super::values::normalize;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::document::{DomainText, Range, Search, Settings, SpaceEntry};
use crate::path::Target;
use crate::text::quote;

/// The description, and the written values in the one form that their kinds have.
pub(super) fn read(
    params: Option<&Settings>,
    search: Option<&Search>,
    sink: &mut Sink,
) -> (ModelInfo, Map<String, Value>) {
    let mut written = Map::new();
    for entry in params.iter().flat_map(|params| &params.entries) {
        let name = entry.key.text.as_str();
        if name.is_empty() || name.contains(['.', '{', '}']) {
            let message = format!("{} is no name of a parameter", quote(name));
            let help = Some("a parameter's name has no dots and no braces");
            sink.push(Diagnostic::new(Code::Value, entry.key.span, message).help(help));
        } else if let Some(value) = &entry.value {
            written.insert(name.to_owned(), value.clone());
        }
    }
    let space = search.and_then(|s| s.space.0.as_ref()).map(|s| s.value.entries.as_slice());
    let mut settings: Vec<Setting> = Vec::new();
    for entry in space.unwrap_or_default() {
        if let Some(Target::Param(name)) = Target::parse(&entry.path.text) {
            settings.push(setting(name, kind(entry, written.get(name))));
        }
    }
    for (name, value) in &mut written {
        match settings.iter().find(|s| s.name == *name) {
            Some(searched) => *value = normalize(&searched.kind, value.take()),
            None => {
                settings.push(setting(name, SettingKind::Choice { choices: vec![value.clone()] }));
            }
        }
    }
    (info(settings), written)
}

/// A range is of whole numbers if its ends, its step and the value as written are.
fn kind(entry: &SpaceEntry, written: Option<&Value>) -> SettingKind {
    let choices = match entry.domain.0.as_ref() {
        Some(DomainText::Range(range)) => return number(range, written),
        Some(DomainText::List(values)) => values.as_slice(),
        Some(DomainText::Values(values)) => values.values.as_slice(),
        None => &[],
    };
    let mut choices: Vec<Value> = choices.iter().map(|choice| choice.value.clone()).collect();
    choices.extend(written.cloned());
    SettingKind::Choice { choices }
}

fn number(range: &Range, written: Option<&Value>) -> SettingKind {
    const WHOLE: i64 = 1 << 53;
    let numbers = [Some(&range.min), Some(&range.max), range.step.as_ref()];
    let is_int = numbers.into_iter().flatten().all(|n| n.value.0.is_i64())
        && written.is_none_or(|value| !value.is_f64());
    match is_int {
        true => SettingKind::Int { low: -WHOLE, high: WHOLE, log: false },
        false => SettingKind::Float { low: f64::MIN, high: f64::MAX, log: false },
    }
}

fn setting(name: &str, kind: SettingKind) -> Setting {
    Setting { name: name.to_owned(), kind, default: None, when: None, help: String::new() }
}

/// Nothing of a command but its parameters is looked at.
fn info(settings: Vec<Setting>) -> ModelInfo {
    ModelInfo {
        component: Component { name: "command".into(), help: String::new(), settings },
        tasks: Vec::new(),
        layouts: vec![surmise_core::component::Layout::RowsF64],
        categories: false,
        probabilities: false,
        parallel_instances: false,
        missing: false,
        save: false,
        deterministic: Deterministic::No,
        weights: false,
        validation: false,
        importance: false,
        fidelity: None,
        gradient: Vec::new(),
        fits_itself: true,
    }
}
