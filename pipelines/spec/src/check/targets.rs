//! What a searched path replaces: a part as a whole, or a setting of one.

use surmise_core::component::Setting;
use surmise_core::suggest;

use super::parts::{Part, Parts};
use super::values::unknown_setting;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::path::{self, PARAMS, REGULARIZATION, STAGES, TRAINING, Target};
use crate::text::quote;
use crate::tree::Key;

/// What a path replaces; `None` after noting that nothing is there.
pub(super) fn target<'a>(path: &'a Key, parts: &Parts<'_>, sink: &mut Sink) -> Option<Target<'a>> {
    let Some(target) = Target::parse(&path.text) else {
        let message = format!("{} cannot be searched", quote(&path.text));
        note_unsearchable(path, message, parts, sink);
        return None;
    };
    let Some(part) = parts.at(target.part()) else {
        return note_no_part(path, target, parts, sink);
    };
    match (target, &part.component) {
        (Target::Setting { name, .. }, Some(component)) if component.setting(name).is_none() => {
            let section = path::join(&part.path, name);
            if parts.at(&section).is_some() {
                let message = format!("{} is searched setting by setting", quote(&section));
                note_unsearchable(path, message, parts, sink);
            } else {
                unknown_setting(component, name, path.span, sink);
            }
            None
        }
        _ => Some(target),
    }
}

/// Notes a path that leads to no part, unless the model keeps it from being one, which may well
/// be what has to change.
fn note_no_part<'a>(
    path: &Key,
    target: Target<'a>,
    parts: &Parts<'_>,
    sink: &mut Sink,
) -> Option<Target<'a>> {
    let above = target.part();
    if above == PARAMS {
        return Some(target); // the model was complained about already
    }
    if let Some(stage) = STAGES.name(above) {
        let message = format!("the file has no stage {}", quote(stage));
        let names = parts.all.iter().filter_map(|part| STAGES.name(&part.path));
        let help = suggest::nearest(stage, names).map_or_else(
            || format!("add `- {stage}: {{}}` to `stages`, where it is to take place"),
            |near| format!("did you mean `{near}`?"),
        );
        sink.push(Diagnostic::new(Code::UnknownName, path.span, message).help(Some(help)));
        return None;
    }
    match &parts.untrained {
        Some(untrained) => sink.push(untrained.diagnostic(&path.text, path.span)),
        None => {
            let message = format!("there is no {}", quote(above));
            let known = parts.all.iter().map(|part| part.path.as_str());
            let help = suggest::help(above, known.filter(|known| is_of_training(known)));
            sink.push(Diagnostic::new(Code::UnknownName, path.span, message).help(help));
        }
    }
    None
}

fn is_of_training(path: &str) -> bool {
    path.starts_with(TRAINING) || REGULARIZATION.name(path).is_some()
}

fn note_unsearchable(path: &Key, message: String, parts: &Parts<'_>, sink: &mut Sink) {
    let searchable: Vec<String> = parts.all.iter().flat_map(searchable).collect();
    let help = suggest::nearest(&path.text, searchable.iter().map(String::as_str)).map_or_else(
        || {
            "what can be searched: `model.params.NAME`, `stages.NAME`, and the settings of a stage, \
             of `training` and of `regularization`"
                .into()
        },
        |near| format!("did you mean `{near}`?"),
    );
    sink.push(Diagnostic::new(Code::Space, path.span, message).help(Some(help)));
}

/// All paths of a part.
fn searchable(part: &Part) -> impl Iterator<Item = String> {
    let is_switch = [STAGES, REGULARIZATION].iter().any(|of| of.name(&part.path).is_some());
    let settings = part.component.iter().flat_map(|component| &component.settings);
    let whole = is_switch.then(|| part.path.clone());
    whole.into_iter().chain(settings.map(|setting| path::join(&part.path, &setting.name)))
}

/// The setting that a target replaces, if its component is known.
pub(super) fn setting_of<'p>(target: Target<'_>, parts: &'p Parts<'_>) -> Option<&'p Setting> {
    match target {
        Target::Setting { part, name } => parts.at(part)?.setting(name),
        Target::Switch(_) => None,
    }
}
