//! A metric that judges validation rows after each epoch.

use surmise_core::study::Direction;
use surmise_data::Target;
use surmise_plugin_host as host;
use surmise_plugin_host::training::{Rows, Training, likeliest};
use surmise_training::ModelError;

use super::{Loop, unusable};
use crate::metric::{Metric, Predicted};

/// A metric with the truth that it compares outputs with.
pub(super) struct Judge {
    metric: &'static dyn Metric,
    truth: Target,
}

impl Loop {
    /// What the settings name to judge validation rows by, if they do and there are any.
    pub(super) fn judge(&self, training: &Training<'_>) -> host::Result<Option<Judge>> {
        let section = training.settings.get("validation");
        let name = section.and_then(|section| section.get("metric")).and_then(|name| name.as_str());
        let (Some(name), Some(rows)) = (name, &training.validation) else { return Ok(None) };
        let metric = self.metrics.iter().find(|metric| metric.info().name == name);
        let metric = metric.ok_or_else(|| unusable(format!("there is no metric `{name}`")))?;
        Ok(Some(Judge { metric: *metric, truth: truth(rows) }))
    }
}

impl Judge {
    pub(super) fn higher_is_better(&self) -> bool {
        self.metric.info().direction == Direction::Maximize
    }

    /// The score of a model's outputs for the rows.
    pub(super) fn score(&self, outputs: Vec<f64>) -> Result<f64, ModelError> {
        let predicted = match &self.truth {
            Target::Values(_) => Predicted::Values(outputs),
            Target::Classes { names, .. } if self.metric.info().needs_probabilities => {
                Predicted::Probabilities { n_classes: names.len(), rows: outputs }
            }
            Target::Classes { names, .. } => {
                let class = |row: &[f64]| likeliest(row) as u32;
                Predicted::Classes(outputs.chunks_exact(names.len()).map(class).collect())
            }
        };
        let scored = self.metric.score(&self.truth, &predicted);
        scored.map_err(|e| ModelError::Failed(Box::new(e)))
    }
}

fn truth(rows: &Rows<'_>) -> Target {
    match rows.target {
        host::Target::Values(values) => Target::Values(values.to_vec()),
        host::Target::Classes { codes, names } => {
            Target::Classes { codes: codes.to_vec(), names: names.to_vec() }
        }
    }
}
