//! Scalars: booleans, numbers, texts, and values of any kind.

use serde_json::{Map, Value, json};
use surmise_core::component::Task;

use super::{Decode, expected};
use crate::catalog::Catalog;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::scalar::{Scalar, classify};
use crate::text::{is_deceptive, quote};
use crate::tree::{Kind, Node};

/// An integer within bounds, both inclusive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Integer<const LOW: i64, const HIGH: i64>(pub(crate) i64);

/// A number above 0 and below 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fraction(pub(crate) f64);

/// An integer or a finite decimal fraction, as it was written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Number(pub(crate) serde_json::Number);

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

/// Integers beyond this have neighbours that a float cannot tell apart.
const MAX_EXACT: u64 = 1 << 53;

const LONGEST_TEXT: usize = 4096;

/// The pattern of a [`Name`].
pub(crate) const NAME_PATTERN: &str = "^[A-Za-z_][A-Za-z0-9_.-]{0,63}$";

impl Decode for bool {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        let what = "`true` or `false`";
        match scalar(node, what, sink)? {
            (Scalar::Bool(b), _) => Some(b),
            _ => {
                expected(what, node, sink);
                None
            }
        }
    }

    fn schema(_: &Catalog<'_>) -> Value {
        json!({"type": "boolean"})
    }
}

impl<const LOW: i64, const HIGH: i64> Decode for Integer<LOW, HIGH> {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        match scalar(node, "an integer", sink)? {
            (Scalar::Int(n), _) if (LOW..=HIGH).contains(&n) => Some(Self(n)),
            (Scalar::Int(n), _) => {
                let message = format!("must lie between {LOW} and {HIGH}, not {n}");
                sink.push(Diagnostic::new(Code::Value, node.span, message));
                None
            }
            _ => {
                expected("an integer", node, sink);
                None
            }
        }
    }

    fn schema(_: &Catalog<'_>) -> Value {
        json!({"type": "integer", "minimum": LOW, "maximum": HIGH})
    }
}

impl Decode for Number {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        match (scalar(node, "a number", sink)?.0, Value::decode(node, sink)?) {
            (Scalar::Int(_) | Scalar::Float(_), Value::Number(number)) => Some(Self(number)),
            _ => {
                expected("a number", node, sink);
                None
            }
        }
    }

    fn schema(_: &Catalog<'_>) -> Value {
        json!({"type": "number"})
    }
}

impl Decode for Fraction {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        let x = Number::decode(node, sink)?.0.as_f64()?;
        if 0.0 < x && x < 1.0 {
            return Some(Self(x));
        }
        let message = format!("must lie above 0 and below 1, not {x}");
        sink.push(Diagnostic::new(Code::Value, node.span, message));
        None
    }

    fn schema(_: &Catalog<'_>) -> Value {
        json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1})
    }
}

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

impl Decode for Task {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        let Text(text) = Text::decode(node, sink)?;
        let all = [Self::Classification, Self::Regression];
        let found = all.into_iter().find(|t| t.to_string() == text);
        if found.is_none() {
            let names = all.map(|t| t.to_string());
            let help = crate::suggest::help(&text, names.iter().map(String::as_str));
            let message = format!("there is no task {}", quote(&text));
            sink.push(Diagnostic::new(Code::UnknownName, node.span, message).help(help));
        }
        found
    }

    fn schema(_: &Catalog<'_>) -> Value {
        json!({"enum": [Self::Classification, Self::Regression]})
    }
}

impl Decode for Value {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        match &node.kind {
            Kind::Scalar { .. } => scalar_value(node, sink),
            Kind::List(_) => Vec::<Value>::decode(node, sink).map(Self::Array),
            Kind::Map(entries) => {
                let pairs: Vec<Option<(String, Value)>> = entries
                    .iter()
                    .map(|e| Some((e.key.text.clone(), Self::decode(&e.value, sink)?)))
                    .collect();
                let map: Option<Map<String, Value>> = pairs.into_iter().collect();
                map.map(Self::Object)
            }
        }
    }

    fn schema(_: &Catalog<'_>) -> Value {
        json!({})
    }
}

fn scalar_value(node: &Node, sink: &mut Sink) -> Option<Value> {
    let (scalar, text) = scalar(node, "a value", sink)?;
    match scalar {
        Scalar::Null => Some(Value::Null),
        Scalar::Bool(b) => Some(b.into()),
        Scalar::Int(n) if n.unsigned_abs() <= MAX_EXACT => Some(n.into()),
        Scalar::Int(n) => {
            let message = format!("{n} is too large to be exact");
            sink.push(
                Diagnostic::new(Code::Value, node.span, message)
                    .help(Some("integers lie within ±2^53 = 9007199254740992")),
            );
            None
        }
        Scalar::Float(x) => Some(x.into()),
        Scalar::Text | Scalar::Refused(..) => Some(text.into()),
    }
}

/// The meaning and text of a scalar. What readers of YAML disagree on is noted and refused.
fn scalar<'a>(node: &'a Node, what: &str, sink: &mut Sink) -> Option<(Scalar, &'a str)> {
    let Kind::Scalar { text, plain } = &node.kind else {
        expected(what, node, sink);
        return None;
    };
    let scalar = if *plain { classify(text) } else { Scalar::Text };
    if let Scalar::Refused(why, help) = scalar {
        let message = format!("{} {why}", quote(text));
        sink.push(Diagnostic::new(Code::Value, node.span, message).help(Some(help)));
        return None;
    }
    Some((scalar, text))
}
