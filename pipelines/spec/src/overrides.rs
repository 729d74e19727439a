//! Values given on the command line: `--set path=value`.

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::parse::{Input, parse};
use crate::path::Target;
use crate::source::{Source, Span};
use crate::text::{is_deceptive, quote};
use crate::tree::{Entry, Key, Kind, Node, prefixes};

/// A value that replaces, or adds to, what the file says; `null` takes a key out of it, and
/// switches a stage off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    text: String,
}

const FLAG: &str = "--set ";
const MAX_PATH_PARTS: usize = 16;

impl Override {
    /// An override as it stands after `--set`: `path=value`, the value in YAML. Whether it is one
    /// is told with everything else by [`load`](crate::load).
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }

    /// The text under which diagnostics show it.
    pub(crate) fn source(&self) -> Source {
        Source { name: "command line".into(), text: format!("{FLAG}{}", self.text) }
    }
}

/// Changes the tree as source number `source`, an override, says.
pub(crate) fn apply(root: &mut Node, source: usize, text: &str, sink: &mut Sink) {
    let whole = Span { source, start: FLAG.len(), end: text.len() };
    let path = text[FLAG.len()..].split_once('=').map(|(path, _)| path);
    let Some(path) = path.filter(|p| is_path(p)) else {
        sink.push(
            Diagnostic::new(Code::Syntax, whole, "not an override")
                .help(Some("write `--set path=value`, such as `--set seed=7`")),
        );
        return;
    };
    let key_end = whole.start + path.len();
    let input = Input { source, text, start: key_end + 1 };
    let Some(value) = parse(&input, sink) else {
        return;
    };
    if value.is_nothing() {
        let message = format!("there is no value after {}", quote(&format!("{path}=")));
        let help = format!("write `--set {path}=null` to leave the key out");
        sink.push(Diagnostic::new(Code::Syntax, whole, message).help(Some(help)));
        return;
    }
    let key = Span { end: key_end, ..whole };
    let change = Change { key, value };
    if let Err(diagnostic) = change.put(root, path, path) {
        sink.push(diagnostic);
    }
}

fn is_path(path: &str) -> bool {
    !path.chars().any(is_deceptive)
        && path.split('.').all(|part| !part.is_empty() && part.trim() == part)
        && path.split('.').count() <= MAX_PATH_PARTS
}

struct Change {
    key: Span,
    value: Node,
}

impl Change {
    /// Puts the value at `rest` below `node`; `path` is the whole path.
    fn put(self, node: &mut Node, path: &str, rest: &str) -> Result<(), Diagnostic> {
        if node.is_null() {
            node.kind = Kind::Map(Vec::new());
            node.span = self.key;
        }
        let found = prefixes(rest).find(|(head, _)| node.entry_mut(head).is_some());
        if let (Some((head, "")), Kind::Map(entries), true) =
            (found, &mut node.kind, self.value.is_null())
        {
            entries.retain(|entry| entry.key.text != head);
            return Ok(());
        }
        if let Some((head, rest)) = found
            && let Some(entry) = node.entry_mut(head)
        {
            if rest.is_empty() {
                entry.value = self.value;
                return Ok(());
            }
            return self.put(&mut entry.value, path, rest);
        }
        let above = path[..path.len() - rest.len()].trim_end_matches('.');
        match &mut node.kind {
            Kind::Map(_) if self.value.is_null() => {
                let message = format!("there is no {} to leave out", quote(path));
                Err(Diagnostic::new(Code::UnknownName, self.key, message))
            }
            Kind::Map(entries) => self.add(entries, above, rest),
            Kind::List(_) if above == "stages" => Err(self.no_stage(rest)),
            Kind::List(_) => {
                let name = rest.split('.').next().unwrap_or(rest);
                let message = format!("{} has no entry {}", quote(above), quote(name));
                Err(Diagnostic::new(Code::UnknownName, self.key, message)
                    .help(Some("an override changes entries of a list but adds none")))
            }
            Kind::Scalar { .. } => {
                let message = format!("{} is a single value: nothing is below it", quote(above));
                Err(Diagnostic::new(Code::Type, self.key, message))
            }
        }
    }

    /// Adds an entry that is not there yet, with the mappings between.
    fn add(self, entries: &mut Vec<Entry>, above: &str, rest: &str) -> Result<(), Diagnostic> {
        let (head, below) = match rest.split_once('.') {
            // A whole path is one key here.
            _ if above == "search.space" => {
                self.check_whole(rest)?;
                (rest, None)
            }
            Some((head, below)) => (head, Some(below)),
            None => (rest, None),
        };
        let span = self.key;
        let value = match below {
            None => self.value,
            Some(below) if above.is_empty() && head == "stages" => return Err(self.no_stage(below)),
            Some(below) => {
                let above = format!("{above}.{head}");
                let mut inner = Vec::new();
                self.add(&mut inner, above.trim_start_matches('.'), below)?;
                Node { span, kind: Kind::Map(inner) }
            }
        };
        let key = Key { text: head.to_owned(), span };
        entries.push(Entry { key, value });
        Ok(())
    }

    /// A stage of the file would have to stand somewhere among the others.
    fn no_stage(&self, rest: &str) -> Diagnostic {
        let name = rest.split('.').next().unwrap_or(rest);
        let message = format!("the file has no stage {}", quote(name));
        let help = format!("give all stages in order: `--set 'stages=[{{{name}: {{}}}}, …]'`");
        Diagnostic::new(Code::UnknownName, self.key, message).help(Some(help))
    }

    /// Part of a domain makes no domain.
    fn check_whole(&self, path: &str) -> Result<(), Diagnostic> {
        let above =
            |(head, below): &(&str, &str)| !below.is_empty() && Target::parse(head).is_some();
        let searchable = prefixes(path).find(above).filter(|_| Target::parse(path).is_none());
        let Some((searchable, _)) = searchable else {
            return Ok(());
        };
        let message = format!("the space does not have {} yet", quote(searchable));
        let help = format!(
            "write its whole domain: `--set 'search.space.{searchable}={{min: …, max: …}}'`"
        );
        Err(Diagnostic::new(Code::UnknownName, self.key, message).help(Some(help)))
    }
}

#[cfg(test)]
mod tests;
