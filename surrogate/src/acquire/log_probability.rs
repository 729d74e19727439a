//! The probability that an output keeps its limit.

use nalgebra::DMatrix;

use super::{Acquisition, log_cdf};
use crate::gp::Gp;

/// ln P(f(x) ≥ limit) = ln Φ((μ(x) − limit)/σ(x)), larger targets being better.
///
/// It is finite wherever the surrogate is, and points the way to where the limit is kept.
///
/// Source: M. Schonlau, W. J. Welch, D. R. Jones, *Global versus local search in constrained
/// optimization of computer models*, IMS Lecture Notes 34, 11–25 (1998), as a factor of expected
/// improvement.
#[derive(Debug, Clone, Copy)]
pub struct LogProbability<'a> {
    surrogate: &'a Gp,
    limit: f64,
}

impl<'a> LogProbability<'a> {
    /// The probability of at least `limit`, in units of the surrogate's targets.
    #[must_use]
    pub fn new(surrogate: &'a Gp, limit: f64) -> Self {
        Self { surrogate, limit }
    }

    /// The value where the surrogate expects `mean` with that `variance`.
    #[must_use]
    pub fn of(&self, mean: f64, variance: f64) -> f64 {
        log_cdf((mean - self.limit) / variance.sqrt()).value
    }
}

impl Acquisition for LogProbability<'_> {
    fn value_and_gradient(&self, point: &[f64]) -> (f64, Vec<f64>) {
        let at = self.surrogate.predict_with_gradient(point);
        let sd = at.variance.sqrt();
        let u = (at.mean - self.limit) / sd;
        let phi = log_cdf(u);
        // ∂u = ∂μ/σ − u ∂v/2v.
        let (by_mean, by_variance) = (phi.pdf_ratio / sd, -0.5 * phi.pdf_ratio * u / at.variance);
        let parts = at.mean_gradient.iter().zip(&at.variance_gradient);
        (phi.value, parts.map(|(m, v)| by_mean * m + by_variance * v).collect())
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
        let found = LogProbability::new(&gp, 0.0).of(0.5, 1.0);
        assert!((found.exp() - 0.6915).abs() < 5e-5, "{found}");
    }

    #[test]
    fn the_gradient_agrees_with_central_differences_near_and_far_from_the_limit() {
        let gp = surrogate(1);
        for limit in [-60.0, -1.0, 0.0, 1.0, 60.0] {
            assert_gradient(&LogProbability::new(&gp, limit), &[0.33, 0.61]);
        }
    }

    #[test]
    fn it_stays_finite_where_the_limit_is_out_of_reach() {
        let gp = surrogate(1);
        let (value, gradient) = LogProbability::new(&gp, 1e50).value_and_gradient(&[0.5; 2]);
        assert!(value.is_finite() && value < -1e90);
        assert!(gradient.iter().all(|g| g.is_finite()));
    }
}
