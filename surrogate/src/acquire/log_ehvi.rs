//! Expected hypervolume improvement over points of the embedding.

use nalgebra::DMatrix;

use super::Acquisition;
use super::several::Several;
use crate::gp::Gp;
use crate::pareto::LogEhvi;

/// ln EHVI(x), the objectives at x being those of one surrogate each and independent.
///
/// Source: that of [`LogEhvi`].
#[derive(Debug, Clone)]
pub struct LogHypervolumeGain<'a> {
    objectives: Several<'a>,
    gain: &'a LogEhvi,
}

impl<'a> LogHypervolumeGain<'a> {
    /// The improvement `gain` by what the surrogates expect, one an objective in its order.
    #[must_use]
    pub fn new(surrogates: Vec<&'a Gp>, gain: &'a LogEhvi) -> Self {
        Self { objectives: Several(surrogates), gain }
    }

    /// The value where the surrogates expect these means with these variances.
    #[must_use]
    pub fn of(&self, means: &[f64], variances: &[f64]) -> f64 {
        self.gain.value(means, variances)
    }
}

impl Acquisition for LogHypervolumeGain<'_> {
    fn value_and_gradient(&self, point: &[f64]) -> (f64, Vec<f64>) {
        self.objectives.value_and_gradient(point, |m, v| self.gain.value_and_slopes(m, v))
    }

    fn values(&self, points: &DMatrix<f64>) -> Vec<f64> {
        self.objectives.values(points, |m, v| self.of(m, v))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acquire::tests::{assert_gradient, surrogate};

    #[test]
    fn the_gradient_agrees_with_central_differences_near_and_far_from_improvement() {
        let gps: Vec<Gp> = (1..=3).map(surrogate).collect();
        for far in [0.0, 30.0] {
            let front = [[far + 0.3, 0.1, 0.2], [far - 0.4, 0.5, 0.1], [far, far, -0.7]];
            for m in [2, 3] {
                let front: Vec<&[f64]> = front.iter().map(|p| &p[..m]).collect();
                let gain = LogEhvi::new(&front, &vec![-2.0; m]).unwrap();
                let acquisition = LogHypervolumeGain::new(gps.iter().take(m).collect(), &gain);
                assert_gradient(&acquisition, &[0.33, 0.61]);
            }
        }
    }
}
