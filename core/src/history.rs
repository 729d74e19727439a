//! The fold over a study's events: trials, the best so far, what a proposal may see.

mod legal;
mod order;

use crate::event::{Conclusion, Event, VERSION};
use crate::sample::{Delta, Finished, Pending};
use crate::study::Study;
use crate::trial::{Outcome, Params, Reason, Trial, TrialId, TrialState};
use crate::{Error, Result};

/// What a log says, and nothing that it does not say.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    study: Study,
    trials: Vec<Trial>,
    conclusion: Option<Conclusion>,
    refit: Option<Refit>,
}

/// What became of the best configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Refit {
    /// The best trial.
    pub trial: TrialId,
    /// Its score on the held-out test split, if there is one.
    pub test_score: Option<f64>,
    /// SHA-256 of the saved model; none if the model cannot be saved.
    pub model_sha256: Option<String>,
}

impl History {
    /// Folds a whole log.
    ///
    /// # Errors
    /// If the log is empty, does not begin with `created`, is of a newer format, or holds an event
    /// that cannot follow those before it.
    pub fn fold<'a>(events: impl IntoIterator<Item = &'a Event>) -> Result<Self> {
        let mut events = events.into_iter();
        let Some(Event::Created { version, study }) = events.next() else {
            return Err(Error::history("the log does not begin with a study's definition"));
        };
        if *version != VERSION {
            return Err(Error::history(format!(
                "the log is of format {version}, this version of Surmise reads {VERSION}"
            )));
        }
        study.check()?;
        let mut history =
            Self { study: Study::clone(study), trials: Vec::new(), conclusion: None, refit: None };
        events.try_for_each(|event| history.apply(event))?;
        Ok(history)
    }

    /// Adds one event.
    ///
    /// # Errors
    /// If it cannot follow the events so far; the history is then unchanged.
    pub fn apply(&mut self, event: &Event) -> Result<()> {
        legal::check_numbers(event)?;
        match event {
            Event::Created { .. } => Err(Error::history("the study was created twice")),
            Event::Proposed { trial, params, reason } => {
                self.propose(*trial, params, reason, event)
            }
            Event::Started { trial, isolation } => {
                let trial = self.trial_in(*trial, &TrialState::Queued, event)?;
                trial.state = TrialState::Running;
                trial.isolation.clone_from(isolation);
                Ok(())
            }
            Event::Reported { trial, step, value } => {
                let n_trials = self.trials.len();
                let steps = self.study.steps;
                let trial = self.trial_in(*trial, &TrialState::Running, event)?;
                let next = trial.reports.len() as u64;
                if *step != next || steps.is_some_and(|steps| steps <= next) {
                    return Err(legal::misplaced(event, n_trials));
                }
                trial.reports.push(*value);
                trial.proposed_before.push(n_trials as u64);
                Ok(())
            }
            Event::Finished { trial, outcome } => {
                self.check_outcome(outcome)?;
                self.trial_in(*trial, &TrialState::Running, event)?.state =
                    TrialState::Ended(outcome.clone());
                Ok(())
            }
            Event::Concluded { reason } => {
                self.check_conclusion(*reason, event)?;
                self.conclusion = Some(*reason);
                Ok(())
            }
            Event::Refitted { trial, test_score, model_sha256 } => {
                self.check_refit(*trial, event)?;
                self.refit = Some(Refit {
                    trial: *trial,
                    test_score: *test_score,
                    model_sha256: model_sha256.clone(),
                });
                Ok(())
            }
        }
    }

    /// The study's definition.
    #[must_use]
    pub fn study(&self) -> &Study {
        &self.study
    }

    /// All trials, by number.
    #[must_use]
    pub fn trials(&self) -> &[Trial] {
        &self.trials
    }

    /// Why the study ended, if it did.
    #[must_use]
    pub fn conclusion(&self) -> Option<Conclusion> {
        self.conclusion
    }

    /// What became of the best configuration, once that is known.
    #[must_use]
    pub fn refit(&self) -> Option<&Refit> {
        self.refit.as_ref()
    }

    /// What is news for a sampler that proposes trial `next` and has seen the results of the first
    /// `seen` trials: results of the trials that `next` may see, and the later ones as running.
    ///
    /// Results depend on trial numbers alone, not on which trial happened to end first. Of a
    /// running trial, the values are shown that the log holds before the proposal of `next`, so
    /// that the whole log gives the same answer later.
    ///
    /// # Errors
    /// If a trial whose result is needed has not ended, or one before `next` was never proposed.
    pub fn delta(&self, seen: u64, next: TrialId) -> Result<Delta<'_>> {
        if self.trials.len() < next.index() {
            return Err(Error::history(format!(
                "trial {next} cannot be proposed after {} trials",
                self.trials.len()
            )));
        }
        let visible = TrialId(self.study.visible_before(next.0)).index();
        let finished = self.trials[TrialId(seen).index().min(visible)..visible]
            .iter()
            .map(|t| {
                let outcome = t.outcome().ok_or_else(|| {
                    Error::history(format!("trial {} must end before trial {next}", t.id))
                })?;
                Ok(Finished { id: t.id, params: &t.params, reports: &t.reports, outcome })
            })
            .collect::<Result<Vec<_>>>()?;
        let running = self.trials[visible..next.index()]
            .iter()
            .map(|t| {
                let n = t.proposed_before.partition_point(|before| *before <= next.0);
                Pending { id: t.id, params: &t.params, reports: &t.reports[..n] }
            })
            .collect();
        Ok(Delta { finished, running })
    }

    /// How many trials ended, one way or another.
    #[must_use]
    pub fn n_ended(&self) -> usize {
        self.trials.iter().filter(|t| t.outcome().is_some()).count()
    }

    /// How many trials failed, those that diverged included.
    #[must_use]
    pub fn n_failed(&self) -> usize {
        self.trials.iter().filter(|t| matches!(t.outcome(), Some(o) if o.error().is_some())).count()
    }

    /// How many trials were stopped before their end. They ended, and did not fail.
    #[must_use]
    pub fn n_pruned(&self) -> usize {
        self.trials.iter().filter(|t| matches!(t.outcome(), Some(Outcome::Pruned))).count()
    }

    fn propose(
        &mut self,
        id: TrialId,
        params: &Params,
        reason: &Reason,
        event: &Event,
    ) -> Result<()> {
        self.check_proposal(id, params, event)?;
        self.trials.push(Trial {
            id,
            params: params.clone(),
            reason: reason.clone(),
            reports: Vec::new(),
            proposed_before: Vec::new(),
            state: TrialState::Queued,
            isolation: None,
        });
        Ok(())
    }

    fn trial_in(&mut self, id: TrialId, state: &TrialState, event: &Event) -> Result<&mut Trial> {
        let n_trials = self.trials.len();
        self.trials
            .get_mut(id.index())
            .filter(|t| t.state == *state)
            .ok_or_else(|| legal::misplaced(event, n_trials))
    }
}

#[cfg(test)]
mod tests;
