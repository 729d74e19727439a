//! A study without an engine: proposals, made-up results, and the deltas between them.

use std::cell::RefCell;

use surmise_core::event::{Event, VERSION};
use surmise_core::history::History;
use surmise_core::sample::{Proposal, Sampler};
use surmise_core::seed::Seed;
use surmise_core::study::{Direction, Objective as Goal, SamplerChoice, Study};
use surmise_core::trial::{Outcome, Params, TrialId};

use super::Build;
use super::spaces::Case;

/// How a trial of that number and configuration ends.
pub(crate) type Objective<'a> = &'a dyn Fn(u64, &Params) -> Outcome;

/// A study of that space, one trial at a time.
pub(crate) fn study_over(case: &Case) -> Study {
    Study {
        name: "kit".into(),
        seed: 7,
        objective: Goal { metric: "score".into(), direction: Direction::Maximize },
        others: Vec::new(),
        constraints: Vec::new(),
        steps: None,
        space: case.space.clone(),
        first: None,
        sampler: SamplerChoice { name: "under test".into(), settings: serde_json::Map::new() },
        trials: 1000,
        parallel: 1,
    }
}

/// A sampler and the history it has been shown.
pub(crate) struct Run {
    // Asking changes no answer, although the trait lets a sampler cache what it computes.
    sampler: RefCell<Box<dyn Sampler>>,
    history: History,
    /// How many results the sampler was shown.
    seen: u64,
    asks_twice: bool,
    /// What it answered so far; nothing follows `Exhausted`.
    pub(crate) proposals: Vec<Proposal>,
}

impl Run {
    pub(crate) fn new(build: Build<'_>, study: Study) -> Self {
        let sampler = RefCell::new(build(&study));
        let created = Event::Created { version: VERSION, study: Box::new(study) };
        Self {
            sampler,
            history: History::fold([&created]).expect("the kit's own studies are sound"),
            seen: 0,
            asks_twice: false,
            proposals: Vec::new(),
        }
    }

    /// Asks for each proposal twice, and insists on the same answer.
    pub(crate) fn asking_twice(mut self) -> Self {
        self.asks_twice = true;
        self
    }

    /// Runs `n` trials, or fewer if the space is exhausted before. Trials end in order, each as
    /// late as the width of the study allows.
    pub(crate) fn trials(mut self, n: u64, objective: Objective<'_>) -> Self {
        for k in 0..n {
            self.end_trials_before(self.study().visible_before(k), objective);
            self.show(k);
            let proposal = self.ask(k);
            self.proposals.push(proposal.clone());
            let Proposal::Try { params, reason } = proposal else {
                return self;
            };
            let trial = TrialId(k);
            self.apply(&Event::Proposed { trial, params, reason });
            self.apply(&Event::Started { trial, isolation: None });
        }
        self.end_trials_before(self.study().visible_before(self.n_trials()), objective);
        self.show(self.n_trials());
        self
    }

    /// A new sampler that is shown this run's history in one step.
    pub(crate) fn rebuilt(&self, build: Build<'_>) -> Self {
        let mut rebuilt = Self {
            sampler: RefCell::new(build(self.study())),
            history: self.history.clone(),
            seen: 0,
            asks_twice: false,
            proposals: self.proposals.clone(),
        };
        rebuilt.show(self.n_trials());
        rebuilt
    }

    /// What the sampler proposes after all that it was shown.
    pub(crate) fn next_proposal(&self) -> Proposal {
        self.ask(self.n_trials())
    }

    pub(crate) fn study(&self) -> &Study {
        self.history.study()
    }

    /// The configurations proposed, in order.
    pub(crate) fn params(&self) -> impl Iterator<Item = &Params> {
        self.history.trials().iter().map(|t| &t.params)
    }

    fn n_trials(&self) -> u64 {
        self.history.trials().len() as u64
    }

    fn ask(&self, trial: u64) -> Proposal {
        let seed = Seed::root(self.study().seed).child("trial").child(trial);
        let ask = || {
            let answer = self.sampler.borrow_mut().propose(TrialId(trial), seed);
            answer.unwrap_or_else(|e| panic!("failed to propose trial {trial}: {e}"))
        };
        let answer = ask();
        if self.asks_twice {
            assert_eq!(
                ask(),
                answer,
                "asked twice for trial {trial}, the sampler changed its mind"
            );
        }
        answer
    }

    fn show(&mut self, next: u64) {
        let delta = self.history.delta(self.seen, TrialId(next));
        let delta = delta.expect("the kit ends every trial in time");
        if let Err(e) = self.sampler.borrow_mut().observe(&delta) {
            panic!("failed to observe what is new before trial {next}: {e}");
        }
        self.seen = self.study().visible_before(next);
    }

    fn end_trials_before(&mut self, n: u64, objective: Objective<'_>) {
        for k in 0..n {
            let trial = &self.history.trials()[TrialId(k).index()];
            if trial.outcome().is_some() {
                continue;
            }
            let outcome = objective(k, &trial.params);
            let trial = TrialId(k);
            let report = match &outcome {
                Outcome::Complete { value, .. } => Some(*value),
                Outcome::Pruned => Some(1.0 / (k + 1) as f64),
                Outcome::Diverged { .. } | Outcome::Failed { .. } => None,
            };
            if let Some(value) = report {
                self.apply(&Event::Reported { trial, step: 0, value });
            }
            self.apply(&Event::Finished { trial, outcome });
        }
    }

    fn apply(&mut self, event: &Event) {
        if let Err(e) = self.history.apply(event) {
            panic!("the sampler's proposal cannot follow the events before it: {e}");
        }
    }
}
