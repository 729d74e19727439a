//! `balanced_accuracy`: the mean over classes of the share of their rows that are predicted.

use surmise_core::component::{MetricInfo, Task};
use surmise_core::study::Direction;
use surmise_data::Target;

use super::{Metric, Predicted, Result, check};

const NAME: &str = "balanced_accuracy";

/// (1/|K|) Σₖ∈K #{i : ŷᵢ = yᵢ = k} / #{i : yᵢ = k}, K the classes that occur among the scored rows.
/// Between 0 and 1; 1/|K| for guessing. As scikit-learn's `balanced_accuracy_score`. O(n).
#[derive(Debug, Clone, Copy)]
pub struct BalancedAccuracy;

impl Metric for BalancedAccuracy {
    fn info(&self) -> MetricInfo {
        MetricInfo {
            name: NAME.into(),
            help: "the mean over classes of the share of their rows that are predicted".into(),
            direction: Direction::Maximize,
            task: Task::Classification,
            needs_probabilities: false,
        }
    }

    fn score(&self, truth: &Target, predicted: &Predicted) -> Result<f64> {
        let (truth, predicted, n_classes) = check::classes(NAME, truth, predicted)?;
        let recalls: Vec<f64> = check::count(truth, predicted, n_classes)
            .iter()
            .filter(|class| 0 < class.truth)
            .map(|class| class.both as f64 / class.truth as f64)
            .collect();
        Ok(recalls.iter().sum::<f64>() / recalls.len() as f64)
    }
}
