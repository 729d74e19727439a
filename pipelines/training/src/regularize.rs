//! Regularization around the model: stages that each act on one place of the loop, one file each.
//!
//! What lives in the model (dropout between layers, batch and layer normalization) is the model's
//! own setting. Stages act in the order of [`STAGES`], however a file lists them; each draws from a
//! stream of its own, so that one stage moves no other's draws.

use serde_json::{Map, Value};
use surmise_core::component::Component;
use surmise_core::seed::Seed;

use crate::optimize::Penalty;
use crate::rows::Rows;
use crate::{Batch, Layout, Point, Real, Report, Result, Shape};

pub mod augment;
pub mod class_weights;
pub mod early_stopping;
pub mod elastic;
pub mod gradient_noise;
pub mod input_dropout;
pub mod l1;
pub mod l2;
pub mod label_smoothing;
pub mod max_norm;
pub mod mixup;
pub mod stochastic_weight_averaging;
pub mod weight_decay;

/// Every stage, in the order in which they act.
pub const STAGES: &[Entry] = &[
    l1::ENTRY,
    l2::ENTRY,
    elastic::ENTRY,
    weight_decay::ENTRY,
    class_weights::ENTRY,
    augment::ENTRY,
    input_dropout::ENTRY,
    mixup::ENTRY,
    label_smoothing::ENTRY,
    gradient_noise::ENTRY,
    max_norm::ENTRY,
    stochastic_weight_averaging::ENTRY,
    early_stopping::ENTRY,
];

/// What the registry knows of a stage.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Its name and settings.
    pub component: fn() -> Component,
    /// Makes it from settings that were completed and checked, in single precision.
    pub f32: Build<f32>,
    /// The same in double precision.
    pub f64: Build<f64>,
}

/// Makes a stage from complete settings.
pub type Build<T> = fn(&Map<String, Value>) -> Result<Box<dyn Regularizer<T>>>;

/// A stage: it does something at the places whose methods it has.
pub trait Regularizer<T: Real>: Send {
    /// Looks at the training before it begins.
    ///
    /// # Errors
    /// If the stage does not go with it: what to do instead.
    fn prepare(&mut self, _setup: &Setup<'_, T>) -> Result<()> {
        Ok(())
    }

    /// How weights are shrunk in each step.
    fn penalty(&self) -> Penalty {
        Penalty::default()
    }

    /// Changes the rows of a batch before the model sees them.
    fn on_rows(&self, _rows: &mut Rows<T>, _seed: Seed) {}

    /// Changes the gradient of step `step`, from 1, after it was clipped.
    fn on_gradient(&self, _step: u64, _gradient: &mut [T], _seed: Seed) {}

    /// Changes the parameters after a step.
    fn on_params(&self, _layout: &Layout, _params: &mut [T]) {}

    /// Told what an epoch came to. Says whether to go on.
    fn on_epoch(&mut self, _report: &Report, _point: &Point<T>) -> bool {
        true
    }

    /// Changes where training came to, after its end. Says whether the state is to be recomputed
    /// for the parameters.
    fn finish(&mut self, _point: &mut Point<T>) -> bool {
        false
    }
}

/// What a stage may know before training begins.
#[derive(Debug, Clone, Copy)]
pub struct Setup<'a, T> {
    /// The shape of the data.
    pub shape: Shape,
    /// The training data.
    pub train: &'a Batch<'a, T>,
    /// Whether there are validation data.
    pub has_validation: bool,
    /// Whether they have a metric.
    pub has_metric: bool,
    /// Whether the optimizer chooses by itself where it wants to know the loss of all rows.
    pub full_batch: bool,
    /// How many epochs there will be at most.
    pub epochs: u64,
}

impl<T> Setup<'_, T> {
    /// Refuses optimizers that minimise a function: `what` is no part of one.
    fn needs_steps(&self, what: &str) -> Result<()> {
        match self.full_batch {
            false => Ok(()),
            true => Err(crate::Error::data(format!(
                "{what} does not go with an optimizer that has a line search; take one with steps, \
                 such as adam"
            ))),
        }
    }

    /// Refuses targets that are no classes.
    fn needs_classes(&self, what: &str) -> Result<usize> {
        match self.shape.outputs {
            crate::Outputs::Classes(n) => Ok(n),
            crate::Outputs::Values(_) => {
                Err(crate::Error::data(format!("{what} is for classification only")))
            }
        }
    }
}

#[cfg(test)]
mod tests;
