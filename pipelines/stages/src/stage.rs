//! What a stage is.

use serde_json::{Map, Value};
use surmise_core::component::Component;
use surmise_core::seed::Seed;
use surmise_data::Dataset;

use crate::Result;

/// A preprocessing step with its settings, before it has seen data.
pub trait Stage: Send + Sync {
    /// Learns from the training rows. The same rows and seed give the same result, bit for bit.
    ///
    /// # Errors
    /// If these rows do not determine what is to be learnt.
    fn fit(&self, train: &Dataset, seed: Seed) -> Result<Box<dyn FittedStage>>;
}

/// A preprocessing step that has learnt from the training rows.
pub trait FittedStage: Send + Sync {
    /// Changes the features of some rows, each row by itself; the target stays.
    ///
    /// # Errors
    /// If the features are not those it was fitted to, or a result is not a finite number.
    fn apply(&self, data: &Dataset) -> Result<Dataset>;
}

/// How the composition root lists a stage.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Its name and settings.
    pub component: fn() -> Component,
    /// Makes it from settings that were completed and checked by [`Component::resolve`].
    pub build: Build,
}

/// Makes a stage from complete settings.
pub type Build = fn(&Map<String, Value>) -> Result<Box<dyn Stage>>;
