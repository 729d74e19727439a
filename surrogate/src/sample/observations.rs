//! All that the surrogates of a study learn from.

use super::steps::{Observed, Whole};

/// What came out so far, in view of every output.
#[derive(Debug)]
pub(super) struct Observations {
    /// One an output.
    pub(super) outputs: Vec<Observed>,
    /// Once any has failed: the labels of those that succeeded or failed.
    pub(super) successes: Option<Observed>,
    /// How many failed.
    pub(super) failed: usize,
    /// The trials to choose the best of, unless the first objective alone says which that is.
    pub(super) known: Option<Whole>,
    /// Of each trial that ended, whether it succeeded and keeps every output constraint.
    pub(super) kept: Vec<bool>,
}
