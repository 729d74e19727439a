//! The training rows with their weights and the means that they are taken from.

use std::cell::OnceCell;

use surmise_plugin_sdk::{Error, Result, Rows};

/// Rows, how much each counts, and where features are measured from.
pub(crate) struct Table<'a> {
    pub(crate) rows: Vec<&'a [f64]>,
    pub(crate) n_features: usize,
    /// `None` if all rows count 1.
    weights: Option<Vec<f64>>,
    /// Σ of the weights.
    pub(crate) total: f64,
    /// The weighted mean of each feature, exactly its value where there is only one; 0 without an
    /// intercept.
    pub(crate) means: Vec<f64>,
    is_centered: bool,
    deviations: OnceCell<Vec<f64>>,
}

impl<'a> Table<'a> {
    /// Leaves out rows of weight 0. O(rows × features).
    pub(crate) fn new(x: Rows<'a>, weights: Option<&[f64]>, is_centered: bool) -> Result<Self> {
        let n_features = x.n_features();
        if n_features == 0 {
            return Err(Error::invalid("needs at least one feature"));
        }
        let rows: Vec<&[f64]> = x.iter().collect();
        let total = weights.map_or(rows.len() as f64, |weights| weights.iter().sum());
        if !(total.is_finite() && total > 0.0) {
            return Err(Error::invalid(format!("the weights of the rows sum to {total}")));
        }
        let weights = weights.map(<[f64]>::to_vec);
        let means = vec![0.0; n_features];
        let deviations = OnceCell::new();
        let mut table = Self { rows, n_features, weights, total, means, is_centered, deviations };
        if is_centered {
            table.means = table.measure_means();
        }
        match table.means.iter().position(|mean| !mean.is_finite()) {
            None => Ok(table),
            Some(_) => Err(too_large()),
        }
    }

    pub(crate) fn weight(&self, row: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |weights| weights[row])
    }

    fn measure_means(&self) -> Vec<f64> {
        let mut sums = vec![0.0; self.n_features];
        for (i, row) in self.rows.iter().enumerate() {
            crate::simd::axpy(self.weight(i), row, &mut sums);
        }
        // A feature of one value has that mean to the last bit, so that nothing of it is left.
        let first = self.rows[0];
        let mut differs = vec![false; self.n_features];
        for row in &self.rows {
            let mut all = true;
            for ((differs, value), first) in differs.iter_mut().zip(*row).zip(first) {
                *differs |= value != first;
                all &= *differs;
            }
            if all {
                break;
            }
        }
        let means = sums.iter().zip(&differs).zip(first);
        means
            .map(|((sum, differs), first)| if *differs { sum / self.total } else { *first })
            .collect()
    }

    /// The weighted mean of a value of each row.
    pub(crate) fn mean_of(&self, values: &[f64]) -> f64 {
        let products = values.iter().enumerate().map(|(i, value)| self.weight(i) * value);
        products.sum::<f64>() / self.total
    }

    /// Keeps the sums of squares of the features around their means, where they were on the way.
    pub(crate) fn note_squares(&self, squares: impl Iterator<Item = f64>) {
        if self.is_centered {
            self.deviations.get_or_init(|| self.roots(squares));
        }
    }

    fn roots(&self, squares: impl Iterator<Item = f64>) -> Vec<f64> {
        squares.map(|sum| (sum / self.total).sqrt()).collect()
    }

    /// The weighted standard deviation of each feature, around its mean: O(rows × features) if its
    /// square was not noted.
    pub(crate) fn deviations(&self) -> Vec<f64> {
        self.deviations.get_or_init(|| self.measure_deviations()).clone()
    }

    fn measure_deviations(&self) -> Vec<f64> {
        let centered;
        let means = if self.is_centered {
            &self.means
        } else {
            centered = self.measure_means();
            &centered
        };
        let mut sums = vec![0.0; self.n_features];
        for (i, row) in self.rows.iter().enumerate() {
            let weight = self.weight(i);
            for ((sum, x), mean) in sums.iter_mut().zip(*row).zip(means) {
                *sum += weight * (x - mean) * (x - mean);
            }
        }
        self.roots(sums.into_iter())
    }
}

/// What is said of features or targets beyond finite arithmetic.
pub(crate) fn too_large() -> Error {
    Error::numeric("features or targets are too large for finite arithmetic; scale them")
}
