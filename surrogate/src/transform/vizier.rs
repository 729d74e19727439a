//! The output warping of Vizier: half ranks, then a logarithm, then a place for failures.

use super::spread::differ;
use super::warp::{Warp, finite};
use super::{HalfRank, LogWarp};
use crate::{Error, Result};

/// [`HalfRank`], then [`LogWarp`], then a shift by which targets have about the mean 0; a failed
/// trial gets a target of its own.
///
/// With targets of range R before the shift, a failure is put R/2 + 1 below the worst of them. The
/// shift is −p mean − (1 − p) failure, where p = (successes + ½)/(trials + 1). Values that do not
/// differ become 0, and −1 is the target if all trials failed.
///
/// Unlike [`Standardise`](super::Standardise) it needs no taming first: an absurd result takes one
/// rank.
///
/// Source: X. Song et al., *The Vizier Gaussian Process Bandit Algorithm* (2024, arXiv 2408.11527),
/// the output warping.
#[derive(Debug, Clone, PartialEq)]
pub struct Vizier {
    /// The largest magnitude, so that nothing overflows.
    unit: f64,
    steps: Steps,
    shift: f64,
    failure: f64,
}

/// What happens before the shift.
#[derive(Debug, Clone, PartialEq)]
enum Steps {
    Both(HalfRank, LogWarp),
    /// Of values that do not differ.
    Less(f64),
}

impl Vizier {
    /// Fits `values`, larger being better; what is `None` or not finite is a failure.
    /// Complexity: O(n log n).
    ///
    /// # Errors
    /// If there are none at all.
    pub fn fit(values: &[Option<f64>]) -> Result<Self> {
        if values.is_empty() {
            return Err(Error::invalid("an output warp", "there are no results to fit it to"));
        }
        let finite: Vec<f64> = values.iter().flatten().copied().filter(|y| y.is_finite()).collect();
        let largest = finite.iter().fold(0.0f64, |m, y| m.max(y.abs()));
        let unit = if largest > 0.0 { largest } else { 1.0 };
        let scaled: Vec<f64> = finite.iter().map(|y| y / unit).collect();
        let Some(first) = scaled.first() else {
            return Ok(Self { unit, steps: Steps::Less(0.0), shift: 0.0, failure: -1.0 });
        };
        let steps = if differ(&scaled) {
            let ranks = HalfRank::fit(&scaled)?;
            let ranked: Vec<f64> = scaled.iter().map(|y| ranks.apply(*y)).collect();
            Steps::Both(ranks, LogWarp::fit(&ranked)?)
        } else {
            Steps::Less(*first)
        };
        let targets: Vec<f64> = scaled.iter().map(|y| steps.apply(*y)).collect();
        let n = targets.len() as f64;
        let mean = targets.iter().sum::<f64>() / n;
        let (min, max) =
            targets.iter().fold((f64::MAX, f64::MIN), |(a, b), z| (a.min(*z), b.max(*z)));
        let failure = min - (0.5 * (max - min) + 1.0);
        let success = (n + 0.5) / (values.len() as f64 + 1.0);
        let shift = match (&steps, finite.len() == values.len()) {
            (Steps::Less(_), true) => 0.0,
            _ => -mean * success - failure * (1.0 - success),
        };
        Ok(Self { unit, steps, shift, failure: failure + shift })
    }

    /// The target of a failed trial, below those of all others.
    #[must_use]
    pub fn failure(&self) -> f64 {
        self.failure
    }
}

impl Steps {
    fn apply(&self, y: f64) -> f64 {
        match self {
            Self::Both(ranks, log) => log.apply(ranks.apply(y)),
            Self::Less(value) => y - value,
        }
    }

    fn invert(&self, z: f64) -> f64 {
        match self {
            Self::Both(ranks, log) => ranks.invert(log.invert(z)),
            Self::Less(value) => z + value,
        }
    }

    fn ln_slope(&self, y: f64) -> f64 {
        match self {
            Self::Both(ranks, log) => ranks.ln_slope(y) + log.ln_slope(ranks.apply(y)),
            Self::Less(_) => 0.0,
        }
    }
}

impl Warp for Vizier {
    fn apply(&self, y: f64) -> f64 {
        finite(self.steps.apply(finite(y / self.unit)) + self.shift)
    }

    fn invert(&self, z: f64) -> f64 {
        finite(self.steps.invert(finite(z - self.shift)) * self.unit)
    }

    fn ln_slope(&self, y: f64) -> f64 {
        self.steps.ln_slope(finite(y / self.unit)) - libm::log(self.unit)
    }

    fn name(&self) -> &'static str {
        "half-rank and log"
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::transform::warp::tests::{assert_is_a_warp, rises};

    fn targets(values: &[f64]) -> Vec<f64> {
        let values: Vec<Option<f64>> = values.iter().copied().map(Some).collect();
        let warp = Vizier::fit(&values).unwrap();
        let target = |y: &Option<f64>| match y {
            Some(y) if y.is_finite() => warp.apply(*y),
            _ => warp.failure(),
        };
        values.iter().map(target).collect()
    }

    /// Vizier, `vizier/_src/algorithms/designers/gp/output_warpers_test.py`, the default pipeline.
    #[test]
    fn targets_are_those_of_vizier() {
        let (bad, tie) = (-1.24033463, 0.61848423);
        let found = targets(&[1.0, 1.0, 5.0, -1e80, f64::NAN, f64::NEG_INFINITY]);
        for (z, expected) in found.iter().zip([tie, tie, 1.25966537, 0.25966537, bad, bad]) {
            assert!((z - expected).abs() < 1e-8, "{z} or {expected}");
        }
        assert_eq!(targets(&[f64::NEG_INFINITY, f64::NAN, f64::NAN]), [-1.0; 3]);
        for value in [0.0, 1.0, 100.0, -100.0] {
            assert_eq!(targets(&[value; 5]), [0.0; 5]);
        }
    }

    #[test]
    fn a_failure_among_equal_values_is_worse_than_they_are() {
        let found = targets(&[2.0, f64::NAN, 2.0]);
        assert_eq!(found[0], found[2]);
        assert!(found[1] <= found[0] - 1.0, "{found:?}");
    }

    #[test]
    fn it_is_a_warp_whatever_the_values() {
        let far = [1.0, 1.0, 5.0, -1e80];
        let known = [-100.0, -200.0, 1.0, 2.0, 3.0, 10.0, 15.0];
        for values in [&far[..], &known, &[7.0], &[3.0; 4], &[-1.7e308, 1.0, 1.7e308]] {
            let some: Vec<Option<f64>> = values.iter().copied().map(Some).collect();
            assert_is_a_warp(&Vizier::fit(&some).unwrap(), values);
        }
        assert!(Vizier::fit(&[]).is_err());
    }

    proptest! {
        #[test]
        fn order_stays_and_failures_are_worst(
            values in prop::collection::vec(prop_oneof![-1e3..1e3f64, -1e308..1e308f64], 1..40),
        ) {
            let mut values: Vec<Option<f64>> = values.into_iter().map(Some).collect();
            values.push(None);
            let warp = Vizier::fit(&values).unwrap();
            let mut sorted: Vec<f64> = values.into_iter().flatten().collect();
            sorted.sort_by(f64::total_cmp);
            let targets: Vec<f64> = sorted.iter().map(|y| warp.apply(*y)).collect();
            prop_assert!(rises(&targets) && warp.failure() < targets[0]);
        }
    }
}
