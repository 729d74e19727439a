//! Bytes → records, each with its line.

use crate::error::{Error, Kind, Result};

/// A record and the line on which it starts, from 1.
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) record: ::csv::StringRecord,
}

/// Walks the records, with what the parser does not tell: true lines, and quotes left open.
///
/// The parser closes an open quote at the end of the file in silence. So the file is followed by a
/// record of one NUL, which the table refuses in the file itself: if that record does not come back
/// as the last, a quote swallowed it.
pub(super) struct Records<'a> {
    reader: ::csv::Reader<std::io::Chain<&'a [u8], &'static [u8]>>,
    bytes: &'a [u8],
    counted: usize,
    line: u64,
}

const END: &[u8] = b"\n\0";

impl<'a> Records<'a> {
    pub(super) fn new(bytes: &'a [u8], delimiter: u8) -> Self {
        Self {
            reader: ::csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .delimiter(delimiter)
                .from_reader(std::io::Read::chain(bytes, END)),
            bytes,
            counted: 0,
            line: 1,
        }
    }

    /// The next record, in whole or not at all; `None` after the last.
    pub(super) fn next(&mut self) -> Result<Option<Row>> {
        let mut record = ::csv::StringRecord::new();
        let more = self
            .reader
            .read_record(&mut record)
            .map_err(|error| content(error.to_string()).with_source(error))?;
        if more && record.len() == 1 && record[0] == *"\0" {
            return Ok(None);
        }
        let start = record.position().map_or(0, ::csv::Position::byte);
        let line = self.line_of(usize::try_from(start).unwrap_or(usize::MAX));
        if !more || record.iter().next_back().is_some_and(|c| c.ends_with('\0')) {
            return Err(content(format!(
                "line {line}: a quote (\") opened in this row is never closed"
            )));
        }
        Ok(Some(Row { line, record }))
    }

    /// The line of the first text at or after an offset; offsets must not decrease.
    fn line_of(&mut self, offset: usize) -> u64 {
        let is_end = |b: &u8| matches!(b, b'\n' | b'\r');
        let offset = offset.min(self.bytes.len());
        let blank = self.bytes[offset..].iter().take_while(|b| is_end(b)).count();
        let passed = &self.bytes[self.counted..offset + blank];
        self.line += count_lines(passed);
        self.counted = offset + blank;
        self.line
    }
}

/// How many lines end here; `\r\n` is one end.
pub(super) fn count_lines(bytes: &[u8]) -> u64 {
    let feeds = bytes.iter().filter(|&&b| b == b'\n').count();
    let returns = bytes.iter().filter(|&&b| b == b'\r').count();
    let both = bytes.windows(2).filter(|pair| pair == b"\r\n").count();
    (feeds + returns - both) as u64
}

pub(super) fn content(message: impl Into<String>) -> Error {
    Error::new(Kind::Content, message)
}
