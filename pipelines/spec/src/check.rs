//! From text to a checked specification.

mod activity;
mod command;
mod conditions;
mod data;
mod domains;
mod evaluation;
mod first;
mod parts;
mod restrictions;
mod search;
mod targets;
mod task;
mod training;
mod values;

pub(crate) use search::GRID;
pub(crate) use task::TaskFacts;

use std::iter::once;
use std::sync::Arc;

use crate::catalog::Catalog;
use crate::decode::Decode;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Sink};
use crate::document::{Document, FormatVersion, Isolation};
use crate::overrides::{Override, apply};
use crate::parse::{Input, parse};
use crate::path::{PARAMS, STAGES};
use crate::source::{Source, Span};
use crate::spec::{IsolationSpec, ModelUse, Origin, Pipeline, Spec};
use crate::tree::{Kind, Node};

use parts::Parts;
use search::Searched;

/// Reads, overrides and checks a pipeline file.
///
/// # Errors
/// Every problem of the file at once.
pub fn load(
    source: &Source,
    overrides: &[Override],
    catalog: &Catalog<'_>,
) -> Result<Pipeline, Diagnostics> {
    let sources: Arc<[Source]> =
        once(source.clone()).chain(overrides.iter().map(Override::source)).collect();
    let mut sink = Sink::default();
    let spec = read(&sources, &mut sink).and_then(|root| match command::is_meant(&root) {
        true => command::check(root, &sources, catalog, &mut sink)
            .map(|spec| Pipeline::Command(Box::new(spec))),
        false => {
            check(root, &sources, catalog, &mut sink).map(|spec| Pipeline::Plugin(Box::new(spec)))
        }
    });
    match (sink.finish(sources.clone()), spec) {
        (None, Some(spec)) => Ok(spec),
        (Some(diagnostics), _) => Err(diagnostics),
        // Whoever gives up says why, so this is never seen; but a program never fails silently.
        (None, None) => {
            let message = "the file was refused without a reason: please report this";
            let start = Span { source: 0, start: 0, end: 0 };
            let diagnostic = Diagnostic::new(Code::Syntax, start, message);
            Err(Diagnostics::one(sources, diagnostic))
        }
    }
}

/// The tree of the file with all overrides applied.
fn read(sources: &[Source], sink: &mut Sink) -> Option<Node> {
    let input = Input { source: 0, text: &sources[0].text, start: 0 };
    let mut root = parse(&input, sink)?;
    if !matches!(root.kind, Kind::Map(_)) {
        let message = match root.is_null() {
            true => "the file is empty".to_owned(),
            false => format!("a pipeline is a mapping of keys to values, not {}", root.describe()),
        };
        sink.push(
            Diagnostic::new(Code::Syntax, root.span, message)
                .help(Some("a pipeline begins with `surmise: 1`")),
        );
        return None;
    }
    for (i, source) in sources.iter().enumerate().skip(1) {
        apply(&mut root, i, &source.text, sink);
    }
    // A file of another version is not picked to pieces by the rules of this one.
    match root.entry_mut("surmise") {
        Some(entry) => FormatVersion::decode(&entry.value, sink).map(|_| root),
        None => Some(root),
    }
}

fn check(
    root: Node,
    sources: &Arc<[Source]>,
    catalog: &Catalog<'_>,
    sink: &mut Sink,
) -> Option<Spec> {
    let document = Document::decode(&root, sink)?;
    let data = document.data.0.as_ref().and_then(|d| data::check(d, sink));
    let measured = document.evaluation.0.as_ref();
    let metrics = measured.map_or(Vec::new(), |e| evaluation::metrics(&e.value, catalog));
    let evaluation = measured.and_then(|e| evaluation::check(e, catalog, sink));
    let mut parts = Parts::new(&document, catalog, sink);
    task::check_document(&document, &parts, &metrics, &root, sink);
    let written = document.search.0.as_ref()?.as_ref();
    let searched = written.and_then(|s| Searched::new(&s.value, &parts, sink));
    // Without a legible space nobody knows which settings are left for the search to give.
    if written.is_none() || searched.is_some() {
        parts.complete(searched.as_ref(), &root, sink);
    }
    let search = match written {
        None => None,
        Some(search) => {
            require_seed(document.seed.0 == Some(None), search.span, sink);
            Some(search::check(&search.value, searched.as_ref(), &parts, catalog, &root, sink))
        }
    };
    let stages = parts.uses(STAGES).collect::<Option<_>>();
    let is_searched = |path: &str| searched.as_ref().is_some_and(|s| s.get(path).is_some());
    let training = training::to_spec(&parts, catalog, is_searched);
    let params = parts.at(PARAMS).map(|part| part.settings.clone());
    Some(Spec {
        name: document.name.0.as_ref()?.value.0.clone(),
        seed: document.seed.0.as_ref()?.as_ref().map_or(0, |s| s.value.0.unsigned_abs()),
        data: data?,
        stages: stages?,
        model: ModelUse {
            plugin: parts.plugin?.value.0.clone(),
            name: parts.name.map(|name| name.value.0.clone()),
            params: params?,
        },
        training: training?,
        evaluation: evaluation?,
        isolation: document
            .isolation
            .0
            .as_ref()?
            .as_ref()
            .map_or_else(IsolationSpec::default, Isolation::to_spec),
        search: match search {
            None => None,
            Some(search) => Some(search?),
        },
        origin: Origin {
            sources: sources.clone(),
            model: parts.info?,
            metrics: metrics.into_iter().map(|(metric, span)| (metric.clone(), span)).collect(),
            root,
        },
    })
}

/// Notes that a study has no seed.
fn require_seed(is_missing: bool, search: Span, sink: &mut Sink) {
    if is_missing {
        sink.push(
            Diagnostic::new(Code::Missing, search, "a study needs the key `seed`")
                .label("this makes the file a study")
                .help(Some("add a line such as `seed: 42`: it is what makes a study repeatable")),
        );
    }
}
