//! The stages and the model that the file names, with their settings.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use surmise_core::component::{Component, ModelInfo, Setting};

use super::activity::{Activity, activity};
use super::search::Searched;
use super::values::check_settings;
use crate::catalog::Catalog;
use crate::decode::{Printable, Spanned};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::document::{Document, Isolation, Model, Stage};
use crate::path;
use crate::source::Span;
use crate::spec::{IsolationSpec, StageUse};
use crate::text::quote;
use surmise_core::suggest;

/// The stages in order, and the model.
pub(super) struct Parts<'a> {
    pub(super) stages: Vec<StagePart<'a>>,
    pub(super) model: ModelPart<'a>,
}

/// A stage of the file.
pub(super) struct StagePart<'a> {
    pub(super) name: &'a str,
    pub(super) span: Span,
    /// `None` if there is no such stage.
    pub(super) component: Option<&'a Component>,
    pub(super) on: bool,
    /// The written settings that are right.
    pub(super) written: Map<String, Value>,
    /// The written settings and the defaults of those neither written nor searched.
    pub(super) settings: Map<String, Value>,
}

/// The model of the file.
#[derive(Default)]
pub(super) struct ModelPart<'a> {
    pub(super) plugin: Option<&'a Spanned<Printable>>,
    /// `None` if there is no such model.
    pub(super) info: Option<ModelInfo>,
    /// The written settings that are right.
    pub(super) written: Map<String, Value>,
    /// The written settings and the defaults of those neither written nor searched.
    pub(super) settings: Map<String, Value>,
}

impl<'a> Parts<'a> {
    /// Finds every part and checks its written settings.
    pub(super) fn new(document: &'a Document, catalog: &'a Catalog<'_>, sink: &mut Sink) -> Self {
        let mut names = BTreeSet::new();
        let mut stages = Vec::new();
        let written = document.stages.0.iter().flatten().flat_map(|stages| &stages.0);
        for stage in written.filter_map(|attempt| attempt.0.as_ref()) {
            if names.insert(stage.name.text.as_str()) {
                stages.push(StagePart::new(stage, catalog, sink));
            } else {
                let message = format!("the stage {} is here twice", quote(&stage.name.text));
                sink.push(Diagnostic::new(Code::Duplicate, stage.name.span, message));
            }
        }
        let model = document.model.0.as_ref();
        let model = model.map_or_else(ModelPart::default, |m| {
            // Where the code shall run is not legible: then it does not run.
            let isolation = document.isolation.0.as_ref().map(|isolation| {
                isolation.as_ref().map_or_else(IsolationSpec::default, Isolation::to_spec)
            });
            ModelPart::new(&m.value, isolation, catalog, sink)
        });
        Self { stages, model }
    }

    /// The stage of that name.
    pub(super) fn stage(&self, name: &str) -> Option<&StagePart<'a>> {
        self.stages.iter().find(|s| s.name == name)
    }

    /// Fills in defaults, and notes settings that have none and are neither written nor searched.
    pub(super) fn complete(&mut self, searched: Option<&Searched<'_>>, sink: &mut Sink) {
        for stage in &mut self.stages {
            stage.complete(searched, sink);
        }
        self.model.complete(searched, sink);
    }
}

impl<'a> StagePart<'a> {
    fn new(stage: &'a Stage, catalog: &'a Catalog<'_>, sink: &mut Sink) -> Self {
        let name = stage.name.text.as_str();
        let component = catalog.stages.iter().find(|c| c.name == name);
        if component.is_none() {
            let message = format!("there is no stage {}", quote(name));
            let known = catalog.stages.iter().map(|c| c.name.as_str());
            sink.push(
                Diagnostic::new(Code::UnknownName, stage.name.span, message)
                    .label("unknown stage")
                    .help(suggest::help(name, known)),
            );
        }
        let written = match (component, &stage.settings) {
            (Some(component), Some(settings)) => check_settings(component, settings, sink),
            _ => Map::new(),
        };
        Self {
            name,
            span: stage.name.span,
            component,
            on: stage.settings.is_some(),
            settings: written.clone(),
            written,
        }
    }

