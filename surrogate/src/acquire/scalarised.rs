//! Expected improvement of random scalarisations over points of the embedding.

use nalgebra::DMatrix;

use super::Acquisition;
use super::several::Several;
use crate::gp::Gp;
use crate::pareto::LogScalarisedEi;

/// [`LogScalarisedEi`] of x, the objectives at x being those of one surrogate each and independent.
#[derive(Debug, Clone)]
pub struct LogScalarisedGain<'a> {
    objectives: Several<'a>,
    gain: &'a LogScalarisedEi,
}

impl<'a> LogScalarisedGain<'a> {
    /// The improvement `gain` by what the surrogates expect, one an objective in its order.
    #[must_use]
    pub fn new(surrogates: Vec<&'a Gp>, gain: &'a LogScalarisedEi) -> Self {
        Self { objectives: Several(surrogates), gain }
    }

    /// The value where the surrogates expect these means with these variances.
    #[must_use]
    pub fn of(&self, means: &[f64], variances: &[f64]) -> f64 {
        self.gain.value_and_slopes(means, variances).0
    }
}

impl Acquisition for LogScalarisedGain<'_> {
    fn value_and_gradient(&self, point: &[f64]) -> (f64, Vec<f64>) {
        self.objectives.value_and_gradient(point, |m, v| self.gain.value_and_slopes(m, v))
    }

    fn values(&self, points: &DMatrix<f64>) -> Vec<f64> {
        self.objectives.values(points, |m, v| self.of(m, v))
    }
}

#[cfg(test)]
mod tests {
    use surmise_core::seed::Seed;

    use super::*;
    use crate::acquire::tests::{assert_gradient, surrogate};

    #[test]
    fn the_gradient_agrees_with_central_differences_near_and_far_from_improvement() {
        let gps: Vec<Gp> = (1..=4).map(surrogate).collect();
        for far in [0.0, 30.0] {
            let front = [vec![far + 0.3, 0.1, 0.2, 0.4], vec![far - 0.4, 0.5 + far, 0.1, 0.2]];
            let gain = LogScalarisedEi::new(&front, &[-1.0; 4], 8, Seed::root(3));
            let acquisition = LogScalarisedGain::new(gps.iter().collect(), &gain);
            assert_gradient(&acquisition, &[0.33, 0.61]);
        }
    }
}
