//! Keys of a mapping, and what `<<` merges into it.

use std::collections::{BTreeMap, BTreeSet};

use super::places::Places;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::Span;
use crate::text::{is_deceptive, quote};
use crate::tree::{Entry, Key, Kind, Node};

/// A key whose value comes next.
pub(super) enum PendingKey {
    /// An ordinary key.
    Plain(Key),
    /// `<<`.
    Merge,
    /// A key that was complained about: its value is read and dropped.
    Bad,
}

/// Judges a key; `seen` holds those before it in the same mapping.
pub(super) fn pending_key(
    node: Node,
    seen: &mut BTreeMap<String, Span>,
    places: &Places<'_>,
    sink: &mut Sink,
) -> PendingKey {
    let span = node.span;
    let (text, plain) = match node.kind {
        Kind::Scalar { text, plain } => (text, plain),
        Kind::List(_) | Kind::Map(_) => {
            let message = "a key must be text, not a list or a mapping";
            sink.push(Diagnostic::new(Code::Syntax, span, message));
            return PendingKey::Bad;
        }
    };
    let problem = if text.is_empty() {
        Some(Diagnostic::new(Code::Syntax, span, "a key is missing before `:`"))
    } else if text.chars().any(is_deceptive) {
        let message = format!("the key {} has invisible characters", quote(&text));
        Some(Diagnostic::new(Code::Syntax, span, message))
    } else if let Some(first) = seen.insert(text.clone(), span) {
        let message = format!("the key {} is here twice", quote(&text));
        let label = format!("first on line {}", places.line(first));
        Some(Diagnostic::new(Code::Duplicate, span, message).label(label))
    } else {
        None
    };
    if let Some(problem) = problem {
        sink.push(problem);
        return PendingKey::Bad;
    }
    if plain && text == "<<" {
        return PendingKey::Merge;
    }
    PendingKey::Plain(Key { text, span })
}

/// The mappings that a `<<` names.
pub(super) fn merge_sources(node: Node, merged: &mut Vec<Node>, sink: &mut Sink) {
    let items = match node.kind {
        Kind::List(items) => items,
        _ => vec![node],
    };
    for item in items {
        if let Kind::Map(_) = item.kind {
            merged.push(item);
        } else {
            let message = format!("`<<` merges mappings, not {}", item.describe());
            sink.push(Diagnostic::new(Code::Syntax, item.span, message));
        }
    }
}

/// Adds merged entries: a key's own entry wins, then the earliest mapping that has it.
pub(super) fn merge(mut entries: Vec<Entry>, merged: Vec<Node>) -> Vec<Entry> {
    if merged.is_empty() {
        return entries;
    }
    let mut seen: BTreeSet<String> = entries.iter().map(|e| e.key.text.clone()).collect();
    for node in merged {
        if let Kind::Map(more) = node.kind {
            entries.extend(more.into_iter().filter(|e| seen.insert(e.key.text.clone())));
        }
    }
    entries
}
