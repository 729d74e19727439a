//! Unit tests of the study loop.

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
    let ended = run(&mut recorder, &mut *sampler(&study), &mut executor, &mut (), &stop).unwrap();
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
