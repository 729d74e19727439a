//! What an explanation rests on.

use surmise_core::history::History;
use surmise_core::space::{Parameter, Space};
use surmise_core::study::Direction;
#[cfg(doc)]
use surmise_core::study::Study;
use surmise_core::trial::{Params, Trial};

use crate::{Error, Result};

/// Fewer trials than this say nothing that could be trusted.
pub const TRIALS_MIN: usize = 10;

/// The trials that were evaluated to the end: what was tried, and how good it was.
#[derive(Debug, Clone)]
pub struct Results<'a> {
    space: &'a Space,
    params: Vec<&'a Params>,
    values: Vec<f64>,
}

/// How much one parameter mattered.
#[derive(Debug, Clone, PartialEq)]
pub struct Importance {
    /// Its name.
    pub parameter: String,
    /// A number from 0 to 1 whose meaning is its method's; `None` where the parameter was active in
    /// too few trials to tell.
    pub share: Option<f64>,
    /// The trials in which it was active.
    pub trials: usize,
}

impl<'a> Results<'a> {
    /// The results of these trials, larger values being better.
    ///
    /// # Errors
    /// If there are fewer than [`TRIALS_MIN`], a configuration is not of the space, a value is not
    /// finite, all values are equal, or nothing varies.
    pub fn new(
        space: &'a Space,
        trials: impl IntoIterator<Item = (&'a Params, f64)>,
    ) -> Result<Self> {
        let (params, values): (Vec<_>, Vec<_>) = trials.into_iter().unzip();
        let n = values.len();
        if n < TRIALS_MIN {
            return Err(Error::TooFew { needed: TRIALS_MIN, found: n });
        }
        if values.iter().any(|v| !v.is_finite()) {
            return Err(Error::NotFinite { what: "what mattered for the objective values" });
        }
        for params in &params {
            let checked = space.check(params);
            checked.map_err(|e| Error::invalid("a configuration", e.to_string()))?;
        }
        let results = Self { space, params, values };
        if results.parameters().next().is_none() {
            return Err(Error::invalid("the space", "nothing in it varies"));
        }
        if results.values.iter().all(|v| *v == results.values[0]) {
            return Err(Error::invalid("the results", format!("all {n} are equal")));
        }
        Ok(results)
    }

    /// An output of the complete trials of a study, by its number in [`Study::outputs`]; of a
    /// constraint, what keeps it by more is better.
    ///
    /// # Errors
    /// As [`Results::new`].
    pub fn of(history: &'a History, output: usize) -> Result<Self> {
        let study = history.study();
        let objective = study.objectives().nth(output);
        let direction = objective.map_or(Direction::Minimize, |o| o.direction);
        let value = |t: &'a Trial| Some((&t.params, t.outcome()?.output(output)?));
        let complete = history.trials().iter().filter_map(value);
        let better = |(params, value)| (params, direction.larger_is_better(value));
        Self::new(&study.space, complete.map(better))
    }

    /// How many trials there are.
    #[must_use]
    pub fn n_trials(&self) -> usize {
        self.values.len()
    }

    /// What was tried.
    pub(super) fn params(&self) -> &[&'a Params] {
        &self.params
    }

    /// How good it was, in the same order; larger is better.
    pub(super) fn values(&self) -> &[f64] {
        &self.values
    }

    /// The parameters that can vary, in the order of the space.
    pub(super) fn parameters(&self) -> impl Iterator<Item = &'a Parameter> + use<'a> {
        self.space.parameters().iter().filter(|p| p.domain.cardinality() != Some(1))
    }

    /// The trials in which that parameter was active, by place.
    pub(super) fn active(&self, parameter: &Parameter) -> Vec<usize> {
        let is_active = |i: &usize| self.params[*i].get(&parameter.name).is_some();
        (0..self.params.len()).filter(is_active).collect()
    }
}

/// The largest share first; what cannot be told last, and equals in the order of the space.
pub(super) fn sort(importances: &mut [Importance]) {
    let share = |i: &Importance| i.share.unwrap_or(-1.0);
    importances.sort_by(|a, b| share(b).total_cmp(&share(a)));
}
