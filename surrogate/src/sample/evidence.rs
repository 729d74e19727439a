//! What a sampler has been shown.

mod beside;

use std::cell::OnceCell;
use std::collections::BTreeMap;

use surmise_core::Result;
use surmise_core::sample::Delta;
use surmise_core::space::Space;
use surmise_core::study::{Direction, Study};
use surmise_core::trial::{Outcome, Params, TrialId};

use super::learner::Observation;
use super::outputs::Output;
use super::steps::{Observed, Waypoint, Whole, waypoints};
use crate::embed::Embedding;

/// The trials that ended and those that run.
#[derive(Debug, Clone, Default)]
pub(super) struct Evidence {
    /// In the order in which they were shown, so that what is learnt is never begun anew because a
    /// trial of a smaller number ended late; a run shows them by number.
    finished: Vec<(TrialId, Trial)>,
    /// Stopped before their end: known to have been tried, and nothing else.
    pruned: BTreeMap<TrialId, Params>,
    running: Vec<Params>,
    /// What those that run say of their results.
    promises: Vec<Vec<Waypoint>>,
    /// How many steps a training has, if reports are values on the way and not scores of folds.
    steps: Option<u64>,
    /// The outputs beside the first objective.
    beside: Vec<Output>,
}

#[derive(Debug, Clone)]
struct Trial {
    params: Params,
    /// Larger is better; `None` if it failed.
    value: Option<f64>,
    /// The standard error of that value, if it is a mean.
    std_error: Option<f64>,
    /// The scores of its folds.
    folds: Option<Vec<f64>>,
    /// The outputs beside the first objective, if they are learnt from and it succeeded; larger is
    /// better, and a constraint holds from 0 on.
    beside: Vec<f64>,
    /// Its values on the way; all there is of one that was pruned.
    on_the_way: Vec<Waypoint>,
    pruned: bool,
    /// Its place in Euclidean space, once somebody asked.
    features: OnceCell<Vec<f64>>,
}

impl Trial {
    fn features(&self, embedding: &Embedding) -> Result<Vec<f64>> {
        if let Some(features) = self.features.get() {
            return Ok(features.clone());
        }
        let features = embedding.embed(&self.params)?;
        Ok(self.features.get_or_init(|| features).clone())
    }

    /// Whether it ended without a value and was not stopped.
    fn has_failed(&self) -> bool {
        self.value.is_none() && !self.pruned
    }
}

fn std_error(outcome: &Outcome) -> Option<f64> {
    match outcome {
        Outcome::Complete { std_error, .. } => *std_error,
        Outcome::Diverged { .. } | Outcome::Failed { .. } | Outcome::Pruned => None,
    }
}

/// A trial that ended: larger results are better, `None` of one that failed or was pruned.
pub(super) type Ended<'a> = (TrialId, &'a Params, Option<f64>);

impl Evidence {
    /// Nothing yet of a study of which every output is learnt from, and values on the way too.
    pub(super) fn of(study: &Study) -> Self {
        Self { steps: study.steps, ..Self::without_steps(study) }
    }

    /// Nothing yet of a study of which every output is learnt from, but only from results.
    pub(super) fn without_steps(study: &Study) -> Self {
        let beside = Output::all(study).into_iter().skip(1).collect();
        Self { beside, ..Self::default() }
    }

    /// Adds the finished trials and replaces the running ones.
    ///
    /// # Errors
    /// If a configuration is not of the space; nothing is added then.
    pub(super) fn add(
        &mut self,
        news: &Delta<'_>,
        space: &Space,
        direction: Direction,
    ) -> Result<()> {
        let finished = news.finished.iter().map(|t| t.params);
        let mut all = finished.chain(news.running.iter().map(|t| t.params));
        all.try_for_each(|params| space.check(params))?;
        let larger_is_better =
            |w: Waypoint| Waypoint { value: direction.larger_is_better(w.value), ..w };
        let on_the_way = |reports: &[f64], complete| -> Vec<Waypoint> {
            let steps = self.steps.map(|steps| waypoints(reports, steps, complete));
            steps.into_iter().flatten().map(larger_is_better).collect()
        };
        for trial in &news.finished {
            let beside = self.outputs_beside(trial.outcome);
            let finite = |v: &f64| v.is_finite() && beside.iter().all(|v| v.is_finite());
            let value = trial.outcome.value().filter(finite);
            let pruned = *trial.outcome == Outcome::Pruned;
            // Before a training failed it may have looked like the best of all.
            let on_the_way = match value.is_some() || pruned {
                true => on_the_way(trial.reports, !pruned),
                false => Vec::new(),
            };
            if pruned && on_the_way.is_empty() {
                self.pruned.insert(trial.id, trial.params.clone());
                continue;
            }
            let seen = Trial {
                params: trial.params.clone(),
                value: value.map(|v| direction.larger_is_better(v)),
                std_error: std_error(trial.outcome),
                folds: (self.steps.is_none() && trial.reports.len() > 1)
                    .then(|| trial.reports.to_vec()),
                beside: if value.is_some() { beside } else { Vec::new() },
                on_the_way,
                pruned,
                features: OnceCell::new(),
            };
            self.finished.push((trial.id, seen));
        }
        self.promises = news.running.iter().map(|t| on_the_way(t.reports, false)).collect();
        self.running = news.running.iter().map(|t| t.params.clone()).collect();
        Ok(())
    }

