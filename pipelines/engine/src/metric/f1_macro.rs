//! `f1_macro`: the mean over classes of the harmonic mean of precision and recall.

use surmise_core::component::{MetricInfo, Task};
use surmise_core::study::Direction;
use surmise_data::Target;

use super::{Metric, Predicted, Result, check};

const NAME: &str = "f1_macro";

/// (1/|K|) Σₖ∈K 2 TPₖ / (Tₖ + Pₖ), where Tₖ rows have class k, Pₖ are predicted to and TPₖ are
/// both; K the classes that occur among the true or the predicted of the scored rows. Between 0 and
/// 1. As scikit-learn's `f1_score(average="macro")`. O(n).
#[derive(Debug, Clone, Copy)]
pub struct F1Macro;

impl Metric for F1Macro {
    fn info(&self) -> MetricInfo {
        MetricInfo {
            name: NAME.into(),
            help: "the mean over classes of the harmonic mean of precision and recall".into(),
            direction: Direction::Maximize,
            task: Task::Classification,
            needs_probabilities: false,
        }
    }

    fn score(&self, truth: &Target, predicted: &Predicted) -> Result<f64> {
        let (truth, predicted, n_classes) = check::classes(NAME, truth, predicted)?;
        let scores: Vec<f64> = check::count(truth, predicted, n_classes)
            .iter()
            .filter(|class| 0 < class.truth + class.predicted)
            .map(|class| 2.0 * class.both as f64 / (class.truth + class.predicted) as f64)
            .collect();
        Ok(scores.iter().sum::<f64>() / scores.len() as f64)
    }
}
