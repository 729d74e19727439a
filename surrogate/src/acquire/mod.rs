//! What a trial would be worth, given the surrogate.

mod log_cdf;
mod log_ehvi;
mod log_ei;
mod log_h;
mod log_nei;
mod log_probability;
mod product;
mod scalarised;
mod several;

pub use log_cdf::{LogCdf, log_cdf};
pub use log_ehvi::LogHypervolumeGain;
pub use log_ei::LogEi;
pub use log_h::{LogH, log_h};
pub use log_nei::LogNei;
pub use log_probability::LogProbability;
pub use product::Product;
pub use scalarised::LogScalarisedGain;

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

impl<A: Acquisition + ?Sized> Acquisition for &A {
    fn value_and_gradient(&self, point: &[f64]) -> (f64, Vec<f64>) {
        (**self).value_and_gradient(point)
    }

    fn values(&self, points: &DMatrix<f64>) -> Vec<f64> {
        (**self).values(points)
    }
}

#[cfg(test)]
mod tests {
    //! What the tests of all acquisition functions need.

    use nalgebra::DVector;

    use super::*;
    use crate::gp::{Gp, Mean, TrainingSet};
    use crate::kernel::Kernel;

    /// A surrogate of two features, another one for each number.
    pub(super) fn surrogate(number: u32) -> Gp {
        let kernel = Kernel::new(&[0.4, 0.8], &[0, 1], 1.2, 0.3).unwrap();
        let points = DMatrix::from_fn(2, 7, |i, j| ((5 * i + 3 * j) as f64 * 0.7).sin().abs());
        let targets = DVector::from_fn(7, |j, _| (j as f64 * (1.1 + f64::from(number))).sin());
        Gp::new(kernel, 1e-4, Mean::MostLikely, &TrainingSet::new(points, targets)).unwrap()
    }

    /// The two ways to the value agree, and the gradient is that of central differences.
    pub(super) fn assert_gradient(acquisition: &dyn Acquisition, at: &[f64]) {
        let (value, gradient) = acquisition.value_and_gradient(at);
        for i in 0..at.len() {
            let moved = |h: f64| {
                let mut x = at.to_vec();
                x[i] += h;
                acquisition.values(&DMatrix::from_column_slice(at.len(), 1, &x))[0]
            };
            assert!((moved(0.0) - value).abs() < 1e-10 * value.abs().max(1.0), "{value}");
            let difference = (moved(1e-6) - moved(-1e-6)) / 2e-6;
            let error = (gradient[i] - difference).abs() / gradient[i].abs().max(1.0);
            assert!(error < 2e-6, "value {value}, feature {i}: {} {error:e}", gradient[i]);
        }
    }
}
