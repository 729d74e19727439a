//! `accuracy`: the share of rows whose class is predicted.

use surmise_core::component::{MetricInfo, Task};
use surmise_core::study::Direction;
use surmise_data::Target;

use super::{Metric, Predicted, Result, check};

const NAME: &str = "accuracy";

/// #{i : ŷᵢ = yᵢ} / n, between 0 and 1. As scikit-learn's `accuracy_score`. O(n).
#[derive(Debug, Clone, Copy)]
pub struct Accuracy;

impl Metric for Accuracy {
    fn info(&self) -> MetricInfo {
        MetricInfo {
            name: NAME.into(),
            help: "the share of rows whose class is predicted".into(),
            direction: Direction::Maximize,
            task: Task::Classification,
            needs_probabilities: false,
        }
    }

    fn score(&self, truth: &Target, predicted: &Predicted) -> Result<f64> {
        let (truth, predicted, _) = check::classes(NAME, truth, predicted)?;
        let right = truth.iter().zip(predicted).filter(|(t, p)| t == p).count();
        Ok(right as f64 / truth.len() as f64)
    }
}
