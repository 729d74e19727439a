//! When a searched path takes part: what the file says, what the component's description implies,
//! and whether the part around it is on.

use surmise_core::Value;
use surmise_core::component::Setting;
use surmise_core::space::Condition;

use super::activity::{Activity, Scope};
use super::parts::{Part, Parts};
use super::search::{Searched, SearchedPath};
use super::targets::setting_of;
use super::values::normalize;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::document::When;
use crate::text::quote;
use surmise_core::suggest;

/// The one condition of a path, `Some(None)` if it always takes part; `None` after noting what is
/// wrong.
pub(super) fn condition(
    path: &SearchedPath<'_>,
    searched: &Searched<'_>,
    parts: &Parts<'_>,
    sink: &mut Sink,
) -> Option<Option<Condition>> {
    let when = path.text.domain.0.as_ref().and_then(|d| d.when());
    let explicit = when.map(|when| check_when(when, searched, parts, sink));
    let Some(implied) = implied(path, searched, parts) else {
        let off = path.target.and_then(|t| parts.at(t.part())).filter(|part| !part.on);
        let help = off.map(|Part { path, .. }| {
            format!("write `{path}` as more than `null`, or search it too: `{path}: [null, {{}}]`")
        });
        never(path, "nothing that is searched or written makes it take part", help, sink);
        return None;
    };
    let explicit = match explicit {
        Some(checked) => Some(checked?),
        None => None,
    };
    let merged = merge(implied.into_iter().chain(explicit).collect());
    if merged.iter().any(|c| c.values.is_empty()) {
        never(path, "its conditions contradict each other", None, sink);
        return None;
    }
    let reduced = reduce(&merged, searched, parts);
    if reduced.is_none() {
        let names: Vec<String> = merged.iter().map(|c| quote(&c.parameter)).collect();
        let message = format!(
            "{} would depend on several paths at once: {}",
            quote(&path.text.path.text),
            names.join(", ")
        );
        let help = format!("give {} the condition, and let this path depend on it", names[0]);
        sink.push(Diagnostic::new(Code::Space, path.text.path.span, message).help(Some(help)));
    }
    reduced
}

fn never(path: &SearchedPath<'_>, why: &str, help: Option<String>, sink: &mut Sink) {
    let message = format!("{} would never take part", quote(&path.text.path.text));
    sink.push(Diagnostic::new(Code::Space, path.text.path.span, message).label(why).help(help));
}

/// Checks a written condition.
fn check_when(
    when: &When,
    searched: &Searched<'_>,
    parts: &Parts<'_>,
    sink: &mut Sink,
) -> Option<Condition> {
    let Some(parent) = searched.get(&when.path.text) else {
        let message = format!("the condition's path {} is not searched", quote(&when.path.text));
        let known = searched.paths.iter().map(|p| p.text.path.text.as_str());
        sink.push(
            Diagnostic::new(Code::UnknownName, when.path.span, message)
                .help(suggest::help(&when.path.text, known)),
        );
        return None;
    };
    let kind = parent.target.and_then(|t| setting_of(t, parts)).map(|s| &s.kind);
    let domain = parent.domain.as_ref()?;
    if domain.cardinality().is_none() {
        let name = quote(&when.path.text);
        let message = "a condition needs a value that the search can repeat";
        let help = format!("give {name} a step or a list");
        sink.push(
            Diagnostic::new(Code::Space, when.path.span, message)
                .label(format!("the search has {domain}"))
                .help(Some(help)),
        );
        return None;
    }
    let mut values = Vec::new();
    for value in &when.values {
        let normal = kind.map_or(value.value.clone(), |k| normalize(k, value.value.clone()));
        if domain.contains(&normal) {
            values.push(normal);
        } else {
            let message = format!("{} is never {normal}", quote(&when.path.text));
            sink.push(
                Diagnostic::new(Code::Space, value.span, message)
                    .label(format!("the search has {domain}")),
            );
        }
    }
    (values.len() == when.values.len())
        .then(|| Condition { parameter: when.path.text.clone(), values })
}

