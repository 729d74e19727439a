//! The rows of a pass, and the shape that all of them share.

use super::Real;
use crate::{Error, Result, Rows};

/// What is known of the data before training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    n_features: usize,
    n_classes: usize,
    n_targets: usize,
}

impl Shape {
    /// Of a classification.
    ///
    /// # Errors
    /// If there is no feature or no class.
    pub fn classification(n_features: usize, n_classes: usize) -> Result<Self> {
        Self { n_features, n_classes, n_targets: 1 }.checked(n_classes)
    }

    /// Of a regression with this many columns of targets.
    ///
    /// # Errors
    /// If there is no feature or no target.
    pub fn regression(n_features: usize, n_targets: usize) -> Result<Self> {
        Self { n_features, n_classes: 0, n_targets }.checked(n_targets)
    }

    fn checked(self, n_outputs: usize) -> Result<Self> {
        if self.n_features == 0 || n_outputs == 0 {
            return Err(Error::invalid("there is nothing to learn from, or nothing to learn"));
        }
        Ok(self)
    }

    /// Number of features.
    #[must_use]
    pub fn n_features(self) -> usize {
        self.n_features
    }

    /// Number of classes; 0 for a regression.
    #[must_use]
    pub fn n_classes(self) -> usize {
        self.n_classes
    }

    /// Number of outputs for a row: a probability for each class, or a value for each target.
    #[must_use]
    pub fn n_outputs(self) -> usize {
        if self.n_classes == 0 { self.n_targets } else { self.n_classes }
    }

    pub(crate) fn check_features(self, n_features: usize) -> Result<()> {
        match n_features == self.n_features {
            true => Ok(()),
            false => Err(Error::invalid(format!(
                "begun with {} features, given {n_features}",
                self.n_features
            ))),
        }
    }

    pub(super) fn check<T: Real>(self, batch: &Batch<'_, T>) -> Result<()> {
        self.check_features(batch.x.n_features())?;
        let n_targets = match batch.target {
            BatchTarget::Classes(codes) if self.n_classes != 0 => {
                match codes.iter().find(|code| self.n_classes <= **code as usize) {
                    None => codes.len(),
                    Some(code) => {
                        return Err(Error::invalid(format!("class {code} of {}", self.n_classes)));
                    }
                }
            }
            BatchTarget::Values(values) if self.n_classes == 0 => values.len(),
            _ => return Err(Error::invalid("the target is of another task than the model")),
        };
        let n_rows = batch.x.n_rows();
        if n_rows == 0 || Some(n_targets) != n_rows.checked_mul(self.n_targets) {
            return Err(Error::invalid(format!("{n_rows} rows have {n_targets} targets")));
        }
        Ok(())
    }
}

/// Rows with their targets and weights.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a, T> {
    x: Rows<'a, T>,
    target: BatchTarget<'a>,
    weights: Option<&'a [f64]>,
    total: f64,
}

/// What the rows of a batch should come out as.
#[derive(Debug, Clone, Copy)]
pub(crate) enum BatchTarget<'a> {
    Classes(&'a [u32]),
    Values(&'a [f64]),
}

impl<'a, T: Real> Batch<'a, T> {
    pub(crate) fn new(
        x: Rows<'a, T>,
        target: BatchTarget<'a>,
        weights: Option<&'a [f64]>,
    ) -> Result<Self> {
        let total = match weights {
            None => x.n_rows() as f64,
            Some(weights) if weights.len() == x.n_rows() => weights.iter().sum(),
            Some(_) => return Err(Error::invalid("each row needs one weight")),
        };
        if !(total.is_finite() && 0.0 < total) {
            return Err(Error::invalid(format!("the weights of the batch sum to {total}")));
        }
        Ok(Self { x, target, weights, total })
    }

    /// The features.
    #[must_use]
    pub fn x(&self) -> Rows<'a, T> {
        self.x
    }

    /// Number of rows, at least 1.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.x.n_rows()
    }

    /// The class of each row, in `0..n_classes`.
    ///
    /// # Errors
    /// If this is a regression.
    pub fn classes(&self) -> Result<&'a [u32]> {
        match self.target {
            BatchTarget::Classes(codes) => Ok(codes),
            BatchTarget::Values(_) => Err(Error::invalid("expected classes, found numbers")),
        }
    }

    /// The targets of a regression: `n_rows × n_outputs`, row-major.
    ///
    /// # Errors
    /// If this is a classification.
    pub fn values(&self) -> Result<&'a [f64]> {
        match self.target {
            BatchTarget::Values(values) => Ok(values),
            BatchTarget::Classes(_) => Err(Error::invalid("expected numbers, found classes")),
        }
    }

    /// How much row `i` counts in the mean: its weight over the sum of all.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn share(&self, i: usize) -> T {
        assert!(i < self.n_rows(), "row {i} of {}", self.n_rows());
        T::of(self.weights.map_or(1.0, |weights| weights[i]) / self.total)
    }
}
