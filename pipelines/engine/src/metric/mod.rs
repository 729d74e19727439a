//! Metrics: how good predictions are, as one number.
//!
//! A metric is one file with a unit struct; the composition root lists them. A score is finite or
//! an error: what is undefined is never given a conventional number.

mod accuracy;
mod balanced_accuracy;
mod check;
mod contract;
mod error;
mod f1_macro;
mod log_loss;
mod mae;
mod r2;
mod rmse;

#[cfg(test)]
mod golden;

pub use accuracy::Accuracy;
pub use balanced_accuracy::BalancedAccuracy;
pub use contract::{Metric, Predicted};
pub use error::{Error, Result};
pub use f1_macro::F1Macro;
pub use log_loss::LogLoss;
pub use mae::Mae;
pub use r2::R2;
pub use rmse::Rmse;
