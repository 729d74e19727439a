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

    /// The class with the fewest rows, of equals the first, and how many it has: 0 for a class
    /// that a selection has lost. `None` for a regression. With fewer rows than folds, some folds
    /// do not test the class, and with one row, one fold does not train on it.
    #[must_use]
    pub fn smallest_class(&self) -> Option<(&str, usize)> {
        let Self::Classes { codes, names } = self else {
            return None;
        };
        let mut counts = vec![0; names.len()];
        for &code in codes {
            counts[code as usize] += 1;
        }
        let counted = names.iter().map(String::as_str).zip(counts);
        counted.min_by_key(|(_, count)| *count)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_class_may_be_gone() {
        let names = ["a", "b", "c"].map(str::to_owned).to_vec();
        let target = Target::Classes { codes: vec![0, 1, 2, 2, 1, 2], names };
        assert_eq!(target.smallest_class(), Some(("a", 1)));
        assert_eq!(target.select(&[1, 2, 3, 4]).smallest_class(), Some(("a", 0)));
        assert_eq!(target.select(&[0, 0, 1, 4, 2, 3, 5]).smallest_class(), Some(("a", 2)));
        assert_eq!(Target::Values(vec![1.0]).smallest_class(), None);
    }
}
