//! Booleans, numbers, tasks, and values of any kind.

use std::fmt::Display;

use serde_json::{Map, Value, json};
use surmise_core::component::Task;

use super::{Decode, Text, expected, unexpected};
use crate::catalog::Catalog;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::scalar::{Scalar, Wanted, classify, hint, is_huge_integer};
use crate::text::quote;
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

/// Integers beyond this have neighbours that a float cannot tell apart.
const MAX_EXACT: u64 = 1 << 53;

impl Decode for bool {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        match scalar(node, wanted(Wanted::Bool), sink)? {
            (Scalar::Bool(b), _) => Some(b),
            _ => mistaken(Wanted::Bool, node, sink),
        }
    }

    fn schema(_: &Catalog<'_>) -> Value {
        json!({"type": "boolean"})
    }
}

impl<const LOW: i64, const HIGH: i64> Decode for Integer<LOW, HIGH> {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        let outside = |n: &dyn Display, sink: &mut Sink| {
            let message = format!("{} must lie between {LOW} and {HIGH}, not {n}", sink.place());
            sink.push(Diagnostic::new(Code::Value, node.span, message));
            None
        };
        match &node.kind {
            Kind::Scalar { text, plain: true } if is_huge_integer(text) => {
                return outside(text, sink);
            }
            _ => {}
        }
        match scalar(node, wanted(Wanted::Integer), sink)? {
            (Scalar::Int(n), _) if (LOW..=HIGH).contains(&n) => Some(Self(n)),
            (Scalar::Int(n), _) => outside(&n, sink),
            _ => mistaken(Wanted::Integer, node, sink),
        }
    }

    fn schema(_: &Catalog<'_>) -> Value {
        json!({"type": "integer", "minimum": LOW, "maximum": HIGH})
    }
}

impl Decode for Number {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        match (scalar(node, wanted(Wanted::Number), sink)?.0, Value::decode(node, sink)?) {
            (Scalar::Int(_) | Scalar::Float(_), Value::Number(number)) => Some(Self(number)),
            _ => mistaken(Wanted::Number, node, sink),
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
        let message = format!("{} must lie above 0 and below 1, not {x}", sink.place());
        sink.push(Diagnostic::new(Code::Value, node.span, message));
        None
    }

    fn schema(_: &Catalog<'_>) -> Value {
        json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1})
    }
}

impl Decode for Task {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        let Text(text) = Text::decode(node, sink)?;
        let all = [Self::Classification, Self::Regression];
        let found = all.into_iter().find(|t| t.to_string() == text);
        if found.is_none() {
            let names = all.map(|t| t.to_string());
            let help = surmise_core::suggest::help(&text, names.iter().map(String::as_str));
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

fn wanted(wanted: Wanted) -> &'static str {
    match wanted {
        Wanted::Bool => "`true` or `false`",
        Wanted::Integer => "an integer",
        Wanted::Number => "a number",
    }
}

/// Notes a scalar of the wrong type, and how to spell what was perhaps meant.
fn mistaken<T>(what: Wanted, node: &Node, sink: &mut Sink) -> Option<T> {
    let help = match &node.kind {
        Kind::Scalar { text, plain } => hint(text, *plain, what),
        _ => None,
    };
    sink.push(unexpected(wanted(what), node).help(help));
    None
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
pub(super) fn scalar<'a>(node: &'a Node, what: &str, sink: &mut Sink) -> Option<(Scalar, &'a str)> {
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
