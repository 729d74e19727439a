//! The values as written, which are the first trial.

use surmise_core::Value;
use surmise_core::space::{Domain, Space};
use surmise_core::trial::Params;

use super::parts::{Parts, StagePart};
use super::search::Searched;
use super::targets::setting_of;
use super::values::normalize;
use crate::path::Target;

/// The configuration as written, defaults included, if it lies in the space.
pub(super) fn first(space: &Space, searched: &Searched<'_>, parts: &Parts<'_>) -> Option<Params> {
    let mut params = Params::default();
    for (i, parameter) in space.parameters().iter().enumerate() {
        if !space.is_active(i, &params) {
            continue;
        }
        let value = match searched.get(&parameter.name)?.target? {
            Target::Stage(name) => written_choice(parts.stage(name)?, &parameter.domain)?.clone(),
            target => written_or_default(target, parts)?,
        };
        params.set(&parameter.name, value);
    }
    space.check(&params).is_ok().then_some(params)
}

/// The value written for a setting.
pub(super) fn written<'p>(target: Target<'_>, parts: &'p Parts<'_>) -> Option<&'p Value> {
    match target {
        Target::Param(name) => parts.model.written.get(name),
        Target::StageSetting(stage, name) => parts.stage(stage)?.written.get(name),
        Target::Stage(_) => None,
    }
}

fn written_or_default(target: Target<'_>, parts: &Parts<'_>) -> Option<Value> {
    let setting = setting_of(target, parts)?;
    let default = || Some(normalize(&setting.kind, setting.default.clone()?));
    written(target, parts).cloned().or_else(default)
}

/// The choice that leaves a stage as it is written.
pub(super) fn written_choice<'d>(stage: &StagePart<'_>, domain: &'d Domain) -> Option<&'d Value> {
    let Domain::Choice { values, .. } = domain else {
        return None;
    };
    values.iter().find(|choice| match choice {
        Value::Object(settings) => {
            stage.on && settings.iter().all(|(name, value)| is_written(stage, name, value))
        }
        _ => !stage.on,
    })
}

/// Whether the file gives a setting this value, be it by default.
fn is_written(stage: &StagePart<'_>, name: &str, value: &Value) -> bool {
    let setting = stage.component.and_then(|c| c.setting(name));
    let default = setting.and_then(|s| Some(normalize(&s.kind, s.default.clone()?)));
    stage.written.get(name).or(default.as_ref()) == Some(value)
}
