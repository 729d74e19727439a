//! What a metric is.

use surmise_core::component::MetricInfo;
use surmise_data::Target;

use super::Result;

/// Measures predictions against the truth.
pub trait Metric: Send + Sync {
    /// Its name, direction, task and which predictions it needs.
    fn info(&self) -> MetricInfo;

    /// The score of one prediction for each row of `truth`, always finite. Sums run in row order,
    /// so the same rows give the same bits.
    ///
    /// # Errors
    /// If truth or predictions are not of the metric's kind, differ in length, are empty or hold
    /// something impossible (a code without a class, a probability outside 0 to 1), or if the score
    /// is undefined for them.
    fn score(&self, truth: &Target, predicted: &Predicted) -> Result<f64>;
}

/// What a model predicted, in the order of the rows. Codes index the class names of the target.
#[derive(Debug, Clone, PartialEq)]
pub enum Predicted {
    /// A class for each row.
    Classes(Vec<u32>),
    /// Class probabilities.
    Probabilities {
        /// How many classes there are.
        n_classes: usize,
        /// One probability for each class, row after row; each row sums to 1.
        rows: Vec<f64>,
    },
    /// A number for each row.
    Values(Vec<f64>),
}
