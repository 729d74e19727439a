//! `r2`: the share of the target's variance that is predicted.

use surmise_core::component::{MetricInfo, Task};
use surmise_core::study::Direction;
use surmise_data::Target;

use super::{Error, Metric, Predicted, Result, check};

const NAME: &str = "r2";

/// 1 − Σᵢ (yᵢ − ŷᵢ)² / Σᵢ (yᵢ − ȳ)², ȳ the mean of the scored rows: 1 is best, 0 is as good as
/// predicting ȳ, and there is no worst.
///
/// As scikit-learn's `r2_score`, but where all yᵢ are equal there is no score: that is an error,
/// not a conventional 0 or 1. O(n).
#[derive(Debug, Clone, Copy)]
pub struct R2;

impl Metric for R2 {
    fn info(&self) -> MetricInfo {
        MetricInfo {
            name: NAME.into(),
            help: "the share of the target's variance that is predicted".into(),
            direction: Direction::Maximize,
            task: Task::Regression,
            needs_probabilities: false,
        }
    }

    fn score(&self, truth: &Target, predicted: &Predicted) -> Result<f64> {
        let (truth, predicted) = check::values(NAME, truth, predicted)?;
        if truth.iter().all(|y| *y == truth[0]) {
            let reason = "the target is the same in all scored rows";
            return Err(Error::Undefined { metric: NAME, reason });
        }
        let mean = truth.iter().sum::<f64>() / truth.len() as f64;
        let residual: f64 = truth.iter().zip(predicted).map(|(y, p)| (y - p).powi(2)).sum();
        let total: f64 = truth.iter().map(|y| (y - mean).powi(2)).sum();
        check::finite(NAME, 1.0 - residual / total)
    }
}
