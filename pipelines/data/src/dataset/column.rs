//! Features.

use crate::error::{Error, Kind, Result};
use crate::text::quote;

/// One feature.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name, distinct within a dataset.
    pub name: String,
    /// Its values, one for each row.
    pub values: ColumnValues,
}

/// The values of a [`Column`].
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnValues {
    /// Numbers, finite; NaN stands for a missing value.
    Number(Vec<f64>),
    /// One of a set of levels.
    Category {
        /// For each row an index into `levels`; `None` for a missing value.
        codes: Vec<Option<u32>>,
        /// The levels, distinct and sorted: by number where all are integers, else as text.
        levels: Vec<String>,
    },
}

impl Column {
    pub(super) fn check(&self) -> Result<()> {
        let problem = match &self.values {
            _ if self.name.is_empty() => Some("has no name".into()),
            ColumnValues::Number(values) => values
                .iter()
                .position(|x| x.is_infinite())
                .map(|row| format!("is infinite in row {row} of the dataset, counted from 0")),
            ColumnValues::Category { codes, levels } => codes
                .iter()
                .position(|code| code.is_some_and(|c| levels.len() <= c as usize))
                .map(|row| format!("has a code without a level in row {row}, counted from 0")),
        };
        match problem {
            Some(problem) => {
                let message = format!("column {} {problem}", quote(&self.name));
                Err(Error::new(Kind::Dataset, message))
            }
            None => Ok(()),
        }
    }
}

impl ColumnValues {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Number(values) => values.len(),
            Self::Category { codes, .. } => codes.len(),
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The given rows, in the given order.
    ///
    /// # Panics
    /// If a row is out of range.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        match self {
            Self::Number(values) => Self::Number(pick(values, rows)),
            Self::Category { codes, levels } => {
                Self::Category { codes: pick(codes, rows), levels: levels.clone() }
            }
        }
    }

    /// The first row without a value.
    pub(super) fn first_missing(&self) -> Option<usize> {
        match self {
            Self::Number(values) => values.iter().position(|x| x.is_nan()),
            Self::Category { codes, .. } => codes.iter().position(Option::is_none),
        }
    }
}

/// The given items, in the given order.
pub(super) fn pick<T: Copy>(values: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter().map(|&row| values[row]).collect()
}
