//! Parts that have names and settings of their own, stages apart: samplers, models, metrics.

use serde_json::{Map, Value, json};
use surmise_core::component::{Component, Setting, SettingKind};

use crate::catalog::Catalog;
use crate::decode::{Decode, Printable, Spanned, expected};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::Span;
use crate::tree::{Entry, Key, Kind, Node};

/// The version of the format that this program reads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FormatVersion;

/// Settings as written: what they mean depends on the component.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settings {
    pub(crate) entries: Vec<SettingEntry>,
}

/// One written setting; `None` as its value if that was refused.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SettingEntry {
    pub(crate) key: Key,
    pub(crate) value: Option<Value>,
    pub(crate) span: Span,
}

/// A sampler by name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sampler {
    pub(crate) name: Spanned<String>,
    pub(crate) settings: Settings,
}

/// A metric by name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MetricName(pub(crate) String);

impl Decode for FormatVersion {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        if matches!(&node.kind, Kind::Scalar { text, plain: true } if text == "1") {
            return Some(Self);
        }
        let message = "this version of Surmise reads format 1 only";
        sink.push(
            Diagnostic::new(Code::Value, node.span, message).help(Some("write `surmise: 1`")),
        );
        None
    }

    fn schema(_: &Catalog<'_>) -> Value {
        json!({"const": 1})
    }
}

impl Settings {
    pub(crate) fn empty() -> Self {
        Self { entries: Vec::new() }
    }

    pub(crate) fn from_entries<'a>(
        entries: impl Iterator<Item = &'a Entry>,
        sink: &mut Sink,
    ) -> Self {
        let read = |entry: &Entry| SettingEntry {
            key: entry.key.clone(),
            value: Value::decode(&entry.value, sink),
            span: entry.value.span,
        };
        Self { entries: entries.map(read).collect() }
    }
}

impl Decode for Settings {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        let Kind::Map(entries) = &node.kind else {
            expected("a mapping of settings", node, sink);
            return None;
        };
        Some(Self::from_entries(entries.iter(), sink))
    }

    fn schema(_: &Catalog<'_>) -> Value {
        json!({"type": "object"})
    }
}

impl Decode for Sampler {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        let Kind::Map(entries) = &node.kind else {
            expected("a mapping such as `{type: gp}`", node, sink);
            return None;
        };
        let settings =
            Settings::from_entries(entries.iter().filter(|e| e.key.text != "type"), sink);
        let Some(entry) = entries.iter().find(|e| e.key.text == "type") else {
            sink.push(
                Diagnostic::new(Code::Missing, node.span, "`search.sampler` needs the key `type`")
                    .label("`type` is missing"),
            );
            return None;
        };
        let name = Printable::decode(&entry.value, sink)?.0;
        Some(Self { name: Spanned { value: name, span: entry.value.span }, settings })
    }

    fn schema(catalog: &Catalog<'_>) -> Value {
        let one = |c: &Component| {
            let mut schema = settings_schema(c);
            schema["properties"]["type"] = json!({"const": c.name});
            if let Value::Array(required) = &mut schema["required"] {
                required.push("type".into());
            }
            schema
        };
        json!({"oneOf": catalog.samplers.iter().map(one).collect::<Vec<_>>()})
    }
}

impl Decode for MetricName {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        Printable::decode(node, sink).map(|p| Self(p.0))
    }

    fn schema(catalog: &Catalog<'_>) -> Value {
        let names: Vec<&str> = catalog.metrics.iter().map(|m| m.name.as_str()).collect();
        json!({"enum": names})
    }
}

/// The JSON Schema of a component's settings.
pub(crate) fn settings_schema(component: &Component) -> Value {
    let required: Vec<&str> = component
        .settings
        .iter()
        .filter(|s| s.default.is_none() && s.when.is_none())
        .map(|s| s.name.as_str())
        .collect();
    let mut properties = Map::new();
    for setting in &component.settings {
        let mut schema = setting_schema(setting);
        if let Some(schema) = schema.as_object_mut()
            && component.variants(&setting.name).count() > 1
        {
            schema.remove("default"); // it depends on another setting
        }
        properties.entry(&setting.name).or_insert(schema);
    }
    json!({
        "type": "object",
        "description": component.help,
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn setting_schema(setting: &Setting) -> Value {
    let mut schema = kind_schema(&setting.kind);
    schema["description"] = setting.help.as_str().into();
    if let Some(default) = &setting.default {
        schema["default"] = default.clone();
    }
    schema
}

fn kind_schema(kind: &SettingKind) -> Value {
    match kind {
        SettingKind::Float { low, high, .. } => bounded("number", json!(low), json!(high)),
        SettingKind::Int { low, high, .. } => bounded("integer", json!(low), json!(high)),
        SettingKind::Bool => json!({"type": "boolean"}),
        SettingKind::Choice { choices } => json!({"enum": choices}),
        SettingKind::Ints { low, high } => {
            json!({"type": "array", "items": bounded("integer", json!(low), json!(high))})
        }
        SettingKind::Optional { of } => json!({"anyOf": [kind_schema(of), {"type": "null"}]}),
        SettingKind::Or { of, word } => json!({"anyOf": [kind_schema(of), {"const": word}]}),
    }
}

/// A number between bounds; an infinite one, which JSON writes as null, is no bound.
fn bounded(kind: &str, low: Value, high: Value) -> Value {
    let mut schema = json!({"type": kind});
    for (keyword, bound) in [("minimum", low), ("maximum", high)] {
        if !bound.is_null() {
            schema[keyword] = bound;
        }
    }
    schema
}
