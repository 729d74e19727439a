//! What is searched for, over which space, with which sampler and budget.

use std::cmp::Ordering;

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
    /// What is measured.
    pub objective: Objective,
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
    /// If the budget or width is zero, or the first configuration is not in the space.
    pub fn check(&self) -> Result<()> {
        if self.trials == 0 {
            return Err(Error::invalid("a study needs at least one trial"));
        }
        if self.parallel == 0 {
            return Err(Error::invalid(
                "the declared width of a study is at least 1",
            ));
        }
        match &self.first {
            Some(first) => self.space.check(first),
            None => Ok(()),
        }
    }

    /// How many of the earliest trials' results a proposal may see: all but the last P − 1 before it.
    #[must_use]
    pub fn visible_before(&self, trial: u64) -> u64 {
        (trial + 1).saturating_sub(self.parallel)
    }
}
