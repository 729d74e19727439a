//! `log_loss`: the mean negative logarithm of the probability given to the true class.

use surmise_core::component::{MetricInfo, Task};
use surmise_core::study::Direction;
use surmise_data::Target;

use super::{Metric, Predicted, Result, check};

const NAME: &str = "log_loss";

/// −(1/n) Σᵢ ln clip(pᵢ), pᵢ the probability given to the true class of row i, in nats; 0 is best.
///
/// As in scikit-learn's `log_loss`, pᵢ is clipped to [ε, 1 − ε] with ε = 2⁻⁵²: a probability of 0
/// for the true class costs 36.04 rather than infinity. So one such row does not hide all others,
/// but neither is the score what the model strictly said. O(n).
#[derive(Debug, Clone, Copy)]
pub struct LogLoss;

impl Metric for LogLoss {
    fn info(&self) -> MetricInfo {
        MetricInfo {
            name: NAME.into(),
            help: "the mean negative logarithm of the probability given to the true class".into(),
            direction: Direction::Minimize,
            task: Task::Classification,
            needs_probabilities: true,
        }
    }

    fn score(&self, truth: &Target, predicted: &Predicted) -> Result<f64> {
        let (truth, rows) = check::probabilities(NAME, truth, predicted)?;
        let losses = truth.iter().zip(rows).map(|(&class, chances)| {
            let chance = chances[class as usize].clamp(f64::EPSILON, 1.0 - f64::EPSILON);
            -chance.ln()
        });
        Ok(losses.sum::<f64>() / truth.len() as f64)
    }
}
