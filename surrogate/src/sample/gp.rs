//! The Gaussian-process sampler.

use surmise_core::component::{Component, Setting, SettingKind};
use surmise_core::sample::sobol::Sobol;
use surmise_core::sample::{Delta, Entry, Proposal, Recommendation, Sampler};
use surmise_core::seed::Seed;
use surmise_core::space::Space;
use surmise_core::study::{Direction, Study};
use surmise_core::trial::{Params, Reason, TrialId};
use surmise_core::{Error, Result, Value};

use super::evidence::Evidence;
use super::outlook::{Learners, Outlook};
use super::untried::Untried;
use crate::embed::Embedding;
use crate::optimize::Search;

/// What the registry knows of this sampler.
pub const ENTRY: Entry = Entry { component, build: |study| Ok(Box::new(GpSampler::new(study)?)) };

/// At most so many configurations are scored one and all. Beyond, decoding them takes longer than
/// the search: 10 000 took 100 ms where the search took 15.
const ENUMERATED_MAX: u64 = 2_000;

/// In many dimensions the surrogate finds more than a longer design. Five functions of 30 and 60
/// parameters: after 50 trials all were better (by a factor 1.2 to 8) than with two initial trials
/// a parameter, after 200 as good.
const INITIAL_MAX: u64 = 20;

/// How far along the initial sequence to look for a configuration that is new.
const STEPS_MAX: u64 = 64;

/// Around so many of the best results, at most, is looked for better ones.
const KNOWN_MAX: usize = 100;

const RANDOM: &str = "a random one, as all that promise most were tried";
const REPEATED: &str = "tried before: the space is too narrow to find another";

/// Proposes what is expected to improve most, by a Gaussian process over all results so far.
///
/// The first trials are points of a scrambled Sobol' sequence. Each one after them fits the
/// surrogate afresh, takes running trials for what the surrogate expects of them, and proposes the
/// maximum of log expected improvement over the best posterior mean, or where there is much noise
/// over whichever trial is the best. Failed trials count as worse than any result. Where a study
/// counts the steps of a training, values on the way count too, of complete, pruned and running
/// trials, and the best mean is that expected after the last step.
/// When no surrogate can be fitted, the sequence goes on and the reason says why.
#[derive(Debug)]
pub struct GpSampler {
    space: Space,
    embedding: Embedding,
    direction: Direction,
    initial: u64,
    design: Sobol,
    evidence: Evidence,
    learners: Learners,
    /// The stream of recommendations.
    seed: Seed,
}

fn component() -> Component {
    Component {
        name: "gp".into(),
        help: "A Gaussian process: learns from every result and tries what promises most, for one \
               objective or several, with output constraints and failures"
            .into(),
        settings: vec![Setting {
            name: "initial".into(),
            kind: SettingKind::Int { low: 0, high: 1_000_000, log: false },
            default: Some(0.into()),
            when: None,
            help: "Trials before the first that learns; 0 chooses by space and budget".into(),
        }],
    }
}

impl GpSampler {
    /// A sampler for that study. Its initial design is drawn from the stream `sampler/gp` of the
    /// study's seed.
    ///
    /// # Errors
    /// If the space has more parameters than a Sobol' sequence has dimensions, or the setting
    /// `initial` is no whole number.
    pub fn new(study: &Study) -> Result<Self> {
        let plain = Embedding::new(&study.space);
        let initial = match study.sampler.settings.get("initial").map(Value::as_u64) {
            None | Some(Some(0)) => initial(plain.dims(), study.trials),
            Some(Some(n)) => n,
            Some(None) => return Err(Error::invalid("`initial` must be a whole number")),
        };
        let stepwise = study.steps.is_some_and(|steps| steps > 1);
        let embedding = if stepwise { plain.with_fidelity() } else { plain };
        let seed = Seed::root(study.seed).child("sampler").child("gp");
        Ok(Self {
            design: Sobol::new(study.space.len(), seed)?,
            space: study.space.clone(),
            learners: Learners::new(study, &embedding),
            embedding,
            direction: study.objective.direction,
            initial,
            evidence: Evidence::of(study),
            seed: seed.child("recommend"),
        })
    }

    /// Point `trial` of the initial design, or the next along it that is new.
    fn design(
        &self,
        trial: TrialId,
        seed: Seed,
        untried: &Untried<'_>,
        reason: Reason,
    ) -> Result<Proposal> {
        let points = (trial.0..).map(|k| self.design.point(k));
        let fresh = (trial.0..trial.0.saturating_add(STEPS_MAX))
            .map(|k| self.space.at(&self.design.point(k)))
            .find(|params| untried.contains(params))
            .or_else(|| untried.any(seed.child("design")));
        let params = match fresh {
            Some(params) => params,
            None => self.space.first_allowed(points)?.1,
        };
        Ok(Proposal::Try { params, reason })
    }

