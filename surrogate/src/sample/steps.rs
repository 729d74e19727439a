//! What a training says of its result before its end.
//!
//! A study that counts the steps of a training has one more feature, the fidelity
//! t = ln step / ln steps, 1 where a training ends, with a lengthscale of its own. So a value on
//! the way is one more observation, worth as much as values at its step have to do with those at
//! the end: a trial that was pruned, or that still runs, is evidence too.
//!
//! Learning curves as evidence: K. Swersky, J. Snoek, R. P. Adams, *Freeze-Thaw Bayesian
//! Optimization* (2014, arXiv 1406.3896).
//! The fidelity as one more dimension of the kernel: A. Klein, L. C. Tiao, T. Lienart,
//! C. Archambeau, M. Seeger, *Model-based Asynchronous Hyperparameter and Neural Architecture
//! Search* (2020, arXiv 2003.10865).

use nalgebra::{DMatrix, DVector};

use super::learner::Observation;
use super::targets::Scale;
use crate::embed::Embedding;

/// The steps that are learnt from lie so far apart, as the rungs of arXiv 2003.10865.
const ETA: u64 = 3;
/// Of one trial at most so many values are learnt from: neighbours on a curve tell the same.
const VALUES_MAX: usize = 4;

/// What the surrogate learns from.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Observed {
    /// Those of the trials that ended, as they were shown, then those of the trials that run.
    pub(super) all: Vec<Observation>,
    /// How many of them will not change.
    pub(super) settled: usize,
    /// The place of the last of each trial that ended.
    pub(super) last: Vec<usize>,
    /// If a trial may have several observations: the trials of which any value is known.
    pub(super) whole: Option<Whole>,
}

/// Trials, as if each had gone all the way.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Whole {
    /// Their places among the finished ones.
    pub(super) places: Vec<usize>,
    /// Their features at t = 1, one column a trial.
    pub(super) points: DMatrix<f64>,
}

impl Observed {
    /// The features of the trial at that place among the finished ones, as if it had gone all the
    /// way.
    pub(super) fn features(&self, place: usize) -> DVector<f64> {
        match &self.whole {
            Some(Whole { places, points }) => {
                points.column(places.partition_point(|other| *other < place)).into_owned()
            }
            None => DVector::from_column_slice(&self.all[place].features),
        }
    }
}

/// A value on the way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Waypoint {
    /// t of the step after which it was measured.
    pub(super) fidelity: f64,
    pub(super) value: f64,
}

impl Waypoint {
    /// This value of a configuration with those features at t = 1.
    pub(super) fn observation(&self, features: &[f64], embedding: &Embedding) -> Observation {
        let mut features = features.to_vec();
        if let Some(fidelity) = embedding.fidelity() {
            features[fidelity] = self.fidelity;
        }
        Observation {
            features,
            value: Some(self.value),
            std_error: None,
            folds: None,
            scale: Scale::Regret,
        }
    }
}

/// The reports to learn from, of a training with so many steps in all, first steps first: those
/// after `reached`, a third of it, a ninth and a twenty-seventh, rounded down, as far as they were
/// reported. A complete trial has reached the last step, where its result stands for its report.
pub(super) fn waypoints(reports: &[f64], steps: u64, complete: bool) -> Vec<Waypoint> {
    let reached = if complete { steps } else { reports.len() as u64 };
    let rungs = std::iter::successors(Some(reached), |step| Some(step / ETA));
    let report = |step: u64| {
        let value = *reports.get(usize::try_from(step.checked_sub(1)?).ok()?)?;
        value.is_finite().then(|| Waypoint { fidelity: fidelity(step, steps), value })
    };
    let mut found: Vec<Waypoint> =
        rungs.take(VALUES_MAX).skip(usize::from(complete)).filter_map(report).collect();
    found.reverse();
    found
}

/// ln step / ln steps, 1 from the last step on: equal factors are equal distances.
fn fidelity(step: u64, steps: u64) -> f64 {
    if step >= steps { 1.0 } else { libm::log(step as f64) / libm::log(steps as f64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(reports: usize, steps: u64, complete: bool) -> Vec<f64> {
        let reports: Vec<f64> = (1..=reports).map(|step| step as f64).collect();
        waypoints(&reports, steps, complete).iter().map(|w| w.value).collect()
    }

    #[test]
    fn a_curve_is_learnt_from_at_a_few_steps_each_three_times_the_one_before() {
        assert_eq!(values(27, 27, true), [1.0, 3.0, 9.0]);
        assert_eq!(values(27, 27, false), [1.0, 3.0, 9.0, 27.0]);
        assert_eq!(values(9, 27, false), [1.0, 3.0, 9.0]);
        assert_eq!(values(100, 1000, false), [3.0, 11.0, 33.0, 100.0]);
        assert_eq!(values(10, 1000, false), [1.0, 3.0, 10.0]);
    }

    #[test]
    fn what_was_not_reported_is_not_learnt_from() {
        assert_eq!(values(5, 27, true), [1.0, 3.0]);
        assert_eq!(values(0, 27, true), [0.0; 0]);
        assert_eq!(values(0, 27, false), [0.0; 0]);
        assert_eq!(values(1, 1, true), [0.0; 0]);
        assert_eq!(waypoints(&[f64::NAN], 27, false), []);
    }

    #[test]
    fn the_fidelity_is_the_logarithm_of_the_step_from_nothing_to_one() {
        let at = |step| fidelity(step, 27);
        assert_eq!((at(1), at(27), fidelity(1, 1)), (0.0, 1.0, 1.0));
        assert!((at(3) - 1.0 / 3.0).abs() < 1e-15 && (at(9) - 2.0 / 3.0).abs() < 1e-15);
    }
}
