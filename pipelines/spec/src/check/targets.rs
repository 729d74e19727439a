//! What a searched path replaces: a setting of the model, a setting of a stage, or a whole stage.

use surmise_core::component::{Component, Setting};

use super::parts::{Parts, StagePart};
use super::values::unknown_setting;
use crate::decode::not_yet;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::path::{self, Target};
use crate::text::quote;
use crate::tree::Key;
use surmise_core::suggest;

/// Sections of the format that may be searched once this program has them.
const LATER: &[&str] = &["training.", "regularization."];

/// What a path replaces; `None` after noting that nothing is there.
pub(super) fn target<'a>(path: &'a Key, parts: &Parts<'_>, sink: &mut Sink) -> Option<Target<'a>> {
    let text = path.text.as_str();
    if LATER.iter().any(|section| text.starts_with(section)) {
        sink.push(not_yet(text, path.span));
        return None;
    }
    let Some(target) = Target::parse(text) else {
        let message = format!("{} cannot be searched", quote(text));
        let searchable = searchable(parts);
        let help = suggest::nearest(text, searchable.iter().map(String::as_str)).map_or_else(
            || {
                "what can be searched: `model.params.NAME`, `stages.NAME`, `stages.NAME.SETTING`"
                    .into()
            },
            |near| format!("did you mean `{near}`?"),
        );
        sink.push(Diagnostic::new(Code::Space, path.span, message).help(Some(help)));
        return None;
    };
    let exists = match target {
        Target::Param(name) => {
            let component = parts.model.info.as_ref().map(|i| &i.component);
            has_setting(component, name, path, sink)
        }
        Target::Stage(stage) => has_stage(parts, stage, path, sink).is_some(),
        Target::StageSetting(stage, name) => has_stage(parts, stage, path, sink)
            .is_some_and(|part| has_setting(part.component, name, path, sink)),
    };
    exists.then_some(target)
}

/// Whether a component that may be unknown may have a setting.
fn has_setting(component: Option<&Component>, name: &str, path: &Key, sink: &mut Sink) -> bool {
    match component {
        Some(component) if component.setting(name).is_none() => {
            unknown_setting(component, name, path.span, sink);
            false
        }
        _ => true,
    }
}

fn has_stage<'p, 'a>(
    parts: &'p Parts<'a>,
    name: &str,
    path: &Key,
    sink: &mut Sink,
) -> Option<&'p StagePart<'a>> {
    let part = parts.stage(name);
    if part.is_none() {
        let message = format!("the file has no stage {}", quote(name));
        let names = parts.stages.iter().map(|s| s.name);
        let help = suggest::nearest(name, names).map_or_else(
            || format!("add `- {name}: {{}}` to `stages`, where it is to take place"),
            |near| format!("did you mean `{near}`?"),
        );
        sink.push(Diagnostic::new(Code::UnknownName, path.span, message).help(Some(help)));
    }
    part
}

fn searchable(parts: &Parts<'_>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    if let Some(info) = &parts.model.info {
        all.extend(info.component.settings.iter().map(|s| path::param(&s.name)));
    }
    for stage in &parts.stages {
        all.push(path::stage(stage.name));
        for setting in stage.component.iter().flat_map(|c| &c.settings) {
            all.push(path::stage_setting(stage.name, &setting.name));
        }
    }
    all
}

/// The setting that a target replaces, if its component is known.
pub(super) fn setting_of<'p>(target: Target<'_>, parts: &'p Parts<'_>) -> Option<&'p Setting> {
    match target {
        Target::Param(name) => parts.model.info.as_ref()?.component.setting(name),
        Target::StageSetting(stage, name) => parts.stage(stage)?.component?.setting(name),
        Target::Stage(_) => None,
    }
}
