//! Expected improvement where it is not known how good the best is.

use nalgebra::DMatrix;

use super::{Acquisition, log_h};
use crate::Result;
use crate::gp::{Fantasies, Imagined};
use crate::linalg::dot;

/// ln NEI(x) = ln E max(f(x) − maxⱼ f(xⱼ), 0), over f(x) and all f(xⱼ) together, where xⱼ are the
/// points that may be best: tried with noise, or still running.
///
/// The expectation over f(xⱼ) is a mean over draws, that over f(x) given them is ln EI in closed
/// form: NEI = 1/S Σₛ σ h((μₛ − bestₛ)/σ), with the mean μₛ(x) and the best value bestₛ of each
/// draw, and the σ(x) that they share. As [`log_h`] it is finite wherever x is.
///
/// Source: B. Letham, B. Karrer, G. Ottoni, E. Bakshy, *Constrained Bayesian Optimization with
/// Noisy Experiments* (Bayesian Analysis 14(2), 2019, arXiv 1706.07094), section 3.2.
#[derive(Debug, Clone)]
pub struct LogNei {
    fantasies: Fantasies,
    /// Of each draw, the value to improve on.
    bests: Vec<f64>,
}

impl LogNei {
    /// Improvement by more than `margin` over the best of f at `points`, those of `fantasies`.
    ///
    /// # Errors
    /// If there are no points or no draws.
    pub fn new(fantasies: Fantasies, points: &DMatrix<f64>, margin: f64) -> Result<Self> {
        if points.ncols() == 0 || fantasies.draws().is_empty() {
            let why = "there is nothing to improve on";
            return Err(crate::Error::invalid("noisy expected improvement", why));
        }
        let at = fantasies.at(points);
        let best = |z: &Vec<f64>| {
            at.iter().map(|at| at.mean + dot(&at.tilt, z)).fold(f64::NEG_INFINITY, f64::max)
        };
        let bests = fantasies.draws().iter().map(|z| best(z) + margin).collect();
        Ok(Self { fantasies, bests })
    }

    /// How many points there are to improve on.
    #[must_use]
    pub fn contenders(&self) -> usize {
        self.fantasies.draws().first().map_or(0, Vec::len)
    }

    /// (μₛ − bestₛ)/σ of each draw.
    fn heights(&self, at: &Imagined) -> impl Iterator<Item = f64> {
        let sd = at.variance.sqrt();
        let both = self.fantasies.draws().iter().zip(&self.bests);
        both.map(move |(z, best)| (at.mean + dot(&at.tilt, z) - best) / sd)
    }

    fn value(&self, at: &Imagined) -> f64 {
        let logs: Vec<f64> = self.heights(at).map(|u| log_h(u).value).collect();
        let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = logs.iter().map(|log| libm::exp(log - most)).sum();
        0.5 * libm::log(at.variance) + most + libm::log(sum / logs.len() as f64)
    }
}

impl Acquisition for LogNei {
    fn value_and_gradient(&self, point: &[f64]) -> (f64, Vec<f64>) {
        let both = self.fantasies.at_one(point);
        let (at, sd) = (&both.0, both.0.variance.sqrt());
        let heights: Vec<_> = self.heights(at).map(log_h).collect();
        let most = heights.iter().map(|h| h.value).fold(f64::NEG_INFINITY, f64::max);
        let shares: Vec<f64> = heights.iter().map(|h| libm::exp(h.value - most)).collect();
        let sum: f64 = shares.iter().sum();
        let (mut by_mean, mut by_variance) = (0.0, 0.0);
        let mut by_tilt = vec![0.0; at.tilt.len()];
        for ((h, share), z) in heights.iter().zip(&shares).zip(self.fantasies.draws()) {
            let by_own_mean = share / sum * h.cdf_ratio / sd;
            by_mean += by_own_mean;
            by_variance += share / sum * h.pdf_ratio / (2.0 * at.variance);
            by_tilt.iter_mut().zip(z).for_each(|(by, z)| *by += by_own_mean * z);
        }
        let value = libm::log(sd) + most + libm::log(sum / heights.len() as f64);
        (value, self.fantasies.gradient(&both, by_mean, by_variance, &by_tilt))
    }

