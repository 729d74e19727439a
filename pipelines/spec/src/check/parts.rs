//! What the file sets: the stages, the model, the training and its regularization, as components
//! at paths.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use surmise_core::component::{Component, ModelInfo, Setting, When};
use surmise_core::suggest;

use super::activity::{Activity, Scope};
use super::search::Searched;
use super::training::{self, Untrained};
use super::values::{check_settings, normalize};
use crate::catalog::{Catalog, ModelRef};
use crate::decode::{Printable, Spanned};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::document::{Document, Isolation, Model, Settings, Stage};
use crate::path::{self, PARAMS, STAGES, Switches};
use crate::source::Span;
use crate::spec::{IsolationSpec, StageUse};
use crate::text::quote;
use crate::tree::Node;

/// Everything that the file sets.
#[derive(Default)]
pub(super) struct Parts<'a> {
    pub(super) plugin: Option<&'a Spanned<Printable>>,
    /// Which of the plugin's models, if the file says so.
    pub(super) name: Option<&'a Spanned<Printable>>,
    /// `None` if there is no such model.
    pub(super) info: Option<ModelInfo>,
    /// Why the model is not trained through its gradient, if it is not.
    pub(super) untrained: Option<Untrained>,
    pub(super) all: Vec<Part>,
}

/// A component and the settings that the file has for it.
pub(super) struct Part {
    /// Where they are, such as `stages.pca`.
    pub(super) path: String,
    /// What to point at where nothing is written.
    pub(super) span: Span,
    /// `None` if there is no such component.
    pub(super) component: Option<Component>,
    /// Whether it takes part when it is not searched.
    pub(super) on: bool,
    /// The written settings that are right.
    pub(super) written: Map<String, Value>,
    /// The names of the written settings that are wrong.
    pub(super) refused: BTreeSet<String>,
    /// The written settings and the defaults of those neither written nor searched.
    pub(super) settings: Map<String, Value>,
}

impl<'a> Parts<'a> {
    /// Finds every part and checks its written settings.
    pub(super) fn new(document: &'a Document, catalog: &Catalog<'_>, sink: &mut Sink) -> Self {
        let mut parts = Self { all: stages(document, catalog, sink), ..Self::default() };
        if let Some(model) = &document.model.0 {
            // Where the code shall run is not legible: then it does not run.
            let isolation = document.isolation.0.as_ref().map(|isolation| {
                isolation.as_ref().map_or_else(IsolationSpec::default, Isolation::to_spec)
            });
            parts.plugin = model.value.plugin.0.as_ref();
            let name = model.value.name.0.as_ref();
            parts.name = name.and_then(Option::as_ref);
            parts.info = parts.plugin.zip(isolation).zip(name).and_then(|((plugin, place), _)| {
                let name = parts.name.map(|name| name.value.0.as_str());
                (catalog.model)(ModelRef { plugin: &plugin.value.0, name }, &place)
                    .map_err(|why| sink.push(Diagnostic::new(Code::Plugin, plugin.span, why)))
                    .ok()
            });
            parts.all.push(params(&model.value, parts.info.as_ref(), model.span, sink));
        }
        training::add(&mut parts, document, catalog, sink);
        parts
    }

    /// The part at a path.
    pub(super) fn at(&self, path: &str) -> Option<&Part> {
        self.all.iter().find(|part| part.path == path)
    }

    /// Fills in defaults, and notes settings that have none and are neither written nor searched,
    /// and written ones that never take part.
    pub(super) fn complete(
        &mut self,
        searched: Option<&Searched<'_>>,
        root: &Node,
        sink: &mut Sink,
    ) {
        for part in &mut self.all {
            part.complete(searched, root, sink);
        }
    }

    /// The parts of a section as the specification has them.
    pub(super) fn uses<'p>(&'p self, of: Switches) -> impl Iterator<Item = Option<StageUse>> + 'p {
        let named = move |part: &'p Part| Some((of.name(&part.path)?.to_owned(), part));
        self.all.iter().filter_map(named).map(|(name, part)| {
            Some(StageUse {
                name,
                settings: part.settings.clone(),
                on: part.on,
                component: part.component.clone()?,
            })
        })
    }
}

fn stages(document: &Document, catalog: &Catalog<'_>, sink: &mut Sink) -> Vec<Part> {
    let mut names = BTreeSet::new();
    let mut stages = Vec::new();
    let written = document.stages.0.iter().flatten().flat_map(|stages| &stages.0);
    for stage in written.filter_map(|attempt| attempt.0.as_ref()) {
        let name = stage.name.text.as_str();
        if names.insert(name) {
            let component = find(&catalog.stages, STAGES, stage, sink);
            stages.push(Part::switch(STAGES, stage, component, sink));
        } else {
            let message = format!("the stage {} is here twice", quote(name));
            sink.push(Diagnostic::new(Code::Duplicate, stage.name.span, message));
        }
    }
    stages
}

/// The component that an entry of a section names; `None` after noting that there is none.
pub(super) fn find<'c>(
    known: impl IntoIterator<Item = &'c Component>,
    of: Switches,
    written: &Stage,
    sink: &mut Sink,
) -> Option<&'c Component> {
    let name = written.name.text.as_str();
    let known: Vec<&Component> = known.into_iter().collect();
    let found = known.iter().find(|c| c.name == name).copied();
    if found.is_none() {
        let message = format!("there is no {} {}", of.noun, quote(name));
        let names = known.iter().map(|c| c.name.as_str());
        sink.push(
            Diagnostic::new(Code::UnknownName, written.name.span, message)
                .label(format!("unknown {}", of.noun))
                .help(suggest::help(name, names)),
        );
    }
    found
}

