//! Typed columns and a target.

use std::collections::BTreeSet;
use std::sync::Arc;

use surmise_core::component::Task;

use crate::text::examples;
use crate::{Error, Kind, Result};

/// Rows of typed features with what is to be predicted from them.
///
/// Made only through checks: every column and the target have the same number of rows, at least
/// one; names are distinct and not empty; numbers are finite or missing; codes are in range.
///
/// A clone shares its columns, so stages that change one column copy only that one.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    columns: Vec<Arc<Column>>,
    target: Arc<Target>,
}

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

/// Where a value is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The column's name.
    pub column: String,
    /// The row within the dataset, from 0.
    pub row: usize,
}

impl Dataset {
    /// Builds a dataset.
    ///
    /// # Errors
    /// If columns and target break any of the rules stated on [`Dataset`].
    pub fn new(columns: Vec<Column>, target: Target) -> Result<Self> {
        check_target(&target)?;
        Self::checked(
            columns.into_iter().map(Arc::new).collect(),
            Arc::new(target),
        )
    }

    /// The same rows and target with other features.
    ///
    /// # Errors
    /// If the columns break any of the rules stated on [`Dataset`].
    pub fn with_columns(&self, columns: Vec<Arc<Column>>) -> Result<Self> {
        Self::checked(columns, Arc::clone(&self.target))
    }

    /// The features in order.
    #[must_use]
    pub fn columns(&self) -> &[Arc<Column>] {
        &self.columns
    }

    /// What is to be predicted.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// What kind of prediction that is.
    #[must_use]
    pub fn task(&self) -> Task {
        self.target.task()
    }

    /// How many rows there are, at least one unless a selection was empty.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.target.len()
    }

    /// How many features there are, at least one.
    #[must_use]
    pub fn n_features(&self) -> usize {
        self.columns.len()
    }

    /// The features' names in order.
    #[must_use]
    pub fn feature_names(&self) -> Vec<&str> {
        self.columns.iter().map(|c| c.name.as_str()).collect()
    }

    /// The given rows, in the given order; levels and class names stay as they are, even those
    /// that no longer occur, so that codes mean the same in every selection.
    ///
    /// # Panics
    /// If a row is out of range, as indexing a slice does.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        let column = |column: &Arc<Column>| {
            Arc::new(Column {
                name: column.name.clone(),
                values: column.values.select(rows),
            })
        };
        Self {
            columns: self.columns.iter().map(column).collect(),
            target: Arc::new(self.target.select(rows)),
        }
    }

    /// The features as one matrix of `n_rows` × `n_features` numbers, row after row, as models
    /// take them. A missing value stays NaN; see [`Dataset::first_missing`].
    ///
    /// # Errors
    /// If a column is a category, which no matrix of numbers can hold; the first one is named.
    pub fn to_rows(&self) -> Result<Vec<f64>> {
        let numbers: Vec<&[f64]> = self
            .columns
            .iter()
            .map(|column| match &column.values {
                ColumnValues::Number(values) => Ok(values.as_slice()),
                ColumnValues::Category { levels, .. } => Err(Error::new(
                    Kind::Dataset,
                    format!(
                        "column `{}` holds categories ({}), but a model takes numbers: drop the \
                         column, or encode it with the stage `one_hot`",
                        column.name,
                        examples(levels),
                    ),
                )),
            })
            .collect::<Result<_>>()?;
        Ok((0..self.n_rows())
            .flat_map(|row| numbers.iter().map(move |column| column[row]))
            .collect())
    }

    /// The first missing value, by row and then by column.
    #[must_use]
    pub fn first_missing(&self) -> Option<Missing> {
        let first = |(index, column): (usize, &Arc<Column>)| {
            column.values.first_missing().map(|row| (row, index))
        };
        let (row, index) = self.columns.iter().enumerate().filter_map(first).min()?;
        Some(Missing {
            column: self.columns[index].name.clone(),
            row,
        })
    }

    fn checked(columns: Vec<Arc<Column>>, target: Arc<Target>) -> Result<Self> {
        let problem = |message: String| Err(Error::new(Kind::Dataset, message));
        if columns.is_empty() {
            return problem("a dataset needs at least one feature".into());
        }
        let mut names = BTreeSet::new();
        for column in &columns {
            let name = &column.name;
            if name.is_empty() {
                return problem("a column has no name".into());
            }
            if !names.insert(name) {
                return problem(format!("two columns are called `{name}`"));
            }
            if column.values.len() != target.len() {
                return problem(format!(
                    "column `{name}` has {} rows, but the target has {}",
                    column.values.len(),
                    target.len()
                ));
            }
            check_values(name, &column.values)?;
        }
        Ok(Self { columns, target })
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
            Self::Category { codes, levels } => Self::Category {
                codes: pick(codes, rows),
                levels: levels.clone(),
            },
        }
    }

    fn first_missing(&self) -> Option<usize> {
        match self {
            Self::Number(values) => values.iter().position(|x| x.is_nan()),
            Self::Category { codes, .. } => codes.iter().position(Option::is_none),
        }
    }
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
            Self::Classes { codes, names } => Self::Classes {
                codes: pick(codes, rows),
                names: names.clone(),
            },
            Self::Values(values) => Self::Values(pick(values, rows)),
        }
    }
}

fn pick<T: Copy>(values: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter().map(|&row| values[row]).collect()
}

fn check_target(target: &Target) -> Result<()> {
    let problem = |message: &str| Err(Error::new(Kind::Dataset, message));
    match target {
        _ if target.is_empty() => problem("a dataset needs at least one row"),
        Target::Classes { codes, names } if codes.iter().any(|&c| c as usize >= names.len()) => {
            problem("the target has a code without a class name")
        }
        Target::Values(values) if values.iter().any(|x| !x.is_finite()) => {
            problem("the target has a value that is not a finite number")
        }
        _ => Ok(()),
    }
}

fn check_values(name: &str, values: &ColumnValues) -> Result<()> {
    let problem = match values {
        ColumnValues::Number(values) => values.iter().position(|x| x.is_infinite()).map(|row| {
            format!("column `{name}` is infinite in row {row} of the dataset, counted from 0")
        }),
        ColumnValues::Category { codes, levels } => codes
            .iter()
            .position(|code| code.is_some_and(|c| c as usize >= levels.len()))
            .map(|row| format!("column `{name}` has a code without a level in row {row}")),
    };
    match problem {
        Some(message) => Err(Error::new(Kind::Dataset, message)),
        None => Ok(()),
    }
}
