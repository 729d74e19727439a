//! How a model is trained through its gradient, as it is written: `training`, `regularization`.

use serde_json::{Map, Value, json};

use super::parts::settings_schema;
use super::stages::Stage;
use crate::catalog::{Catalog, RegularizationInfo};
use crate::decode::{Decode, expected};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::path::{REGULARIZATION, TRAINING};
use crate::tree::{Entry, Kind, Node};

/// The settings of the training loop. Which keys are sections of it, the catalog says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Training(pub(crate) Vec<Entry>);

/// Every kind of regularization; their order means nothing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Regularization(pub(crate) Vec<Stage>);

impl Decode for Training {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        let Kind::Map(entries) = &node.kind else {
            expected("a mapping of settings", node, sink);
            return None;
        };
        Some(Self(entries.clone()))
    }

    fn schema(catalog: &Catalog<'_>) -> Value {
        let own = catalog.training.iter().find(|section| section.path == TRAINING);
        let empty = || json!({"type": "object", "properties": {}, "additionalProperties": false});
        let mut schema = own.map_or_else(empty, |own| settings_schema(&own.component));
        for section in &catalog.training {
            if let Some(key) = section.key() {
                schema["properties"][key] = settings_schema(&section.component);
            }
        }
        schema
    }
}

impl Decode for Regularization {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        match &node.kind {
            Kind::Map(entries) => {
                let read = |e: &Entry| Stage::read(REGULARIZATION, &e.key, &e.value, sink);
                Some(Self(entries.iter().map(read).collect()))
            }
            Kind::List(_) => {
                let message = "kinds of regularization are a mapping, because their order means \
                               nothing, not a list";
                sink.push(
                    Diagnostic::new(Code::Type, node.span, message)
                        .label("expected a mapping")
                        .help(Some("write `l2: {…}` without the dash")),
                );
                None
            }
            Kind::Scalar { .. } => {
                expected("a mapping such as `{l2: {}}`", node, sink);
                None
            }
        }
    }

    fn schema(catalog: &Catalog<'_>) -> Value {
        regularization_schema(catalog.regularization.iter())
    }
}

/// The JSON Schema of some kinds of regularization.
pub(crate) fn regularization_schema<'a>(
    known: impl Iterator<Item = &'a RegularizationInfo>,
) -> Value {
    let one = |RegularizationInfo { component, .. }: &RegularizationInfo| {
        let settings = json!({"anyOf": [settings_schema(component), {"type": "null"}]});
        (component.name.clone(), settings)
    };
    let properties: Map<String, Value> = known.map(one).collect();
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}
