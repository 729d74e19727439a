//! Values given on the command line: `--set path=value`.

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::parse::{Input, parse};
use crate::source::{Source, Span};
use crate::text::{is_deceptive, quote};
use crate::tree::{Entry, Key, Kind, Node, prefixes};

/// A value that replaces, or adds to, what the file says.
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
    if let Some(value) = parse(&input, sink) {
        let key = Span { end: key_end, ..whole };
        let change = Change { key, value };
        if let Err(diagnostic) = change.put(root, path, path) {
            sink.push(diagnostic);
        }
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
            Kind::Map(entries) => {
                self.add(entries, above, rest);
                Ok(())
            }
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
    fn add(self, entries: &mut Vec<Entry>, above: &str, rest: &str) {
        // Below `search.space` a whole path is one key.
        let (head, below) = match rest.split_once('.') {
            Some((head, below)) if above != "search.space" => (head, Some(below)),
            _ => (rest, None),
        };
        let span = self.key;
        let value = match below {
            None => self.value,
            Some(below) => {
                let above = format!("{above}.{head}");
                let mut inner = Vec::new();
                self.add(&mut inner, above.trim_start_matches('.'), below);
                Node { span, kind: Kind::Map(inner) }
            }
        };
        let key = Key { text: head.to_owned(), span };
        entries.push(Entry { key, value });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnostics;
    use serde_json::{Value, json};

    use crate::decode::Decode;

    fn changed(yaml: &str, set: &str) -> Result<Value, Box<Diagnostics>> {
        let file = Source { name: "p.yaml".into(), text: yaml.into() };
        let sources = [file, Override::new(set).source()];
        let mut sink = Sink::default();
        let input = Input { source: 0, text: &sources[0].text, start: 0 };
        let mut root = parse(&input, &mut sink).unwrap();
        apply(&mut root, 1, &sources[1].text, &mut sink);
        let value = Value::decode(&root, &mut sink);
        match sink.finish(sources.into()) {
            Some(diagnostics) => Err(Box::new(diagnostics)),
            None => Ok(value.unwrap()),
        }
    }

    #[test]
    fn replaces_and_adds() {
        assert_eq!(changed("a: 1", "a=2").unwrap(), json!({"a": 2}));
        assert_eq!(
            changed("a: {b: 1}", "a.c.d=[x, 1e3]").unwrap(),
            json!({"a": {"b": 1, "c": {"d": ["x", 1000.0]}}})
        );
        assert_eq!(changed("a: null", "a.b=1").unwrap(), json!({"a": {"b": 1}}));
    }

    #[test]
    fn enters_stages_by_name_and_the_space_by_path() {
        let stages = "stages: [{impute: {}}, {pca: {components: 3}}]";
        assert_eq!(
            changed(stages, "stages.pca.components=5").unwrap(),
            json!({"stages": [{"impute": {}}, {"pca": {"components": 5}}]})
        );
        let space = "search: {space: {model.params.c: [1]}}";
        assert_eq!(
            changed(space, "search.space.model.params.c=[2]").unwrap(),
            json!({"search": {"space": {"model.params.c": [2]}}})
        );
        assert_eq!(
            changed(space, "search.space.model.params.d=[2]").unwrap(),
            json!({"search": {"space": {"model.params.c": [1], "model.params.d": [2]}}})
        );
    }

    #[test]
    fn refuses_what_has_no_place() {
        let message = |yaml, set: &str| {
            let found = changed(yaml, set).unwrap_err();
            found.iter().next().unwrap().message().to_owned()
        };
        assert_eq!(message("a: 1", "a"), "not an override");
        assert_eq!(message("a: 1", "=2"), "not an override");
        assert_eq!(message("a: 1", &"a.".repeat(100_000)), "not an override");
        assert!(message("a: 1", "a.b=2").contains("`a` is a single value"));
        assert!(message("s: [{x: {}}]", "s.y=2").contains("`s` has no entry `y`"));
        assert!(message("a: 1", "a=").contains("empty"));
        assert!(message("a: 1", "a=[").contains("invalid YAML"));
    }
}
