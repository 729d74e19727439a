//! How much a document may hold, and how far its aliases may expand.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{MAX_BYTES, Span};
use crate::tree::{Kind, Node};

pub(super) const MAX_EVENTS: usize = 50_000;
pub(super) const MAX_DEPTH: usize = 32;
pub(super) const MAX_ANCHORS: usize = 64;
const MAX_ALIASES: usize = 256;
/// Nodes that are copied because of anchors and aliases.
const MAX_COPIED_NODES: usize = 20_000;
/// Bytes of scalars that are copied because of anchors and aliases.
const MAX_COPIED_BYTES: usize = MAX_BYTES;

/// What anchors and aliases have used up.
#[derive(Default)]
pub(super) struct Budget {
    aliases: usize,
    nodes: usize,
    bytes: usize,
}

impl Budget {
    /// Counts an alias.
    pub(super) fn alias(&mut self, span: Span) -> Result<(), Diagnostic> {
        self.aliases += 1;
        if self.aliases > MAX_ALIASES {
            return Err(limit(span, format!("more than {MAX_ALIASES} aliases")));
        }
        Ok(())
    }

    /// Counts the copy of a subtree that is put at `depth`.
    pub(super) fn copy(&mut self, node: &Node, depth: usize, span: Span) -> Result<(), Diagnostic> {
        let size = Size::of(node);
        self.nodes += size.nodes;
        self.bytes += size.bytes;
        if self.nodes > MAX_COPIED_NODES || self.bytes > MAX_COPIED_BYTES {
            let what = format!(
                "anchors and aliases that expand to more than {MAX_COPIED_NODES} values \
                 or {MAX_COPIED_BYTES} bytes"
            );
            return Err(limit(span, what));
        }
        if depth + size.depth > MAX_DEPTH {
            return Err(limit(span, too_deep()));
        }
        Ok(())
    }
}

/// What a document with too many levels has.
pub(super) fn too_deep() -> String {
    format!("more than {MAX_DEPTH} levels")
}

/// A limit that was passed.
pub(super) fn limit(span: Span, what: impl AsRef<str>) -> Diagnostic {
    let message = format!("the file has {}", what.as_ref());
    Diagnostic::new(Code::Limit, span, message).label("at this point")
}

/// How large a subtree is.
#[derive(Default)]
struct Size {
    nodes: usize,
    bytes: usize,
    depth: usize,
}

impl Size {
    /// The recursion is as deep as the tree, which is at most [`MAX_DEPTH`].
    fn of(node: &Node) -> Self {
        let mut size = Self { nodes: 1, ..Self::default() };
        match &node.kind {
            Kind::Scalar { text, .. } => size.bytes = text.len(),
            Kind::List(items) => items.iter().for_each(|item| size.add(item)),
            Kind::Map(entries) => {
                for entry in entries {
                    size.bytes += entry.key.text.len();
                    size.add(&entry.value);
                }
            }
        }
        size
    }

    fn add(&mut self, child: &Node) {
        let child = Self::of(child);
        self.nodes += child.nodes;
        self.bytes += child.bytes;
        self.depth = self.depth.max(child.depth + 1);
    }
}