fn params(model: &Model, info: Option<&ModelInfo>, span: Span, sink: &mut Sink) -> Part {
    let span = model.plugin.0.as_ref().map_or(span, |plugin| plugin.span);
    let params = model.params.0.as_ref().and_then(Option::as_ref);
    Part::new(PARAMS.to_owned(), span, info.map(|info| &info.component), params, sink)
}

impl Part {
    /// A part that takes part whatever the file says.
    pub(super) fn new(
        path: String,
        span: Span,
        component: Option<&Component>,
        written: Option<&Settings>,
        sink: &mut Sink,
    ) -> Self {
        let good = match (component, written) {
            (Some(component), Some(written)) => check_settings(component, written, sink),
            _ => Map::new(),
        };
        let names = written.iter().flat_map(|written| &written.entries).map(|e| &e.key.text);
        Self {
            path,
            span,
            component: component.cloned(),
            on: true,
            refused: names.filter(|name| !good.contains_key(*name)).cloned().collect(),
            settings: good.clone(),
            written: good,
        }
    }

    /// A part that the file switches on or off.
    pub(super) fn switch(
        of: Switches,
        written: &Stage,
        component: Option<&Component>,
        sink: &mut Sink,
    ) -> Self {
        let path = of.path(&written.name.text);
        let settings = written.settings.as_ref();
        let part = Self::new(path, written.name.span, component, settings, sink);
        Self { on: settings.is_some(), ..part }
    }

    /// The setting of that name, if the component is known.
    pub(super) fn setting(&self, name: &str) -> Option<&Setting> {
        self.component.as_ref()?.setting(name)
    }

    /// The setting of that name as it is described for the values that are written.
    pub(super) fn described(&self, name: &str) -> Option<&Setting> {
        let component = self.component.as_ref()?;
        let scope = Scope { part: self, component, choice: None, searched: None };
        let mut variants = component.variants(name);
        let now = variants.find(|setting| scope.activity(setting) == Activity::Always);
        now.or_else(|| component.setting(name))
    }

    /// The choices that the search makes for the part as a whole, if it does: `null` or settings
    /// that are laid over the written ones.
    pub(super) fn choices<'s>(&self, searched: Option<&'s Searched<'_>>) -> Option<&'s [Value]> {
        searched?.choices(&self.path)
    }

    fn complete(&mut self, searched: Option<&Searched<'_>>, root: &Node, sink: &mut Sink) {
        let mut settings = std::mem::take(&mut self.settings);
        let scopes = self.scopes(searched);
        for scope in &scopes {
            scope.complete(&mut settings, sink);
        }
        for (name, _) in &self.written {
            if let Some(first) = scopes.first()
                && scopes.iter().all(|scope| scope.activity_of(name) == Activity::Never)
            {
                first.note_idle(name, root, sink);
            }
        }
        self.settings = settings;
    }

    /// Every way in which it may come to take part.
    fn scopes<'s>(&'s self, searched: Option<&'s Searched<'s>>) -> Vec<Scope<'s>> {
        let Some(component) = &self.component else {
            return Vec::new();
        };
        let scope = |choice| Scope { part: self, component, choice, searched };
        match self.choices(searched) {
            Some(choices) => {
                choices.iter().filter_map(Value::as_object).map(Some).map(scope).collect()
            }
            None if self.on => vec![scope(None)],
            None => Vec::new(),
        }
    }
}

impl Scope<'_> {
    fn complete(&self, settings: &mut Map<String, Value>, sink: &mut Sink) {
        for setting in &self.component.settings {
            let name = &setting.name;
            let activity = self.activity(setting);
            if self.is_given(name) || activity == Activity::Never {
                continue;
            }
            // Of several defaults, a searched setting may say which one it is in each trial.
            let is_settled = self.component.variants(name).count() == 1
                || (activity == Activity::Always && self.choice.is_none());
            match &setting.default {
                Some(default) if self.part.on && is_settled => {
                    settings.insert(name.clone(), normalize(&setting.kind, default.clone()));
                }
                Some(_) => {}
                None => self.note_missing(setting, sink),
            }
        }
    }

    fn note_missing(&self, setting: &Setting, sink: &mut Sink) {
        let message = format!(
            "`{}` needs the setting `{}`: it has no default",
            self.component.name, setting.name
        );
        let help = (!setting.help.is_empty()).then_some(&setting.help);
        sink.push(Diagnostic::new(Code::Missing, self.part.span, message).help(help));
    }

    /// Notes a written setting that never takes part.
    fn note_idle(&self, name: &str, root: &Node, sink: &mut Sink) {
        let mut all = self.component.variants(name).filter_map(|variant| variant.when.as_ref());
        let Some(When { setting, values }) = all.next() else {
            return; // without a condition, it takes part
        };
        let values: Vec<&Value> = values.iter().chain(all.flat_map(|when| &when.values)).collect();
        let shown = |value: &Value| quote(&value.as_str().map_or(value.to_string(), str::to_owned));
        let message = format!(
            "`{name}` takes part only where `{setting}` is {}",
            values.iter().map(|value| shown(value)).collect::<Vec<_>>().join(" or ")
        );
        let span = root.locate(&path::join(&self.part.path, name));
        let diagnostic = Diagnostic::new(Code::Mismatch, span, message);
        let parent = self.component.setting(setting).filter(|_| !self.is_searched(setting));
        let found = parent.and_then(|parent| self.fixed(parent)).filter(|v| !values.contains(v));
        let label = found.map(|value| format!("here `{setting}` is {}", shown(value)));
        let help = format!("leave `{name}` out");
        sink.push(diagnostic.label(label.unwrap_or_default()).help(Some(help)));
    }
}