/// The conditions that hold whatever the file says; `None` if the path can never take part.
fn implied(
    path: &SearchedPath<'_>,
    searched: &Searched<'_>,
    parts: &Parts<'_>,
) -> Option<Vec<Condition>> {
    let setting = path.target.and_then(|target| Some((target.part(), setting_of(target, parts)?)));
    let Some((part, setting)) = setting else {
        return Some(Vec::new());
    };
    implied_in(parts.at(part)?, setting, searched)
}

/// A setting of a part is searched while the part takes part and the choice of its settings does
/// not itself say what the setting is.
fn implied_in(part: &Part, setting: &Setting, searched: &Searched<'_>) -> Option<Vec<Condition>> {
    let component = part.component.as_ref()?;
    let activity_in = |choice| {
        Scope { part, component, choice, searched: Some(searched) }.activity_of(&setting.name)
    };
    let Some(choices) = part.choices(Some(searched)) else {
        return part.on.then(|| conditions_of(activity_in(None))).flatten();
    };
    let open = choices.iter().filter_map(|value| {
        let map = value.as_object().filter(|map| !map.contains_key(&setting.name))?;
        let activity = activity_in(Some(map));
        (activity != Activity::Never).then_some((value, activity))
    });
    let open: Vec<(&Value, Activity)> = open.collect();
    let (_, first) = open.first()?;
    // Choices that disagree cannot be told apart by one condition more; the setting then takes
    // part for all of them, and the component leaves it out where it does not apply.
    let agreed = open.iter().all(|(_, a)| a == first).then(|| first.clone());
    let mut conditions = agreed.and_then(conditions_of).unwrap_or_default();
    if open.len() < choices.len() {
        conditions.push(Condition {
            parameter: part.path.clone(),
            values: open.iter().map(|(value, _)| (*value).clone()).collect(),
        });
    }
    Some(conditions)
}

fn conditions_of(activity: Activity) -> Option<Vec<Condition>> {
    match activity {
        Activity::Never => None,
        Activity::Always => Some(Vec::new()),
        Activity::When(condition) => Some(vec![condition]),
    }
}

/// At most one condition a parameter: the values that satisfy all.
fn merge(conditions: Vec<Condition>) -> Vec<Condition> {
    let mut merged: Vec<Condition> = Vec::new();
    for condition in conditions {
        match merged.iter_mut().find(|m| m.parameter == condition.parameter) {
            Some(same) => same.values.retain(|v| condition.values.contains(v)),
            None => merged.push(condition),
        }
    }
    merged
}

/// The condition from which all others follow, because its own parameter has them.
fn reduce(
    conditions: &[Condition],
    searched: &Searched<'_>,
    parts: &Parts<'_>,
) -> Option<Option<Condition>> {
    if conditions.is_empty() {
        return Some(None);
    }
    let carries_all = |candidate: &&Condition| {
        let others = conditions.iter().filter(|c| c.parameter != candidate.parameter);
        others.into_iter().all(|other| follows(&candidate.parameter, other, searched, parts, 0))
    };
    conditions.iter().find(carries_all).map(|c| Some(c.clone()))
}

/// Whether `condition` holds whenever the parameter at `path` takes part.
fn follows(
    path: &str,
    condition: &Condition,
    searched: &Searched<'_>,
    parts: &Parts<'_>,
    depth: usize,
) -> bool {
    const DEEPEST: usize = 16; // a cycle of conditions is found when the space is built
    let Some(parent) = searched.get(path).filter(|_| depth < DEEPEST) else {
        return false;
    };
    let when = parent.text.domain.0.as_ref().and_then(|d| d.when());
    let explicit = when.and_then(|w| check_when(w, searched, parts, &mut Sink::default()));
    let own = implied(parent, searched, parts).unwrap_or_default().into_iter().chain(explicit);
    merge(own.collect()).iter().any(|c| {
        let same = c.parameter == condition.parameter
            && c.values.iter().all(|v| condition.values.contains(v));
        same || follows(&c.parameter, condition, searched, parts, depth + 1)
    })
}
