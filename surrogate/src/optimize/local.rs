//! Climbing from one configuration to the best near it.

use surmise_core::Result;

use super::acquisition::{Candidate, Search};
use super::candidates::{discrete, exchanged};
use super::{Limits, minimize};

/// The climb ends when a round gains less; for log-EI a relative gain of EI.
const GAIN: f64 = 1e-4;
const ROUNDS: usize = 5;

/// The walk reaches a side of the box up to rounding: so close to it, the side is meant.
const SIDE: f64 = 1e-9;

const LIMITS: Limits = Limits { iterations: 30, evaluations: 45, gradient: 1e-5, gain: 1e-7 };

impl Search<'_> {
    /// Alternates L-BFGS over the numbers with an exact search over each discrete parameter in
    /// turn, until neither gains. Every value along the way belongs to a real configuration.
    pub(super) fn climb(&self, start: Candidate) -> Result<Candidate> {
        let mut here = start;
        for _ in 0..ROUNDS {
            let before = here.value;
            here = self.slide(here)?;
            for i in 0..self.space.len() {
                if self.space.is_active(i, &here.params) {
                    let others = self.score(exchanged(self.space, &here.unit, i))?;
                    here = others.into_iter().fold(here, better);
                }
            }
            if here.value - before < GAIN {
                break;
            }
        }
        Ok(here)
    }

    /// Moves all active numbers at once, long ranges of integers as if they were continuous, and
    /// snaps to what can be tried.
    fn slide(&self, here: Candidate) -> Result<Candidate> {
        let parameters = self.space.parameters();
        let free: Vec<(usize, (usize, f64))> = (0..self.space.len())
            .filter(|i| discrete(&parameters[*i].domain).is_none())
            .filter(|i| self.space.is_active(*i, &here.params))
            .filter_map(|i| Some((i, self.embedding.line(i)?)))
            .collect();
        if free.is_empty() {
            return Ok(here);
        }
        let base = self.embedding.embed(&here.params)?;
        let start: Vec<f64> = free.iter().map(|(i, _)| here.unit[*i]).collect();
        let downhill = |x: &[f64]| {
            let mut point = base.clone();
            for ((_, (feature, offset)), x) in free.iter().zip(x) {
                point[*feature] = x + offset;
            }
            let (value, gradient) = self.acquisition.value_and_gradient(&point);
            let free_gradient = free.iter().map(|(_, (feature, _))| -gradient[*feature]);
            Ok((-value, free_gradient.collect()))
        };
        let bounds = vec![(0.0, 1.0); free.len()];
        let Ok(end) = minimize(downhill, &start, &bounds, LIMITS) else {
            // Not finite at the start: there is no way up from here.
            return Ok(here);
        };
        let mut unit = here.unit.clone();
        for ((i, _), x) in free.iter().zip(end.point) {
            unit[*i] = onto_side(x);
        }
        let snapped = self.score(vec![unit])?;
        Ok(snapped.into_iter().fold(here, better))
    }
}

fn onto_side(x: f64) -> f64 {
    match (x < SIDE, x > 1.0 - SIDE) {
        (true, _) => 0.0,
        (_, true) => 1.0,
        _ => x,
    }
}

/// The better of two, the first if they tie.
fn better(a: Candidate, b: Candidate) -> Candidate {
    if b.value > a.value { b } else { a }
}