    /// How many trials are known of.
    pub(super) fn len(&self) -> usize {
        self.finished.len() + self.pruned.len() + self.running.len()
    }

    /// What was tried or is being tried.
    pub(super) fn tried(&self) -> impl Iterator<Item = &Params> {
        self.finished().chain(self.pruned.values()).chain(&self.running)
    }

    /// All that ended, by number.
    pub(super) fn ended(&self) -> Vec<Ended<'_>> {
        let finished = self.finished.iter().map(|(id, t)| (*id, &t.params, t.value));
        let pruned = self.pruned.iter().map(|(id, params)| (*id, params, None));
        let mut ended: Vec<_> = finished.chain(pruned).collect();
        ended.sort_by_key(|(id, ..)| *id);
        ended
    }

    /// What was tried to an end or said something on the way, in the order in which it
    /// was shown.
    pub(super) fn finished(&self) -> impl Iterator<Item = &Params> {
        self.finished.iter().map(|(_, t)| &t.params)
    }

    /// All that the surrogate learns from: what came out of the trials that ended, in the order in
    /// which they were shown, each after its values on the way, then the values of those that run.
    ///
    /// # Errors
    /// If a value is not of its parameter's domain.
    pub(super) fn observations(&self, embedding: &Embedding) -> Result<Observed> {
        let scale = self.scale();
        let mut all = Vec::with_capacity(self.finished.len());
        let mut last = Vec::with_capacity(self.finished.len());
        let mut trials = Vec::with_capacity(self.finished.len());
        for (place, (_, t)) in self.finished.iter().enumerate() {
            if t.has_failed() {
                continue;
            }
            let features = t.features(embedding)?;
            let on_the_way =
                t.on_the_way.iter().map(|w| w.observation(&features, embedding, scale));
            all.extend(on_the_way);
            if let Some(value) = t.value {
                let (std_error, folds) = (t.std_error, t.folds.clone());
                all.push(Observation { features, value, std_error, folds, scale });
            }
            last.push(all.len() - 1);
            trials.resize(all.len(), place);
        }
        let settled = all.len();
        for (params, promise) in self.running.iter().zip(&self.promises) {
            if !promise.is_empty() {
                let features = embedding.embed(params)?;
                all.extend(promise.iter().map(|w| w.observation(&features, embedding, scale)));
            }
        }
        let whole = self.steps.map(|_| self.known(embedding)).transpose()?;
        Ok(Observed { all, settled, last, trials, whole })
    }

    /// The trials of which any value is known.
    pub(super) fn known(&self, embedding: &Embedding) -> Result<Whole> {
        let known = |t: &Trial| t.value.is_some() || t.pruned;
        let trials = || self.finished.iter().map(|(_, t)| t).enumerate().filter(|(_, t)| known(t));
        let points = embedding.embed_all(trials().map(|(_, t)| &t.params))?;
        Ok(Whole { places: trials().map(|(place, _)| place).collect(), points })
    }

    /// The number of the trial at that place among the finished ones.
    pub(super) fn id(&self, place: usize) -> Option<TrialId> {
        self.finished.get(place).map(|(id, _)| *id)
    }

    /// What is being tried.
    pub(super) fn running(&self) -> &[Params] {
        &self.running
    }

    /// Whether there is a value of every output; of a single one, a value on the way will do.
    pub(super) fn can_be_learnt_from(&self) -> bool {
        let known = |t: &Trial| t.value.is_some() || t.pruned && self.beside.is_empty();
        self.finished.iter().any(|(_, t)| known(t))
    }
}