    fn values(&self, points: &DMatrix<f64>) -> Vec<f64> {
        self.fantasies.at(points).iter().map(|at| self.value(at)).collect()
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::DVector;
    use surmise_core::seed::Seed;

    use super::*;
    use crate::acquire::LogEi;
    use crate::gp::{Gp, Mean, TrainingSet};
    use crate::kernel::Kernel;
    use crate::normal::draws;

    fn row(x: &[f64]) -> DMatrix<f64> {
        DMatrix::from_row_slice(1, x.len(), x)
    }

    fn gp(noise: f64) -> Gp {
        let kernel = Kernel::new(&[0.3], &[0], 1.2, 0.0).unwrap();
        let targets = DVector::from_row_slice(&[-0.3, 0.8, 0.9, -1.0]);
        let data = TrainingSet::new(row(&[0.1, 0.45, 0.6, 0.95]), targets);
        Gp::new(kernel, noise, Mean::Fixed(0.05), &data).unwrap()
    }

    fn log_nei(gp: &Gp, baseline: &[f64], count: u64, margin: f64) -> LogNei {
        let points = row(baseline);
        let draws = draws(baseline.len(), count, Seed::root(3)).unwrap();
        LogNei::new(gp.clone().fantasies(&points, draws).unwrap(), &points, margin).unwrap()
    }

    /// x, ln NEI over f at 0.45 and 0.6: the posterior by numpy 2, the expectation over both by
    /// Gauss–Hermite quadrature of 160² nodes; 4·10⁶ draws of all three values agree to 0.01.
    #[test]
    fn the_values_are_those_of_quadrature() {
        let found = log_nei(&gp(0.1), &[0.45, 0.6], 4096, 0.0);
        assert_eq!(found.contenders(), 2);
        for (x, expected) in
            [(0.52, -3.351341714713019), (0.3, -4.000136086205417), (0.0, -5.827873270535964)]
        {
            let value = found.values(&row(&[x]))[0];
            assert!((value - expected).abs() < 2e-3, "{x}: {value}, not {expected}");
        }
    }

    #[test]
    fn without_noise_it_is_expected_improvement() {
        let quiet = gp(1e-6);
        let best = quiet.predict(&row(&[0.6])).mean[0];
        let (nei, ei) = (log_nei(&quiet, &[0.6], 32, 0.1), LogEi::new(&quiet, best + 0.1));
        for x in [0.0, 0.3, 0.52, 0.8] {
            let x = row(&[x]);
            assert!((nei.values(&x)[0] - ei.values(&x)[0]).abs() < 0.02, "{x}");
        }
    }

    #[test]
    fn the_gradient_agrees_with_central_differences_near_and_far_from_improvement() {
        for margin in [-1.0, 0.0, 40.0] {
            let nei = log_nei(&gp(0.1), &[0.45, 0.6, 0.2], 32, margin);
            let (value, gradient) = nei.value_and_gradient(&[0.33]);
            let at = |x: f64| nei.values(&row(&[x]))[0];
            assert!((at(0.33) - value).abs() < 1e-10 * value.abs().max(1.0));
            let difference = (at(0.33 + 1e-6) - at(0.33 - 1e-6)) / 2e-6;
            let error = (gradient[0] - difference).abs() / difference.abs().max(1.0);
            assert!(error < 1e-6, "margin {margin}: {} or {difference}", gradient[0]);
        }
    }

    #[test]
    fn it_stays_finite_and_falls_with_what_is_asked_for() {
        let gp = gp(0.1);
        let at = |margin| log_nei(&gp, &[0.45, 0.6], 32, margin).value_and_gradient(&[0.2]);
        let values = [-10.0, 0.0, 1.0, 1e3, 1e20, 1e50].map(at);
        assert!(values.windows(2).all(|pair| pair[0].0 > pair[1].0));
        assert!(values.iter().all(|(v, g)| v.is_finite() && g[0].is_finite()), "{values:?}");
    }

    #[test]
    fn nothing_to_improve_on_is_an_error() {
        let none = gp(0.1).fantasies(&DMatrix::zeros(1, 0), vec![Vec::new()]).unwrap();
        assert!(LogNei::new(none, &DMatrix::zeros(1, 0), 0.0).is_err());
    }
}
