//! Where the model's code runs, and what it may do there.

use serde_json::{Value, json};

use crate::catalog::Catalog;
use crate::decode::{Bytes, Decode, Duration, Printable, expected, record};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::spec::{IsolationSpec, Sandbox, WorkersSpec};
use crate::text::quote;
use crate::tree::{Kind, Node};
use surmise_core::suggest;

/// `in-process`, or a mapping of what workers are kept to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Isolation {
    InProcess,
    Workers(Workers),
}

record! {
    /// Worker processes for the model's code.
    struct Workers as "`isolation`" {
        /// What to do where the kernel cannot restrict a worker.
        sandbox: Option<Sandbox>,
        /// The most memory that a worker may use beside the data, such as `512 MiB`.
        memory: Option<Bytes<{ 32 << 20 }, { 1 << 50 }>>,
        /// The longest that one fit or one prediction may take, such as `90 s`.
        time: Option<Duration>,
        /// Libraries that the plugin may bring along beside those that every system has, such as
        /// `libopenblas.so.0`.
        libraries: Option<Vec<Library>>,
    }
}

/// The name by which a library is loaded.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Library(String);

impl Isolation {
    /// What it means.
    pub(crate) fn to_spec(&self) -> IsolationSpec {
        match self {
            Self::InProcess => IsolationSpec::InProcess,
            Self::Workers(workers) => IsolationSpec::Workers {
                limits: WorkersSpec {
                    sandbox: workers.sandbox.unwrap_or_default(),
                    memory_bytes: workers.memory.map(|bytes| bytes.0),
                    time_ms: workers.time.map(|duration| duration.0),
                },
                libraries: workers.libraries.iter().flatten().map(|l| l.0.clone()).collect(),
            },
        }
    }
}

impl Decode for Isolation {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        match &node.kind {
            Kind::Scalar { text, .. } if text == "in-process" => Some(Self::InProcess),
            Kind::Map(_) => Workers::decode(node, sink).map(Self::Workers),
            _ => {
                expected("`in-process` or a mapping such as `{memory: 512 MiB}`", node, sink);
                None
            }
        }
    }

    fn schema(catalog: &Catalog<'_>) -> Value {
        json!({"oneOf": [{"const": "in-process"}, Workers::schema(catalog)]})
    }
}

impl Decode for Library {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        let Printable(text) = Printable::decode(node, sink)?;
        if text.contains(".so") && !text.contains('/') {
            return Some(Self(text));
        }
        let message = format!("{} is not the name of a library", quote(&text));
        let help = "a name such as `libopenblas.so.0`, as `surmise plugin info` tells it";
        sink.push(Diagnostic::new(Code::Value, node.span, message).help(Some(help)));
        None
    }

    fn schema(_: &Catalog<'_>) -> Value {
        json!({"type": "string", "pattern": "^[^/]*\\.so[^/]*$"})
    }
}

impl Decode for Sandbox {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        let Kind::Scalar { text, .. } = &node.kind else {
            expected("a word", node, sink);
            return None;
        };
        let found = Self::ALL.into_iter().find(|sandbox| sandbox.word() == text);
        if found.is_none() {
            let words = Self::ALL.map(Self::word);
            let message = format!("there is no sandbox {}", quote(text));
            sink.push(
                Diagnostic::new(Code::UnknownName, node.span, message)
                    .help(suggest::help(text, words)),
            );
        }
        found
    }

    fn schema(_: &Catalog<'_>) -> Value {
        json!({"enum": Self::ALL.map(Self::word)})
    }
}
