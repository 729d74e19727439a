//! The one place that writes to standard output.

use std::io::Write;

/// Writes a line. A reader that went away, as in `surmise runs | head`, is no reason to lose a
/// study's work: what cannot be written is dropped.
pub(crate) fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    drop(writeln!(out, "{text}").and_then(|()| out.flush()));
}

/// Writes text that brings its own line breaks.
pub(crate) fn text(text: &str) {
    let mut out = std::io::stdout().lock();
    drop(write!(out, "{text}").and_then(|()| out.flush()));
}

/// Writes to standard error text that brings its own line breaks.
pub(crate) fn error(text: &str) {
    let mut out = std::io::stderr().lock();
    drop(write!(out, "{text}").and_then(|()| out.flush()));
}
