//! Whether the values that a path is searched over fit what it replaces.

use serde_json::{Map, Value};
use surmise_core::component::{Component, Setting, SettingKind};
use surmise_core::space::Domain;

use super::parts::{Part, Parts};
use super::targets::setting_of;
use super::values::{check_value, unknown_setting};
use crate::decode::{Number, Spanned};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::document::{DomainText, Range, SpaceEntry};
use crate::path::Target;
use crate::text::quote;

/// The domain of a path; `None` after noting what does not fit.
pub(super) fn check(
    entry: &SpaceEntry,
    target: Option<Target<'_>>,
    parts: &Parts<'_>,
    sink: &mut Sink,
) -> Option<Domain> {
    let text = entry.domain.0.as_ref()?;
    match (target?, text) {
        (Target::Switch(path), DomainText::Range(_)) => {
            let message = format!("{} is no number", quote(path));
            sink.push(
                Diagnostic::new(Code::Space, entry.span, message)
                    .help(Some("list what it may be, such as `[null, {}]`")),
            );
            None
        }
        (Target::Switch(path), _) => switch(text, parts.at(path)?, sink),
        (target, _) => match setting_of(target, parts) {
            Some(setting) => setting_domain(text, setting, entry, sink),
            None => Some(untyped(text)),
        },
    }
}

/// Choices for a part as a whole: `null`, or settings laid over the written ones.
fn switch(text: &DomainText, part: &Part, sink: &mut Sink) -> Option<Domain> {
    let (values, ordered) = choices(text)?;
    let mut good = Vec::new();
    for choice in values {
        match (&choice.value, &part.component) {
            (Value::Null, _) | (Value::Object(_), None) => good.push(choice.value.clone()),
            (Value::Object(map), Some(component)) => {
                if let Some(map) = switch_settings(component, map, choice, sink) {
                    good.push(Value::Object(map));
                }
            }
            (other, _) => {
                let what = surmise_core::component::describe(other);
                let message =
                    format!("{} is `null` or a mapping of settings, not {what}", quote(&part.path));
                sink.push(Diagnostic::new(Code::Type, choice.span, message));
            }
        }
    }
    (good.len() == values.len()).then_some(Domain::Choice { values: good, ordered })
}

fn switch_settings(
    component: &Component,
    map: &Map<String, Value>,
    choice: &Spanned<Value>,
    sink: &mut Sink,
) -> Option<Map<String, Value>> {
    let checked = map.iter().map(|(name, value)| {
        let Some(setting) = component.setting(name) else {
            unknown_setting(component, name, choice.span, sink);
            return None;
        };
        let value = check_value(name, &setting.kind, value, choice.span, sink)?;
        Some((name.clone(), value))
    });
    // Collected before it is judged, so that every setting is checked.
    let checked: Vec<Option<(String, Value)>> = checked.collect();
    checked.into_iter().collect()
}

fn choices(text: &DomainText) -> Option<(&[Spanned<Value>], bool)> {
    match text {
        DomainText::List(values) => Some((values, false)),
        DomainText::Values(values) => Some((&values.values, values.ordered)),
        DomainText::Range(_) => None,
    }
}

fn setting_domain(
    text: &DomainText,
    setting: &Setting,
    entry: &SpaceEntry,
    sink: &mut Sink,
) -> Option<Domain> {
    if let Some((values, ordered)) = choices(text) {
        let checked: Vec<Option<Value>> = values
            .iter()
            .map(|v| check_value(&setting.name, &setting.kind, &v.value, v.span, sink))
            .collect();
        let values = checked.into_iter().collect::<Option<_>>()?;
        return Some(Domain::Choice { values, ordered });
    }
    let DomainText::Range(range) = text else {
        return None;
    };
    let kind = setting.kind.value_kind();
    match kind {
        SettingKind::Float { .. } | SettingKind::Int { .. } => {
            let fits = [&range.min, &range.max].map(|end| {
                let value = Value::Number(end.value.0.clone());
                check_value(&setting.name, kind, &value, end.span, sink).is_some()
            });
            let is_int = matches!(kind, SettingKind::Int { .. });
            let step = !is_int || whole_step(range.step.as_ref(), &setting.name, sink);
            (fits == [true, true] && step).then(|| range_domain(range, is_int))
        }
        SettingKind::Bool
        | SettingKind::Choice { .. }
        | SettingKind::Ints { .. }
        | SettingKind::Optional { .. }
        | SettingKind::Or { .. } => {
            let message = format!("`{}` is no single number, so it has no range", setting.name);
            sink.push(
                Diagnostic::new(Code::Space, entry.span, message)
                    .help(Some("list the values to choose from")),
            );
            None
        }
    }
}

fn whole_step(step: Option<&Spanned<Number>>, name: &str, sink: &mut Sink) -> bool {
    let broken = step.filter(|step| !step.value.0.is_i64());
    if let Some(step) = broken {
        let message = format!("`{name}` is an integer, and so is its step");
        sink.push(Diagnostic::new(Code::Type, step.span, message));
    }
    broken.is_none()
}

/// The domain when the setting is not known, because the model or stage is not: good enough to
/// find a range that makes no sense.
fn untyped(text: &DomainText) -> Domain {
    match text {
        DomainText::Range(range) => {
            let numbers = [Some(&range.min), Some(&range.max), range.step.as_ref()];
            let is_int = numbers.into_iter().flatten().all(|n| n.value.0.is_i64());
            range_domain(range, is_int)
        }
        DomainText::List(values) => untyped_choice(values, false),
        DomainText::Values(values) => untyped_choice(&values.values, values.ordered),
    }
}

fn untyped_choice(values: &[Spanned<Value>], ordered: bool) -> Domain {
    Domain::Choice { values: values.iter().map(|v| v.value.clone()).collect(), ordered }
}

fn range_domain(range: &Range, is_int: bool) -> Domain {
    let int = |n: &Spanned<Number>| n.value.0.as_i64().unwrap_or_default();
    // Every number that was read is a finite double.
    let float = |n: &Spanned<Number>| n.value.0.as_f64().unwrap_or_default();
    if is_int {
        Domain::Int {
            low: int(&range.min),
            high: int(&range.max),
            log: range.log,
            step: range.step.as_ref().map_or(1, int),
        }
    } else {
        Domain::Float {
            low: float(&range.min),
            high: float(&range.max),
            log: range.log,
            step: range.step.as_ref().map(float),
        }
    }
}
