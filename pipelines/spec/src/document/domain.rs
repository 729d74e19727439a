//! What may vary, as it is written: `search.space`.

use serde_json::{Value, json};

use crate::catalog::Catalog;
use crate::decode::{Attempt, Decode, Number, Spanned, expected, record};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::Span;
use crate::tree::{Entry, Key, Kind, Node};

/// Every searched path and its domain.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SpaceText {
    pub(crate) entries: Vec<SpaceEntry>,
}

/// A searched path and its domain.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SpaceEntry {
    pub(crate) path: Key,
    pub(crate) domain: Attempt<DomainText>,
    /// Where the domain stands.
    pub(crate) span: Span,
}

/// The values a path may take.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum DomainText {
    /// A list of values.
    List(Vec<Spanned<Value>>),
    /// A list of values that says more.
    Values(Values),
    /// Numbers between two bounds.
    Range(Range),
}

/// The condition under which a path takes part.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct When {
    pub(crate) path: Key,
    pub(crate) values: Vec<Spanned<Value>>,
}

record! {
    /// A list of values that says more.
    struct Values as "a list of values" {
        /// The values.
        values: Vec<Spanned<Value>>,
        /// Whether their order means something, as in small, medium, large.
        ordered: bool = false,
        /// Takes part only when another searched path has one of these values.
        when: Attempt<Option<When>>,
    }
}

record! {
    /// Numbers between two bounds, both inclusive.
    struct Range as "a range" {
        /// The smallest value.
        min: Spanned<Number>,
        /// The largest value.
        max: Spanned<Number>,
        /// Whether equal ratios count as equal distances.
        log: bool = false,
        /// The distance between neighbours, if only multiples are allowed.
        step: Option<Spanned<Number>>,
        /// Takes part only when another searched path has one of these values.
        when: Attempt<Option<When>>,
    }
}

/// What may be searched.
const PATHS: &str = r"^(model\.params\.[^.]+|(stages|training|regularization)\.[^.]+(\.[^.]+)?)$";
const MAX_PARAMETERS: usize = 256;
const MAX_CHOICES: usize = 1000;

impl DomainText {
    pub(crate) fn when(&self) -> Option<&When> {
        let when = match self {
            Self::List(_) => return None,
            Self::Values(values) => &values.when,
            Self::Range(range) => &range.when,
        };
        when.0.as_ref()?.as_ref()
    }
}

impl Decode for SpaceText {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        let Kind::Map(entries) = &node.kind else {
            expected("a mapping from paths to values", node, sink);
            return None;
        };
        if entries.is_empty() {
            let message = "`search.space` names nothing that may vary";
            sink.push(Diagnostic::new(Code::Space, node.span, message));
            return None;
        }
        if entries.len() > MAX_PARAMETERS {
            let message = format!("more than {MAX_PARAMETERS} paths are searched");
            sink.push(Diagnostic::new(Code::Limit, node.span, message));
            return None;
        }
        let read = |entry: &Entry| SpaceEntry {
            path: entry.key.clone(),
            domain: Attempt(DomainText::decode(&entry.value, sink)),
            span: entry.value.span,
        };
        Some(Self { entries: entries.iter().map(read).collect() })
    }

    fn schema(catalog: &Catalog<'_>) -> Value {
        json!({
            "type": "object",
            "propertyNames": {"pattern": PATHS},
            "additionalProperties": DomainText::schema(catalog),
            "minProperties": 1,
            "maxProperties": MAX_PARAMETERS,
        })
    }
}

impl Decode for DomainText {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        let domain = match &node.kind {
            Kind::List(_) => Self::List(Vec::decode(node, sink)?),
            Kind::Map(entries) if entries.iter().any(|e| e.key.text == "values") => {
                Self::Values(Values::decode(node, sink)?)
            }
            Kind::Map(_) => Self::Range(Range::decode(node, sink)?),
            Kind::Scalar { .. } => {
                expected("a list of values or `{min: …, max: …}`", node, sink);
                return None;
            }
        };
        match &domain {
            Self::List(values) | Self::Values(Values { values, .. })
                if values.len() > MAX_CHOICES =>
            {
                let message = format!("more than {MAX_CHOICES} values to choose from");
                sink.push(Diagnostic::new(Code::Limit, node.span, message));
                None
            }
            _ => Some(domain),
        }
    }

    fn schema(catalog: &Catalog<'_>) -> Value {
        let list = json!({"type": "array", "minItems": 1, "maxItems": MAX_CHOICES});
        json!({"oneOf": [list, Values::schema(catalog), Range::schema(catalog)]})
    }
}

impl Decode for When {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        let Kind::Map(entries) = &node.kind else {
            expected("a mapping such as `{path: [values]}`", node, sink);
            return None;
        };
        let [entry] = entries.as_slice() else {
            let message = "a condition names exactly one other path";
            sink.push(Diagnostic::new(Code::Space, node.span, message).help(Some(
                "chain conditions: let this path depend on one that has a condition itself",
            )));
            return None;
        };
        let values = match &entry.value.kind {
            Kind::List(_) => Vec::decode(&entry.value, sink)?,
            _ => vec![Spanned::decode(&entry.value, sink)?],
        };
        Some(Self { path: entry.key.clone(), values })
    }

    fn schema(_: &Catalog<'_>) -> Value {
        json!({"type": "object", "minProperties": 1, "maxProperties": 1})
    }
}
