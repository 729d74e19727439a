//! Parser events to a tree.

use std::borrow::Cow;
use std::collections::BTreeMap;

use saphyr_parser::{Event, ScalarStyle, Tag};

use super::budget::{Budget, MAX_ANCHORS, MAX_DEPTH, limit, too_deep};
use super::keys::{PendingKey, merge, merge_sources, pending_key};
use super::places::Places;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::Span;
use crate::text::quote;
use crate::tree::{Entry, Key, Kind, Node};

/// A collection whose end has not been reached.
struct Frame {
    span: Span,
    anchor: usize,
    flow: bool,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        /// What `<<` brings in, in the order written.
        merged: Vec<Node>,
        /// The key whose value comes next.
        key: Option<PendingKey>,
        /// The keys so far, and where.
        seen: BTreeMap<String, Span>,
    },
}

pub(super) struct Builder<'a, 's> {
    places: &'a Places<'a>,
    sink: &'s mut Sink,
    stack: Vec<Frame>,
    anchors: BTreeMap<usize, Node>,
    budget: Budget,
    documents: usize,
    root: Option<Node>,
}

impl<'a, 's> Builder<'a, 's> {
    pub(super) fn new(places: &'a Places<'a>, sink: &'s mut Sink) -> Self {
        Self {
            places,
            sink,
            stack: Vec::new(),
            anchors: BTreeMap::new(),
            budget: Budget::default(),
            documents: 0,
            root: None,
        }
    }

    pub(super) fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Diagnostic> {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) => self.start_document(span),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.as_ref(), span);
                let kind =
                    Kind::Scalar { text: text.into_owned(), plain: style == ScalarStyle::Plain };
                self.finish(Node { span, kind }, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_tag(tag.as_ref(), span);
                self.open(span, anchor, Content::List(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_tag(tag.as_ref(), span);
                let content = Content::Map {
                    entries: Vec::new(),
                    merged: Vec::new(),
                    key: None,
                    seen: BTreeMap::new(),
                };
                self.open(span, anchor, content)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
        }
    }

    /// The document, once all events are in.
    pub(super) fn root(self) -> Option<Node> {
        self.root
    }

    fn start_document(&mut self, span: Span) -> Result<(), Diagnostic> {
        self.documents += 1;
        if self.documents > 1 {
            let message = "a second document begins here";
            return Err(Diagnostic::new(Code::Syntax, span, message)
                .help(Some("one pipeline is one document: put the other in a file of its own")));
        }
        Ok(())
    }

    fn open(&mut self, span: Span, anchor: usize, content: Content) -> Result<(), Diagnostic> {
        if self.stack.len() >= MAX_DEPTH {
            return Err(limit(span, too_deep()));
        }
        let flow = is_flow(self.places.slice(span));
        self.stack.push(Frame { span, anchor, flow, content });
        Ok(())
    }

    fn close(&mut self, end: Span) -> Result<(), Diagnostic> {
        let Some(frame) = self.stack.pop() else {
            return Ok(()); // the parser balances starts and ends
        };
        let mut span = frame.span;
        if frame.flow {
            // The parser's span goes on to the end of the line; the bracket is one byte.
            span.end = end.start + 1;
        }
        let kind = match frame.content {
            Content::List(items) => Kind::List(items),
            Content::Map { entries, merged, .. } => Kind::Map(merge(entries, merged)),
        };
        self.finish(Node { span, kind }, frame.anchor)
    }

    /// Puts a complete node where it belongs.
    fn finish(&mut self, node: Node, anchor: usize) -> Result<(), Diagnostic> {
        if anchor > MAX_ANCHORS {
            return Err(limit(node.span, format!("more than {MAX_ANCHORS} anchors")));
        }
        if anchor > 0 {
            self.budget.copy(&node, self.stack.len(), node.span)?;
            self.anchors.insert(anchor, node.clone());
        }
        let Some(frame) = self.stack.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut frame.content {
            Content::List(items) => items.push(node),
            Content::Map { entries, merged, key, seen } => match key.take() {
                None => *key = Some(pending_key(node, seen, self.places, self.sink)),
                Some(PendingKey::Plain(key)) => entries.push(entry(key, node, self.places)),
                Some(PendingKey::Merge) => merge_sources(node, merged, self.sink),
                Some(PendingKey::Bad) => {}
            },
        }
        Ok(())
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Diagnostic> {
        self.budget.alias(span)?;
        let Some(node) = self.anchors.get(&anchor).cloned() else {
            return Err(Diagnostic::new(
                Code::Syntax,
                span,
                "the alias refers to the value that it is part of",
            ));
        };
        self.budget.copy(&node, self.stack.len(), span)?;
        self.finish(node, 0)
    }

    fn refuse_tag(&mut self, tag: Option<&Cow<'_, Tag>>, span: Span) {
        if let Some(tag) = tag {
            let shown = match tag.is_yaml_core_schema() {
                true => format!("!!{}", tag.suffix),
                false => format!("{}{}", tag.handle, tag.suffix),
            };
            let message = format!("the YAML tag {} is not allowed", quote(&shown));
            self.sink.push(
                Diagnostic::new(Code::Syntax, span, message)
                    .help(Some("remove it: a pipeline file has no tags")),
            );
        }
    }
}

/// Whether a collection is written in brackets, by the text from its start to its first value:
/// anchors, tags and comments may come before the bracket.
fn is_flow(mut text: &str) -> bool {
    loop {
        text = text.trim_start();
        let end = match text.chars().next() {
            Some('&' | '!') => text.find(char::is_whitespace),
            Some('#') => text.find('\n'),
            first => return matches!(first, Some('{' | '[')),
        };
        text = &text[end.unwrap_or(text.len())..];
    }
}

/// A block of several lines is pointed at by its key: its own text would be all of them.
fn entry(key: Key, mut value: Node, places: &Places<'_>) -> Entry {
    let is_collection = !matches!(value.kind, Kind::Scalar { .. });
    let is_alias = value.span.start < key.span.end;
    if is_collection && !is_alias && !places.slice(value.span).ends_with(['}', ']']) {
        value.span = key.span;
    }
    Entry { key, value }
}
