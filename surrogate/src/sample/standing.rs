//! What is believed of the trials so far, all outputs together.

use nalgebra::DMatrix;

use super::belief::Belief;
use super::steps::Whole;
use crate::Result;
use crate::pareto;

/// What is believed of a trial, in units of the targets.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    /// Its place among the finished ones; none if it runs.
    place: Option<usize>,
    /// Posterior means of the objectives.
    objectives: Vec<f64>,
    /// By how much the posterior means of the output constraints miss their limits in all.
    shortfall: f64,
}

impl Standing {
    /// Those of the known and of the running trials (features × n), by the surrogates of the
    /// objectives and those of the constraints.
    ///
    /// Where none is believed to keep every constraint, as at limits that are only just kept, those
    /// count that were seen to, by `kept` for each trial that ended.
    pub(super) fn all(
        objectives: &[Belief],
        constraints: &[Belief],
        known: &Whole,
        running: &DMatrix<f64>,
        kept: &[bool],
    ) -> Vec<Self> {
        let means = |belief: &Belief| {
            let gp = belief.gp();
            [gp.means_at(&known.points), gp.means_at(running)].concat()
        };
        let values: Vec<Vec<f64>> = objectives.iter().map(means).collect();
        let margin = |belief: &Belief| -> Vec<f64> {
            means(belief).into_iter().map(|mean| mean - belief.limit()).collect()
        };
        let margins: Vec<Vec<f64>> = constraints.iter().map(margin).collect();
        let standing = |j: usize| Self {
            place: known.places.get(j).copied(),
            objectives: values.iter().map(|means| means[j]).collect(),
            shortfall: margins.iter().map(|margin| (-margin[j]).max(0.0)).sum(),
        };
        let n = known.points.ncols() + running.ncols();
        let mut all: Vec<Self> = (0..n).map(standing).collect();
        if !all.iter().any(Self::is_feasible) {
            let seen = all.iter_mut().filter(|s| s.place.is_some_and(|place| kept[place]));
            seen.for_each(|standing| standing.shortfall = 0.0);
        }
        all
    }

    pub(super) fn objectives(&self) -> &[f64] {
        &self.objectives
    }

    /// Whether it counts as one that keeps every constraint.
    pub(super) fn is_feasible(&self) -> bool {
        self.shortfall == 0.0
    }

    /// The places of the finished trials, best first: those that keep every constraint by those
    /// numbers, by fronts if there are several, then the others by what they miss.
    ///
    /// # Errors
    /// If what is believed of one is no number.
    pub(super) fn ranking(all: &[Self], by: impl Fn(&Self) -> &[f64]) -> Result<Vec<usize>> {
        let finished = all.iter().filter_map(|s| Some((s, s.place?)));
        let (feasible, mut others): (Vec<_>, Vec<_>) = finished.partition(|(s, _)| s.is_feasible());
        let points: Vec<&[f64]> = feasible.iter().map(|(s, _)| by(s)).collect();
        others.sort_by(|a, b| a.0.shortfall.total_cmp(&b.0.shortfall));
        let best = pareto::order(&points)?.into_iter().map(|k| feasible[k].1);
        Ok(best.chain(others.iter().map(|(_, place)| *place)).collect())
    }
}
