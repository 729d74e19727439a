//! Texts: free ones, printable ones, names, and separators.

use serde_json::{Value, json};

use super::Decode;
use super::leaf::scalar;
use crate::catalog::Catalog;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::scalar::Scalar;
use crate::text::{is_deceptive, quote};
use crate::tree::{Kind, Node};

/// Text of a sensible length.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Text(pub(crate) String);

/// Text in which every character can be seen: a path, or the name of a part.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Printable(pub(crate) String);

/// A name for people and files.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Name(pub(crate) String);

/// A single ASCII character that separates values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Delimiter(pub(crate) char);

const LONGEST_TEXT: usize = 4096;

/// The pattern of a [`Name`].
const NAME_PATTERN: &str = "^[A-Za-z_][A-Za-z0-9_.-]{0,63}$";

impl Decode for Text {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        let (scalar, text) = scalar(node, "text", sink)?;
        if scalar != Scalar::Text {
            let message = format!("expected text, found {}", node.describe());
            let help = (!text.is_empty()).then(|| format!("quote it to mean text: \"{text}\""));
            sink.push(
                Diagnostic::new(Code::Type, node.span, message).label("expected text").help(help),
            );
            return None;
        }
        let problem = if text.is_empty() {
            "the text is empty"
        } else if text.len() > LONGEST_TEXT {
            "the text is longer than 4096 bytes"
        } else if text.chars().any(char::is_control) {
            "the text has control characters"
        } else {
            return Some(Self(text.to_owned()));
        };
        sink.push(Diagnostic::new(Code::Value, node.span, problem));
        None
    }

    fn schema(_: &Catalog<'_>) -> Value {
        json!({"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT})
    }
}

impl Decode for Printable {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        let Text(text) = Text::decode(node, sink)?;
        if text.chars().any(is_deceptive) {
            let message = format!("{} has invisible characters", quote(&text));
            sink.push(Diagnostic::new(Code::Value, node.span, message));
            return None;
        }
        Some(Self(text))
    }

    fn schema(catalog: &Catalog<'_>) -> Value {
        Text::schema(catalog)
    }
}

impl Decode for Name {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        let Text(text) = Text::decode(node, sink)?;
        let mut chars = text.chars();
        let starts_well = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
        let goes_on_well = chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
        if starts_well && goes_on_well && text.len() <= 64 {
            return Some(Self(text));
        }
        sink.push(
            Diagnostic::new(Code::Value, node.span, format!("{} is not a name", quote(&text)))
                .help(Some(
                    "a name has up to 64 of A-Z a-z 0-9 _ . - and begins with a letter or _",
                )),
        );
        None
    }

    fn schema(_: &Catalog<'_>) -> Value {
        json!({"type": "string", "pattern": NAME_PATTERN})
    }
}

impl Decode for Delimiter {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        let text = match &node.kind {
            Kind::Scalar { text, .. } => text.as_str(),
            _ => "",
        };
        match text.as_bytes() {
            [b] if b.is_ascii() && !b.is_ascii_alphanumeric() && !b"\"\r\n\0".contains(b) => {
                Some(Self(char::from(*b)))
            }
            _ => {
                let message = "expected a single ASCII character that can separate values";
                sink.push(
                    Diagnostic::new(Code::Value, node.span, message)
                        .help(Some(r#"such as ",", ";", "|" or "\t", in double quotes"#)),
                );
                None
            }
        }
    }

    fn schema(_: &Catalog<'_>) -> Value {
        json!({"type": "string", "minLength": 1, "maxLength": 1})
    }
}

impl serde::Serialize for Delimiter {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
