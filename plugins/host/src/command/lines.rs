//! Output cut into lines of bounded length.

/// The longest line that is read as one.
pub const LINE_BYTES_MAX: usize = 64 * 1024;

/// Takes a line; `true` with one that was cut for its length. An error ends the command.
pub type Listener<'a> = &'a mut dyn FnMut(&[u8], bool) -> Result<(), String>;

/// Gathers bytes until a line is whole.
#[derive(Debug, Default)]
pub(super) struct Lines {
    partial: Vec<u8>,
    /// How many bytes of the line were dropped for its length.
    too_long: bool,
}

impl Lines {
    /// Adds output and hands on each line that it completes, without its end; `true` with one that
    /// was cut for its length.
    pub(super) fn add(&mut self, bytes: &[u8], line: Listener<'_>) -> Result<(), String> {
        let mut parts = bytes.split(|byte| *byte == b'\n').peekable();
        while let Some(part) = parts.next() {
            let room = LINE_BYTES_MAX - self.partial.len();
            self.too_long |= room < part.len();
            self.partial.extend_from_slice(&part[..part.len().min(room)]);
            if parts.peek().is_some() {
                self.flush(line)?;
            }
        }
        Ok(())
    }

    /// Hands on a last line that has no end.
    pub(super) fn finish(&mut self, line: Listener<'_>) -> Result<(), String> {
        if self.partial.is_empty() { Ok(()) } else { self.flush(line) }
    }

    fn flush(&mut self, line: Listener<'_>) -> Result<(), String> {
        let whole = std::mem::take(&mut self.partial);
        let cut = std::mem::take(&mut self.too_long);
        line(whole.strip_suffix(b"\r").unwrap_or(&whole), cut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(chunks: &[&[u8]]) -> Vec<(usize, bool)> {
        let (mut lines, mut found) = (Lines::default(), Vec::new());
        let mut note = |line: &[u8], cut: bool| {
            found.push((line.len(), cut));
            Ok(())
        };
        for chunk in chunks {
            lines.add(chunk, &mut note).expect("taken");
        }
        lines.finish(&mut note).expect("taken");
        found
    }

    #[test]
    fn lines_are_whole_however_they_arrive() {
        assert_eq!(
            lines(&[b"ab\r\n", b"c", b"d\n\ne"]),
            [(2, false), (2, false), (0, false), (1, false)]
        );
        assert_eq!(lines(&[]), []);
    }

    #[test]
    fn a_line_without_an_end_does_not_grow() {
        let long = vec![b'x'; LINE_BYTES_MAX];
        assert_eq!(lines(&[&long, b"y", &long, b"\nz"]), [(LINE_BYTES_MAX, true), (1, false)]);
        assert_eq!(lines(&[&long, b"\n"]), [(LINE_BYTES_MAX, false)]);
    }
}
