//! The surrogate that the Gaussian-process sampler has of a study, whoever proposed its trials.

use surmise_core::history::History;
use surmise_core::sample::{Delta, Finished};
use surmise_core::study::Direction;
use surmise_core::trial::TrialId;

use super::evidence::Evidence;
use super::learner::{Learner, Local};
use super::outputs::Output;
use super::targets::Targets;
use crate::embed::Embedding;
use crate::gp::Gp;
use crate::{Error, Result};

/// A surrogate and what it knows.
#[derive(Debug)]
pub(crate) struct Fitted {
    /// The process, over targets.
    pub(crate) gp: Gp,
    /// Its points, in its order.
    pub(crate) known: Vec<Known>,
    targets: Targets,
    direction: Direction,
}

/// One point of a surrogate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known {
    /// The trial that ended there.
    pub(crate) trial: TrialId,
    /// What the surrogate was told.
    pub(crate) target: f64,
}

impl Fitted {
    /// What the sampler knows of an output of the trials that were evaluated to the end, by its
    /// number among the objectives and then the constraints.
    ///
    /// Values on the way to a result take no part: they would tell of a trial that is left out.
    /// Neither does the sampler's doubt about the lengthscales, which is a matter of search.
    ///
    /// # Errors
    /// If no trial has succeeded, or the surrogate cannot be fitted.
    pub(crate) fn new(history: &History, output: usize) -> Result<Self> {
        let (study, embedding) = (history.study(), Embedding::new(&history.study().space));
        let outputs = Output::all(study);
        let evidence = evidence(history)?;
        let observed = evidence.of_output(output, &embedding);
        let mut observed = observed.map_err(|e| invalid(&e))?;
        // It is by the number of trials that the sampler knows when to doubt.
        observed.last.clear();
        let mut learner = Learner::new(&embedding, outputs[output].fits);
        let (_, targets, Local { gp, places }) = learner.surrogate(&observed)?;
        let known = places.into_iter().filter_map(|i| {
            let trial = evidence.id(observed.trials[i])?;
            Some(Known { trial, target: targets.values()[i] })
        });
        let direction = outputs[output].direction;
        Ok(Self { known: known.collect(), gp, targets, direction })
    }

    /// The objective, in its own units and sign, of a target.
    pub(crate) fn value(&self, target: f64) -> f64 {
        self.direction.larger_is_better(self.targets.invert(target))
    }
}

/// One observation a trial, by number.
fn evidence(history: &History) -> Result<Evidence> {
    let study = history.study();
    let finished = history.trials().iter().filter_map(|t| {
        let reports = if study.steps.is_some() { &[] } else { t.reports.as_slice() };
        Some(Finished { id: t.id, params: &t.params, reports, outcome: t.outcome()? })
    });
    let news = Delta { finished: finished.collect(), running: Vec::new() };
    let mut evidence = Evidence::without_steps(study);
    evidence.add(&news, &study.space, study.objective.direction).map_err(|e| invalid(&e))?;
    Ok(evidence)
}

fn invalid(error: &surmise_core::Error) -> Error {
    Error::invalid("a configuration", error.to_string())
}
