//! What the validation data say of a model.

use super::session::{Session, fail};
use crate::{Pass, Point, Real, Result, rows};

/// Losses of many rows are taken in parts of so many, which do not need much memory.
const PART: usize = 1024;

impl<T: Real> Session<'_, T> {
    /// The loss of the validation data, if there are any.
    pub(super) fn validation_loss(&mut self) -> Result<Option<f64>> {
        let Some(validation) = self.data.validation else { return Ok(None) };
        let shape = self.data.shape;
        let pass = Pass { train: false, seed: 0, n_threads: self.n_threads };
        let Point { params, state } = &mut self.point;
        let (mut sum, mut weight) = (0.0, 0.0);
        for part in rows::parts(&validation, shape, PART) {
            let part_weight = rows::weight(&part, shape);
            if part_weight == 0.0 {
                continue;
            }
            let loss = self
                .model
                .loss_and_gradient(pass, &part, params, state, None)
                .map_err(|e| fail(e, self.epoch, self.step))?;
            sum += part_weight * loss;
            weight += part_weight;
        }
        self.finite(sum / weight, "the validation loss").map(Some)
    }

    /// The score of the validation data, if they have a metric.
    pub(super) fn validation_metric(&mut self) -> Result<Option<f64>> {
        let (Some(validation), Some(metric)) = (&self.data.validation, &self.data.metric) else {
            return Ok(None);
        };
        let Point { params, state } = &self.point;
        let mut outputs = Vec::new();
        for part in rows::parts(validation, self.data.shape, PART) {
            let made = self.model.outputs(part.x, params, state, self.n_threads);
            outputs.extend(made.map_err(|e| fail(e, self.epoch, self.step))?);
        }
        let score = (metric.score)(outputs).map_err(|e| fail(e, self.epoch, self.step))?;
        self.finite(score, "the validation metric").map(Some)
    }
}
