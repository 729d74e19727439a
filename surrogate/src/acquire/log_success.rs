//! The probability that a trial succeeds.

use nalgebra::DMatrix;

use super::Acquisition;
use crate::gp::Gp;

/// ln P(success at x), where P is what a surrogate of labels, 1 for a success and 0 for a failure,
/// expects at x, no less than a floor and no more than 1.
///
/// The surrogate regresses on the labels, which makes of the posterior mean the least-squares
/// estimate of the probability. With a floor no region closes for good.
///
/// Source: C. E. Rasmussen, C. K. I. Williams, *Gaussian Processes for Machine Learning* (2006),
/// section 6.5, least-squares classification.
#[derive(Debug, Clone, Copy)]
pub struct LogSuccess<'a> {
    surrogate: &'a Gp,
    failure: f64,
    success: f64,
    floor: f64,
}

impl<'a> LogSuccess<'a> {
    /// The probability by a surrogate of which `failure` and `success` are the targets of the
    /// labels, the former below the latter, and of at least `floor`, in (0, 1].
    #[must_use]
    pub fn new(surrogate: &'a Gp, failure: f64, success: f64, floor: f64) -> Self {
        Self { surrogate, failure, success, floor }
    }

    /// ln P where the surrogate expects that target.
    fn of(&self, mean: f64) -> f64 {
        let expected = (mean - self.failure) / (self.success - self.failure);
        libm::log(expected.clamp(self.floor, 1.0))
    }
}

impl Acquisition for LogSuccess<'_> {
    fn value_and_gradient(&self, point: &[f64]) -> (f64, Vec<f64>) {
        let at = self.surrogate.predict_with_gradient(point);
        let expected = (at.mean - self.failure) / (self.success - self.failure);
        let inside = self.floor < expected && expected < 1.0;
        let slope = if inside { 1.0 / (at.mean - self.failure) } else { 0.0 };
        (self.of(at.mean), at.mean_gradient.iter().map(|m| slope * m).collect())
    }

    fn values(&self, points: &DMatrix<f64>) -> Vec<f64> {
        self.surrogate.means_at(points).into_iter().map(|mean| self.of(mean)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acquire::tests::{assert_gradient, surrogate};

    #[test]
    fn it_is_the_label_that_is_expected_and_has_a_floor_and_a_ceiling() {
        let gp = surrogate(1);
        let success = LogSuccess::new(&gp, -2.0, 0.5, 0.05);
        let of = |mean: f64| libm::exp(success.of(mean));
        assert!((of(-1.0) - 0.4).abs() < 1e-15 && (of(-1.9) - 0.05).abs() < 1e-15);
        assert_eq!((of(0.5), of(9.0)), (1.0, 1.0));
    }

    #[test]
    fn the_gradient_agrees_with_central_differences_and_is_none_beyond_the_bounds() {
        let gp = surrogate(1);
        let at = [0.33, 0.61];
        let mean = gp.predict_with_gradient(&at).mean;
        assert_gradient(&LogSuccess::new(&gp, mean - 0.4, mean + 0.6, 0.05), &at);
        for (failure, success) in [(mean + 0.1, mean + 1.0), (mean - 1.0, mean - 0.1)] {
            let bounded = LogSuccess::new(&gp, failure, success, 0.05);
            assert_eq!(bounded.value_and_gradient(&at).1, [0.0; 2]);
            assert_gradient(&bounded, &at);
        }
    }
}