    /// The stage as the specification has it.
    pub(super) fn to_use(&self) -> StageUse {
        StageUse { name: self.name.to_owned(), settings: self.settings.clone(), on: self.on }
    }

    /// The choices that the search makes for the stage as a whole, if it does: `null` or settings
    /// that are laid over the written ones.
    pub(super) fn choices<'s>(&self, searched: Option<&'s Searched<'_>>) -> Option<&'s [Value]> {
        searched?.choices(&path::stage(self.name))
    }

    fn complete(&mut self, searched: Option<&Searched<'_>>, sink: &mut Sink) {
        let Some(component) = self.component else {
            return;
        };
        let path_of = |setting: &str| path::stage_setting(self.name, setting);
        let variants: Vec<Option<&Map<String, Value>>> = match self.choices(searched) {
            Some(choices) => choices.iter().filter_map(Value::as_object).map(Some).collect(),
            None if self.on => vec![None],
            None => Vec::new(),
        };
        for variant in variants {
            let scope = Scope {
                component,
                written: &self.written,
                choice: variant,
                searched,
                path_of: &path_of,
            };
            scope.complete(&mut self.settings, self.on, self.span, sink);
        }
    }
}

impl<'a> ModelPart<'a> {
    fn new(
        model: &'a Model,
        isolation: Option<IsolationSpec>,
        catalog: &Catalog<'_>,
        sink: &mut Sink,
    ) -> Self {
        let plugin = model.plugin.0.as_ref();
        let info = plugin.zip(isolation).and_then(|(plugin, isolation)| {
            (catalog.model)(&plugin.value.0, &isolation)
                .map_err(|why| sink.push(Diagnostic::new(Code::Plugin, plugin.span, why)))
                .ok()
        });
        let params = model.params.0.as_ref().and_then(Option::as_ref);
        let written = match (&info, params) {
            (Some(info), Some(params)) => check_settings(&info.component, params, sink),
            _ => Map::new(),
        };
        Self { plugin, info, settings: written.clone(), written }
    }

    fn complete(&mut self, searched: Option<&Searched<'_>>, sink: &mut Sink) {
        if let (Some(info), Some(plugin)) = (&self.info, self.plugin) {
            let scope = Scope {
                component: &info.component,
                written: &self.written,
                choice: None,
                searched,
                path_of: &path::param,
            };
            scope.complete(&mut self.settings, true, plugin.span, sink);
        }
    }
}

/// Where the settings of a component come from: in this order, what a choice of the search lays
/// over them, the search, the file, the default.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) component: &'a Component,
    pub(super) written: &'a Map<String, Value>,
    pub(super) choice: Option<&'a Map<String, Value>>,
    pub(super) searched: Option<&'a Searched<'a>>,
    pub(super) path_of: &'a dyn Fn(&str) -> String,
}

impl Scope<'_> {
    fn complete(&self, settings: &mut Map<String, Value>, fill: bool, span: Span, sink: &mut Sink) {
        for setting in &self.component.settings {
            let name = &setting.name;
            let given = self.choice.is_some_and(|c| c.contains_key(name))
                || self.written.contains_key(name)
                || self.searched.is_some_and(|s| s.get(&(self.path_of)(name)).is_some());
            if given || activity(self, setting) == Activity::Never {
                continue;
            }
            match &setting.default {
                Some(default) if fill => {
                    settings.insert(
                        name.clone(),
                        super::values::normalize(&setting.kind, default.clone()),
                    );
                }
                Some(_) => {}
                None => self.note_missing(setting, span, sink),
            }
        }
    }

    fn note_missing(&self, setting: &Setting, span: Span, sink: &mut Sink) {
        let message = format!(
            "`{}` needs the setting `{}`: it has no default",
            self.component.name, setting.name
        );
        let help = (!setting.help.is_empty()).then_some(&setting.help);
        sink.push(Diagnostic::new(Code::Missing, span, message).help(help));
    }
}
