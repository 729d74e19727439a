//! What the results so far say about the surrogate: its parameters and its warp.

use nalgebra::{DMatrix, DVector};
use surmise_core::seed::Seed;

use super::neighbourhood::neighbourhood;
use super::schedule::checkpoint;
use super::steps::Observed;
use super::targets::{SHARES, Scale, Targets};
use crate::embed::Embedding;
use crate::gp::{Gp, Hyperparameters, Mean, TrainingSet};
use crate::optimize::{Fit, Form, representatives};
use crate::prior::Priors;
use crate::{Error, Result};

/// Beyond so many results, the parameters are fitted to so many of them.
const FITTED_MAX: usize = 300;
/// After every so many results the lengthscales are taken for shorter than they seem: the most
/// probable ones of few data are too sure of how smooth the objective is, and a surrogate that is
/// too sure stops looking. Measured over 19 problems and 20 seeds: 1.2 ± 1.0 points.
const DOUBT_EVERY: usize = 3;
const DOUBT: f64 = 0.5;
/// From so many results on, and so many a parameter, features can be warped.
const WARPED_MIN: usize = 20;
const WARPED_PER_DIM: usize = 3;
/// A new warp must make the results this much more likely, in nats.
const WARP_GAIN: f64 = 1.0;

/// One result: where, and what came out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Observation {
    pub(super) features: Vec<f64>,
    /// Larger is better; `None` for a failure.
    pub(super) value: Option<f64>,
    /// The standard error of the value, if it is a mean over folds.
    pub(super) std_error: Option<f64>,
    /// The scores of its folds, if it is such a mean and they were reported.
    pub(super) folds: Option<Vec<f64>>,
    /// On which scale it is learnt.
    pub(super) scale: Scale,
}

/// What a fit found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Knowledge {
    pub(super) hyperparameters: Hyperparameters,
    /// The share of the results below which the warp bends.
    pub(super) share: f64,
}

/// The chain of fits.
#[derive(Debug)]
pub(super) struct Learner {
    form: Form,
    seed: Seed,
    /// The last fit: to how many results, and what it found.
    last: Option<(usize, Knowledge)>,
    /// The last surrogate, and what it knew.
    gp: Option<(Knowledge, Gp)>,
    /// What all this was learnt from, and how many of these results the fits may rest on.
    seen: Vec<Observation>,
    settled: usize,
}

/// A surrogate and the places of its results among all.
#[derive(Debug)]
pub(super) struct Local {
    pub(super) gp: Gp,
    pub(super) places: Vec<usize>,
}

impl Learner {
    pub(super) fn new(embedding: &Embedding, seed: Seed) -> Self {
        let form = Form {
            groups: embedding.groups().to_vec(),
            dims: embedding.dims(),
            lines: embedding.lines().map(|(_, line)| line).collect(),
            priors: Priors::new(embedding.dims()),
        };
        Self { form, seed, last: None, gp: None, seen: Vec::new(), settled: 0 }
    }

    /// What the last fit for these results knows. Complexity: that of at most eight fits.
    ///
    /// # Errors
    /// If no trial has succeeded yet, or the surrogate cannot be fitted.
    fn learn(&mut self, all: &[Observation]) -> Result<Knowledge> {
        let due = checkpoint(all.len())
            .ok_or_else(|| Error::invalid("the results", "there are none yet"))?;
        if let Some((_, knowledge)) = self.last.as_ref().filter(|(n, _)| *n == due.results) {
            return Ok(knowledge.clone());
        }
        let before = match due.from {
            Some(n) => self.learn(&all[..n]).ok(),
            None => None,
        };
        let knowledge = self.fit(&all[..due.results], before.as_ref())?;
        self.last = Some((due.results, knowledge.clone()));
        Ok(knowledge)
    }

    fn fit(&self, all: &[Observation], before: Option<&Knowledge>) -> Result<Knowledge> {
        let share = before.map_or(1.0, |k| k.share);
        let targets = Targets::new(all, share)?;
        let places = representatives(targets.values(), FITTED_MAX);
        let data = |targets: &Targets| training_set(all, targets).select(&places);
        let first = data(&targets);
        let fitted = match before {
            Some(known) => self.form.refit(&first, &known.hyperparameters)?,
            None => self.fresh(&first, all.len())?,
        };
        let gp = self.form.gp(&fitted.hyperparameters, Mean::MostLikely, &first)?;
        let share_now = likeliest(all, share, &places, gp)?;
        if share_now == share {
            return Ok(Knowledge { hyperparameters: fitted.hyperparameters, share });
        }
        let second = data(&Targets::new(all, share_now)?);
        let again = self.form.refit(&second, &fitted.hyperparameters)?;
        Ok(Knowledge { hyperparameters: again.hyperparameters, share: share_now })
    }

