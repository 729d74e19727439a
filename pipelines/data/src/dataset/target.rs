//! What is to be predicted.

use surmise_core::component::Task;

use super::column::pick;
use crate::error::{Error, Kind, Result};

/// What is to be predicted. Never missing.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// Classification.
    Classes {
        /// For each row an index into `names`.
        codes: Vec<u32>,
        /// The classes, distinct and sorted: by number where all are integers, else as text.
        names: Vec<String>,
    },
    /// Regression: one finite number for each row.
    Values(Vec<f64>),
}

impl Target {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Classes { codes, .. } => codes.len(),
            Self::Values(values) => values.len(),
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What kind of prediction this asks for.
    #[must_use]
    pub fn task(&self) -> Task {
        match self {
            Self::Classes { .. } => Task::Classification,
            Self::Values(_) => Task::Regression,
        }
    }

    /// The given rows, in the given order; class names stay as they are.
    ///
    /// # Panics
    /// If a row is out of range.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        match self {
            Self::Classes { codes, names } => {
                Self::Classes { codes: pick(codes, rows), names: names.clone() }
            }
            Self::Values(values) => Self::Values(pick(values, rows)),
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        let problem = match self {
            _ if self.is_empty() => "a dataset needs at least one row",
            Self::Classes { codes, names } if codes.iter().any(|&c| names.len() <= c as usize) => {
                "the target has a code without a class name"
            }
            Self::Values(values) if values.iter().any(|x| !x.is_finite()) => {
                "the target has a value that is not a finite number"
            }
            _ => return Ok(()),
        };
        Err(Error::new(Kind::Dataset, problem))
    }
}
