//! What is searched for, over which space, with which sampler and budget.

mod order;

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::space::Space;
use crate::trial::Params;
use crate::{Error, Result, Value};

/// The definition of a study: with the events, all there is to know about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Study {
    /// The name in the pipeline file.
    pub name: String,
    /// The one source of randomness.
    pub seed: u64,
    /// What is measured: the first objective, by which trials are ranked.
    pub objective: Objective,
    /// Further objectives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Objective>,
    /// The names of the output constraints: what a trial measures beside its objectives, satisfied
    /// where ≤ 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub constraints: Vec<String>,
    /// What a trial's reports are. If given, its values after steps 1, 2, …, of a training, the
    /// whole of which has so many steps; if not, the scores of its folds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<u64>,
    /// What may vary.
    pub space: Space,
    /// A configuration to try first, before the sampler is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Params>,
    /// Which sampler proposes, with its settings complete.
    pub sampler: SamplerChoice,
    /// How many trials to run.
    pub trials: u64,
    /// The declared width P: trial k is proposed from the results of the trials before k − P + 1.
    pub parallel: u64,
}

/// What is measured, and which way is better.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objective {
    /// The metric's name.
    pub metric: String,
    /// Which way is better.
    pub direction: Direction,
}

/// Which way an objective is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Smaller is better.
    Minimize,
    /// Larger is better.
    Maximize,
}

impl Direction {
    /// Orders two values, the better one first.
    #[must_use]
    pub fn compare(self, a: f64, b: f64) -> Ordering {
        match self {
            Self::Minimize => a.total_cmp(&b),
            Self::Maximize => b.total_cmp(&a),
        }
    }

    /// The value with its sign turned so that larger is better.
    #[must_use]
    pub fn larger_is_better(self, value: f64) -> f64 {
        match self {
            Self::Minimize => -value,
            Self::Maximize => value,
        }
    }
}

/// A sampler by name, with every setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SamplerChoice {
    /// Its name in the registry.
    pub name: String,
    /// Its settings, complete.
    #[serde(default)]
    pub settings: serde_json::Map<String, Value>,
}

impl Study {
    /// Checks what the types do not.
    ///
    /// # Errors
    /// If the budget, the width or the number of steps is zero, two objectives are of one metric,
    /// two output constraints have one name, the space has no room, or the first configuration is
    /// not in it.
    pub fn check(&self) -> Result<()> {
        if self.trials == 0 {
            return Err(Error::invalid("a study needs at least one trial"));
        }
        if self.parallel == 0 {
            return Err(Error::invalid("the declared width of a study is at least 1"));
        }
        if self.steps == Some(0) {
            return Err(Error::invalid("a training has at least one step"));
        }
        if let Some(twice) = repeated(self.objectives().map(|o| o.metric.as_str())) {
            return Err(Error::invalid(format!("the metric `{twice}` is an objective twice")));
        }
        if let Some(twice) = repeated(self.constraints.iter().map(String::as_str)) {
            return Err(Error::invalid(format!("two output constraints are called `{twice}`")));
        }
        self.space.check_room()?;
        match &self.first {
            Some(first) => self.space.check(first),
            None => Ok(()),
        }
    }

    /// All objectives, the first one first.
    pub fn objectives(&self) -> impl Iterator<Item = &Objective> {
        std::iter::once(&self.objective).chain(&self.others)
    }

    /// The names of all that a complete trial measures: of the objectives, the first one first, and
    /// of the output constraints.
    pub fn outputs(&self) -> impl Iterator<Item = &str> {
        let constraints = self.constraints.iter().map(String::as_str);
        self.objectives().map(|o| o.metric.as_str()).chain(constraints)
    }

    /// How many of the earliest trials' results a proposal may see: all but those of the last P − 1
    /// before it.
    #[must_use]
    pub fn visible_before(&self, trial: u64) -> u64 {
        trial.saturating_sub(self.parallel.saturating_sub(1))
    }
}

/// The first name that was there before.
fn repeated<'a>(names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut seen = BTreeSet::new();
    names.into_iter().find(|name| !seen.insert(*name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::study_of_x;

    #[test]
    fn a_proposal_sees_all_but_the_last_p_minus_one_results() {
        let mut study = study_of_x();
        assert_eq!([0, 1, 5].map(|k| study.visible_before(k)), [0, 1, 5]);
        study.parallel = 4;
        assert_eq!([0, 3, 4, 9].map(|k| study.visible_before(k)), [0, 0, 1, 6]);
    }

    #[test]
    fn check_names_what_is_wrong() {
        let mut study = study_of_x();
        study.check().unwrap();
        study.first = Some(Params::from_iter([("x".to_owned(), json!(2.0))]));
        let error = study.check().unwrap_err();
        assert!(error.is_invalid());
        assert_eq!(error.to_string(), "`x` must be a number from 0 to 1, not 2.0");
        study.trials = 0;
        assert!(study.check().unwrap_err().to_string().contains("at least one trial"));
        study.trials = 1;
        study.parallel = 0;
        assert!(study.check().unwrap_err().to_string().contains("at least 1"));
    }

    #[test]
    fn objectives_and_constraints_have_names_of_their_own_and_trainings_a_step() {
        let mut study = study_of_x();
        study.others = vec![Objective { metric: "loss".into(), direction: Direction::Minimize }];
        study.constraints = vec!["memory".into(), "latency".into()];
        study.steps = Some(1);
        study.check().unwrap();
        assert_eq!(study.outputs().collect::<Vec<_>>(), ["accuracy", "loss", "memory", "latency"]);
        let message = |study: &Study| study.check().unwrap_err().to_string();
        study.constraints[0] = "latency".into();
        assert_eq!(message(&study), "two output constraints are called `latency`");
        study.others.push(study.objective.clone());
        assert_eq!(message(&study), "the metric `accuracy` is an objective twice");
        study.steps = Some(0);
        assert_eq!(message(&study), "a training has at least one step");
    }

    #[test]
    fn directions_put_the_better_value_first() {
        assert_eq!(Direction::Minimize.compare(1.0, 2.0), Ordering::Less);
        assert_eq!(Direction::Maximize.compare(1.0, 2.0), Ordering::Greater);
        assert_eq!(Direction::Minimize.larger_is_better(3.0), -3.0);
        assert_eq!(Direction::Maximize.larger_is_better(3.0), 3.0);
    }

    #[test]
    fn a_definition_survives_json() {
        let study = study_of_x();
        let text = serde_json::to_string(&study).unwrap();
        assert_eq!(serde_json::from_str::<Study>(&text).unwrap(), study);
        // What a study does not have leaves no trace, so older logs and their hashes stay valid.
        assert!(["others", "constraints", "steps"].iter().all(|key| !text.contains(key)));
    }
}
