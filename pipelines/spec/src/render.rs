//! A diagnostic as people see it: message, place, the line underlined, what to do.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::diagnostic::Diagnostic;
use crate::source::Source;

/// One diagnostic, without a newline at its end.
pub(crate) fn diagnostic(diagnostic: &Diagnostic, source: &Source, color: bool) -> String {
    let span = diagnostic.span;
    let (line_number, line) = line_around(&source.text, span.start);
    let text = &source.text[line.clone()];
    // Values over several lines are marked by the first: it is where the eye has to go.
    let end = span.end.min(line.end).max(span.start);
    let marked = span.start - line.start..end - line.start;
    let mut annotation = AnnotationKind::Primary.span(marked);
    if !diagnostic.label_text().is_empty() {
        annotation = annotation.label(diagnostic.label_text());
    }
    let snippet = Snippet::source(text)
        .path(source.name.as_str())
        .line_start(line_number)
        .annotation(annotation);
    let mut report = Level::ERROR
        .primary_title(diagnostic.message())
        .id(diagnostic.code().as_str())
        .element(snippet);
    if let Some(help) = diagnostic.help_text() {
        report = report.element(Level::HELP.message(help));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[report])
}

/// Line and column of a byte, both counted from 1, the column in characters.
pub(crate) fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let (number, line) = line_around(text, at);
    (number, 1 + text[line.start..at].chars().count())
}

/// The number of the line that holds a byte, and its range without the line break.
fn line_around(text: &str, at: usize) -> (usize, Range<usize>) {
    let start = text[..at].rfind('\n').map_or(0, |i| i + 1);
    let end = text[at..].find('\n').map_or(text.len(), |i| at + i);
    let number = 1 + text[..start].bytes().filter(|b| *b == b'\n').count();
    let end = if text[start..end].ends_with('\r') && at < end { end - 1 } else { end };
    (number, start..end)
}
