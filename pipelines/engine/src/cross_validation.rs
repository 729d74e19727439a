//! Evaluation by cross-validation: what running a trial means.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use surmise_core::component::Deterministic;
use surmise_core::seed::Seed;
use surmise_core::trial::{Outcome, Params};
use surmise_data::Dataset;
use surmise_data::split::Fold;
use surmise_plugin_host::{self as host, Runner, Session, Sets};

use crate::executor::{Job, Objective};
use crate::measures::Measures;
use crate::metric::Metric;
use crate::pipeline::{Pipeline, scores, share};
use crate::saved;
use crate::tables::{Cache, Seeds};
use crate::{Error, Result};

/// Turns a trial's parameters into stages and a model's hyperparameters.
pub type Configure = Box<dyn Fn(&Params) -> Result<Pipeline> + Send + Sync>;

/// Fits a configuration once on each fold and measures it there; what counts is the mean score.
pub struct CrossValidation {
    /// The rows that trials may see: all but the held-out test split.
    pub data: Dataset,
    /// Which of these rows train and which test, fold by fold. The same for every trial.
    pub folds: Vec<Fold>,
    /// What is measured.
    pub measures: Measures,
    /// Where the rows are drawn from that a training judges its progress by: `validation/<fold>`,
    /// or `validation/refit`. The same for every trial.
    pub held_out: Seed,
    /// The model.
    pub model: Runner,
    /// How parameters become a pipeline.
    pub configure: Configure,
    /// Where folds run side by side, if the model allows it. Results do not depend on its size.
    pub pool: rayon::ThreadPool,
    /// What stages make of the folds.
    pub tables: Cache,
    /// The folder for what the model prints, a file a trial; without one it is dropped.
    pub logs: Option<PathBuf>,
}

/// The best configuration fitted to all rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Refitted {
    /// Score on the held-out rows by the first objective, if there are any.
    pub test_score: Option<f64>,
    /// The fitted pipeline as bytes for [`SavedPipeline`](saved::SavedPipeline); none if its model
    /// cannot be saved.
    pub model: Option<Vec<u8>>,
}

impl CrossValidation {
    /// Fits a configuration to all rows and scores it on `test` by the first objective.
    ///
    /// # Errors
    /// If a stage, the model or the metric refuses.
    pub fn refit(&self, params: &Params, test: Option<&Dataset>, seed: Seed) -> Result<Refitted> {
        let pipeline = (self.configure)(params)?;
        let session = self.model.session(self.log("refit"));
        let (train, held_out) = pipeline.split(&self.data, self.held_out.child("refit"))?;
        let rows = train;
        let (stages, train) = pipeline.fit_stages(&rows, seed)?;
        let learnt = |data: &Dataset| share(&self.model, data, true);
        let validation = held_out.map(|rows| learnt(&stages.apply(&rows)?)).transpose()?;
        let train = learnt(&train)?;
        let sets = Sets { train: &train, validation: validation.as_ref() };
        let mut fitted = pipeline.fit_model(sets, &session, seed, self.threads_alone())?;
        let test_score = match test {
            None => None,
            Some(test) => {
                let x = share(&self.model, &stages.apply(test)?, false)?;
                let objective: [&dyn Metric; 1] = [self.measures.objective];
                scores(&mut fitted, &x, test.target(), &objective)?.first().copied()
            }
        };
        let model = pipeline.can_be_saved(&self.model).then(|| fitted.save()).transpose()?;
        let model = model.map(|model| saved::save(&rows, &stages, &model)).transpose()?;
        fitted.close()?;
        Ok(Refitted { test_score, model })
    }

    /// Scores of all folds, in order, by every metric. Each fold draws from `seed/fold/<number>`.
    fn scores(&self, pipeline: &Pipeline, session: &Session<'_>, seed: Seed) -> Scores {
        let metrics = self.measures.metrics();
        let first_failed = AtomicUsize::new(usize::MAX);
        let score = |i: usize, fold: &Fold| {
            let seed = seed.child("fold").child(i);
            let seeds = Seeds { trial: seed, validation: self.held_out.child(i) };
            let tables = self.tables.tables(i, fold, &self.data, pipeline, &self.model, seeds)?;
            let target = self.data.target().select(&fold.test);
            pipeline.evaluate(tables.sets(), &tables.test, &target, &metrics, session, seed)
        };
        // The first fold that fails decides: what comes after it need not run.
        let score = |(i, fold): (usize, &Fold)| {
            if first_failed.load(Ordering::Relaxed) < i {
                return None;
            }
            let scores = score(i, fold);
            if scores.is_err() {
                first_failed.fetch_min(i, Ordering::Relaxed);
            }
            Some(scores)
        };
        if self.model.is_parallel() {
            let folds = self.folds.par_iter().enumerate();
            self.pool.install(|| folds.map(score).collect())
        } else {
            self.folds.iter().enumerate().map(score).collect()
        }
    }

    /// How many threads a fit has that runs alone: all, if the model promises the same bits on any
    /// number of them.
    pub(crate) fn threads_alone(&self) -> u32 {
        match self.model.info().deterministic {
            Deterministic::Bitwise => self.pool.current_num_threads() as u32,
            Deterministic::PerThreadCount | Deterministic::No => 1,
        }
    }

    fn log(&self, of: &str) -> Option<PathBuf> {
        self.logs.as_ref().map(|folder| folder.join(format!("{of}.log")))
    }
}

/// The scores of each fold; none of folds after one that failed.
type Scores = Vec<Option<Result<Vec<f64>>>>;

impl Objective for CrossValidation {
    fn isolation(&self) -> Option<String> {
        Some(self.model.isolation())
    }

    fn evaluate(&self, job: &Job, report: &mut dyn FnMut(f64)) -> Outcome {
        let pipeline = match (self.configure)(&job.params) {
            Ok(pipeline) => pipeline,
            Err(e) => return Outcome::Failed { error: chain(&e) },
        };
        let log = || self.log(&format!("trial-{}", job.trial));
        let session = self.model.session(log());
        let mut measured = self.scores(&pipeline, &session, job.seed);
        if session.is_shared() && measured.iter().flatten().any(is_the_models) {
            // It may be what another trial has left behind: what is recorded is a trial's own.
            drop(session);
            measured = self.scores(&pipeline, &self.model.session_alone(log()), job.seed);
        }
        let mut scores = Vec::with_capacity(self.folds.len());
        for (i, measured) in measured.into_iter().flatten().enumerate() {
            match measured {
                Ok(measured) => {
                    report(measured[0]);
                    scores.push(measured);
                }
                Err(e) => {
                    let n = self.folds.len();
                    let error = format!("fold {} of {n}: {}", i + 1, chain(&e));
                    return match e {
                        Error::Model(host::Error::Diverged { step, .. }) => {
                            Outcome::Diverged { step, error }
                        }
                        _ => Outcome::Failed { error },
                    };
                }
            }
        }
        self.measures.outcome(&scores)
    }
}

/// Whether the model is why there are no scores.
fn is_the_models(scores: &Result<Vec<f64>>) -> bool {
    matches!(scores, Err(Error::Model(_)))
}

/// An error with its causes on one line.
fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // Transparent wrappers repeat what is inside them.
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}
