//! What most models do not take: missing values and categories. Asked before any model is fitted,
//! so that nobody waits for a trial to hear of it.

use std::sync::Arc;

use super::{Column, ColumnValues, Dataset};

/// Where a value is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The column's name.
    pub column: String,
    /// The row within the dataset, from 0.
    pub row: usize,
}

impl Dataset {
    /// The first missing value, by row and then by column.
    #[must_use]
    pub fn first_missing(&self) -> Option<Missing> {
        self.first_missing_among(|_| true)
    }

    /// As [`Dataset::first_missing`], leaving out categories: encoding them does away with what is
    /// missing there too.
    #[must_use]
    pub fn first_missing_number(&self) -> Option<Missing> {
        self.first_missing_among(|column| !is_category(column))
    }

    /// The first column that holds categories.
    #[must_use]
    pub fn first_category(&self) -> Option<&Column> {
        self.columns.iter().map(Arc::as_ref).find(|column| is_category(column))
    }

    fn first_missing_among(&self, include: impl Fn(&Column) -> bool) -> Option<Missing> {
        let columns = self.columns.iter().filter(|column| include(column));
        let gaps = columns.filter_map(|c| c.values.first_missing().map(|row| (row, c)));
        // Of equal rows the first column comes first: `min_by_key` keeps the first of equals.
        let (row, column) = gaps.min_by_key(|(row, _)| *row)?;
        Some(Missing { column: column.name.clone(), row })
    }
}

fn is_category(column: &Column) -> bool {
    matches!(column.values, ColumnValues::Category { .. })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Target;

    #[test]
    fn the_first_gap_is_found_by_row_and_then_by_column() {
        let number = |name: &str, values: &[f64]| Column {
            name: name.into(),
            values: ColumnValues::Number(values.to_vec()),
        };
        let ward = Column {
            name: "ward".into(),
            values: ColumnValues::Category {
                codes: vec![Some(0), None, None],
                levels: vec!["east".into()],
            },
        };
        let columns =
            vec![number("a", &[1., 2., f64::NAN]), ward, number("b", &[4., 5., f64::NAN])];
        let data = Dataset::new(columns, Target::Values(vec![1., 2., 3.])).unwrap();
        let missing = |column: &str, row| Some(Missing { column: column.into(), row });
        assert_eq!(data.first_missing(), missing("ward", 1));
        assert_eq!(data.first_missing_number(), missing("a", 2));
        assert_eq!(data.first_category().map(|c| c.name.as_str()), Some("ward"));
        assert_eq!(data.select(&[2, 0]).first_missing(), missing("a", 0));
        assert_eq!(data.select(&[0]).first_missing(), None);
    }
}
