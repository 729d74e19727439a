//! The Gaussian process: its posterior, and how likely it makes the data.

mod fantasies;
mod leave_one_out;
mod likelihood;
mod pairs;
mod posterior;

pub use fantasies::{Fantasies, Imagined};
pub use leave_one_out::LeftOut;
pub use likelihood::{Hyperparameters, Likelihood};
pub use pairs::Pairs;
pub use posterior::{Gp, Mean, PointPrediction, Prediction, TrainingSet};

#[cfg(test)]
pub(crate) use posterior::fixture_data;
