//! The one place that writes to standard output and standard error.

use std::io::{ErrorKind, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether something that was to be read went nowhere.
static LOST: AtomicBool = AtomicBool::new(false);

/// Writes a line to standard output.
pub(crate) fn line(line: &str) {
    text(&format!("{line}\n"));
}

/// Writes text that brings its own line breaks to standard output.
///
/// A reader that went away, as in `surmise runs | head`, is no reason to lose a study's work, and
/// neither is a full disk; but the latter is told by [`lost`].
pub(crate) fn text(text: &str) {
    write(&mut std::io::stdout().lock(), &printable(text));
}

/// Writes to standard error text that brings its own line breaks, and colours if it is to have any.
pub(crate) fn error(text: &str) {
    write(&mut std::io::stderr().lock(), text);
}

/// Whether output was lost for another reason than a reader that went away.
pub(crate) fn lost() -> bool {
    LOST.load(Ordering::Relaxed)
}

/// Text that may hold names from a plugin, a file or a folder, without what a terminal would obey.
pub(crate) fn printable(text: &str) -> String {
    let is_shown = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    text.chars().filter(is_shown).collect()
}

fn write(out: &mut dyn Write, text: &str) {
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    if written.is_err_and(|e| e.kind() != ErrorKind::BrokenPipe) {
        LOST.store(true, Ordering::Relaxed);
    }
}
