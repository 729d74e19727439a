//! What is done to the table before the model sees it: `stages`.

use serde_json::{Value, json};
use surmise_core::component::Component;

use super::parts::{Settings, settings_schema};
use crate::catalog::Catalog;
use crate::decode::{Attempt, Decode};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::path::{STAGES, Switches};
use crate::tree::{Entry, Key, Kind, Node};

/// Every stage, in order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stages(pub(crate) Vec<Attempt<Stage>>);

/// A stage, or a regularization, by name; `None` as its settings if it is switched off.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stage {
    pub(crate) name: Key,
    pub(crate) settings: Option<Settings>,
}

impl Decode for Stages {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        if let Kind::Map(entries) = &node.kind
            && let Some(Entry { key, value }) = entries.first()
        {
            let settings = match &value.kind {
                Kind::Map(settings) if !settings.is_empty() => "{…}",
                _ => "{}",
            };
            let message = "stages are a list, because their order matters, not a mapping";
            let help = format!("write `- {}: {settings}`", key.text);
            sink.push(
                Diagnostic::new(Code::Type, node.span, message)
                    .label("expected a list")
                    .help(Some(help)),
            );
            return None;
        }
        Vec::decode(node, sink).map(Self)
    }

    fn schema(catalog: &Catalog<'_>) -> Value {
        Vec::<Attempt<Stage>>::schema(catalog)
    }
}

impl Decode for Stage {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        let Kind::Map(entries) = &node.kind else {
            stage_shape(node, sink);
            return None;
        };
        let [Entry { key, value }] = entries.as_slice() else {
            stage_shape(node, sink);
            return None;
        };
        Some(Self::read(STAGES, key, value, sink))
    }

    fn schema(catalog: &Catalog<'_>) -> Value {
        let one = |c: &Component| {
            let settings = json!({"anyOf": [settings_schema(c), {"type": "null"}]});
            json!({
                "type": "object",
                "description": c.help,
                "properties": {c.name.clone(): settings},
                "required": [c.name],
                "additionalProperties": false,
            })
        };
        json!({"oneOf": catalog.stages.iter().map(one).collect::<Vec<_>>()})
    }
}

impl Stage {
    /// Reads an entry of a section of parts that can be switched off.
    pub(super) fn read(of: Switches, key: &Key, value: &Node, sink: &mut Sink) -> Self {
        let settings = match &value.kind {
            Kind::Scalar { text, plain: true } if text.is_empty() => {
                let message = format!("the {} `{}` has no settings", of.noun, key.text);
                let help = format!(
                    "write `{0}: {{}}` to use its defaults, or `{0}: null` to switch it off",
                    key.text
                );
                sink.push(Diagnostic::new(Code::Type, key.span, message).help(Some(help)));
                Some(Settings::empty())
            }
            _ if value.is_null() => None,
            // Settings that are wrong do not make the stage unknown to the search.
            _ => Some(Settings::decode(value, sink).unwrap_or_else(Settings::empty)),
        };
        Self { name: key.clone(), settings }
    }
}

fn stage_shape(node: &Node, sink: &mut Sink) {
    let example = match &node.kind {
        Kind::Scalar { text, .. } if !text.is_empty() => text.as_str(),
        _ => "standardize",
    };
    let message = format!("expected one stage and its settings, found {}", node.describe());
    sink.push(
        Diagnostic::new(Code::Type, node.span, message)
            .help(Some(format!("write `- {example}: {{}}`"))),
    );
}
