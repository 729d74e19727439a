//! A function of what several surrogates expect.

use nalgebra::DMatrix;

use crate::gp::Gp;

/// Surrogates over one embedding.
#[derive(Debug, Clone)]
pub(super) struct Several<'a>(pub(super) Vec<&'a Gp>);

impl Several<'_> {
    /// `f` of the means and variances at a point, and its gradient by the chain rule; `f` gives
    /// its value with its derivatives by each mean and by each variance.
    pub(super) fn value_and_gradient(
        &self,
        point: &[f64],
        f: impl Fn(&[f64], &[f64]) -> (f64, Vec<f64>, Vec<f64>),
    ) -> (f64, Vec<f64>) {
        let at: Vec<_> = self.0.iter().map(|gp| gp.predict_with_gradient(point)).collect();
        let means: Vec<f64> = at.iter().map(|at| at.mean).collect();
        let variances: Vec<f64> = at.iter().map(|at| at.variance).collect();
        let (value, by_mean, by_variance) = f(&means, &variances);
        let mut gradient = vec![0.0; point.len()];
        for (at, (by_mean, by_variance)) in at.iter().zip(by_mean.iter().zip(by_variance)) {
            let slopes = at.mean_gradient.iter().zip(&at.variance_gradient);
            let steps = slopes.map(|(mean, variance)| by_mean * mean + by_variance * variance);
            gradient.iter_mut().zip(steps).for_each(|(g, step)| *g += step);
        }
        (value, gradient)
    }

    /// `f` of the means and variances at each column of `points` (features × q).
    pub(super) fn values(
        &self,
        points: &DMatrix<f64>,
        f: impl Fn(&[f64], &[f64]) -> f64,
    ) -> Vec<f64> {
        let at: Vec<_> = self.0.iter().map(|gp| gp.predict(points)).collect();
        let value = |j: usize| {
            let means: Vec<f64> = at.iter().map(|at| at.mean[j]).collect();
            let variances: Vec<f64> = at.iter().map(|at| at.variance[j]).collect();
            f(&means, &variances)
        };
        (0..points.ncols()).map(value).collect()
    }
}
