//! A pipeline whose model is a command.

mod measured;
mod params;
mod placeholders;

use std::collections::BTreeMap;
use std::sync::Arc;

use surmise_core::suggest;

use super::parts::{Part, Parts};
use super::require_seed;
use super::search::{self, Searched};
use crate::catalog::Catalog;
use crate::command::{CommandSpec, CommandUse, ConfinesSpec};
use crate::decode::{Decode, Printable, Spanned};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::document::{CommandDocument, CommandModel, Confines, Settings};
use crate::path::PARAMS;
use crate::source::Source;
use crate::spec::WorkersSpec;
use crate::text::quote;
use crate::tree::{Entry, Kind, Node};

/// Whether the file means a command, be it by a misspelt key.
pub(super) fn is_meant(root: &Node) -> bool {
    let Some(Kind::Map(entries)) = entry(root, "model").map(|model| &model.value.kind) else {
        return false;
    };
    let has = |name: &str| entries.iter().any(|e| e.key.text == name);
    let nearest = |e: &Entry| suggest::nearest(&e.key.text, ["command", "plugin", "params"]);
    has("command") || (!has("plugin") && entries.iter().any(|e| nearest(e) == Some("command")))
}

/// Reads and checks it.
pub(super) fn check(
    mut root: Node,
    sources: &Arc<[Source]>,
    catalog: &Catalog<'_>,
    sink: &mut Sink,
) -> Option<CommandSpec> {
    take_foreign(&mut root, sink);
    let document = CommandDocument::decode(&root, sink)?;
    let model = document.model.0.as_ref();
    let evaluation = document.evaluation.0.as_ref().and_then(|e| measured::check(e, catalog, sink));
    let written = document.search.0.as_ref()?.as_ref();
    let params = model.and_then(|m| m.value.params.0.as_ref());
    let params =
        params.map(|params| params::read(params.as_ref(), written.map(|s| &s.value), sink));
    let illegible = Part::new(PARAMS.to_owned(), root.span, None, None, sink);
    let part = match params {
        Some((component, written)) => {
            let settings = written.clone();
            Part { component: Some(component), written, settings, ..illegible }
        }
        None => illegible,
    };
    let parts = Parts { all: vec![part], ..Parts::default() };
    let searched = written.and_then(|s| Searched::new(&s.value, &parts, sink));
    let search = match written {
        None => None,
        Some(search) => {
            require_seed(document.seed.0 == Some(None), search.span, sink);
            Some(search::check(&search.value, searched.as_ref(), &parts, catalog, &root, sink))
        }
    };
    let templates = model.and_then(|m| {
        let command = m.value.command.0.as_ref()?;
        placeholders::check(command, &parts.all[0], searched.as_ref(), &root, sink)
    });
    let model = model.and_then(|m| used(&m.value, &parts.all[0], sink));
    let isolation = document.isolation.0.as_ref()?;
    Some(CommandSpec {
        name: document.name.0.as_ref()?.value.0.clone(),
        seed: document.seed.0.as_ref()?.as_ref().map_or(0, |s| s.value.0.unsigned_abs()),
        model: model?,
        evaluation: evaluation?,
        search: match search {
            None => None,
            Some(search) => Some(search?),
        },
        isolation: isolation.as_ref().map_or_else(ConfinesSpec::default, confines),
        templates: templates?,
        sources: sources.clone(),
        root,
    })
}

/// What the format has for plugins and means nothing to a command: noted and left out.
const FOREIGN: [(&str, &str, &str); 7] = [
    ("", "data", "a command loads its own data: pass a path to it as an argument"),
    ("", "stages", "a command does its own preprocessing: make it a parameter of the command"),
    ("", "training", "a command trains itself: make this a parameter of the command"),
    ("", "regularization", "a command trains itself: make this a parameter of the command"),
    ("model", "plugin", "a model is either a plugin or a command"),
    ("evaluation", "resample", "a command measures itself: it chooses its own rows"),
    ("isolation", "in-process", "a command always runs in a process of its own"),
];

fn take_foreign(root: &mut Node, sink: &mut Sink) {
    for (section, key, why) in FOREIGN {
        let node = match section {
            "" => Some(&mut *root),
            section => root.entry_mut(section).map(|entry| &mut entry.value),
        };
        let Some(node) = node else { continue };
        let span = match &mut node.kind {
            Kind::Map(entries) => {
                let found = entries.iter().position(|e| e.key.text == key);
                found.map(|i| entries.remove(i).key.span)
            }
            Kind::Scalar { text, .. } if text == key => {
                let span = node.span;
                node.kind = Kind::Map(Vec::new());
                Some(span)
            }
            _ => None,
        };
        if let Some(span) = span {
            let message = format!("{} is not for a command", quote(key));
            sink.push(Diagnostic::new(Code::Mismatch, span, message).help(Some(why)));
        }
    }
}

fn used(model: &CommandModel, part: &Part, sink: &mut Sink) -> Option<CommandUse> {
    let env = match model.env.0.as_ref()? {
        Some(env) => variables(env, sink),
        None => Some(BTreeMap::new()),
    };
    let command = model.command.0.as_ref()?;
    Some(CommandUse {
        command: command.value.iter().map(|argument| argument.value.0.clone()).collect(),
        params: part.written.clone(),
        env: env?,
        files: paths(model.files.0.as_ref()?.as_ref()),
        threads: u32::try_from(model.threads.map_or(1, |n| n.0)).ok()?,
        deterministic: model.deterministic,
    })
}

/// Variables of the environment: text, or what reads as a number or a truth value.
fn variables(env: &Settings, sink: &mut Sink) -> Option<BTreeMap<String, String>> {
    let mut good = BTreeMap::new();
    for entry in &env.entries {
        let name = entry.key.text.as_str();
        let is_name = !name.is_empty() && !name.contains(['=', '\0']);
        let ours = ["HOME", "TMPDIR"].contains(&name) || name.starts_with("SURMISE_");
        let message = match &entry.value {
            None => continue, // noted when it was read
            _ if !is_name => format!("{} is no name of a variable", quote(name)),
            _ if ours => format!("{} is given by Surmise", quote(name)),
            Some(serde_json::Value::String(text)) if !text.contains('\0') => {
                good.insert(name.to_owned(), text.clone());
                continue;
            }
            Some(value @ (serde_json::Value::Number(_) | serde_json::Value::Bool(_))) => {
                good.insert(name.to_owned(), value.to_string());
                continue;
            }
            Some(_) => format!("the variable {} is text", quote(name)),
        };
        sink.push(Diagnostic::new(Code::Value, entry.key.span, message));
    }
    (good.len() == env.entries.len()).then_some(good)
}

fn confines(written: &Confines) -> ConfinesSpec {
    ConfinesSpec {
        limits: WorkersSpec {
            sandbox: written.sandbox.unwrap_or_default(),
            memory_bytes: written.memory.map(|bytes| bytes.0),
            time_ms: written.time.map(|duration| duration.0),
        },
        network: written.network,
        read: paths(written.read.as_ref()),
        write: paths(written.write.as_ref()),
    }
}

fn paths(written: Option<&Vec<Spanned<Printable>>>) -> Vec<String> {
    written.into_iter().flatten().map(|path| path.value.0.clone()).collect()
}

fn entry<'a>(node: &'a Node, key: &str) -> Option<&'a Entry> {
    match &node.kind {
        Kind::Map(entries) => entries.iter().find(|e| e.key.text == key),
        _ => None,
    }
}
