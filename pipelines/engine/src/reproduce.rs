//! Re-executes a recorded study and says, for each trial, whether it came out the same.
//!
//! Every trial is judged on its own: its proposal from the *recorded* results that it could see,
//! its evaluation from the *recorded* parameters. So one trial that differs does not make all later
//! ones differ, and the first event named is where to look.

use std::collections::BTreeMap;

use surmise_core::event::Event;
use surmise_core::history::History;
use surmise_core::sample::{Proposal, Sampler};
use surmise_core::trial::{Trial, TrialId};

use crate::Result;
use crate::executor::{Objective, run};
use crate::study::{Proposer, job};

/// What became of one trial.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Which.
    pub trial: TrialId,
    /// The first event that came out otherwise; `None` if all are identical.
    pub difference: Option<Difference>,
}

/// An event that came out otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// As recorded; `None` if the log has no event there.
    pub recorded: Option<Event>,
    /// As it is now; `None` if nothing happens there.
    pub now: Option<Event>,
}

/// Re-executes every trial of a log that ended, in order, handing each verdict to `tell` at once.
/// `tell` answers whether to go on.
///
/// # Errors
/// If the log makes no sense or a sampler cannot be asked. A difference is a verdict.
pub fn reproduce(
    events: &[Event],
    sampler: &mut dyn Sampler,
    objective: &dyn Objective,
    tell: &mut dyn FnMut(&Verdict) -> bool,
) -> Result<()> {
    let history = History::fold(events)?;
    let mut proposer = Proposer::new(sampler);
    let recorded = by_trial(events);
    for trial in history.trials().iter().filter(|t| t.outcome().is_some()) {
        let recorded = recorded.get(&trial.id).map_or(&[][..], Vec::as_slice);
        let mut now = vec![propose(&mut proposer, &history, trial.id)?];
        // Where the code ran is no result: a reproduction may run it elsewhere.
        let isolation = trial.isolation.clone();
        now.push(Some(Event::Started { trial: trial.id, isolation }));
        now.extend(evaluate(&history, trial, objective).into_iter().map(Some));
        let verdict = Verdict { trial: trial.id, difference: first_difference(recorded, &now) };
        if !tell(&verdict) {
            break;
        }
    }
    Ok(())
}

/// The events of each trial's own course, in order.
fn by_trial(events: &[Event]) -> BTreeMap<TrialId, Vec<&Event>> {
    let mut courses: BTreeMap<TrialId, Vec<&Event>> = BTreeMap::new();
    for event in events.iter().filter(|e| !matches!(e, Event::Refitted { .. })) {
        if let Some(trial) = event.trial() {
            courses.entry(trial).or_default().push(event);
        }
    }
    courses
}

/// The proposal as it is now; `None` if the space counts as exhausted.
fn propose(
    proposer: &mut Proposer<'_>,
    history: &History,
    trial: TrialId,
) -> Result<Option<Event>> {
    Ok(match proposer.propose(history, trial)? {
        Proposal::Try { params, reason } => Some(Event::Proposed { trial, params, reason }),
        Proposal::Exhausted => None,
    })
}

fn evaluate(history: &History, trial: &Trial, objective: &dyn Objective) -> Vec<Event> {
    run(objective, &job(history, trial))
}

fn first_difference(recorded: &[&Event], now: &[Option<Event>]) -> Option<Difference> {
    (0..recorded.len().max(now.len())).find_map(|i| {
        let before = recorded.get(i).copied();
        let after = now.get(i).and_then(Option::as_ref);
        (!identical(before, after))
            .then(|| Difference { recorded: before.cloned(), now: after.cloned() })
    })
}

/// Whether two events have the same text, which tells every bit of a number: −0 is not 0.
#[must_use]
pub fn identical(a: Option<&Event>, b: Option<&Event>) -> bool {
    match (a.map(serde_json::to_string), b.map(serde_json::to_string)) {
        (Some(Ok(a)), Some(Ok(b))) => a == b,
        (None, None) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use surmise_core::trial::Outcome;

    use super::*;
    use crate::toy::{Toy, run_new, sampler, study};

    fn verdicts(events: &[Event], shift: f64) -> Vec<Verdict> {
        let mut all = Vec::new();
        let study = study(2);
        reproduce(events, &mut *sampler(&study), &Toy { shift }, &mut |verdict| {
            all.push(verdict.clone());
            true
        })
        .unwrap();
        all
    }

    #[test]
    fn the_same_code_is_identical_in_every_trial() {
        let study = study(2);
        let events = run_new(&study, &mut *sampler(&study));
        let all = verdicts(&events, 0.0);
        assert_eq!(all.len(), 12);
        assert!(all.iter().all(|v| v.difference.is_none()));
    }

    #[test]
    fn another_objective_differs_at_the_first_report() {
        let study = study(2);
        let events = run_new(&study, &mut *sampler(&study));
        for verdict in verdicts(&events, 1e-9) {
            let recorded = verdict.difference.unwrap().recorded.unwrap();
            assert!(matches!(recorded, Event::Reported { step: 0, .. }));
        }
    }

    #[test]
    fn one_forged_result_differs_in_its_own_trial_only() {
        let study = study(2);
        let mut events = run_new(&study, &mut *sampler(&study));
        for event in &mut events {
            if let Event::Finished { trial: TrialId(4), outcome } = event {
                *outcome = Outcome::complete(-1.0, None);
            }
        }
        let differing: Vec<u64> = verdicts(&events, 0.0)
            .iter()
            .filter(|v| v.difference.is_some())
            .map(|v| v.trial.0)
            .collect();
        assert_eq!(differing, [4]);
    }
}
