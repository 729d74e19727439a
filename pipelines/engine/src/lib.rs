//! The study loop and the evaluation of one trial.
//!
//! [`study`] decides what happens next and is the only writer of events; [`executor`] runs trials;
//! [`cross_validation`] is what running a trial means, [`measures`] what it comes to;
//! [`saved`] is a fitted pipeline as bytes, and predicts;
//! [`training`] is the loop beside a model that exposes its gradient;
//! [`mod@reproduce`] re-executes a recorded study and compares. The engine knows samplers, stages,
//! metrics and models only by their traits.

pub mod command;
pub mod cross_validation;
pub mod error;
pub mod executor;
pub mod measures;
pub mod metric;
pub mod pipeline;
pub mod recorder;
pub mod reproduce;
pub mod saved;
pub mod study;
pub mod tables;
pub mod training;

#[cfg(test)]
mod toy;

pub use error::{Error, Result};

use surmise_core::seed::Seed;
use surmise_core::trial::TrialId;

/// The stream of one trial below a study's root seed: everything about the trial draws from it.
#[must_use]
pub fn trial_seed(root: Seed, trial: TrialId) -> Seed {
    root.child("trial").child(trial)
}
