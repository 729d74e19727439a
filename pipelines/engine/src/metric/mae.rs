//! `mae`: the mean absolute error, in units of the target.

use surmise_core::component::{MetricInfo, Task};
use surmise_core::study::Direction;
use surmise_data::Target;

use super::{Metric, Predicted, Result, check};

const NAME: &str = "mae";

/// (1/n) Σᵢ |yᵢ − ŷᵢ|. As scikit-learn's `mean_absolute_error`. O(n).
#[derive(Debug, Clone, Copy)]
pub struct Mae;

impl Metric for Mae {
    fn info(&self) -> MetricInfo {
        MetricInfo {
            name: NAME.into(),
            help: "the mean absolute error, in units of the target".into(),
            direction: Direction::Minimize,
            task: Task::Regression,
            needs_probabilities: false,
        }
    }

    fn score(&self, truth: &Target, predicted: &Predicted) -> Result<f64> {
        let (truth, predicted) = check::values(NAME, truth, predicted)?;
        let errors = truth.iter().zip(predicted).map(|(y, p)| (y - p).abs());
        check::finite(NAME, errors.sum::<f64>() / truth.len() as f64)
    }
}
