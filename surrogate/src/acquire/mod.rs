//! What a trial would be worth, given the surrogate.

mod log_ei;
mod log_h;

pub use log_ei::LogEi;
pub use log_h::{LogH, log_h};

use nalgebra::DMatrix;

/// An acquisition function over points of the embedding; larger is more worthwhile.
pub trait Acquisition {
    /// The value at one point and its gradient, one entry a feature.
    fn value_and_gradient(&self, point: &[f64]) -> (f64, Vec<f64>);

    /// The values at several points (features × q).
    fn values(&self, points: &DMatrix<f64>) -> Vec<f64> {
        let value = |j| self.value_and_gradient(points.column(j).as_slice()).0;
        (0..points.ncols()).map(value).collect()
    }
}
