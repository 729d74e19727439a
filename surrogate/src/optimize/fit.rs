//! The most probable parameters of the surrogate.

mod objective;

use surmise_core::seed::Seed;

use super::{Limits, Minimum};
use crate::Result;
use crate::gp::{Gp, Hyperparameters, Mean, TrainingSet};
use crate::kernel::{InputWarp, Kernel};
use crate::prior::Priors;
use crate::transform::Kumaraswamy;
use objective::Objective;

/// How far each cold start walks before the best of them alone goes on.
const HEAT: Limits = Limits { iterations: 10, evaluations: 15, gradient: 1e-4, gain: 1e-8 };
const FINAL: Limits = Limits { iterations: 60, evaluations: 80, ..HEAT };
/// How far a warm start walks: it begins near the end.
const WARM: Limits = Limits { iterations: 8, evaluations: 12, ..HEAT };
/// Cold starts beside the modes of the priors.
const DRAWS: u64 = 2;
/// A fit with input warps walks this far beyond its first steps if these gained so much a datum.
const TRIAL: Limits = Limits { iterations: 10, evaluations: 12, ..HEAT };
const PROMISE: f64 = 0.4;
/// Where it begins: on the side of its range, at the identity, no slope would be seen.
const BENT: Kumaraswamy = Kumaraswamy { a: 0.7, b: 0.7 };
/// Input warps must make each datum so many nats likelier, half as likely again and more. Warps
/// that gain less are mostly those of two numbers a parameter too many: over 47 problems and 20
/// seeds all that gained 1 nat a parameter cost 1.6 ± 0.4 points.
const WARP_GAIN: f64 = 0.5;

/// What a surrogate is made of before it is fitted.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// The number of the lengthscale of each feature.
    pub groups: Vec<usize>,
    /// How many lengthscales there are.
    pub dims: usize,
    /// The features that can be warped, each with its offset from a place on the unit interval.
    pub lines: Vec<(usize, f64)>,
    /// What is believed of the parameters.
    pub priors: Priors,
}

/// The most probable parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// Where the walk ended.
    pub hyperparameters: Hyperparameters,
    /// −(ln p(y | X, θ) + ln p(θ)) / n.
    pub loss: f64,
}

impl Form {
    /// The process with these parameters, conditioned on `data`.
    ///
    /// # Errors
    /// As [`Gp::new`].
    pub fn gp(&self, at: &Hyperparameters, mean: Mean, data: &TrainingSet) -> Result<Gp> {
        Gp::new(self.kernel(at)?, at.noise, mean, data)
    }

    /// Maximises ln p(y | X, θ) + ln p(θ) with the most likely constant mean at each step, from
    /// the mode of the priors and from two draws of them by `seed`. Each start walks a few steps,
    /// and the best goes on to its end.
    ///
    /// Densities are those of the parameters themselves; the search moves in their logarithms,
    /// inside fixed bounds. The work is bounded by counts, so that the same history gives the same
    /// fit anywhere. Complexity: O(n³ + n² · dims) an evaluation, at most 125 of them.
    ///
    /// # Errors
    /// If no start can be evaluated, as when the data is not finite.
    pub fn fit(&self, data: &TrainingSet, seed: Seed) -> Result<Fit> {
        let objective = Objective::new(self, data, &[]);
        let walk = |start: &[f64]| objective.walk(start, HEAT);
        let drawn = (0..DRAWS).map(|k| walk(&objective.drawn(seed.child(1 + k))));
        let ahead = drawn.fold(walk(&objective.mode()), better)?;
        Ok(objective.end(&objective.walk(&ahead.point, FINAL)?))
    }

    /// As [`Form::fit`], from parameters that were the most probable ones of fewer data.
    /// Complexity: at most 12 evaluations.
    ///
    /// # Errors
    /// If the start cannot be evaluated.
    pub fn refit(&self, data: &TrainingSet, from: &Hyperparameters) -> Result<Fit> {
        let lines = if from.input_warps.is_empty() { &[] } else { self.lines.as_slice() };
        let objective = Objective::new(self, data, lines);
        Ok(objective.end(&objective.walk(&objective.at(from), WARM)?))
    }

    /// `plain`, a fit without input warps, or one with them if it makes each datum likelier by
    /// `WARP_GAIN`. Complexity: at most 27 evaluations.
    ///
    /// Source: J. Snoek, K. Swersky, R. Zemel, R. P. Adams, *Input Warping for Bayesian
    /// Optimization of Non-stationary Functions* (ICML 2014, arXiv 1402.0929).
    ///
    /// # Errors
    /// If the start cannot be evaluated.
    pub fn warped(&self, data: &TrainingSet, plain: Fit) -> Result<Fit> {
        if self.lines.is_empty() {
            return Ok(plain);
        }
        let objective = Objective::new(self, data, &self.lines);
        let input_warps = vec![BENT; self.lines.len()];
        let start = Hyperparameters { input_warps, ..plain.hyperparameters.clone() };
        let ahead = objective.walk(&objective.at(&start), HEAT)?;
        if plain.loss - ahead.value < PROMISE {
            return Ok(plain);
        }
        let bent = objective.end(&objective.walk(&ahead.point, TRIAL)?);
        Ok(if plain.loss - bent.loss > WARP_GAIN { bent } else { plain })
    }

    /// The kernel with these parameters.
    ///
    /// # Errors
    /// As [`Kernel::new`].
    pub(crate) fn kernel(&self, at: &Hyperparameters) -> Result<Kernel> {
        let Hyperparameters { lengthscales, outputscale, additive, .. } = at;
        let kernel = Kernel::new(lengthscales, &self.groups, *outputscale, *additive)?;
        kernel.warped(self.input_warps(at).collect())
    }

    /// The warps of features with these parameters.
    fn input_warps(&self, at: &Hyperparameters) -> impl Iterator<Item = InputWarp> {
        let pairs = self.lines.iter().zip(&at.input_warps);
        pairs.map(|((feature, offset), law)| {
            let (feature, offset, law) = (*feature, *offset, *law);
            InputWarp { feature, offset, law }
        })
    }
}

/// The lower of two ends, the first if they tie; a walk that failed is worse than any end.
fn better(a: Result<Minimum>, b: Result<Minimum>) -> Result<Minimum> {
    match (a, b) {
        (Ok(a), Ok(b)) if b.value < a.value => Ok(b),
        (Err(_), Ok(b)) => Ok(b),
        (a, _) => a,
    }
}

#[cfg(test)]
mod tests;
