//! The training loop.
//!
//! An epoch sees all rows once, in batches; a step is made from one batch or more. After each epoch
//! the validation loss is taken, the schedule and the stages hear of it, and whoever watches may
//! end the training.
//!
//! Streams below the seed of a [`Run`]: `init`, `shuffle/<epoch>`, `pass/<batch>`,
//! `regularization/<stage>/<batch>` and, for the state of averaged parameters, `refresh`. Epochs
//! and batches are counted from 0.

use std::fmt;

use serde::{Deserialize, Serialize};
use surmise_core::seed::Seed;

use crate::optimize::Method;
use crate::plan::Built;
use crate::{Batch, BatchSize, Differentiable, Loop, ModelError, Plan, Point, Real, Result, Shape};

mod by_steps;
mod by_whole;
mod clip;
mod finish;
mod order;
mod pace;
pub mod range;
mod session;
mod validation;
mod watch;

use order::Order;
use session::Session;

/// What a model is trained on.
#[derive(Debug, Clone, Copy)]
pub struct Data<'a, T> {
    /// The shape that the model was begun for.
    pub shape: Shape,
    /// The rows that it learns from.
    pub train: Batch<'a, T>,
    /// The rows that its progress is judged by.
    pub validation: Option<Batch<'a, T>>,
    /// What it is judged by there, instead of the loss.
    pub metric: Option<Metric<'a>>,
}

/// Scores a model's outputs for the validation data.
#[derive(Clone, Copy)]
pub struct Metric<'a> {
    /// Whether higher scores are better ones.
    pub higher_is_better: bool,
    /// The score of outputs, rows × outputs.
    ///
    /// # Errors
    /// If there is none for them.
    pub score: &'a dyn Fn(Vec<f64>) -> Result<f64, ModelError>,
}

impl fmt::Debug for Metric<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Metric {{ higher_is_better: {} }}", self.higher_is_better)
    }
}

/// How a training is run.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// The only source of randomness.
    pub seed: Seed,
    /// How many threads the model may use.
    pub n_threads: u32,
}

/// What an epoch came to. Losses are data losses, without penalties.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Its number, from 1.
    pub epoch: u64,
    /// Steps since the beginning.
    pub step: u64,
    /// The mean loss of its batches, each as it was before its step.
    pub train_loss: f64,
    /// What L1 and L2 add to the loss at its end.
    pub penalty: f64,
    /// The loss of the validation data at its end.
    pub validation_loss: Option<f64>,
    /// The score of the validation data at its end, if they have a metric.
    pub validation_metric: Option<f64>,
    /// What progress is judged by, the lower the better: the metric, with its sign turned where
    /// higher scores are better; else the validation loss; else the training loss.
    pub judged: f64,
    /// The learning rate of its last step; 0 where a line search finds its own.
    pub learning_rate: f64,
}

/// What whoever watches says to a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    Continue,
    /// End here, and keep what there is.
    Stop,
    /// End here; nothing of it is wanted.
    Cancel,
}

/// Watches a training. A closure over reports is one.
pub trait Observer {
    /// Told each epoch's report.
    fn epoch(&mut self, report: &Report) -> Verdict;

    /// Asked before each batch whether to give up.
    fn is_cancelled(&self) -> bool {
        false
    }
}

impl<F: FnMut(&Report) -> Verdict> Observer for F {
    fn epoch(&mut self, report: &Report) -> Verdict {
        self(report)
    }
}

/// What a training came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained<T> {
    /// Parameters and state to use.
    pub point: Point<T>,
    /// The best epoch so far by [`Report::judged`], the first of several; `None` if there was none.
    pub best: Option<Best<T>>,
    /// What each epoch came to.
    pub reports: Vec<Report>,
    /// Why it ended.
    pub ended: Ended,
}

/// An epoch and where it came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Best<T> {
    /// Its number, from 1.
    pub epoch: u64,
    /// Its [`Report::judged`].
    pub judged: f64,
    /// Parameters and state at its end.
    pub point: Point<T>,
}

/// Why a training ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// All epochs are done.
    Epochs,
    /// All steps are done.
    Steps,
    /// An optimizer with a line search found nothing better.
    Converged,
    /// Early stopping.
    Stopped,
    /// Whoever watches wanted it so.
    Asked,
}

/// Trains a model.
///
/// The same model, data, plan and seed give the same bits, at any number of threads at which the
/// model itself does.
///
/// # Errors
/// [`Error::Plan`](crate::Error::Plan) and [`Error::Data`](crate::Error::Data) before anything
/// runs; [`Error::Diverged`](crate::Error::Diverged) if loss or parameters leave the finite numbers
/// or their bound; [`Error::Cancelled`](crate::Error::Cancelled);
/// [`Error::Model`](crate::Error::Model) if the model fails.
pub fn train<T: Real>(
    model: &mut dyn Differentiable<T>,
    data: &Data<'_, T>,
    plan: &Plan,
    run: Run,
    observer: &mut dyn Observer,
) -> Result<Trained<T>> {
    let built = plan.build::<T>()?;
    let order = Order::of_seed(run.seed, built.settings.shuffle);
    train_in_order(model, data, built, run, &order, observer)
}

fn train_in_order<T: Real>(
    model: &mut dyn Differentiable<T>,
    data: &Data<'_, T>,
    built: Built<T>,
    run: Run,
    order: &Order<'_>,
    observer: &mut dyn Observer,
) -> Result<Trained<T>> {
    let Built { method, settings, clock, stages } = built;
    match method {
        Method::Steps(optimizer) => {
            let decay = optimizer.weight_decay();
            let session = Session::begin(model, data, settings, stages, run, Some(decay))?;
            by_steps::train(session, optimizer, clock, order, observer)
        }
        Method::Whole(optimizer) => {
            let settings = Loop { batch_size: BatchSize::Full, drop_last: false, ..settings };
            let session = Session::begin(model, data, settings, stages, run, None)?;
            by_whole::train(session, &*optimizer, observer)
        }
    }
}

#[cfg(test)]
mod tests;
