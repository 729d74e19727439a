//! The probability that an output keeps its limit.

use nalgebra::DMatrix;

use super::{Acquisition, log_cdf};
use crate::gp::Gp;

/// ln(p₀ + (1 − p₀) P(f(x) ≥ limit)) with P = Φ((μ(x) − limit)/σ(x)), larger targets being better.
///
/// With p₀ = 0 the logarithm is finite wherever the surrogate is, and points the way to where the
/// limit is kept. A floor p₀ > 0 is for what the surrogate only suspects: no region is closed.
///
/// Source: M. Schonlau, W. J. Welch, D. R. Jones, *Global versus local search in constrained
/// optimization of computer models*, IMS Lecture Notes 34, 11–25 (1998), as a factor of expected
/// improvement.
#[derive(Debug, Clone, Copy)]
pub struct LogProbability<'a> {
    surrogate: &'a Gp,
    limit: f64,
    floor: f64,
}

impl<'a> LogProbability<'a> {
    /// The probability of at least `limit`, in units of the surrogate's targets, and of at least
    /// `floor`, in [0, 1).
    #[must_use]
    pub fn new(surrogate: &'a Gp, limit: f64, floor: f64) -> Self {
        Self { surrogate, limit, floor }
    }

    /// The value where the surrogate expects `mean` with that `variance`.
    #[must_use]
    pub fn of(&self, mean: f64, variance: f64) -> f64 {
        self.above((mean - self.limit) / variance.sqrt()).0
    }

    /// The value at u = (μ − limit)/σ and its slope by u.
    fn above(&self, u: f64) -> (f64, f64) {
        let at = log_cdf(u);
        if self.floor == 0.0 {
            return (at.value, at.pdf_ratio);
        }
        let open = (1.0 - self.floor) * libm::exp(at.value);
        let whole = self.floor + open;
        (libm::log(whole), open / whole * at.pdf_ratio)
    }
}

impl Acquisition for LogProbability<'_> {
    fn value_and_gradient(&self, point: &[f64]) -> (f64, Vec<f64>) {
        let at = self.surrogate.predict_with_gradient(point);
        let sd = at.variance.sqrt();
        let u = (at.mean - self.limit) / sd;
        let (value, slope) = self.above(u);
        // ∂u = ∂μ/σ − u ∂v/2v.
        let (by_mean, by_variance) = (slope / sd, -0.5 * slope * u / at.variance);
        let parts = at.mean_gradient.iter().zip(&at.variance_gradient);
        (value, parts.map(|(m, v)| by_mean * m + by_variance * v).collect())
    }

    fn values(&self, points: &DMatrix<f64>) -> Vec<f64> {
        let at = self.surrogate.predict(points);
        let both = at.mean.iter().zip(&at.variance);
        both.map(|(mean, variance)| self.of(*mean, *variance)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acquire::tests::{assert_gradient, surrogate};

    /// BoTorch, `test/acquisition/test_analytic.py`, of constrained expected improvement: a
    /// normal law with mean −0.5 and variance 1 stays below 0 with probability Φ(½) = 0.6915,
    /// here turned to larger is better.
    #[test]
    fn a_probability_of_feasibility_of_botorch() {
        let gp = surrogate(1);
        let found = LogProbability::new(&gp, 0.0, 0.0).of(0.5, 1.0);
        assert!((found.exp() - 0.6915).abs() < 5e-5, "{found}");
        let floored = LogProbability::new(&gp, 0.0, 0.05).of(0.5, 1.0).exp();
        assert!((floored - (0.05 + 0.95 * 0.691_462_461_274_013_1)).abs() < 1e-15);
    }

    #[test]
    fn the_gradient_agrees_with_central_differences_near_and_far_from_the_limit() {
        let gp = surrogate(1);
        for limit in [-60.0, -1.0, 0.0, 1.0, 60.0] {
            for floor in [0.0, 0.05] {
                assert_gradient(&LogProbability::new(&gp, limit, floor), &[0.33, 0.61]);
            }
        }
    }

    #[test]
    fn it_stays_finite_and_a_floor_holds_where_the_limit_is_out_of_reach() {
        let gp = surrogate(1);
        let (value, gradient) = LogProbability::new(&gp, 1e50, 0.0).value_and_gradient(&[0.5; 2]);
        assert!(value.is_finite() && value < -1e90);
        assert!(gradient.iter().all(|g| g.is_finite()));
        let (value, gradient) = LogProbability::new(&gp, 1e50, 0.05).value_and_gradient(&[0.5; 2]);
        assert_eq!((value, gradient), (libm::log(0.05), vec![0.0; 2]));
    }
}
