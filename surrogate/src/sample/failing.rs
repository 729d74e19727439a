//! What trials that failed teach.
//!
//! Where trials fail is learnt by a surrogate of its own, and the probability of a success is a
//! factor of what a configuration is worth. The objective of a failed trial stays unknown, and a
//! value made up for it would bend the fit. But the surrogate of the objective is told not to hope
//! for more there, or one failure after the other would be tried at the foot of a slope that leads
//! beyond where trials succeed.

use nalgebra::DMatrix;

use super::belief::Belief;
use super::learner::Learner;
use super::steps::Observed;
use crate::Result;
use crate::acquire::LogSuccess;
use crate::gp::Gp;

/// The label of a trial that succeeded …
pub(super) const SUCCESS: f64 = 1.0;
/// … and of one that failed.
pub(super) const FAILURE: f64 = 0.0;

/// No configuration counts as less likely to succeed, so that no region closes for good.
const SUCCESS_MIN: f64 = 0.05;
/// Of more failures the surrogates of objectives are told nothing, so that their cost is bounded.
const TOLD_MAX: usize = 128;
/// What failed not by chance counts as so much worse than the best, in units of the targets.
const WORSE: f64 = 1.0;

/// Which trials succeed, and what to make of those that failed.
#[derive(Debug)]
pub(super) struct Failing {
    labels: Belief,
    /// Where trials failed (features × n), at most so many.
    points: DMatrix<f64>,
    /// For each, the probability of a success as the others tell it. Where trials fail by chance
    /// alone, those around succeed; in a region that fails, they fail, too.
    luck: Vec<f64>,
}

impl Failing {
    /// What those labels teach, [`FAILURE`] for each trial that failed and [`SUCCESS`] for the
    /// others.
    ///
    /// # Errors
    /// If the surrogate cannot be fitted.
    pub(super) fn new(learner: &mut Learner, seen: &Observed) -> Result<Self> {
        let features = seen.all.first().map_or(0, |o| o.features.len());
        let labels = Belief::new(learner, seen, &DMatrix::zeros(features, 0), None)?;
        let left_out = labels.gp().leave_one_out().mean;
        let without = left_out.into_iter().zip(labels.places());
        let failed = without.filter(|(_, place)| seen.all[**place].value == FAILURE);
        let failed: Vec<(f64, usize)> = failed.map(|(mean, place)| (mean, *place)).collect();
        let told = &failed[failed.len().saturating_sub(TOLD_MAX)..];
        let points = told.iter().flat_map(|(_, place)| seen.all[*place].features.iter().copied());
        let points = DMatrix::from_iterator(features, told.len(), points);
        let luck = told.iter().map(|(mean, _)| probability(&labels, *mean)).collect();
        Ok(Self { labels, points, luck })
    }

    /// The probability of a success.
    pub(super) fn success(&self) -> LogSuccess<'_> {
        let [failure, success] = targets(&self.labels);
        LogSuccess::new(self.labels.gp(), failure, success, SUCCESS_MIN)
    }

    /// That surrogate of an objective, told that each failure is no better than it expects and than
    /// `best`, and [`WORSE`] worse than that as far as it did not fail by chance.
    ///
    /// # Errors
    /// If the surrogate cannot hold them.
    pub(super) fn told(&self, gp: Gp, best: f64) -> Result<Gp> {
        let expected = gp.means_at(&self.points).into_iter().zip(&self.luck);
        let supposed = expected
            .map(|(mean, luck)| luck * mean.min(best) + (1.0 - luck) * mean.min(best - WORSE));
        let supposed: Vec<f64> = supposed.collect();
        gp.supposing(&self.points, &supposed)
    }
}

/// The targets of the labels.
fn targets(labels: &Belief) -> [f64; 2] {
    [FAILURE, SUCCESS].map(|label| labels.targets().apply(label))
}

/// The probability of a success where that target is expected.
fn probability(labels: &Belief, target: f64) -> f64 {
    let [failure, success] = targets(labels);
    ((target - failure) / (success - failure)).clamp(0.0, 1.0)
}
