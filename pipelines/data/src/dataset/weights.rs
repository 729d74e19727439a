//! How much each row counts when a model is fitted.

use std::sync::Arc;

use super::Dataset;
use crate::error::{Error, Kind, Result};

impl Dataset {
    /// The same rows, each counting as much as its weight says.
    ///
    /// # Errors
    /// If there is not one weight for each row, one is negative or not finite, or all are zero.
    pub fn with_weights(self, weights: Vec<f64>) -> Result<Self> {
        let n_rows = self.n_rows();
        let bad = weights.iter().find(|weight| !(weight.is_finite() && 0.0 <= **weight));
        let problem = match bad {
            _ if weights.len() != n_rows => format!("{} weights for {n_rows} rows", weights.len()),
            Some(weight) => format!("a row has the weight {weight}"),
            None if weights.iter().all(|weight| *weight == 0.0) => "no row counts".to_owned(),
            None => return Ok(Self { weights: Some(Arc::new(weights)), ..self }),
        };
        Err(Error::new(Kind::Dataset, problem))
    }

    /// How much each row counts; `None` if all count the same. In a selection all may be zero.
    #[must_use]
    pub fn weights(&self) -> Option<&[f64]> {
        self.weights.as_deref().map(Vec::as_slice)
    }

    /// Whether one of these rows counts, as a model needs it that is fitted to them.
    ///
    /// # Panics
    /// If a row is out of range.
    #[must_use]
    pub fn any_counts(&self, rows: &[usize]) -> bool {
        self.weights().is_none_or(|weights| rows.iter().any(|row| 0.0 < weights[*row]))
    }
}

#[cfg(test)]
mod tests {
    use crate::dataset::{Column, ColumnValues, Target};

    use super::*;

    fn rows() -> Dataset {
        let values = ColumnValues::Number(vec![1.0, 2.0, 3.0]);
        let columns = vec![Column { name: "a".into(), values }];
        Dataset::new(columns, Target::Values(vec![1.0, 2.0, 3.0])).unwrap()
    }

    #[test]
    fn weights_go_with_their_rows() {
        let data = rows().with_weights(vec![0.0, 2.0, 0.5]).unwrap();
        assert_eq!(data.select(&[2, 0]).weights(), Some(&[0.5, 0.0][..]));
        assert_eq!(data.with_columns(data.columns().to_vec()).unwrap(), data);
        assert!(data.any_counts(&[0, 1]) && !data.any_counts(&[0]) && !data.any_counts(&[]));
        assert!(rows().any_counts(&[0]) && rows().weights().is_none());
    }

    #[test]
    fn weights_must_count_something() {
        for bad in [vec![1.0], vec![0.0; 3], vec![1.0, -1.0, 1.0], vec![1.0, f64::NAN, 1.0]] {
            assert!(rows().with_weights(bad).is_err());
        }
    }
}
