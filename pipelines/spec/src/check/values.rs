//! Written values against the settings they are for.

use serde_json::{Map, Value};
use surmise_core::component::{Component, SettingKind};

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::document::Settings;
use crate::scalar::{self, Scalar, Wanted};
use crate::source::Span;
use crate::text::quote;
use surmise_core::suggest;

/// The value in the one form that its kind has: a number setting takes `1` and `1.0` alike, but
/// equal configurations must be equal.
pub(super) fn normalize(kind: &SettingKind, value: Value) -> Value {
    match kind {
        SettingKind::Float { .. } => value.as_f64().map_or(value, Value::from),
        SettingKind::Choice { choices } => {
            let same = |c: &&Value| **c == value || (c.is_number() && c.as_f64() == value.as_f64());
            choices.iter().find(same).cloned().unwrap_or(value)
        }
        SettingKind::Int { .. } | SettingKind::Bool | SettingKind::Ints { .. } => value,
        SettingKind::Or { word, .. } if value == *word => value,
        SettingKind::Optional { of } | SettingKind::Or { of, .. } => normalize(of, value),
    }
}

/// Checks one value for the setting `name`; `None` after noting what is wrong.
pub(super) fn check_value(
    name: &str,
    kind: &SettingKind,
    value: &Value,
    span: Span,
    sink: &mut Sink,
) -> Option<Value> {
    let value = normalize(kind, value.clone());
    match kind.check(&value) {
        Ok(()) => Some(value),
        Err(problem) => {
            sink.push(
                Diagnostic::new(Code::Value, span, format!("`{name}` {}", reword(&problem)))
                    .help(hint(kind, &value)),
            );
            None
        }
    }
}

/// Checks all written settings of a component and gives those that are right.
pub(super) fn check_settings(
    component: &Component,
    settings: &Settings,
    sink: &mut Sink,
) -> Map<String, Value> {
    let mut good = Map::new();
    for entry in &settings.entries {
        let name = &entry.key.text;
        let Some(setting) = component.setting(name) else {
            unknown_setting(component, name, entry.key.span, sink);
            continue;
        };
        let Some(value) = &entry.value else {
            continue; // noted when it was read
        };
        if let Some(value) = check_value(name, &setting.kind, value, entry.span, sink) {
            good.insert(name.clone(), value);
        }
    }
    good
}

/// Notes a setting that a component does not have.
pub(super) fn unknown_setting(component: &Component, name: &str, span: Span, sink: &mut Sink) {
    let message = format!("`{}` has no setting {}", component.name, quote(name));
    let known = component.settings.iter().map(|s| s.name.as_str());
    sink.push(
        Diagnostic::new(Code::UnknownName, span, message)
            .label("unknown setting")
            .help(suggest::help(name, known)),
    );
}

/// "`c` must …" reads on; "`c` expected …" does not.
fn reword(problem: &str) -> String {
    match problem.strip_prefix("expected ") {
        Some(rest) => format!("must be {}", rest.replacen(", found ", ", not ", 1)),
        None => problem.to_owned(),
    }
}

fn hint(kind: &SettingKind, value: &Value) -> Option<String> {
    if let (SettingKind::Or { of, word }, Value::String(text)) = (kind, value) {
        let near = suggest::nearest(text, [word.as_str()]);
        return near.map(|word| format!("did you mean `{word}`?")).or_else(|| hint(of, value));
    }
    match (kind.value_kind(), value) {
        (SettingKind::Choice { choices }, Value::String(text)) => {
            let names = choices.iter().filter_map(Value::as_str);
            suggest::nearest(text, names).map(|name| format!("did you mean `{name}`?"))
        }
        (SettingKind::Bool, Value::String(text)) => spelling(text, Wanted::Bool),
        (SettingKind::Int { .. }, Value::String(text)) => spelling(text, Wanted::Integer),
        (SettingKind::Float { .. }, Value::String(text)) => spelling(text, Wanted::Number),
        (SettingKind::Int { .. }, Value::Number(n)) if !n.is_i64() => {
            n.as_f64().and_then(scalar::whole)
        }
        _ => None,
    }
}

fn spelling(text: &str, wanted: Wanted) -> Option<String> {
    // Unquoted, what reads as anything but text would not have become one.
    scalar::hint(text, scalar::classify(text) == Scalar::Text, wanted)
}
