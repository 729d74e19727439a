//! Covariance functions: the mathematics of one pair; whole matrices are filled by default.

mod matern52;

pub use matern52::Matern52;

use nalgebra::DMatrix;

/// A covariance function k(a, b) with positive parameters, of which gradients take the logarithms
/// φ.
///
/// Points are slices of features, as [`crate::embed::Embedding`] makes them; a matrix of points
/// has one column a point.
pub trait Kernel: std::fmt::Debug {
    /// k(a, b).
    fn eval(&self, a: &[f64], b: &[f64]) -> f64;

    /// Adds `weight` · ∂k(a, b)/∂φ to `out`, one entry a parameter.
    fn add_parameter_gradient(&self, a: &[f64], b: &[f64], weight: f64, out: &mut [f64]);

    /// Adds `weight` · ∂k(a, b)/∂a to `out`, one entry a feature.
    fn add_point_gradient(&self, a: &[f64], b: &[f64], weight: f64, out: &mut [f64]);

    /// The n × n matrix k(xᵢ, xⱼ). Complexity: O(n² · features).
    fn gram(&self, points: &DMatrix<f64>) -> DMatrix<f64> {
        let mut gram = DMatrix::zeros(points.ncols(), points.ncols());
        for (i, a) in columns(points).enumerate() {
            for (j, b) in columns(points).take(i + 1).enumerate() {
                let k = self.eval(a, b);
                gram[(i, j)] = k;
                gram[(j, i)] = k;
            }
        }
        gram
    }

    /// The n × q matrix k(xᵢ, zⱼ). Complexity: O(n · q · features).
    fn cross(&self, points: &DMatrix<f64>, others: &DMatrix<f64>) -> DMatrix<f64> {
        let values =
            columns(others).flat_map(|z| columns(points).map(move |x| self.eval(x, z))).collect();
        DMatrix::from_vec(points.ncols(), others.ncols(), values)
    }

    /// Adds Σᵢⱼ Wᵢⱼ ∂k(xᵢ, xⱼ)/∂φ to `out` for a symmetric n × n matrix W.
    /// Complexity: O(n² · features).
    fn add_gram_gradient(&self, points: &DMatrix<f64>, weights: &DMatrix<f64>, out: &mut [f64]) {
        for (i, a) in columns(points).enumerate() {
            for (j, b) in columns(points).take(i).enumerate() {
                self.add_parameter_gradient(a, b, 2.0 * weights[(i, j)], out);
            }
            self.add_parameter_gradient(a, a, weights[(i, i)], out);
        }
    }
}

/// The points of a matrix.
fn columns(points: &DMatrix<f64>) -> impl Iterator<Item = &[f64]> {
    let features = points.nrows();
    (0..points.ncols()).map(move |j| &points.as_slice()[j * features..(j + 1) * features])
}
