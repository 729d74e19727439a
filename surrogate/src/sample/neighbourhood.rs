//! Which results the surrogate is conditioned on when there are too many for all.

use super::learner::Observation;
use crate::Result;
use crate::gp::Hyperparameters;
use crate::optimize::{Form, representatives};

/// Up to so many results the surrogate knows them all.
const ALL_MAX: usize = 512;
/// Beyond, it knows the best ones and some of the rest, spread evenly, …
const SPREAD: usize = 256;
/// … and those nearest to the best one, as its lengthscales measure distance, up to this in all.
const LOCAL: usize = 512;
/// Every so many results the nearest ones give way to more of all over the space.
const GLOBAL_EVERY: usize = 4;

/// The places of the results to know, rising: all of them up to 512, as many beyond.
///
/// So the cost of a proposal is bounded, by a count and not by a clock: O(n · dims + n log n) to
/// choose, then what 512 results cost. A local model around the best result finds what is left to
/// gain there: D. Eriksson, M. Pearce, J. Gardner, R. Turner, M. Poloczek, *Scalable Global
/// Optimization via Local Bayesian Optimization* (NeurIPS 2019); results all over the space keep
/// it from believing that nothing is elsewhere.
///
/// # Errors
/// As [`Form::kernel`].
pub(super) fn neighbourhood(
    all: &[Observation],
    targets: &[f64],
    at: &Hyperparameters,
    form: &Form,
) -> Result<Vec<usize>> {
    let n = all.len();
    if n <= ALL_MAX {
        return Ok((0..n).collect());
    }
    if n.is_multiple_of(GLOBAL_EVERY) {
        return Ok(representatives(targets, LOCAL));
    }
    let mut chosen = representatives(targets, SPREAD);
    let centre = (1..n).fold(0, |best, i| if targets[i] > targets[best] { i } else { best });
    let kernel = form.kernel(at)?;
    let centre = kernel.scaled(&all[centre].features);
    let distance = |i: usize| -> f64 {
        let point = kernel.scaled(&all[i].features);
        point.iter().zip(&centre).map(|(a, b)| (a - b) * (a - b)).sum()
    };
    let mut rest: Vec<(f64, usize)> =
        (0..n).filter(|i| chosen.binary_search(i).is_err()).map(|i| (distance(i), i)).collect();
    rest.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    chosen.extend(rest.iter().take(LOCAL - SPREAD).map(|(_, i)| i));
    chosen.sort_unstable();
    Ok(chosen)
}
