//! One column of text → numbers or categories.

use crate::csv::levels::encode;
use crate::csv::plan::Role;
use crate::csv::table::{Cell, Table};
use crate::dataset::ColumnValues;
use crate::error::{Kind, Problem};
use crate::text::quote;

/// The cells that stand for a missing value, next to an empty one, unless the column is declared
/// categorical.
pub const MISSING: [&str; 8] = ["?", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL"];

/// What a cell says by itself.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Reading {
    Missing,
    Number(f64),
    /// Meant as a number, but none that can be used; with the reason.
    Malformed(&'static str),
    Text,
}

pub(super) fn reading(text: &str) -> Reading {
    if text.is_empty() || MISSING.contains(&text) {
        return Reading::Missing;
    }
    match text.parse::<f64>() {
        // Only the sign of a zero could be told apart, and no model should.
        Ok(0.0) => Reading::Number(0.0),
        Ok(number) if number.is_finite() => Reading::Number(number),
        Ok(_) => Reading::Malformed("is not a finite number"),
        Err(_) if has_decimal_comma(text) => {
            Reading::Malformed("has a comma; numbers are written with a decimal point")
        }
        Err(_) => Reading::Text,
    }
}

/// The values of a feature.
pub(super) fn values(table: &Table, role: &Role) -> Result<ColumnValues, Problem> {
    let Role { index, categorical } = *role;
    let name = &table.names[index];
    let kinds = Kinds::of(table.column(index));
    if table.column(index).all(|cell| cell.present_as(categorical).is_none()) {
        let message = format!(
            "column {}: has no value in any row; drop it with data.columns.drop",
            quote(name)
        );
        return Err(Problem::new(Kind::Content, message));
    }
    if !categorical {
        let advice = "declare the column in data.columns.categorical if it holds categories, or \
                      leave the cell empty if the value is missing";
        kinds.check_pure(name, advice)?;
    }
    if !categorical && kinds.number.is_some() {
        let number = |cell: Cell<'_>| match reading(cell.text) {
            Reading::Number(number) => number,
            _ => f64::NAN,
        };
        return Ok(ColumnValues::Number(table.column(index).map(number).collect()));
    }
    let (codes, levels) = encode(table.column(index).map(|cell| cell.present_as(categorical)));
    Ok(ColumnValues::Category { codes, levels })
}

/// The first cell of each kind in a column.
#[derive(Default)]
pub(super) struct Kinds<'a> {
    pub(super) number: Option<Cell<'a>>,
    pub(super) text: Option<Cell<'a>>,
    malformed: Option<(Cell<'a>, &'static str)>,
}

impl<'a> Kinds<'a> {
    pub(super) fn of(cells: impl Iterator<Item = Cell<'a>>) -> Self {
        let mut kinds = Self::default();
        for cell in cells {
            match reading(cell.text) {
                Reading::Missing => {}
                Reading::Number(_) => drop(kinds.number.get_or_insert(cell)),
                Reading::Text => drop(kinds.text.get_or_insert(cell)),
                Reading::Malformed(why) => drop(kinds.malformed.get_or_insert((cell, why))),
            }
        }
        kinds
    }

    /// Refuses numbers that cannot be used, and numbers next to text.
    pub(super) fn check_pure(&self, name: &str, advice: &str) -> Result<(), Problem> {
        let problem = |cell: Cell<'_>, why: &str| {
            let message = format!(
                "line {}: column {}: {} {why}; {advice}",
                cell.line,
                quote(name),
                quote(cell.text),
            );
            Err(Problem::new(Kind::Content, message))
        };
        match (self.malformed, self.number, self.text) {
            (Some((cell, why)), ..) => problem(cell, why),
            (None, Some(number), Some(text)) => {
                let why =
                    format!("is not a number, but line {} has {}", number.line, quote(number.text));
                problem(text, &why)
            }
            _ => Ok(()),
        }
    }
}

impl<'a> Cell<'a> {
    /// The text, unless it stands for a missing value. In a column declared categorical only an
    /// empty cell does.
    pub(super) fn present_as(self, categorical: bool) -> Option<&'a str> {
        let present = match categorical {
            true => !self.text.is_empty(),
            false => reading(self.text) != Reading::Missing,
        };
        present.then_some(self.text)
    }
}

fn has_decimal_comma(text: &str) -> bool {
    let is_number_with = |by| text.replace(',', by).parse::<f64>().is_ok();
    text.contains(',') && (is_number_with(".") || is_number_with(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_has_one_reading() {
        let malformed = |text: &str| matches!(reading(text), Reading::Malformed(_));
        for text in ["", "?", "NA", "nan", "null"] {
            assert!(reading(text) == Reading::Missing, "{text}");
        }
        for (text, number) in [("1", 1.0), ("-1.5e-3", -0.0015), ("+.5", 0.5), ("1e-400", 0.0)] {
            assert!(reading(text) == Reading::Number(number), "{text}");
        }
        for text in ["inf", "-Infinity", "1e999", "1,5", "1,234.5", "-nan"] {
            assert!(malformed(text), "{text}");
        }
        for text in ["true", "a,b", "1_000", "0x10", "12 km", "na"] {
            assert!(reading(text) == Reading::Text, "{text}");
        }
    }

    #[test]
    fn zero_has_no_sign() {
        assert!(matches!(reading("-0"), Reading::Number(x) if x.is_sign_positive()));
    }
}
