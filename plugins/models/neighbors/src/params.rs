//! The hyperparameters as a pipeline file names them.

use surmise_plugin_sdk::prelude::*;

use crate::metric::Metric;

/// How much each neighbour counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Weighting {
    /// all the same
    Uniform,
    /// by the inverse of its distance; only those at no distance, if there are any
    Distance,
}

/// The metric, before its power is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum MetricChoice {
    /// the length of the difference
    Euclidean,
    /// the sum of absolute differences
    Manhattan,
    /// the largest absolute difference
    Chebyshev,
    /// the p-th root of the sum of p-th powers
    Minkowski,
    /// 1 − the cosine of the angle
    Cosine,
}

/// The hyperparameters of the neighbours. Names and meanings are those of scikit-learn's
/// `KNeighborsClassifier` and `KNeighborsRegressor`.
#[derive(Debug, Clone, PartialEq, Hyperparams)]
pub struct Params {
    /// Neighbours that are asked; all rows if there are fewer
    #[hp(default = 5, range = 1..=1_000_000, log)]
    pub n_neighbors: u32,
    /// How much each neighbour counts
    #[hp(default = Weighting::Uniform)]
    pub weights: Weighting,
    /// Metric
    #[hp(default = MetricChoice::Euclidean)]
    pub metric: MetricChoice,
    /// Power of the Minkowski metric
    #[hp(default = 2.0, range = 1.0..=100.0, log, when(metric = Minkowski))]
    pub p: f64,
}

impl Params {
    /// The metric with its power.
    #[must_use]
    pub fn metric(&self) -> Metric {
        match self.metric {
            MetricChoice::Euclidean => Metric::Euclidean,
            MetricChoice::Manhattan => Metric::Manhattan,
            MetricChoice::Chebyshev => Metric::Chebyshev,
            MetricChoice::Minkowski if self.p == 1.0 => Metric::Manhattan,
            MetricChoice::Minkowski if self.p == 2.0 => Metric::Euclidean,
            MetricChoice::Minkowski => Metric::Minkowski(self.p),
            MetricChoice::Cosine => Metric::Cosine,
        }
    }
}
