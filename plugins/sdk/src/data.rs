//! Read-only views of the data that a model fits and predicts.

use crate::{Error, Result};

/// Rows of features: a row-major view, cheap to copy; of `f64` but for models that expose
/// gradients.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a, T = f64> {
    values: &'a [T],
    n_rows: usize,
    n_features: usize,
    stride: usize,
}

impl<'a, T> Rows<'a, T> {
    /// A view of `n_rows × n_features` values without gaps between the rows.
    ///
    /// # Errors
    /// If `values` has another length.
    pub fn new(values: &'a [T], n_rows: usize, n_features: usize) -> Result<Self> {
        if n_rows.checked_mul(n_features) != Some(values.len()) {
            return Err(Error::invalid(format!(
                "{n_rows} rows of {n_features} features need as many values, found {}",
                values.len()
            )));
        }
        Ok(Self { values, n_rows, n_features, stride: n_features })
    }

    /// A view whose rows begin `stride` values apart. `values` ends with the last row.
    pub(crate) fn strided(
        values: &'a [T],
        n_rows: usize,
        n_features: usize,
        stride: usize,
    ) -> Self {
        debug_assert!(n_rows == 0 || values.len() == (n_rows - 1) * stride + n_features);
        Self { values, n_rows, n_features, stride }
    }

    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Number of features, the length of every row.
    #[must_use]
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// All values, and how far apart rows begin: for code that walks a matrix by itself. What lies
    /// between the rows means nothing.
    #[must_use]
    pub fn strides(&self) -> (&'a [T], usize) {
        (self.values, self.stride)
    }

    /// One row.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn row(&self, i: usize) -> &'a [T] {
        assert!(i < self.n_rows, "row {i} of {}", self.n_rows);
        let start = i * self.stride;
        &self.values[start..start + self.n_features]
    }

    /// The rows in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &'a [T]> + use<'a, T> {
        let Self { values, n_rows, n_features, stride } = *self;
        (0..n_rows).map(move |i| &values[i * stride..][..n_features])
    }
}

/// What a model learns from; of rows of `f64` but for a [`LayoutModel`](crate::LayoutModel).
#[derive(Debug, Clone)]
pub struct Train<'a, X = Rows<'a>> {
    pub(crate) x: X,
    pub(crate) target: Target<'a>,
    pub(crate) weights: Option<&'a [f64]>,
    pub(crate) feature_names: Vec<&'a str>,
    pub(crate) validation: Option<Box<Self>>,
}

impl<'a, X: Clone> Train<'a, X> {
    /// The features; at least one row.
    #[must_use]
    pub fn x(&self) -> X {
        self.x.clone()
    }

    /// The target, an entry for each row.
    #[must_use]
    pub fn target(&self) -> &Target<'a> {
        &self.target
    }

    /// The target of a classification.
    ///
    /// # Errors
    /// If this is a regression.
    pub fn classes(&self) -> Result<&Classes<'a>> {
        match &self.target {
            Target::Classes(classes) => Ok(classes),
            Target::Values(_) => Err(Error::invalid("expected classes to predict, found numbers")),
        }
    }

    /// The target of a regression, finite numbers.
    ///
    /// # Errors
    /// If this is a classification.
    pub fn values(&self) -> Result<&[f64]> {
        match &self.target {
            Target::Values(values) => Ok(values),
            Target::Classes(_) => Err(Error::invalid("expected numbers to predict, found classes")),
        }
    }

    /// How much each row counts: finite, not negative, not all zero; `None` if all count the same.
    /// Only for a model with [`Cap::Weights`](crate::Cap::Weights).
    #[must_use]
    pub fn weights(&self) -> Option<&'a [f64]> {
        self.weights
    }

    /// Other rows of the same kind, at least one, on which a fit can see when to end; `None` if
    /// there are none. Only for a model with [`Cap::Validation`](crate::Cap::Validation).
    #[must_use]
    pub fn validation(&self) -> Option<&Self> {
        self.validation.as_deref()
    }

    /// The names of the features, or nothing where the host knows none.
    #[must_use]
    pub fn feature_names(&self) -> &[&'a str] {
        &self.feature_names
    }
}

/// What is to be predicted.
#[derive(Debug, Clone)]
pub enum Target<'a> {
    /// One of a set of classes.
    Classes(Classes<'a>),
    /// A number.
    Values(Vec<f64>),
}

/// The classes of the training rows.
#[derive(Debug, Clone)]
pub struct Classes<'a> {
    pub(crate) codes: Vec<u32>,
    pub(crate) names: Vec<&'a str>,
}

impl<'a> Classes<'a> {
    /// The class of each row, in `0..n_classes`. A class may have no row here.
    #[must_use]
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// How many classes there are.
    #[must_use]
    pub fn n_classes(&self) -> usize {
        self.names.len()
    }

    /// Their names; a class's code is its place here.
    #[must_use]
    pub fn names(&self) -> &[&'a str] {
        &self.names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_skip_the_padding() {
        let rows = Rows::strided(&[1.0, 2.0, -1.0, 3.0, 4.0], 2, 2, 3);
        assert_eq!(rows.iter().collect::<Vec<_>>(), [[1.0, 2.0], [3.0, 4.0]]);
    }

    #[test]
    fn rows_need_their_values() {
        assert!(Rows::new(&[0.0; 6], 2, 3).is_ok());
        assert!(Rows::new(&[0.0; 5], 2, 3).is_err());
        assert!(Rows::<f64>::new(&[], usize::MAX, 2).is_err());
    }
}
