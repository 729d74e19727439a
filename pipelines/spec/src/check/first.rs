//! The values as written, which are the first trial unless the sampler is a grid: so they must be
//! among those searched.

use std::fmt::Display;

use surmise_core::Value;
use surmise_core::component::Setting;
use surmise_core::space::{Domain, Parameter, Space};
use surmise_core::trial::Params;

use super::parts::{Part, Parts};
use super::search::{Searched, SearchedPath};
use super::values::normalize;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::path::Target;
use crate::tree::Node;

/// Notes every written value that is not searched.
pub(super) fn check_written(
    searched: &Searched<'_>,
    parts: &Parts<'_>,
    root: &Node,
    sink: &mut Sink,
) {
    for path in &searched.paths {
        // A domain that makes no sense would make no sense of the written value either.
        let domain = path.domain.as_ref().filter(|d| d.problems().is_empty());
        let (Some(domain), Some(target)) = (domain, path.target) else {
            continue;
        };
        let outside = match target {
            Target::Switch(name) => {
                parts.at(name).is_some_and(|part| written_choice(part, domain).is_none())
            }
            Target::Setting { part, name } => {
                let written = parts.at(part).and_then(|part| part.written.get(name));
                written.is_some_and(|value| !domain.contains(value))
            }
        };
        let name = &path.text.path.text;
        if outside && root.find(name).is_none() {
            let message = format!("`{name}` is off by default, which the search does not allow");
            let help = format!("write `{name}` in the file, or list `null` too");
            let diagnostic = Diagnostic::new(Code::Space, path.text.span, message);
            sink.push(diagnostic.help(Some(help)));
        } else if outside {
            let message = format!("`{name}` is written here as a value that is not searched");
            let help = "the values as written are the first trial: change one or the other";
            sink.push(
                Diagnostic::new(Code::Space, root.locate(name), message)
                    .label(format!("the search has {domain}"))
                    .help(Some(help)),
            );
        }
    }
}

/// The configuration as written, defaults included. `None` if the search has to give a setting
/// that is neither written nor has a default, or after noting that a default is not searched.
pub(super) fn first(
    space: &Space,
    searched: &Searched<'_>,
    parts: &Parts<'_>,
    sink: &mut Sink,
) -> Option<Params> {
    let mut params = Params::default();
    for (i, Parameter { name, domain, .. }) in space.parameters().iter().enumerate() {
        if !space.is_active(i, &params) {
            continue;
        }
        let path = searched.get(name)?;
        let value = match path.target? {
            Target::Switch(name) => written_choice(parts.at(name)?, domain)?.clone(),
            Target::Setting { part, name } => {
                let part = parts.at(part)?;
                match part.written.get(name) {
                    Some(value) => value.clone(),
                    None => searched_default(part.described(name)?, path, domain, sink)?,
                }
            }
        };
        params.set(name, value);
    }
    Some(params)
}

/// The default of a setting that is not written, if the search allows it.
fn searched_default(
    setting: &Setting,
    path: &SearchedPath<'_>,
    domain: &Domain,
    sink: &mut Sink,
) -> Option<Value> {
    let default = normalize(&setting.kind, setting.default.clone()?);
    if domain.contains(&default) {
        return Some(default);
    }
    let message =
        format!("`{}` is {default} by default, which the search does not allow", setting.name);
    let key = &path.text.path.text;
    let section = key.rsplit_once('.').map_or(key.as_str(), |(section, _)| section);
    let help = match domain {
        Domain::Choice { .. } => {
            format!("write one of the listed values under `{section}`, or list {default} too")
        }
        Domain::Float { low, high, step, .. } => between(low, high, step.as_ref(), section),
        Domain::Int { low, high, step, .. } => {
            between(low, high, Some(step).filter(|s| **s > 1), section)
        }
    };
    sink.push(Diagnostic::new(Code::Space, path.text.span, message).help(Some(help)));
    None
}

fn between<T: Display>(low: T, high: T, step: Option<T>, section: &str) -> String {
    let steps = step.map_or_else(String::new, |step| format!(" in steps of {step}"));
    format!("write a value between {low} and {high}{steps} under `{section}`, or widen the range")
}

/// The choice that leaves a part as it is written.
fn written_choice<'d>(part: &Part, domain: &'d Domain) -> Option<&'d Value> {
    let Domain::Choice { values, .. } = domain else {
        return None;
    };
    values.iter().find(|choice| match choice {
        Value::Object(settings) => {
            part.on && settings.iter().all(|(name, value)| is_written(part, name, value))
        }
        _ => !part.on,
    })
}

/// Whether the file gives a setting this value, be it by default.
fn is_written(part: &Part, name: &str, value: &Value) -> bool {
    let default = part.described(name).and_then(|s| Some(normalize(&s.kind, s.default.clone()?)));
    part.written.get(name).or(default.as_ref()) == Some(value)
}
