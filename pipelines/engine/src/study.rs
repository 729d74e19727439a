//! The study loop: propose, run, record, until the budget or the space is used up.
//!
//! What happens next is a function of the log alone. A loop that is started on the log of an
//! interrupted one therefore goes on as that one would have.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use surmise_core::event::{Conclusion, Event};
use surmise_core::history::History;
use surmise_core::sample::{Proposal, Sampler};
use surmise_core::seed::Seed;
use surmise_core::trial::{Trial, TrialId, TrialState};

use crate::executor::{Executor, Job};
use crate::recorder::{Observer, Recorder};
use crate::{Error, Result, trial_seed};

/// How a loop ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The study is over.
    Concluded(Conclusion),
    /// It was asked to stop; the log can be continued.
    Interrupted,
}

/// Runs a study to its end, or until `stop` is set: then the trial that is running is finished
/// first.
///
/// `sampler` must be new: it is shown the log's results from the first one on.
///
/// # Errors
/// If the sampler, the executor or the store fails. A trial that fails is recorded, not returned.
pub fn run(
    recorder: &mut Recorder<'_>,
    sampler: &mut dyn Sampler,
    executor: &mut dyn Executor,
    observer: &mut dyn Observer,
    stop: &AtomicBool,
) -> Result<Ended> {
    let mut proposer = Proposer::new(sampler);
    let mut news = News::default();
    for trial in recorder.history().trials().iter().filter(|t| t.outcome().is_none()) {
        executor.submit(job(recorder.history(), trial))?;
    }
    loop {
        if let Some(conclusion) = recorder.history().conclusion() {
            return Ok(Ended::Concluded(conclusion));
        }
        let running = any_running(recorder.history());
        if stop.load(Ordering::Relaxed) {
            if !running {
                recorder.flush(observer)?;
                return Ok(Ended::Interrupted);
            }
        } else {
            propose_all(&mut proposer, recorder, executor)?;
        }
        if running {
            // What is about to run may take the process with it, so its start is stored first.
            recorder.flush(observer)?;
        }
        let happened = executor.poll()?;
        if happened.is_empty() {
            recorder.record(Event::Concluded { reason: proposer.conclusion() })?;
        }
        for event in happened {
            news.record(recorder, event)?;
        }
        if !any_running(recorder.history()) {
            recorder.flush(observer)?;
        }
    }
}

/// Asks a sampler for what comes next, having shown it what that proposal may see.
pub(crate) struct Proposer<'a> {
    sampler: &'a mut dyn Sampler,
    /// Results of the first so many trials were shown.
    seen: u64,
    exhausted: bool,
}

impl<'a> Proposer<'a> {
    /// For a sampler that was shown nothing yet.
    pub(crate) fn new(sampler: &'a mut dyn Sampler) -> Self {
        Self { sampler, seen: 0, exhausted: false }
    }

    /// The proposal of that trial, a function of the results it may see and of its own stream.
    pub(crate) fn propose(&mut self, history: &History, trial: TrialId) -> Result<Proposal> {
        let _span = tracing::info_span!("propose", trial = trial.0).entered();
        let study = history.study();
        self.sampler.observe(&history.delta(self.seen, trial)?)?;
        self.seen = study.visible_before(trial.0);
        let seed = trial_seed(Seed::root(study.seed), trial).child("propose");
        Ok(self.sampler.propose(trial, seed)?)
    }

    fn conclusion(&self) -> Conclusion {
        if self.exhausted { Conclusion::Exhausted } else { Conclusion::Budget }
    }
}

/// Proposes as many trials as the budget, the declared width and the space allow now.
fn propose_all(
    proposer: &mut Proposer<'_>,
    recorder: &mut Recorder<'_>,
    executor: &mut dyn Executor,
) -> Result<()> {
    while !proposer.exhausted && may_propose(recorder.history()) {
        let trial = TrialId(recorder.history().trials().len() as u64);
        match proposer.propose(recorder.history(), trial)? {
            Proposal::Exhausted => proposer.exhausted = true,
            Proposal::Try { params, reason } => {
                recorder.history().study().space.check(&params)?;
                recorder.record(Event::Proposed { trial, params, reason })?;
                let history = recorder.history();
                executor.submit(job(history, &history.trials()[trial.index()]))?;
            }
        }
    }
    Ok(())
}

/// Whether the budget is not used up and the results that the next proposal needs are there.
fn may_propose(history: &History) -> bool {
    let next = history.trials().len() as u64;
    let needed = TrialId(history.study().visible_before(next)).index();
    next < history.study().trials
        && history.trials().iter().take(needed).all(|t| t.outcome().is_some())
}

/// Records what an executor tells, but for what the log of an interrupted run holds already.
///
/// A trial that is run again must repeat itself: other values than the recorded ones, or fewer, are
/// an error.
#[derive(Default)]
struct News {
    /// How many values each running trial has reported to this loop.
    reported: BTreeMap<TrialId, usize>,
}

impl News {
    fn record(&mut self, recorder: &mut Recorder<'_>, event: Event) -> Result<()> {
        let known = event.trial().and_then(|id| recorder.history().trials().get(id.index()));
        let Some(trial) = known else { return recorder.record(event) };
        let reported = self.reported.entry(trial.id).or_default();
        match &event {
            Event::Started { .. } if trial.state == TrialState::Running => return Ok(()),
            Event::Reported { value, .. } => {
                let before = trial.reports.get(*reported);
                *reported += 1;
                match before {
                    None => {}
                    Some(before) if before.to_bits() == value.to_bits() => return Ok(()),
                    Some(before) => return Err(unlike(trial, *before, &format!("{value}"))),
                }
            }
            Event::Finished { .. } => {
                if let Some(before) = trial.reports.get(*reported) {
                    return Err(unlike(trial, *before, "missing"));
                }
                self.reported.remove(&trial.id);
            }
            _ => {}
        }
        recorder.record(event)
    }
}

fn unlike(trial: &Trial, before: f64, now: &str) -> Error {
    Error::Configuration(format!(
        "trial {} does not repeat itself: a value was {before} before the interruption and is \
         {now} now",
        trial.id
    ))
}

/// What running a trial of this history means.
pub(crate) fn job(history: &History, trial: &Trial) -> Job {
    let seed = trial_seed(Seed::root(history.study().seed), trial.id);
    Job { trial: trial.id, params: trial.params.clone(), seed }
}

/// Whether a trial runs. Trial k is not proposed before the trials before k − P + 1 have ended, so
/// open trials are among the last P.
fn any_running(history: &History) -> bool {
    let width = usize::try_from(history.study().parallel).unwrap_or(usize::MAX);
    history.trials().iter().rev().take(width).any(|t| t.state == TrialState::Running)
}

#[cfg(test)]
mod tests;