    /// What is proposed when there is no surrogate, with the reason for that.
    fn without_surrogate(
        &self,
        trial: TrialId,
        seed: Seed,
        untried: &Untried<'_>,
        error: &crate::Error,
    ) -> Result<Proposal> {
        tracing::warn!(%trial, %error, "no surrogate could be fitted");
        let why = "a scrambled Sobol' point, as no surrogate could be fitted";
        let mut reason = Reason::new("gp", why);
        let error = Value::from(error.to_string());
        reason.details.insert("fallback".into(), error);
        self.design(trial, seed, untried, reason)
    }

    /// The best of what is left, as the surrogate sees it.
    fn best(&self, outlook: &Outlook, seed: Seed, untried: &Untried<'_>) -> Result<Proposal> {
        let acquisition = outlook.acquisition();
        let promising = outlook.why();
        let search = Search { embedding: &self.embedding, acquisition: &acquisition };
        let (params, why) = match untried.all(ENUMERATED_MAX) {
            Some(left) => {
                (search.best_of(&left).map(|c| self.space.at(&c.unit)), promising.as_str())
            }
            None => {
                let finished: Vec<&Params> = self.evidence.finished().collect();
                let unit = |i: &usize| self.embedding.unit(finished[*i]);
                let known: Vec<Vec<f64>> =
                    outlook.ranking().iter().take(KNOWN_MAX).map(unit).collect();
                let found = search.maximize(&known, seed.child("acquisition"))?;
                let mut decoded = found.iter().map(|c| self.space.at(&c.unit));
                match decoded.find(|params| untried.contains(params)) {
                    Some(params) => (Some(params), promising.as_str()),
                    None => match untried.any(seed.child("any")) {
                        Some(params) => (Some(params), RANDOM),
                        None => (found.first().map(|c| self.space.at(&c.unit)), REPEATED),
                    },
                }
            }
        };
        let params = params.ok_or_else(|| Error::sampler("the search found no candidate"))?;
        let point = self.embedding.embed(&params)?;
        let details = outlook.details(&self.embedding, &point);
        let reason = Reason { details, ..Reason::new("gp", why) };
        Ok(Proposal::Try { params, reason })
    }
}

impl Sampler for GpSampler {
    fn observe(&mut self, news: &Delta<'_>) -> Result<()> {
        self.evidence.add(news, &self.space, self.direction)
    }

    fn propose(&mut self, trial: TrialId, seed: Seed) -> Result<Proposal> {
        let running = self.evidence.running();
        let untried = Untried::new(&self.space, self.evidence.tried());
        if untried.is_empty() {
            return Ok(Proposal::Exhausted);
        }
        let begun = self.evidence.can_be_learnt_from();
        if (self.evidence.len() as u64) < self.initial || !begun {
            let why = if begun || self.evidence.finished().next().is_none() {
                "initial design: a scrambled Sobol' point"
            } else {
                "a scrambled Sobol' point, as no trial has succeeded yet"
            };
            return self.design(trial, seed, &untried, Reason::new("gp", why));
        }
        let observed = self.evidence.of_all(&self.embedding)?;
        let pending = self.embedding.embed_all(running)?;
        match self.learners.outlook(&observed, &pending, seed) {
            Ok(outlook) => self.best(&outlook, seed, &untried),
            Err(error) => self.without_surrogate(trial, seed, &untried, &error),
        }
    }

    /// The complete trial with the best posterior mean of the first objective, of those that keep
    /// every output constraint and, if there are any, that are believed to; `None` when there are
    /// none or no surrogate can be fitted.
    fn recommend(&mut self) -> Result<Option<Recommendation>> {
        let observed = self.evidence.of_all(&self.embedding)?;
        let none = self.embedding.embed_all([])?;
        let Ok(outlook) = self.learners.outlook(&observed, &none, self.seed) else {
            return Ok(None);
        };
        let mut ranking = outlook.by_the_first().iter().copied();
        let Some(best) = ranking.find(|place| observed.kept[*place]) else {
            return Ok(None);
        };
        let point = self.embedding.embed_all(self.evidence.finished().nth(best))?;
        let (mean, sd) = outlook.at(point.as_slice());
        Ok(self.evidence.id(best).map(|trial| Recommendation { trial, mean, sd }))
    }
}

/// Twice as many trials as parameters, 5 to 20 of them, but no more than a quarter of the budget,
/// and never fewer than 4.
fn initial(dims: usize, trials: u64) -> u64 {
    (2 * dims as u64).clamp(5, INITIAL_MAX).min(trials / 4).max(4)
}

#[cfg(test)]
mod tests;
