//! The training loop: `training` with its sections, and `regularization`.

use surmise_core::component::ModelInfo;
use surmise_core::suggest;

use super::parts::{Part, Parts, find};
use crate::catalog::{Catalog, RegularizationInfo, Section};
use crate::decode::{Decode, not_yet};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::document::{Document, Settings, Stage};
use crate::path::{self, PARAMS, REGULARIZATION, TRAINING, Target};
use crate::source::Span;
use crate::spec::{SectionUse, TrainingSpec};
use crate::text::quote;
use crate::tree::{Entry, Key, Kind};

/// A model that is not trained through its gradient.
pub(super) struct Untrained {
    model: String,
    /// Whether it would be if the file had `training`.
    may_be: bool,
}

impl Untrained {
    fn of(info: &ModelInfo, is_asked: bool) -> Option<Self> {
        let may_be = !info.gradient.is_empty();
        let is_trained = may_be && (is_asked || !info.fits_itself);
        (!is_trained).then(|| Self { model: info.component.name.clone(), may_be })
    }

    /// Says that something is for the training loop alone.
    pub(super) fn diagnostic(&self, what: &str, span: Span) -> Diagnostic {
        let (what, model) = (quote(what), &self.model);
        let (message, help) = match self.may_be {
            false => (
                format!("{what} is not for `{model}`, which fits itself"),
                "its settings are under `model.params`",
            ),
            true => (
                format!("{what} is not for `{model}` as long as it fits itself"),
                "add `training: {}` to train it through its gradient",
            ),
        };
        Diagnostic::new(Code::Mismatch, span, message).help(Some(help))
    }
}

/// Adds what the file, or else the catalog, says of the training, if there is one.
pub(super) fn add(
    parts: &mut Parts<'_>,
    document: &Document,
    catalog: &Catalog<'_>,
    sink: &mut Sink,
) {
    let training = document.training.0.as_ref().and_then(Option::as_ref);
    let regularization = document.regularization.0.as_ref().and_then(Option::as_ref);
    let keys = [
        (TRAINING, training.map(|t| t.span)),
        (REGULARIZATION.section, regularization.map(|r| r.span)),
    ];
    let keys = keys.iter().filter_map(|(key, span)| Some((*key, (*span)?)));
    // A section that is illegible is there nevertheless.
    let is_asked = document.training.0 != Some(None);
    parts.untrained = parts.info.as_ref().and_then(|info| Untrained::of(info, is_asked));
    if let Some(untrained) = &parts.untrained {
        keys.for_each(|(key, span)| sink.push(untrained.diagnostic(key, span)));
        return;
    }
    if catalog.training.is_empty() {
        keys.for_each(|(key, span)| sink.push(not_yet(key, span)));
        return;
    }
    let start = Span { source: 0, start: 0, end: 0 };
    let unwritten = document.model.0.as_ref().map_or(start, |model| model.span);
    let entries = training.map_or(&[][..], |training| &training.value.0);
    note_unknown(entries, catalog, sink);
    let span = training.map_or(unwritten, |training| training.span);
    let sections = catalog.training.iter().map(|s| section(s, entries, span, sink));
    parts.all.extend(sections.collect::<Vec<_>>());
    let stages = regularization.map_or(&[][..], |regularization| &regularization.value.0);
    parts.all.extend(switches(stages, unwritten, catalog, sink));
    let asked = Asked { written: stages, searched: searched(document) };
    note_unable(parts.info.as_ref(), &asked, catalog, sink);
    note_doubled(parts, &asked, catalog, sink);
}

/// The kinds of regularization that the file writes, and every path that it searches.
struct Asked<'a> {
    written: &'a [Stage],
    searched: Vec<&'a Key>,
}

impl Asked<'_> {
    /// Where a kind is asked for.
    fn places(&self, name: &str) -> impl Iterator<Item = Span> {
        let is_on = move |stage: &&Stage| stage.name.text == name && stage.settings.is_some();
        let path = REGULARIZATION.path(name);
        let is_here = move |key: &str| Target::parse(key).is_some_and(|t| t.part() == path);
        let searched = self.searched.iter().filter(move |key| is_here(&key.text));
        self.written
            .iter()
            .filter(is_on)
            .map(|stage| stage.name.span)
            .chain(searched.map(|k| k.span))
    }
}

fn searched(document: &Document) -> Vec<&Key> {
    let search = document.search.0.as_ref().and_then(Option::as_ref);
    let space = search.and_then(|search| search.value.space.0.as_ref());
    space.iter().flat_map(|space| &space.value.entries).map(|entry| &entry.path).collect()
}

/// The training as the specification has it, if there is one.
pub(super) fn to_spec(
    parts: &Parts<'_>,
    catalog: &Catalog<'_>,
    is_searched: impl Fn(&str) -> bool,
) -> Option<Option<TrainingSpec>> {
    if parts.untrained.is_some() || catalog.training.is_empty() {
        return Some(None);
    }
    let section = |section: &Section| {
        let part = parts.at(&section.path)?;
        let (path, component) = (section.path.clone(), section.component.clone());
        Some(SectionUse { path, settings: part.settings.clone(), component })
    };
    let sections = catalog.training.iter().map(section).collect::<Option<_>>()?;
    let regularization = parts.uses(REGULARIZATION).collect::<Option<Vec<_>>>()?;
    // What is off whatever the search does need not be told.
    let takes_part = |name: &str, on: bool| on || is_searched(&REGULARIZATION.path(name));
    let regularization = regularization.into_iter().filter(|r| takes_part(&r.name, r.on));
    Some(Some(TrainingSpec { sections, regularization: regularization.collect() }))
}

