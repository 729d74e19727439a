//! Places in a document: the parser counts characters, everything else bytes of the source.

use super::Input;
use crate::source::Span;

/// Translates the parser's positions, which count characters, to bytes of the source.
pub(super) struct Places<'a> {
    source: usize,
    start: usize,
    text: &'a str,
    /// The byte of every character; `None` if all have one byte.
    offsets: Option<Vec<usize>>,
    /// Where in `text` each line ends.
    line_ends: Vec<usize>,
}

impl<'a> Places<'a> {
    pub(super) fn new(input: &Input<'a>, yaml: &'a str) -> Self {
        let offsets =
            (!yaml.is_ascii()).then(|| yaml.char_indices().map(|(byte, _)| byte).collect());
        let line_ends = yaml.match_indices('\n').map(|(byte, _)| byte).collect();
        Self { source: input.source, start: input.start, text: yaml, offsets, line_ends }
    }

    pub(super) fn chars(&self, start: usize, end: usize) -> Span {
        let byte = |i: usize| match &self.offsets {
            Some(offsets) => offsets.get(i).copied().unwrap_or(self.text.len()),
            None => i.min(self.text.len()),
        };
        self.bytes(byte(start), byte(end))
    }

    pub(super) fn bytes(&self, start: usize, end: usize) -> Span {
        Span { source: self.source, start: self.start + start, end: self.start + end.max(start) }
    }

    pub(super) fn point(&self, at: usize) -> Span {
        self.bytes(at, at)
    }

    /// The line on which a span starts, from 1.
    pub(super) fn line(&self, span: Span) -> usize {
        1 + self.line_ends.partition_point(|end| self.start + end < span.start)
    }

    /// Where in the source the YAML begins.
    pub(super) fn start(&self) -> usize {
        self.start
    }

    /// The text of a span.
    pub(super) fn slice(&self, span: Span) -> &'a str {
        &self.text[span.start - self.start..span.end - self.start]
    }
}