    /// A fit from the priors, and whether features are warped: that stands until the next such fit.
    fn fresh(&self, data: &TrainingSet, results: usize) -> Result<Fit> {
        let plain = self.form.fit(data, self.seed.child(results as u64))?;
        let enough = results >= WARPED_MIN.max(WARPED_PER_DIM * self.form.dims);
        if enough { self.form.warped(data, plain) } else { Ok(plain) }
    }

    /// The surrogate with the parameters of the last fit, and the targets of all results: of all,
    /// or of those that matter near the best when there are too many. The parameters are fitted to
    /// those that are settled alone, as the others may change.
    pub(super) fn surrogate(&mut self, observed: &Observed) -> Result<(Knowledge, Targets, Local)> {
        let Observed { all, settled, .. } = observed;
        if !all.starts_with(&self.seen) {
            self.gp = None;
        }
        if !all.starts_with(&self.seen[..self.settled]) {
            // Another history.
            self.last = None;
        }
        (self.seen, self.settled) = (all.clone(), *settled);
        let mut known = self.learn(&all[..*settled])?;
        if observed.last.len() % DOUBT_EVERY == DOUBT_EVERY - 1 {
            known.hyperparameters.lengthscales.iter_mut().for_each(|l| *l *= DOUBT);
        }
        let targets = Targets::new(all, known.share)?;
        let places = neighbourhood(all, targets.values(), &known.hyperparameters, &self.form)?;
        let grown = (places.len() == all.len()).then(|| self.grown(&known, all, &targets));
        let gp = match grown.flatten() {
            Some(gp) => gp,
            None => {
                let data = training_set(all, &targets).select(&places);
                self.form.gp(&known.hyperparameters, Mean::MostLikely, &data)?
            }
        };
        self.gp = Some((known.clone(), gp.clone()));
        Ok((known, targets, Local { gp, places }))
    }

    /// The last surrogate with the results since as further rows of its factorisation, which gives
    /// the bits of a new one; `None` if other parameters or another noise ask for a new one.
    fn grown(&mut self, now: &Knowledge, all: &[Observation], targets: &Targets) -> Option<Gp> {
        let (known, mut gp) = self.gp.take()?;
        let quiet = targets.known_noise().iter().all(|noise| *noise == 0.0);
        if known != *now || !quiet || gp.jitter() > 0.0 || gp.len() > all.len() {
            return None;
        }
        for observation in &all[gp.len()..] {
            gp.append(&observation.features, 0.0, 0.0).ok()?;
        }
        gp.set_targets(targets.values().to_vec(), Mean::MostLikely).ok()?;
        Some(gp)
    }
}

fn training_set(all: &[Observation], targets: &Targets) -> TrainingSet {
    let features = all.first().map_or(0, |o| o.features.len());
    let points = all.iter().flat_map(|o| o.features.iter().copied()).collect();
    TrainingSet {
        points: DMatrix::from_vec(features, all.len(), points),
        targets: DVector::from_column_slice(targets.values()),
        known_noise: DVector::from_column_slice(targets.known_noise()),
    }
}

/// The warp that makes the results likeliest, `now` unless another is clearly better.
///
/// For each, the density of the values themselves under the correlations of `gp`, whose scale is
/// profiled out: −n/2 ln (zᵀK⁻¹z / n) + Σ ln dz/dy.
fn likeliest(all: &[Observation], now: f64, places: &[usize], mut gp: Gp) -> Result<f64> {
    let mut score = |share: f64| -> Result<f64> {
        let targets = Targets::new(all, share)?;
        let chosen: Vec<f64> = places.iter().map(|i| targets.values()[*i]).collect();
        gp.set_targets(chosen, Mean::MostLikely)?;
        let slopes: f64 = places.iter().map(|i| targets.ln_slope(*i)).sum();
        Ok(slopes - 0.5 * places.len() as f64 * libm::log(gp.misfit() / places.len() as f64))
    };
    let mut best = (now, score(now)? + WARP_GAIN);
    for share in SHARES {
        let value = score(share)?;
        if value > best.1 {
            best = (share, value);
        }
    }
    Ok(best.0)
}
