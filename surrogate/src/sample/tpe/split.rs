//! Which trials count as good.

use surmise_core::sample::Finished;
use surmise_core::study::Study;
use surmise_core::trial::Outcome;

use crate::Result;
use crate::pareto;

/// How a finished trial stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Standing {
    /// It keeps every output constraint. Larger is better.
    Feasible {
        /// One value an objective.
        objectives: Vec<f64>,
    },
    /// It was stopped after so many reports. Larger is better.
    Pruned {
        /// How many.
        reports: usize,
        /// What they say of the first objective.
        value: f64,
    },
    /// It breaks output constraints by so much in all.
    Infeasible {
        /// Σ max(cᵢ, 0).
        violation: f64,
    },
    /// There is nothing to rank it by: it failed, or was stopped before the first report.
    Failed,
}

impl Standing {
    /// How that trial of the study stands. Reports that are values after steps of a training count
    /// by the last; the scores of folds by their mean.
    pub(super) fn of(trial: &Finished<'_>, study: &Study) -> Self {
        let outcome = trial.outcome;
        if *outcome == Outcome::Pruned {
            let reports = trial.reports;
            let value = match (study.steps, reports) {
                (_, []) => f64::NAN,
                (Some(_), [.., last]) => *last,
                (None, folds) => folds.iter().sum::<f64>() / folds.len() as f64,
            };
            let value = study.objective.direction.larger_is_better(value);
            let pruned = Self::Pruned { reports: reports.len(), value };
            return if value.is_finite() { pruned } else { Self::Failed };
        }
        let values = outcome.objectives().into_iter().flatten().zip(study.objectives());
        let turned: Vec<f64> = values.map(|(v, o)| o.direction.larger_is_better(v)).collect();
        match outcome.violation() {
            Some(violation) if violation > 0.0 => Self::Infeasible { violation },
            Some(_) if turned.iter().all(|v| v.is_finite()) => {
                Self::Feasible { objectives: turned }
            }
            _ => Self::Failed,
        }
    }
}

/// The places of the trials, best first, and of equals the earlier one first: those that keep every
/// output constraint by their objectives (see [`pareto::order`]), then the pruned ones, the longer
/// they lasted the better, then the others by violation. The failed ones are left out.
///
/// # Errors
/// If trials differ in how many objectives they have.
///
/// Source of the order of the four kinds: Optuna's `TPESampler`; of the one by constraints: K. Deb,
/// Comput. Methods Appl. Mech. Eng. 186, 311–338 (2000), sec. 3.
pub(super) fn ranking(standings: &[&Standing]) -> Result<Vec<usize>> {
    let (mut feasible, mut pruned, mut infeasible) = (Vec::new(), Vec::new(), Vec::new());
    for (i, standing) in standings.iter().enumerate() {
        match standing {
            Standing::Feasible { objectives } => feasible.push((i, objectives.as_slice())),
            Standing::Pruned { reports, value } => pruned.push((i, *reports, *value)),
            Standing::Infeasible { violation } => infeasible.push((i, *violation)),
            Standing::Failed => {}
        }
    }
    let points: Vec<&[f64]> = feasible.iter().map(|(_, objectives)| *objectives).collect();
    let mut ranking: Vec<usize> =
        pareto::order(&points)?.into_iter().map(|k| feasible[k].0).collect();
    pruned.sort_by(|a, b| b.1.cmp(&a.1).then(b.2.total_cmp(&a.2)));
    ranking.extend(pruned.iter().map(|p| p.0));
    infeasible.sort_by(|a, b| a.1.total_cmp(&b.1));
    ranking.extend(infeasible.iter().map(|p| p.0));
    Ok(ranking)
}

/// How many of `n` trials are good: ⌈γn⌉, at most `GOOD_MAX`.
///
/// Source: J. Bergstra, R. Bardenet, Y. Bengio, B. Kégl, *Algorithms for Hyper-Parameter
/// Optimization* (NeurIPS 2011), sec. 4, for γ = 0.15; the bound is that of Hyperopt and Optuna.
pub(super) fn n_good(n: usize) -> usize {
    ((GAMMA * n as f64).ceil() as usize).min(GOOD_MAX)
}

/// The share of good trials. How it was chosen is told at [`tpe`](super).
pub(super) const GAMMA: f64 = 0.15;

const GOOD_MAX: usize = 25;

/// The weights of `k` good trials, best first, k in all: wᵢ ∝ ln((k + 1)/i), i = 1, …, k.
///
/// Like expected improvement they prefer the best of the good, but they do not change under
/// a monotone map of the objective. Source of the shape: N. Hansen, A. Ostermeier,
/// *Completely Derandomized Self-Adaptation in Evolution Strategies*, Evol. Comput. 9(2), 159–195
/// (2001), sec. 4; of weighting the good ones at all: S. Watanabe, *Tree-Structured Parzen
/// Estimator* (2023, arXiv 2304.11127), sec. 3.2.
pub(super) fn weights(k: usize) -> Vec<f64> {
    let weight = |i: usize| libm::log((k + 1) as f64) - libm::log(i as f64);
    let total: f64 = (1..=k).map(weight).sum();
    (1..=k).map(|i| weight(i) / total * k as f64).collect()
}

#[cfg(test)]
mod tests;
