//! Who runs trials: the contract, and the executor that runs them here, one after another.

use std::collections::VecDeque;

use surmise_core::event::Event;
use surmise_core::seed::Seed;
use surmise_core::trial::{Outcome, Params, TrialId};

use crate::Result;

/// One trial to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Which.
    pub trial: TrialId,
    /// The active parameters.
    pub params: Params,
    /// The trial's own stream.
    pub seed: Seed,
}

/// Runs jobs, in any order and anywhere.
pub trait Executor {
    /// Takes a job on. It is not started before the next [`Executor::poll`].
    ///
    /// # Errors
    /// If the executor can take no job at all.
    fn submit(&mut self, job: Job) -> Result<()>;

    /// Waits until something has happened to a submitted job and tells it: `started`, `reported`
    /// and `finished` events. Returns nothing only when no job is left.
    ///
    /// A `started` that is returned alone gives the caller time to write it down before the job's
    /// code runs, which may take the process with it.
    ///
    /// # Errors
    /// If the executor itself broke. A job that fails is an event.
    fn poll(&mut self) -> Result<Vec<Event>>;
}

/// What a trial is: a configuration in, an outcome out.
pub trait Objective {
    /// Evaluates a configuration, reporting intermediate values in order. An error of the model is
    /// an outcome. The result is a function of the arguments alone.
    fn evaluate(&self, job: &Job, report: &mut dyn FnMut(f64)) -> Outcome;

    /// Where the model's code runs and how it is restricted, in words, for the record.
    fn isolation(&self) -> Option<String> {
        None
    }
}

/// Runs jobs in this process, in the order of submission.
pub struct Inline<'a> {
    objective: &'a dyn Objective,
    queue: VecDeque<Job>,
    running: Option<Job>,
}

impl<'a> Inline<'a> {
    /// An executor for this objective.
    #[must_use]
    pub fn new(objective: &'a dyn Objective) -> Self {
        Self { objective, queue: VecDeque::new(), running: None }
    }
}

impl Executor for Inline<'_> {
    fn submit(&mut self, job: Job) -> Result<()> {
        self.queue.push_back(job);
        Ok(())
    }

    fn poll(&mut self) -> Result<Vec<Event>> {
        if let Some(job) = self.running.take() {
            return Ok(run(self.objective, &job));
        }
        let Some(job) = self.queue.pop_front() else {
            return Ok(Vec::new());
        };
        let isolation = self.objective.isolation();
        let started = Event::Started { trial: job.trial, isolation };
        self.running = Some(job);
        Ok(vec![started])
    }
}

/// Runs one job to its end: what it reported, then how it finished.
pub(crate) fn run(objective: &dyn Objective, job: &Job) -> Vec<Event> {
    let _span = tracing::info_span!("trial", id = job.trial.0).entered();
    let trial = job.trial;
    let mut events = Vec::new();
    let outcome = objective.evaluate(job, &mut |value| {
        events.push(Event::Reported { trial, step: events.len() as u64, value });
    });
    tracing::info!(?outcome, "finished");
    events.push(Event::Finished { trial, outcome });
    events
}