/// Notes every key of `training` that is neither a section nor a setting.
fn note_unknown(entries: &[Entry], catalog: &Catalog<'_>, sink: &mut Sink) {
    let own = catalog.training.iter().filter(|section| section.path == TRAINING);
    let settings = own.flat_map(|section| &section.component.settings);
    let sections = catalog.training.iter().filter_map(Section::key);
    let known: Vec<&str> = settings.map(|s| s.name.as_str()).chain(sections).collect();
    for Entry { key, .. } in entries.iter().filter(|e| !known.contains(&e.key.text.as_str())) {
        let message = format!("`training` has no key {}", quote(&key.text));
        let help = suggest::help(&key.text, known.iter().copied());
        let diagnostic = Diagnostic::new(Code::UnknownKey, key.span, message);
        sink.push(diagnostic.label("unknown key").help(help));
    }
}

/// A section with what the file has for it.
fn section(section: &Section, entries: &[Entry], span: Span, sink: &mut Sink) -> Part {
    let component = Some(&section.component);
    let path = section.path.clone();
    let Some(key) = section.key() else {
        let own = entries.iter().filter(|e| section.component.setting(&e.key.text).is_some());
        return Part::new(path, span, component, Some(&Settings::from_entries(own, sink)), sink);
    };
    let Some(Entry { key, value }) = entries.iter().find(|entry| entry.key.text == key) else {
        return Part::new(path, span, component, None, sink);
    };
    let is_word = matches!(&value.kind, Kind::Scalar { .. }) && !value.is_null();
    let settings = if is_word && section.component.setting("type").is_some() {
        let what = value.describe();
        let message = format!("expected a mapping of settings, found {what}");
        let help = format!("write `{}: {{ type: … }}`", key.text);
        sink.push(Diagnostic::new(Code::Type, value.span, message).help(Some(help)));
        None
    } else {
        Settings::decode(value, sink)
    };
    Part::new(path, key.span, component, settings.as_ref(), sink)
}

/// Every kind of regularization, those that are off included, and those that do not exist.
fn switches(
    written: &[Stage],
    unwritten: Span,
    catalog: &Catalog<'_>,
    sink: &mut Sink,
) -> Vec<Part> {
    let known = || catalog.regularization.iter().map(|info| &info.component);
    let mut parts = Vec::new();
    for component in known() {
        let stage = written.iter().find(|stage| stage.name.text == component.name);
        parts.push(match stage {
            Some(stage) => Part::switch(REGULARIZATION, stage, Some(component), sink),
            None => {
                let path = REGULARIZATION.path(&component.name);
                Part { on: false, ..Part::new(path, unwritten, Some(component), None, sink) }
            }
        });
    }
    for stage in written {
        if known().all(|component| component.name != stage.name.text) {
            find(known(), REGULARIZATION, stage, sink);
            parts.push(Part::switch(REGULARIZATION, stage, None, sink));
        }
    }
    parts
}

/// Notes what only a model can do, and this one does not.
fn note_unable(
    info: Option<&ModelInfo>,
    asked: &Asked<'_>,
    catalog: &Catalog<'_>,
    sink: &mut Sink,
) {
    let Some(ModelInfo { component: model, regularization: able, .. }) = info else {
        return;
    };
    let help = match able.is_empty() {
        true => format!("it is done by the model itself, and `{}` does none", model.name),
        false => format!("`{}` itself does: {}", model.name, able.join(", ")),
    };
    for RegularizationInfo { component, needs_model } in &catalog.regularization {
        let name = component.name.as_str();
        if !needs_model || able.iter().any(|able| able == name) {
            continue;
        }
        for span in asked.places(name) {
            let message = format!("`{}` does not do `{name}`", model.name);
            sink.push(Diagnostic::new(Code::Mismatch, span, message).help(Some(&help)));
        }
    }
}

/// Notes what sets a hyperparameter that the file searches, or sets to something else than its
/// default, too.
fn note_doubled(parts: &Parts<'_>, asked: &Asked<'_>, catalog: &Catalog<'_>, sink: &mut Sink) {
    for info in catalog.regularization.iter().filter(|info| info.needs_model) {
        let name = info.component.name.as_str();
        let path = path::join(PARAMS, name);
        let is_set = parts.at(PARAMS).is_some_and(|params| {
            let default = params.setting(name).and_then(|setting| setting.default.as_ref());
            params.written.get(name).is_some_and(|value| Some(value) != default)
        });
        if !is_set && asked.searched.iter().all(|key| key.text != path) {
            continue;
        }
        for span in asked.places(name) {
            let message = format!("`{path}` and `regularization.{name}` are the same");
            let help = "write one of them";
            sink.push(Diagnostic::new(Code::Duplicate, span, message).help(Some(help)));
        }
    }
}
