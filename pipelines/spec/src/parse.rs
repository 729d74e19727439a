//! YAML text to a tree, under budgets: a hostile file is refused early, whatever it expands to.

mod budget;
mod builder;
mod keys;
mod places;

use saphyr_parser::{Parser, ScanError};

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::MAX_BYTES;
use crate::text::is_unprintable;
use crate::tree::Node;

use budget::MAX_EVENTS;
use builder::Builder;
use places::Places;

/// Part of a source that holds one YAML document.
pub(crate) struct Input<'a> {
    /// The number of the source.
    pub(crate) source: usize,
    /// Its whole text.
    pub(crate) text: &'a str,
    /// Where in it the YAML begins.
    pub(crate) start: usize,
}

/// Reads a document. What is wrong but leaves a tree (a repeated key, a tag) goes to the sink too.
pub(crate) fn parse(input: &Input<'_>, sink: &mut Sink) -> Option<Node> {
    match parse_events(input, sink) {
        Ok(node) => Some(node),
        Err(diagnostic) => {
            sink.push(diagnostic);
            None
        }
    }
}

fn parse_events(input: &Input<'_>, sink: &mut Sink) -> Result<Node, Diagnostic> {
    let yaml = &input.text[input.start..];
    let places = Places::new(input, yaml);
    if input.text.len() > MAX_BYTES {
        let message = format!("a pipeline file has at most {MAX_BYTES} bytes");
        return Err(Diagnostic::new(Code::Limit, places.point(0), message));
    }
    if let Some((at, c)) = yaml.char_indices().find(|(_, c)| is_unprintable(*c)) {
        let message = format!("the control character U+{:04X} is not allowed", u32::from(c));
        let span = places.bytes(at, at + c.len_utf8());
        return Err(Diagnostic::new(Code::Syntax, span, message));
    }
    let mut builder = Builder::new(&places, sink);
    for (count, event) in Parser::new_from_str(yaml).enumerate() {
        let (event, span) = event.map_err(|e| scan_error(&e, yaml, &places))?;
        let span = places.chars(span.start.index(), span.end.index());
        if count >= MAX_EVENTS {
            return Err(budget::limit(span, format!("more than {MAX_EVENTS} parts")));
        }
        builder.event(event, span)?;
    }
    // No document at all reads as one with nothing in it.
    Ok(builder.root().unwrap_or_else(|| Node::nothing(places.point(0))))
}

fn scan_error(error: &ScanError, yaml: &str, places: &Places<'_>) -> Diagnostic {
    let span = places.chars(error.marker().index(), error.marker().index());
    if error.info().contains("recursion limit") {
        return budget::limit(span, budget::too_deep());
    }
    let message = format!("invalid YAML: {}", error.info());
    let start = yaml[..span.start - places.start()].rfind('\n').map_or(0, |i| i + 1);
    let indent = yaml[start..].split(|c| c != ' ' && c != '\t').next();
    let tab = error.info().contains("tab") || indent.is_some_and(|i| i.contains('\t'));
    Diagnostic::new(Code::Syntax, span, message)
        .help(tab.then_some("YAML is indented with spaces, never with tabs"))
}
