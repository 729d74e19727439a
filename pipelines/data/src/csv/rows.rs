//! Rows to predict: features without a target, read as those of the training rows were.

use serde::{Deserialize, Serialize};

use super::column::{Reading, reading};
use super::levels::encode;
use super::table::{Cell, Table};
use crate::dataset::{Column, ColumnValues, Dataset};
use crate::error::{Error, Kind, Problem, Result};
use crate::text::{did_you_mean, quote};

/// A feature of the training rows, and how cells are read for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// Its name.
    pub name: String,
    /// The levels of a category; `None` for a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub levels: Option<Vec<String>>,
}

impl Feature {
    /// The features of training rows.
    #[must_use]
    pub fn of(train: &Dataset) -> Vec<Self> {
        let names = train.feature_names().into_iter().map(str::to_owned);
        names.zip(train.categories()).map(|(name, levels)| Self { name, levels }).collect()
    }

    /// The feature's values in a table; `declared` if the column is declared categorical.
    fn values(&self, table: &Table, declared: bool) -> Result<ColumnValues, Problem> {
        let name = quote(&self.name);
        let Some(index) = table.names.iter().position(|known| *known == self.name) else {
            let hint = did_you_mean(&self.name, &table.names);
            let message = format!("there is no column {name}, which the model learnt from{hint}");
            return Err(Problem::new(Kind::Content, message));
        };
        let cells = table.column(index);
        let Some(levels) = &self.levels else {
            let values = cells.map(|cell| number(cell, &name)).collect::<Result<_, _>>()?;
            return Ok(ColumnValues::Number(values));
        };
        let (codes, found) = encode(cells.map(|cell| cell.present_as(declared)));
        let mut levels = levels.clone();
        let places: Vec<u32> = found.into_iter().map(|level| place(level, &mut levels)).collect();
        let codes = codes.into_iter().map(|code| code.map(|code| places[code as usize])).collect();
        Ok(ColumnValues::Category { codes, levels })
    }
}

/// A number, or NaN for a missing one.
fn number(cell: Cell<'_>, name: &str) -> Result<f64, Problem> {
    let why = match reading(cell.text) {
        Reading::Number(number) => return Ok(number),
        Reading::Missing => return Ok(f64::NAN),
        Reading::Malformed(why) => why,
        Reading::Text => "is not a number, as it was where the model learnt",
    };
    let message = format!("line {}: column {name}: {} {why}", cell.line, quote(cell.text));
    Err(Problem::new(Kind::Content, message))
}

/// The code of a level, which is added to those of the training rows if it is new.
fn place(level: String, levels: &mut Vec<String>) -> u32 {
    let known = levels.iter().position(|known| *known == level);
    let place = known.unwrap_or_else(|| {
        levels.push(level);
        levels.len() - 1
    });
    // There are no more levels than cells, and a file has fewer cells than bytes.
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// The features in a file's bytes, in their order; other columns are not looked at. Those in
/// `categorical` are declared categories.
pub(super) fn features(
    table: &Table,
    features: &[Feature],
    categorical: &[String],
) -> Result<Vec<Column>> {
    let mut columns = Vec::new();
    let mut problems = Vec::new();
    for feature in features {
        match feature.values(table, categorical.contains(&feature.name)) {
            Ok(values) => columns.push(Column { name: feature.name.clone(), values }),
            Err(problem) => problems.push(problem),
        }
    }
    Error::check(problems)?;
    Ok(columns)
}
