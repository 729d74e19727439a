//! A YAML document as a tree in which everything knows its place.

use crate::source::Span;
use crate::text::quote;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    /// The value, or for a block of several lines what introduces it: the place to point at.
    pub(crate) span: Span,
    pub(crate) kind: Kind,
}

/// A value of one of YAML's three kinds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    /// A scalar; `plain` if it was not quoted.
    Scalar { text: String, plain: bool },
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the order written, every key once.
    Map(Vec<Entry>),
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: Key,
    pub(crate) value: Node,
}

/// The key of an entry.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key {
    pub(crate) text: String,
    pub(crate) span: Span,
}

impl Node {
    /// No value, where one could stand.
    pub(crate) fn nothing(span: Span) -> Self {
        Self { span, kind: Kind::Scalar { text: String::new(), plain: true } }
    }

    /// Whether there is no value, not even `null`.
    pub(crate) fn is_nothing(&self) -> bool {
        matches!(&self.kind, Kind::Scalar { text, plain: true } if text.is_empty())
    }

    /// What it is, for a message such as "expected a list, found …".
    pub(crate) fn describe(&self) -> String {
        match &self.kind {
            Kind::Scalar { text, plain: true } => match crate::scalar::classify(text) {
                crate::scalar::Scalar::Null => "nothing (null)".into(),
                crate::scalar::Scalar::Bool(_) => format!("the boolean {}", quote(text)),
                crate::scalar::Scalar::Text => format!("the text {}", quote(text)),
                _ => format!("the number {}", quote(text)),
            },
            Kind::Scalar { text, .. } => format!("the text {}", quote(text)),
            Kind::List(_) => "a list".into(),
            Kind::Map(_) => "a mapping".into(),
        }
    }

    /// Whether it is `null` or nothing at all.
    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar { text, plain: true }
            if crate::scalar::classify(text) == crate::scalar::Scalar::Null)
    }

    /// The place of the value at a dotted path, or of the deepest part of the path that exists.
    ///
    /// A key may itself contain dots, as the paths below `search.space` do; a list of one-key
    /// mappings, such as `stages`, is entered by those keys.
    pub(crate) fn locate(&self, path: &str) -> Span {
        match self.step(path) {
            Some((entry, "")) => entry.value.span,
            Some((entry, rest)) if entry.value.step(rest).is_some() => entry.value.locate(rest),
            Some((entry, _)) => entry.value.span,
            None => self.span,
        }
    }

    /// The value at a dotted path, as `locate` follows it.
    pub(crate) fn find(&self, path: &str) -> Option<&Self> {
        prefixes(path).find_map(|(head, rest)| {
            let value = &self.entry(head)?.value;
            if rest.is_empty() { Some(value) } else { value.find(rest) }
        })
    }

    /// The entry whose key is the longest beginning of the path, and the rest of the path.
    fn step<'p>(&self, path: &'p str) -> Option<(&Entry, &'p str)> {
        prefixes(path).find_map(|(head, rest)| self.entry(head).map(|e| (e, rest)))
    }

    fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.kind {
            Kind::Map(entries) => entries.iter().find(|e| e.key.text == key),
            Kind::List(items) => items.iter().find_map(|item| match &item.kind {
                Kind::Map(entries) => entries.iter().find(|e| e.key.text == key),
                _ => None,
            }),
            Kind::Scalar { .. } => None,
        }
    }

    /// As `entry`, to change it.
    pub(crate) fn entry_mut(&mut self, key: &str) -> Option<&mut Entry> {
        match &mut self.kind {
            Kind::Map(entries) => entries.iter_mut().find(|e| e.key.text == key),
            Kind::List(items) => items.iter_mut().find_map(|item| match &mut item.kind {
                Kind::Map(entries) => entries.iter_mut().find(|e| e.key.text == key),
                _ => None,
            }),
            Kind::Scalar { .. } => None,
        }
    }
}

/// The ways to cut a dotted path in two, the longest first part first: `a.b.c` and nothing,
/// `a.b` and `c`, `a` and `b.c`.
pub(crate) fn prefixes(path: &str) -> impl Iterator<Item = (&str, &str)> {
    let dots = path.rmatch_indices('.').map(|(i, _)| i);
    std::iter::once((path, "")).chain(dots.map(|i| (&path[..i], &path[i + 1..])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_paths_longest_first() {
        let all: Vec<_> = prefixes("a.b.c").collect();
        assert_eq!(all, [("a.b.c", ""), ("a.b", "c"), ("a", "b.c")]);
    }
}
