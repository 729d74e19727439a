//! A surrogate of one output of a study, and what it says about a configuration.

use nalgebra::{DMatrix, Matrix};
use serde_json::{Map, Value, json};
use surmise_core::seed::Seed;
use surmise_core::study::Direction;

use super::contenders::{LOOKED_AT, noisy_improvement};
use super::learner::{Knowledge, Learner, Local};
use super::steps::{Observed, Whole};
use super::targets::Targets;
use crate::Result;
use crate::acquire::{LogNei, LogProbability};
use crate::embed::Embedding;
use crate::gp::{Gp, Hyperparameters};

/// Noise of at least this share of the variance makes it a question which trial is best. Taking
/// that into account gains 2.9 ± 1.4 points over nine noisy problems and 20 seeds, and 0.5 ± 0.3
/// over 19 problems that are all but one without noise.
const NOISY: f64 = 0.03;

/// What is believed of an output after the results so far, with the running trials taken for what
/// they promise.
#[derive(Debug)]
pub(super) struct Belief {
    gp: Gp,
    known: Knowledge,
    targets: Targets,
    ranking: Vec<usize>,
    /// The largest posterior mean at a trial that succeeded or is running.
    largest: f64,
    /// The results that the surrogate is conditioned on.
    results: usize,
}

impl Belief {
    /// The surrogate of all results, believed at `running` (features × n).
    ///
    /// # Errors
    /// If no trial has a value, or the surrogate cannot be fitted.
    pub(super) fn new(
        learner: &mut Learner,
        observed: &Observed,
        running: &DMatrix<f64>,
    ) -> Result<Self> {
        let (known, targets, Local { gp, places }) = learner.surrogate(observed)?;
        let ranking = ranking(&gp, &places, observed);
        let expected = gp.predict(running).mean;
        Ok(Self {
            largest: expected.iter().copied().fold(ranking[0].0, f64::max),
            gp: gp.believing(running)?,
            known,
            targets,
            results: places.len(),
            ranking: ranking.into_iter().map(|(_, place)| place).collect(),
        })
    }

    /// The surrogate, of targets.
    pub(super) fn gp(&self) -> &Gp {
        &self.gp
    }

    pub(super) fn targets(&self) -> &Targets {
        &self.targets
    }

    /// Of a constraint: the target from which on it holds.
    pub(super) fn limit(&self) -> f64 {
        self.targets.apply(0.0)
    }

    /// Of a constraint: the logarithm of the probability that it is kept.
    pub(super) fn log_probability(&self) -> LogProbability<'_> {
        LogProbability::new(&self.gp, self.limit(), 0.0)
    }

    /// Of the first objective: the successful trials that the surrogate knows by posterior mean,
    /// best first, as places among the finished ones; where steps are counted, all with any value,
    /// by what is expected at t = 1.
    pub(super) fn ranking(&self) -> &[usize] {
        &self.ranking
    }

    /// The largest posterior mean at a trial that succeeded or is running, as a target. Noise makes
    /// the best single result a matter of luck.
    pub(super) fn largest(&self) -> f64 {
        self.largest
    }

    /// Under much noise: improvement by more than `margin` on whichever trial is the best, of those
    /// in `observed` and at `running`.
    ///
    /// # Errors
    /// If the covariance matrix cannot be factored.
    pub(super) fn noisy_improvement(
        &self,
        observed: &Observed,
        running: &DMatrix<f64>,
        margin: f64,
        seed: Seed,
    ) -> Result<Option<LogNei>> {
        if self.noise_share() < NOISY {
            return Ok(None);
        }
        let first = self.ranking.iter().take(LOOKED_AT).map(|place| observed.features(*place));
        let all: Vec<_> = first.chain(running.column_iter().map(Matrix::into_owned)).collect();
        noisy_improvement(&self.gp, &DMatrix::from_columns(&all), margin, seed)
    }

    /// The share of the noise in the variance of a result, that known from folds included.
    fn noise_share(&self) -> f64 {
        let (at, known) = (&self.known.hyperparameters, self.targets.known_noise());
        let noise = at.noise + known.iter().sum::<f64>() / known.len() as f64;
        noise / (noise + at.outputscale + at.additive)
    }

    /// Posterior mean and variance of the target without its noise at `point`.
    pub(super) fn target(&self, point: &[f64]) -> (f64, f64) {
        let at = self.gp.predict(&DMatrix::from_column_slice(point.len(), 1, point));
        (at.mean[0], at.variance[0])
    }

    /// The output at a target, in its own units and sign.
    pub(super) fn value(&self, target: f64, direction: Direction) -> f64 {
        direction.larger_is_better(self.targets.invert(target))
    }

    /// Posterior mean and standard deviation of the output without its noise at `point`, in its
    /// own units and sign.
    pub(super) fn at(&self, point: &[f64], direction: Direction) -> (f64, f64) {
        let (mean, variance) = self.target(point);
        (self.value(mean, direction), self.sd(mean, variance.sqrt()))
    }

    /// A standard deviation of the target at `mean`, in the output's own units.
    fn sd(&self, mean: f64, sd: f64) -> f64 {
        (0.5 * (self.targets.invert(mean + sd) - self.targets.invert(mean - sd))).abs()
    }

    /// The numbers behind a prediction at `point`: of the output without its noise, in its own
    /// units and sign.
    pub(super) fn details(
        &self,
        embedding: &Embedding,
        direction: Direction,
        point: &[f64],
    ) -> Map<String, Value> {
        let (mean, variance) = self.target(point);
        let at = &self.known.hyperparameters;
        let named: Map<String, Value> = embedding
            .names()
            .zip(&at.lengthscales)
            .map(|(name, l)| (name.to_owned(), json!(l)))
            .collect();
        let details = [
            ("predicted_mean", json!(self.value(mean, direction))),
            ("predicted_sd", json!(self.sd(mean, variance.sqrt()))),
            ("noise_sd", json!(self.sd(mean, at.noise.sqrt()))),
            ("outputscale", json!(at.outputscale)),
            ("additive", json!(at.additive)),
            ("warp", json!(self.targets.warp())),
            ("warp_share", json!(self.known.share)),
            ("lengthscales", Value::Object(named)),
            ("input_warps", input_warps(embedding, at)),
            ("n_conditioned_on", json!(self.results)),
            ("jitter", json!(self.gp.jitter())),
        ];
        let known = details.into_iter().filter(|(_, value)| !value.is_null());
        known.map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// a and b of each warped parameter; null if none is.
fn input_warps(embedding: &Embedding, at: &Hyperparameters) -> Value {
    let lines = embedding.lines().map(|(name, _)| name.to_owned());
    let laws = at.input_warps.iter().map(|law| json!([law.a, law.b]));
    match at.input_warps.is_empty() {
        true => Value::Null,
        false => Value::Object(lines.zip(laws).collect()),
    }
}

/// Posterior means with the places of their trials, best first.
fn ranking(gp: &Gp, places: &[usize], observed: &Observed) -> Vec<(f64, usize)> {
    let mut ranking: Vec<(f64, usize)> = match &observed.whole {
        Some(Whole { places, points }) => {
            gp.means_at(points).into_iter().zip(places.iter().copied()).collect()
        }
        None => {
            let means = gp.means().into_iter().zip(places.iter().copied());
            means.filter(|(_, i)| observed.all[*i].value.is_some()).collect()
        }
    };
    ranking.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranking
}
