//! Typed columns and a target.

mod column;
mod dictionary;
mod gaps;
mod target;
mod weights;

use std::collections::BTreeSet;
use std::sync::Arc;

use surmise_core::component::Task;

use crate::error::{Error, Kind, Result};
use crate::text::{examples, quote};

pub use column::{Column, ColumnValues};
pub use dictionary::Dictionary;
pub use gaps::Missing;
pub use target::Target;

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
    weights: Option<Arc<Vec<f64>>>,
}

impl Dataset {
    /// Builds a dataset.
    ///
    /// # Errors
    /// If columns and target break any of the rules stated on [`Dataset`].
    pub fn new(columns: Vec<Column>, target: Target) -> Result<Self> {
        target.check()?;
        Self::checked(columns.into_iter().map(Arc::new).collect(), Arc::new(target))
    }

    /// The same rows, target and weights with other features.
    ///
    /// # Errors
    /// If the columns break any of the rules stated on [`Dataset`].
    pub fn with_columns(&self, columns: Vec<Arc<Column>>) -> Result<Self> {
        let made = Self::checked(columns, Arc::clone(&self.target))?;
        Ok(Self { weights: self.weights.clone(), ..made })
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
            Arc::new(Column { name: column.name.clone(), values: column.values.select(rows) })
        };
        Self {
            columns: self.columns.iter().map(column).collect(),
            target: Arc::new(self.target.select(rows)),
            weights: self.weights.as_ref().map(|weights| Arc::new(column::pick(weights, rows))),
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
                        "column {} holds categories ({}), but a model takes numbers: drop the \
                         column, or encode it with the stage `one_hot`",
                        quote(&column.name),
                        examples(levels),
                    ),
                )),
            })
            .collect::<Result<_>>()?;
        Ok((0..self.n_rows())
            .flat_map(|row| numbers.iter().map(move |column| column[row]))
            .collect())
    }

    /// As [`Dataset::to_rows`], with the code in place of each category: for models that take
    /// categories as such. A category that is missing is NaN.
    #[must_use]
    pub fn to_numbers(&self) -> Vec<f64> {
        let code = |code: Option<u32>| code.map_or(f64::NAN, f64::from);
        let number = |column: &Column, row: usize| match &column.values {
            ColumnValues::Number(values) => values[row],
            ColumnValues::Category { codes, .. } => code(codes[row]),
        };
        let row = |row: usize| self.columns.iter().map(move |column| number(column, row));
        (0..self.n_rows()).flat_map(row).collect()
    }

    /// For each feature the levels that its codes mean, `None` for a number.
    #[must_use]
    pub fn categories(&self) -> Vec<Option<Vec<String>>> {
        let levels = |column: &Arc<Column>| match &column.values {
            ColumnValues::Number(_) => None,
            ColumnValues::Category { levels, .. } => Some(levels.clone()),
        };
        self.columns.iter().map(levels).collect()
    }

    fn checked(columns: Vec<Arc<Column>>, target: Arc<Target>) -> Result<Self> {
        let problem = |message: String| Err(Error::new(Kind::Dataset, message));
        if columns.is_empty() {
            return problem("a dataset needs at least one feature".into());
        }
        let mut names = BTreeSet::new();
        for column in &columns {
            column.check()?;
            let name = quote(&column.name);
            if !names.insert(&column.name) {
                return problem(format!("two columns are called {name}"));
            }
            if column.values.len() != target.len() {
                return problem(format!(
                    "column {name} has {} rows, but the target has {}",
                    column.values.len(),
                    target.len()
                ));
            }
        }
        Ok(Self { columns, target, weights: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(name: &str, values: &[f64]) -> Column {
        Column { name: name.into(), values: ColumnValues::Number(values.to_vec()) }
    }

    fn category(name: &str, codes: &[Option<u32>], levels: &[&str]) -> Column {
        Column {
            name: name.into(),
            values: ColumnValues::Category {
                codes: codes.to_vec(),
                levels: levels.iter().map(|l| (*l).to_owned()).collect(),
            },
        }
    }

    fn classes(codes: &[u32]) -> Target {
        Target::Classes { codes: codes.to_vec(), names: vec!["no".into(), "yes".into()] }
    }

    #[test]
    fn rows_are_row_major_and_selections_keep_their_meaning() {
        let columns = vec![number("a", &[1., 2., 3.]), number("b", &[4., f64::NAN, 6.])];
        let data = Dataset::new(columns, classes(&[0, 1, 0])).unwrap();
        assert_eq!(data.select(&[2, 0]).to_rows().unwrap(), [3., 6., 1., 4.]);
        assert_eq!(data.select(&[2, 0]).target(), &classes(&[0, 0]));
    }

    #[test]
    fn a_category_has_no_number() {
        let columns = vec![category("ward", &[Some(0), None], &["east"])];
        let data = Dataset::new(columns, classes(&[0, 1])).unwrap();
        let message = data.to_rows().unwrap_err().to_string();
        assert!(message.starts_with("column `ward` holds categories (`east`)"));
    }

    #[test]
    fn what_breaks_a_rule_is_no_dataset() {
        let check = |columns: Vec<Column>, target: Target, expected: &str| {
            let error = Dataset::new(columns, target).unwrap_err();
            assert_eq!(error.kind(), Kind::Dataset);
            assert!(error.to_string().contains(expected), "{error}");
        };
        let one = || number("a", &[1.]);
        check(vec![], classes(&[0]), "at least one feature");
        check(vec![number("a", &[])], classes(&[]), "at least one row");
        check(vec![one(), one()], classes(&[0]), "two columns are called `a`");
        check(vec![number("", &[1.])], classes(&[0]), "has no name");
        check(vec![one()], classes(&[0, 1]), "has 1 rows, but the target has 2");
        check(vec![number("a", &[f64::INFINITY])], classes(&[0]), "infinite in row 0");
        check(vec![category("c", &[Some(1)], &["x"])], classes(&[0]), "without a level");
        check(vec![one()], classes(&[2]), "without a class name");
        check(vec![one()], Target::Values(vec![f64::NAN]), "not a finite number");
    }
}
