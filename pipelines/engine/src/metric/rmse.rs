//! `rmse`: the root of the mean squared error, in units of the target.

use surmise_core::component::{MetricInfo, Task};
use surmise_core::study::Direction;
use surmise_data::Target;

use super::{Metric, Predicted, Result, check};

const NAME: &str = "rmse";

/// √((1/n) Σᵢ (yᵢ − ŷᵢ)²). As scikit-learn's `root_mean_squared_error`. O(n).
#[derive(Debug, Clone, Copy)]
pub struct Rmse;

impl Metric for Rmse {
    fn info(&self) -> MetricInfo {
        MetricInfo {
            name: NAME.into(),
            help: "the root of the mean squared error, in units of the target".into(),
            direction: Direction::Minimize,
            task: Task::Regression,
            needs_probabilities: false,
        }
    }

    fn score(&self, truth: &Target, predicted: &Predicted) -> Result<f64> {
        let (truth, predicted) = check::values(NAME, truth, predicted)?;
        let squares = truth.iter().zip(predicted).map(|(y, p)| (y - p).powi(2));
        check::finite(NAME, (squares.sum::<f64>() / truth.len() as f64).sqrt())
    }
}
