//! Delimited text files.
//!
//! The bytes are read once and everything, the fingerprint too, is made from those bytes. Rules:
//!
//! - **Text** is UTF-8, with or without a byte order mark, with any line ends. Quotes (`"`) may
//!   hold delimiters, line ends and doubled quotes. Empty lines are skipped; spaces around a cell
//!   do not belong to it.
//! - **Missing** is an empty cell, or one that reads as one of [`MISSING`], quoted or not. In a
//!   column that is declared categorical, the target included, only an empty cell is: there `NA`
//!   may be a name like any other.
//! - **A column is a number** if every cell that is not missing is a finite number with a decimal
//!   point; **a category** if it is declared one, or if none of its cells is a number. Anything
//!   between is an error, never a guess, and so are `inf`, `1e999` and `1,5`.
//! - **The target** of a classification is text or integers; of a regression, numbers. With no task
//!   declared, a target that is declared categorical or is text is a classification; numbers are
//!   one if they are all integers, of at most
//!   [`CLASSES_MAX_INFERRED`] distinct values that occur at least five times on average.
//! - **Weights** are numbers from 0 up, none missing and not all 0.
//! - **Levels and classes** are sorted: by number if all are integers (`1`, `1.0` and `01` are then
//!   the same), else as text.

mod column;
mod file;
mod levels;
mod plan;
mod records;
mod rows;
mod table;
mod target;
mod weights;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;

use std::path::Path;

use surmise_core::component::Task;

use crate::dataset::{Column, Dataset, Target};
use crate::error::{Error, Problem, Result};
use crate::fingerprint::Fingerprint;
use plan::Plan;
use table::Table;

pub use column::MISSING;
pub use file::BYTES_MAX;
pub use rows::Feature;
pub use table::{COLUMNS_MAX, LINE_BYTES_MAX};
pub use target::CLASSES_MAX_INFERRED;

/// How to read a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvOptions {
    /// Whether the first line names the columns. Otherwise they are called `column_1`, `column_2`
    /// and so on.
    pub header: bool,
    /// The byte between cells.
    pub delimiter: u8,
    /// The column to predict.
    pub target: String,
    /// The column that says how much each row counts, if they do not all count the same. It is
    /// not a feature.
    pub weights: Option<String>,
    /// Columns that are not features.
    pub drop: Vec<String>,
    /// Columns, the target among them or not, that are categories even if they look like numbers.
    pub categorical: Vec<String>,
    /// What is predicted; inferred from the target when absent.
    pub task: Option<Task>,
}

/// What was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The rows.
    pub dataset: Dataset,
    /// What identifies them.
    pub fingerprint: Fingerprint,
    /// The line of the file on which each row of the dataset starts, from 1.
    pub lines: Vec<u64>,
}

impl CsvOptions {
    /// A comma-separated file with a header: every column but the target is a feature.
    #[must_use]
    pub fn new(target: impl Into<String>) -> Self {
        Self {
            header: true,
            delimiter: b',',
            target: target.into(),
            weights: None,
            drop: Vec::new(),
            categorical: Vec::new(),
            task: None,
        }
    }
}

/// Reads a regular file of at most [`BYTES_MAX`] bytes.
///
/// # Errors
/// With the file's path, and up to ten problems of the same stage at once: of the file, its form,
/// the columns the options name, or the cells.
pub fn read(path: &Path, options: &CsvOptions) -> Result<Loaded> {
    file::read(path).and_then(|bytes| parse(&bytes, options)).map_err(|error| error.in_file(path))
}

/// Reads a file's bytes; see [`read`].
///
/// # Errors
/// As [`read`], without a path.
pub fn parse(bytes: &[u8], options: &CsvOptions) -> Result<Loaded> {
    let table = Table::parse(bytes, options)?;
    let plan = plan::plan(&table, options)?;
    let (columns, mut problems) = features(&table, &plan);
    let weights = plan.weights.map(|index| weights::weights(&table, index)).transpose();
    let weights = weights.unwrap_or_else(|problem| {
        problems.push(problem);
        None
    });
    let target = match target::target(&table, &plan.target, options.task) {
        Ok(target) => target,
        Err(first) => return Err(Error::all(first, problems)),
    };
    Error::check(problems)?;
    let dataset = Dataset::new(columns, target)?;
    let dataset = match weights {
        Some(weights) => dataset.with_weights(weights)?,
        None => dataset,
    };
    Ok(Loaded {
        fingerprint: Fingerprint::of(bytes, table.names.len(), options, &dataset),
        dataset,
        lines: table.into_lines(),
    })
}

/// Reads rows to predict from a file like that of the training rows, which these options are for:
/// `features` by their names, and no other column. A target that is there is not looked at; that
/// of what is read means nothing.
///
/// # Errors
/// As [`read`]; for each feature that is not there, or holds text where the model learnt numbers.
pub fn read_rows(path: &Path, options: &CsvOptions, features: &[Feature]) -> Result<Dataset> {
    let rows = |bytes: Vec<u8>| {
        let table = Table::parse(&bytes, options)?;
        let columns = rows::features(&table, features, &options.categorical)?;
        let nothing = Target::Values(vec![0.0; table.into_lines().len()]);
        Dataset::new(columns, nothing)
    };
    file::read(path).and_then(rows).map_err(|error| error.in_file(path))
}

fn features(table: &Table, plan: &Plan) -> (Vec<Column>, Vec<Problem>) {
    let mut columns = Vec::new();
    let mut problems = Vec::new();
    for feature in &plan.features {
        match column::values(table, feature) {
            Ok(values) => columns.push(Column { name: table.names[feature.index].clone(), values }),
            Err(problem) => problems.push(problem),
        }
    }
    (columns, problems)
}
