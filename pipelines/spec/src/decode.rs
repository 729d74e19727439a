//! From a tree to typed values: every problem is noted, and reading goes on.
//!
//! A [`Decode`] type says both how it is read and what its JSON Schema is, so that the two cannot
//! come apart. Structures are defined once, by [`record!`].

mod leaf;
mod quantity;
mod record;
mod text;

pub(crate) use leaf::{Fraction, Integer, Number};
pub(crate) use quantity::{Bytes, Duration, bytes_text, duration_text};
pub(crate) use record::{Fields, RecordShape, not_yet, record};
pub(crate) use text::{Delimiter, Name, Printable, Text};

use serde_json::{Value, json};

use crate::catalog::Catalog;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::Span;
use crate::tree::{Kind, Node};

/// A type that is read from a tree.
pub(crate) trait Decode: Sized {
    /// Whether a record must have it.
    const REQUIRED: bool = true;

    /// Reads it; `None` after noting what is wrong.
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self>;

    /// Its JSON Schema.
    fn schema(catalog: &Catalog<'_>) -> Value;

    /// Its value when a record does not have it, if that is allowed or can be lived with.
    fn absent() -> Option<Self> {
        None
    }

    /// Its value when a record has it under a misspelt key, and so a value that nobody read.
    fn illegible() -> Option<Self> {
        Self::absent()
    }
}

/// A value that remembers its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spanned<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

/// A part whose problems do not keep the parts around it from being read and checked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Attempt<T>(pub(crate) Option<T>);

impl<T: Decode> Decode for Spanned<T> {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        let value = T::decode(node, sink)?;
        let span = node.span;
        Some(Self { value, span })
    }

    fn schema(catalog: &Catalog<'_>) -> Value {
        T::schema(catalog)
    }
}

impl<T: Decode> Decode for Option<T> {
    const REQUIRED: bool = false;

    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        T::decode(node, sink).map(Some)
    }

    fn schema(catalog: &Catalog<'_>) -> Value {
        T::schema(catalog)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: Decode> Decode for Attempt<T> {
    const REQUIRED: bool = T::REQUIRED;

    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        Some(Self(T::decode(node, sink)))
    }

    fn schema(catalog: &Catalog<'_>) -> Value {
        T::schema(catalog)
    }

    fn absent() -> Option<Self> {
        Some(Self(T::absent()))
    }

    fn illegible() -> Option<Self> {
        Some(Self(None))
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        let Kind::List(items) = &node.kind else {
            expected("a list", node, sink);
            return None;
        };
        // All items are read before the list is given up, so that all their problems are noted.
        let decoded: Vec<Option<T>> = items.iter().map(|item| T::decode(item, sink)).collect();
        decoded.into_iter().collect()
    }

    fn schema(catalog: &Catalog<'_>) -> Value {
        json!({"type": "array", "items": T::schema(catalog)})
    }
}

/// Notes a value of the wrong type.
pub(crate) fn expected(what: &str, node: &Node, sink: &mut Sink) {
    sink.push(unexpected(what, node));
}

/// A value of the wrong type.
fn unexpected(what: &str, node: &Node) -> Diagnostic {
    let message = format!("expected {what}, found {}", node.describe());
    Diagnostic::new(Code::Type, node.span, message).label(format!("expected {what}"))
}
