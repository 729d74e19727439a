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
mod tests {
    use surmise_core::sample::{Delta, grid};
    use surmise_core::store::{EventStore, Seq};

    use surmise_core::trial::Outcome;

    use super::*;
    use crate::executor::{Inline, Objective};
    use crate::toy::{Toy, run_new, run_on, sampler, small_study, store_with, study};

    #[test]
    fn a_study_runs_its_budget_with_failed_trials_in_it() {
        let study = study(1);
        let events = run_new(&study, &mut *sampler(&study));
        let history = History::fold(&events).unwrap();
        assert_eq!(history.trials().len(), 12);
        assert_eq!(history.conclusion(), Some(Conclusion::Budget));
        assert!(history.n_failed() > 0 && history.best().is_some());
    }

    /// Wherever the log breaks off, going on gives the log of a run that was never interrupted.
    #[test]
    fn a_log_cut_anywhere_goes_on_as_if_it_had_not_been() {
        for parallel in [1, 3] {
            let study = study(parallel);
            let whole = run_new(&study, &mut *sampler(&study));
            for cut in 1..=whole.len() {
                let again = run_on(&whole[..cut], &mut *sampler(&study));
                assert_eq!(again, whole, "cut after {cut} events, width {parallel}");
            }
        }
    }

    #[test]
    fn an_exhausted_space_ends_the_study() {
        let study = small_study();
        let mut grid = (grid::ENTRY.build)(&study).unwrap();
        let history = History::fold(&run_new(&study, &mut *grid)).unwrap();
        assert_eq!(history.trials().len(), 4);
        assert_eq!(history.conclusion(), Some(Conclusion::Exhausted));
    }

    #[test]
    fn a_stop_finishes_the_running_trial_and_no_other() {
        let study = study(1);
        let whole = run_new(&study, &mut *sampler(&study));
        let (mut store, id) = store_with(&whole[..3]);
        let mut recorder = Recorder::open(&mut store, id.clone()).unwrap();
        let toy = Toy { shift: 0.0 };
        let mut executor = Inline::new(&toy);
        let stop = true.into();
        let ended =
            run(&mut recorder, &mut *sampler(&study), &mut executor, &mut (), &stop).unwrap();
        assert_eq!(ended, Ended::Interrupted);
        assert_eq!(recorder.history().trials().len(), 1);
        assert!(recorder.history().trials()[0].outcome().is_some());
        let log = store.read(&id, Seq(0)).unwrap();
        assert_eq!(log, whole[..log.len()]);
    }

    #[test]
    fn a_trial_that_does_not_repeat_itself_is_an_error() {
        let study = study(1);
        let whole = run_new(&study, &mut *sampler(&study));
        let reported = whole.iter().position(|e| matches!(e, Event::Reported { .. })).unwrap();
        let (mut store, id) = store_with(&whole[..=reported]);
        let mut recorder = Recorder::open(&mut store, id).unwrap();
        let toy = Toy { shift: 0.5 };
        let mut executor = Inline::new(&toy);
        let stop = false.into();
        let error = run(&mut recorder, &mut *sampler(&study), &mut executor, &mut (), &stop);
        assert!(error.unwrap_err().to_string().contains("does not repeat itself"));
    }

    #[test]
    fn a_trial_that_reports_less_than_before_is_an_error() {
        struct Silent;
        impl Objective for Silent {
            fn evaluate(&self, _: &Job, _: &mut dyn FnMut(f64)) -> Outcome {
                Outcome::Failed { error: "nothing to say".into() }
            }
        }
        let study = study(1);
        let whole = run_new(&study, &mut *sampler(&study));
        let reported = whole.iter().position(|e| matches!(e, Event::Reported { .. })).unwrap();
        let (mut store, id) = store_with(&whole[..=reported]);
        let mut recorder = Recorder::open(&mut store, id).unwrap();
        let mut executor = Inline::new(&Silent);
        let stop = false.into();
        let error = run(&mut recorder, &mut *sampler(&study), &mut executor, &mut (), &stop);
        assert!(error.unwrap_err().to_string().contains("is missing now"));
    }

    /// With width 3, trial 5 sees the results of trials 0 to 2, and 3 and 4 as running.
    #[test]
    fn a_proposal_sees_what_its_number_allows() {
        struct Watch(Vec<(Vec<u64>, Vec<u64>)>);
        impl Sampler for Watch {
            fn observe(&mut self, news: &Delta<'_>) -> surmise_core::Result<()> {
                let finished = news.finished.iter().map(|t| t.id.0).collect();
                self.0.push((finished, news.running.iter().map(|t| t.id.0).collect()));
                Ok(())
            }
            fn propose(&mut self, trial: TrialId, seed: Seed) -> surmise_core::Result<Proposal> {
                sampler(&study(3)).propose(trial, seed)
            }
        }
        let mut watch = Watch(Vec::new());
        run_new(&study(3), &mut watch);
        assert_eq!(watch.0[2], (vec![], vec![0, 1]));
        assert_eq!(watch.0[3], (vec![0], vec![1, 2]));
        assert_eq!(watch.0[5], (vec![2], vec![3, 4]));
    }
}
