//! Preprocessing stages, fitted on the training fold only.
//!
//! A [`Stage`] learns what it needs from the training rows and becomes a [`FittedStage`], which
//! changes any rows in the same way. What is learnt never comes from a test row, so a score is not
//! flattered by data it should not know.
//!
//! To write a stage: one file with an [`Entry`], a settings struct that implements [`Stage`] and
//! what it learns, which implements [`FittedStage`]; see `standardize.rs`.

pub mod error;
pub mod impute;
pub mod one_hot;
pub mod stage;
pub mod standardize;

mod fitted;
#[cfg(test)]
mod testing;

pub use error::{Error, Result};
pub use stage::{Build, Entry, FittedStage, Load, Stage};
