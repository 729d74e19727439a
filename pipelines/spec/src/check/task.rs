//! Whether metrics, model and splits fit the task.

use surmise_core::Value;
use surmise_core::component::{MetricInfo, ModelInfo, Task};

use super::parts::Parts;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::document::Document;
use crate::path::{self, PARAMS};
use crate::source::Span;
use crate::text::quote;
use crate::tree::Node;

/// What has to fit the task.
pub(crate) struct TaskFacts<'a> {
    /// All that is measured, each with its place.
    pub(crate) metrics: Vec<(&'a MetricInfo, Span)>,
    pub(crate) model: Option<&'a ModelInfo>,
    pub(crate) stratified: Option<bool>,
    pub(crate) stratify: Option<bool>,
    /// The target from which the task was inferred, unless the file says it.
    pub(crate) inferred_from: Option<&'a str>,
}

impl TaskFacts<'_> {
    /// Notes everything that does not fit.
    pub(crate) fn check(&self, task: Task, root: &Node, sink: &mut Sink) {
        let inferred = self.inferred_from.map(|target| {
            let target = quote(target);
            format!("{task} was inferred from the target {target}; set data.task if that is wrong")
        });
        let mut mismatch = |place: Span, message: String| {
            let diagnostic = Diagnostic::new(Code::Mismatch, place, message);
            sink.push(diagnostic.help(inferred.as_ref()));
        };
        for (metric, place) in self.metrics.iter().filter(|(m, _)| m.task != task) {
            let message =
                format!("`{}` measures {}, but the task is {task}", metric.name, metric.task);
            mismatch(*place, message);
        }
        if let Some(model) = self.model.filter(|m| !m.tasks.contains(&task)) {
            let message = format!("`{}` does not do {task}", model.component.name);
            mismatch(root.locate("model.plugin"), message);
        }
        let splits = [
            (self.stratified, "evaluation.resample.stratified"),
            (self.stratify, "data.split.test.stratify"),
        ];
        for (written, path) in splits {
            if task != Task::Classification && written == Some(true) {
                let message = format!("only classes can be stratified, but the task is {task}");
                mismatch(root.locate(path), message);
            }
        }
    }
}

/// Checks what the file alone tells.
pub(super) fn check_document(
    document: &Document,
    parts: &Parts<'_>,
    metrics: &[(&MetricInfo, Span)],
    root: &Node,
    sink: &mut Sink,
) {
    let evaluation = document.evaluation.0.as_ref().map(|e| &e.value);
    let data = document.data.0.as_ref();
    let resample = evaluation.and_then(|e| e.resample.0.as_ref());
    let split = data.and_then(|d| d.split.0.as_ref()?.as_ref());
    let facts = TaskFacts {
        metrics: metrics.to_vec(),
        model: parts.info.as_ref(),
        stratified: resample.and_then(|r| Some(r.stratified.as_ref()?.value)),
        stratify: split.and_then(|s| Some(s.test.stratify.as_ref()?.value)),
        inferred_from: None,
    };
    if let Some(model) = facts.model {
        check_probabilities(model, parts, metrics, root, sink);
    }
    let weights = data.and_then(|d| d.weights.0.as_ref()?.as_ref());
    if let (Some(weights), Some(model)) = (weights, facts.model.filter(|m| !m.weights)) {
        let message = format!("`{}` takes no row weights", model.component.name);
        let help = "choose a model that does, or remove this key and list the column in \
                    data.columns.drop";
        sink.push(Diagnostic::new(Code::Mismatch, weights.span, message).help(Some(help)));
    }
    if let Some(task) = data.and_then(|d| d.task.0.as_ref()?.as_ref()) {
        facts.check(task.value, root, sink);
    }
}

/// A model may have a setting that it needs for probabilities.
fn check_probabilities(
    model: &ModelInfo,
    parts: &Parts<'_>,
    metrics: &[(&MetricInfo, Span)],
    root: &Node,
    sink: &mut Sink,
) {
    let name = &model.component.name;
    let switch = model.probabilities_if.as_ref().filter(|_| model.probabilities);
    let why = match switch {
        None if model.probabilities => return,
        None => format!("`{name}` does not predict"),
        Some(switch) if is_on(switch, model, parts, root) => return,
        Some(switch) => format!("`{name}` predicts only with `{switch}: true`"),
    };
    let help = switch.map(|switch| format!("set {} to true", path::join(PARAMS, switch)));
    for (metric, place) in metrics.iter().filter(|(metric, _)| metric.needs_probabilities) {
        let message = format!("`{}` needs probabilities, which {why}", metric.name);
        sink.push(Diagnostic::new(Code::Mismatch, *place, message).help(help.as_ref()));
    }
}

/// Whether a yes-or-no setting of the model is true, or left to the search.
fn is_on(switch: &str, model: &ModelInfo, parts: &Parts<'_>, root: &Node) -> bool {
    let default = model.component.setting(switch).and_then(|setting| setting.default.as_ref());
    let written = parts.at(PARAMS).and_then(|part| part.written.get(switch));
    let searched = path::join("search.space", &path::join(PARAMS, switch));
    root.find(&searched).is_some() || written.or(default) == Some(&Value::Bool(true))
}
