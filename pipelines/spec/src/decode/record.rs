//! Mappings with fixed keys: one definition gives the type, its strict reader and its JSON Schema.

use serde_json::{Map, Value, json};

use super::Decode;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::text::quote;
use crate::tree::{Entry, Kind, Node};
use surmise_core::suggest;

/// Defines a record.
///
/// ```text
/// record! {
///     /// What it is; the schema's description too.
///     struct Split as "the split" {
///         /// A key.
///         test: TestSplit,
///         /// A key with a default.
///         shuffle: bool = false,
///     }
///     later: ["group"]        // keys of the format that this version does not have
/// }
/// ```
macro_rules! record {
    (
        $(#[doc = $doc:literal])*
        struct $name:ident as $title:literal {
            $( $(#[doc = $field_doc:literal])* $field:ident: $type:ty $(= $default:expr)?, )*
        }
        $(later: [$($later:literal),* $(,)?])?
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub(crate) struct $name {
            $( $(#[doc = $field_doc])* pub(crate) $field: $type, )*
        }

        impl $crate::decode::Decode for $name {
            fn decode(
                node: &$crate::tree::Node,
                sink: &mut $crate::diagnostic::Sink,
            ) -> Option<Self> {
                const KEYS: &[&str] = &[$(stringify!($field)),*];
                const LATER: &[&str] = &[$($($later),*)?];
                let fields = $crate::decode::Fields::open(node, $title, KEYS, LATER, sink)?;
                $(
                    let default: Option<$type> = None$(.or(Some($default)))?;
                    let $field = fields.take(stringify!($field), default, sink);
                )*
                Some(Self { $($field: $field?,)* })
            }

            fn schema(catalog: &$crate::catalog::Catalog<'_>) -> serde_json::Value {
                let mut shape = $crate::decode::RecordShape::new(concat!($($doc, "\n"),*));
                $(
                    let default: Option<serde_json::Value> =
                        None$(.or(Some(serde_json::json!($default))))?;
                    shape.field(
                        stringify!($field),
                        concat!($($field_doc, "\n"),*),
                        <$type as $crate::decode::Decode>::schema(catalog),
                        <$type as $crate::decode::Decode>::REQUIRED,
                        default,
                    );
                )*
                shape.finish()
            }
        }
    };
}
pub(crate) use record;

/// The entries of a mapping that is being read as a record.
pub(crate) struct Fields<'a> {
    node: &'a Node,
    entries: &'a [Entry],
    title: &'static str,
    /// Keys that unknown ones were most likely meant to be: not missed a second time.
    misspelt: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// Notes every key that the record does not have; `None` if it is no mapping at all.
    pub(crate) fn open(
        node: &'a Node,
        title: &'static str,
        keys: &[&'static str],
        later: &[&str],
        sink: &mut Sink,
    ) -> Option<Self> {
        let Kind::Map(entries) = &node.kind else {
            super::expected("a mapping", node, sink);
            return None;
        };
        let mut misspelt = Vec::new();
        let is_absent = |k: &&&str| entries.iter().all(|e| e.key.text != **k);
        let absent: Vec<&str> = keys.iter().filter(is_absent).copied().collect();
        for Entry { key, .. } in entries {
            let text = key.text.as_str();
            if keys.contains(&text) {
                continue;
            }
            if later.contains(&text) {
                sink.push(not_yet(text, key.span));
                continue;
            }
            misspelt.extend(suggest::nearest(text, absent.iter().copied()));
            sink.push(
                Diagnostic::new(
                    Code::UnknownKey,
                    key.span,
                    format!("{title} has no key {}", quote(text)),
                )
                .label("unknown key")
                .help(suggest::help(text, keys.iter().copied())),
            );
        }
        Some(Self {
            node,
            entries,
            title,
            misspelt: keys.iter().copied().filter(|k| misspelt.contains(k)).collect(),
        })
    }

    /// Reads one field, or notes that it is missing.
    pub(crate) fn take<T: Decode>(
        &self,
        key: &'static str,
        default: Option<T>,
        sink: &mut Sink,
    ) -> Option<T> {
        if let Some(entry) = self.entries.iter().find(|e| e.key.text == key) {
            return sink.at(key, |sink| T::decode(&entry.value, sink));
        }
        if self.misspelt.contains(&key) {
            return default.or_else(T::illegible);
        }
        if default.is_none() && T::REQUIRED {
            sink.push(
                Diagnostic::new(
                    Code::Missing,
                    self.node.span,
                    format!("{} needs the key `{key}`", self.title),
                )
                .label(format!("`{key}` is missing")),
            );
        }
        default.or_else(T::absent)
    }
}

/// Notes something of the format that this version does not have.
pub(crate) fn not_yet(what: &str, span: crate::source::Span) -> Diagnostic {
    let message = format!("{} is part of the format but not of Surmise 0.1", quote(what));
    Diagnostic::new(Code::NotYet, span, message)
        .label("not in this version")
        .help(Some("remove it to run the file with this version"))
}

/// The JSON Schema of a record, field by field.
pub(crate) struct RecordShape {
    description: String,
    properties: Map<String, Value>,
    required: Vec<&'static str>,
}

impl RecordShape {
    pub(crate) fn new(doc: &str) -> Self {
        Self { description: plain(doc), properties: Map::new(), required: Vec::new() }
    }

    pub(crate) fn field(
        &mut self,
        key: &'static str,
        doc: &str,
        mut schema: Value,
        required: bool,
        default: Option<Value>,
    ) {
        if required && default.is_none() {
            self.required.push(key);
        }
        if let Value::Object(schema) = &mut schema {
            schema.insert("description".into(), plain(doc).into());
            if let Some(default) = default {
                schema.insert("default".into(), default);
            }
        }
        self.properties.insert(key.into(), schema);
    }

    pub(crate) fn finish(self) -> Value {
        json!({
            "type": "object",
            "description": self.description,
            "properties": self.properties,
            "required": self.required,
            "additionalProperties": false,
        })
    }
}

/// A doc comment as a line of text.
fn plain(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}
