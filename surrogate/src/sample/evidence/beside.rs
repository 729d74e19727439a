//! What is known beside the first objective.

use surmise_core::Result;
use surmise_core::trial::Outcome;

use super::{Evidence, Trial};
use crate::embed::Embedding;
use crate::sample::failing::{FAILURE, SUCCESS};
use crate::sample::learner::Observation;
use crate::sample::observations::Observations;
use crate::sample::outputs::Output;
use crate::sample::steps::Observed;
use crate::sample::targets::Scale;

impl Evidence {
    /// The outputs of that outcome beside the first objective, of those that are learnt from.
    /// Larger is better; one that is missing is not a number.
    pub(super) fn outputs_beside(&self, outcome: &Outcome) -> Vec<f64> {
        let Outcome::Complete { others, constraints, .. } = outcome else { return Vec::new() };
        let mut values = others.iter().chain(constraints);
        let turned = |output: &Output| {
            values.next().map_or(f64::NAN, |value| output.direction.larger_is_better(*value))
        };
        self.beside.iter().map(turned).collect()
    }

    /// How the first objective is learnt: one of several shall not be best at any price.
    pub(super) fn scale(&self) -> Scale {
        let alone = self.beside.iter().all(Output::is_constraint);
        if alone { Scale::Regret } else { Scale::Plain }
    }

    /// What the surrogates of all outputs learn from.
    ///
    /// # Errors
    /// If a value is not of its parameter's domain.
    pub(in crate::sample) fn of_all(&self, embedding: &Embedding) -> Result<Observations> {
        let several = !self.beside.is_empty();
        let outputs = (0..=self.beside.len()).map(|k| self.of_output(k, embedding));
        let failed = self.finished.iter().filter(|(_, t)| t.has_failed()).count();
        Ok(Observations {
            outputs: outputs.collect::<Result<_>>()?,
            known: several.then(|| self.known(embedding)).transpose()?,
            successes: (failed > 0).then(|| self.successes(embedding)).transpose()?,
            failed,
            kept: self.finished.iter().map(|(_, t)| self.keeps(t)).collect(),
        })
    }

    /// What the surrogate of output `k` learns from: beside the first objective one result each
    /// complete trial.
    ///
    /// # Errors
    /// If a value is not of its parameter's domain.
    pub(in crate::sample) fn of_output(&self, k: usize, embedding: &Embedding) -> Result<Observed> {
        let Some(beside) = k.checked_sub(1) else {
            return self.observations(embedding);
        };
        let scale = if self.beside[beside].is_constraint() { Scale::Limit } else { Scale::Plain };
        self.each(scale, embedding, |trial| trial.beside.get(beside).copied())
    }

    /// Which trials succeed: [`SUCCESS`] for each that did and [`FAILURE`] for each that failed.
    fn successes(&self, embedding: &Embedding) -> Result<Observed> {
        let label = |trial: &Trial| match trial.value {
            Some(_) => Some(SUCCESS),
            None => trial.has_failed().then_some(FAILURE),
        };
        self.each(Scale::Plain, embedding, label)
    }

    /// One result a trial, of those that have that value.
    fn each(
        &self,
        scale: Scale,
        embedding: &Embedding,
        value: impl Fn(&Trial) -> Option<f64>,
    ) -> Result<Observed> {
        let (mut all, mut trials) = (Vec::new(), Vec::new());
        for (place, (_, trial)) in self.finished.iter().enumerate() {
            if let Some(value) = value(trial) {
                let features = trial.features(embedding)?;
                all.push(Observation { features, value, std_error: None, folds: None, scale });
                trials.push(place);
            }
        }
        let (settled, last) = (all.len(), (0..all.len()).collect());
        Ok(Observed { all, settled, last, trials, whole: None })
    }

    /// Whether that trial succeeded and keeps every output constraint.
    fn keeps(&self, trial: &Trial) -> bool {
        let mut both = self.beside.iter().zip(&trial.beside);
        trial.value.is_some()
            && both.all(|(output, value)| !output.is_constraint() || *value >= 0.0)
    }
}
