//! Bytes → names and cells, all of the same width, each with its line.

use std::collections::BTreeMap;

use crate::csv::CsvOptions;
use crate::csv::records::{Records, Row, content, count_lines};
use crate::error::{Error, Kind, PROBLEMS_MAX, Problem, Result};
use crate::text::quote;

/// The most columns a file may have.
pub const COLUMNS_MAX: usize = 100_000;

/// The longest line, in bytes: 16 MiB.
pub const LINE_BYTES_MAX: usize = 16 << 20;

/// The cells of a file as text, row after row.
pub(super) struct Table {
    pub(super) names: Vec<String>,
    /// The first line, if it is a single cell that another delimiter would divide.
    pub(super) undivided: Option<String>,
    text: String,
    /// Where in `text` each cell ends.
    ends: Vec<usize>,
    /// The line on which each row starts, from 1.
    lines: Vec<u64>,
}

/// One cell, without the spaces around it.
#[derive(Clone, Copy)]
pub(super) struct Cell<'a> {
    pub(super) line: u64,
    pub(super) text: &'a str,
}

impl Table {
    pub(super) fn parse(bytes: &[u8], options: &CsvOptions) -> Result<Self> {
        check_delimiter(options.delimiter)?;
        check_bytes(bytes)?;
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let mut records = Records::new(bytes, options.delimiter);
        let Some(first) = records.next()? else {
            return Err(content("the file is empty"));
        };
        let n_columns = first.record.len();
        if n_columns > COLUMNS_MAX {
            return Err(content(format!(
                "line {}: has {n_columns} columns, more than the {COLUMNS_MAX} that are read",
                first.line
            )));
        }
        let mut table = Self {
            names: Vec::new(),
            undivided: undivided(&first.record, options.delimiter),
            text: String::with_capacity(bytes.len()),
            ends: Vec::new(),
            lines: Vec::new(),
        };
        if options.header {
            table.names = header(&first, table.delimiter_hint())?;
        } else {
            table.names = (1..=n_columns).map(|i| format!("column_{i}")).collect();
            table.push(&first);
        }
        table.read_rows(&mut records)?;
        if table.lines.is_empty() {
            return Err(content("the file has a header, but no rows"));
        }
        Ok(table)
    }

    /// The cells of a column in order.
    pub(super) fn column(&self, index: usize) -> impl Iterator<Item = Cell<'_>> + Clone {
        self.lines.iter().enumerate().map(move |(row, &line)| {
            let cell = row * self.names.len() + index;
            let start = cell.checked_sub(1).map_or(0, |before| self.ends[before]);
            Cell { line, text: self.text[start..self.ends[cell]].trim() }
        })
    }

    /// The line on which each row starts, from 1.
    pub(super) fn into_lines(self) -> Vec<u64> {
        self.lines
    }

    /// An ending of error messages that a wrong delimiter may be behind.
    fn delimiter_hint(&self) -> &'static str {
        if self.undivided.is_some() { "; is the delimiter right?" } else { "" }
    }

    fn read_rows(&mut self, records: &mut Records<'_>) -> Result<()> {
        let width = self.names.len();
        let cells = if width == 1 { "cell" } else { "cells" };
        let hint = self.delimiter_hint();
        let mut ragged = Vec::new();
        while let Some(row) = records.next()? {
            if row.record.len() == width {
                self.push(&row);
                continue;
            }
            let message = format!(
                "line {}: expected {width} {cells} as in the first line, got {}{hint}",
                row.line,
                row.record.len()
            );
            ragged.push(Problem::new(Kind::Content, message));
            if ragged.len() == PROBLEMS_MAX {
                break;
            }
        }
        Error::check(ragged)
    }

    fn push(&mut self, row: &Row) {
        self.lines.push(row.line);
        for cell in &row.record {
            self.text.push_str(cell);
            self.ends.push(self.text.len());
        }
    }
}

fn header(first: &Row, hint: &str) -> Result<Vec<String>> {
    let line = first.line;
    let mut problems = Vec::new();
    let mut seen = BTreeMap::new();
    let mut problem = |message| problems.push(Problem::new(Kind::Content, message));
    for (index, name) in first.record.iter().map(str::trim).enumerate() {
        let number = index + 1;
        if name.is_empty() {
            problem(format!("line {line}: column {number} has no name; give it one in the header"));
        } else if name.contains(char::is_control) {
            problem(format!(
                "line {line}: the name of column {number}, {}, has a control character{hint}",
                quote(name)
            ));
        } else if let Some(other) = seen.insert(name, number) {
            problem(format!(
                "line {line}: columns {other} and {number} are both called {}",
                quote(name)
            ));
        }
    }
    Error::check(problems)?;
    Ok(first.record.iter().map(|n| n.trim().to_owned()).collect())
}

fn undivided(first: &::csv::StringRecord, delimiter: u8) -> Option<String> {
    let cell = first.get(0).filter(|_| first.len() == 1)?;
    let divides = |c: char| matches!(c, ',' | ';' | '|' | '\t') && c != char::from(delimiter);
    cell.contains(divides).then(|| cell.trim().to_owned())
}

fn check_delimiter(delimiter: u8) -> Result<()> {
    // Nothing that a number, a quote or a character beyond ASCII may contain.
    let punctuation = delimiter.is_ascii_punctuation() && !b"\"'.+-_".contains(&delimiter);
    if punctuation || matches!(delimiter, b'\t' | b' ') {
        return Ok(());
    }
    let shown = delimiter.escape_ascii();
    let message = format!("`{shown}` cannot separate cells; use `,`, `;`, `|`, a tab or a space");
    Err(Error::new(Kind::Delimiter, message))
}

fn check_bytes(bytes: &[u8]) -> Result<()> {
    let line_at = |offset: usize| count_lines(&bytes[..offset]) + 1;
    if let Err(error) = std::str::from_utf8(bytes) {
        let offset = error.valid_up_to();
        return Err(content(format!(
            "line {}: byte {offset} is not UTF-8 text; save the file as UTF-8",
            line_at(offset)
        )));
    }
    if let Some(offset) = bytes.iter().position(|&b| b == 0) {
        return Err(content(format!(
            "line {}: byte {offset} is NUL; this is not a text file",
            line_at(offset)
        )));
    }
    let mut start = 0;
    for line in bytes.split(|b| matches!(b, b'\n' | b'\r')) {
        if line.len() > LINE_BYTES_MAX {
            return Err(content(format!(
                "line {}: is longer than {} MiB, the most that is read",
                line_at(start),
                LINE_BYTES_MAX >> 20
            )));
        }
        start += line.len() + 1;
    }
    Ok(())
}
