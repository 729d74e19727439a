//! One configuration that was tried, and how that ended.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Value;

/// A trial's number in its study, from 0 in the order of proposals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TrialId(pub u64);

impl TrialId {
    /// The number as an index.
    #[must_use]
    pub fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl fmt::Display for TrialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The active parameters of one configuration, by name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Params(BTreeMap<String, Value>);

impl Params {
    /// The value of that parameter, if it is active.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Sets a parameter.
    pub fn set(&mut self, name: impl Into<String>, value: Value) {
        self.0.insert(name.into(), value);
    }

    /// All of them, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// How many are active.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none is active.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The one text of this configuration: equal for equal configurations and for no others.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.iter().map(|(name, value)| format!("{name:?}:{value}\n")).collect()
    }
}

impl FromIterator<(String, Value)> for Params {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(items: I) -> Self {
        Self(items.into_iter().collect())
    }
}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (name, value)) in self.iter().enumerate() {
            let space = if i == 0 { "" } else { " " };
            write!(f, "{space}{name}={value}")?;
        }
        Ok(())
    }
}

/// Why a sampler proposed a point: shown to people and kept in the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// The sampler, or the part of it, that chose.
    pub by: String,
    /// One sentence.
    pub why: String,
    /// Numbers behind the choice, such as the acquisition value or the lengthscales.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub details: serde_json::Map<String, Value>,
}

impl Reason {
    /// A reason without numbers.
    pub fn new(by: impl Into<String>, why: impl Into<String>) -> Self {
        Self { by: by.into(), why: why.into(), details: serde_json::Map::new() }
    }
}

/// How a trial ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Outcome {
    /// It was evaluated to the end.
    Complete {
        /// The objective, in the metric's own units: the mean over folds.
        value: f64,
        /// Standard error of that mean, when there were at least two folds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        std_error: Option<f64>,
        /// The study's further objectives, in its order and their metrics' own units.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        others: Vec<f64>,
        /// The study's output constraints, in its order: satisfied where ≤ 0.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        constraints: Vec<f64>,
    },
    /// It was stopped before its end; the values it reported stand.
    Pruned,
    /// The model's training left the finite numbers or their bound: a failure that other
    /// hyperparameters need not have.
    Diverged {
        /// The step of the training at which it did, from 1.
        step: u64,
        /// Where, and what left which bound.
        error: String,
    },
    /// The model, a stage or the metric reported an error.
    Failed {
        /// What it said.
        error: String,
    },
}

impl Outcome {
    /// A complete trial of a study with one objective and no output constraints.
    #[must_use]
    pub fn complete(value: f64, std_error: Option<f64>) -> Self {
        Self::Complete { value, std_error, others: Vec::new(), constraints: Vec::new() }
    }

    /// What went wrong, if the trial failed or diverged.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        match self {
            Self::Diverged { error, .. } | Self::Failed { error } => Some(error),
            Self::Complete { .. } | Self::Pruned => None,
        }
    }

    /// The objective, if there is one.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        match self {
            Self::Complete { value, .. } => Some(*value),
            Self::Pruned | Self::Diverged { .. } | Self::Failed { .. } => None,
        }
    }

    /// All objectives in the study's order, the first one included; `None` unless complete.
    #[must_use]
    pub fn objectives(&self) -> Option<impl Iterator<Item = f64> + '_> {
        match self {
            Self::Complete { value, others, .. } => {
                Some(std::iter::once(*value).chain(others.iter().copied()))
            }
            Self::Pruned | Self::Diverged { .. } | Self::Failed { .. } => None,
        }
    }

    /// One number of a complete trial, by its place in [`Study::outputs`].
    ///
    /// [`Study::outputs`]: crate::study::Study::outputs
    #[must_use]
    pub fn output(&self, place: usize) -> Option<f64> {
        match self {
            Self::Complete { value, others, constraints, .. } => {
                let all = std::iter::once(value).chain(others).chain(constraints);
                all.copied().nth(place)
            }
            Self::Pruned | Self::Diverged { .. } | Self::Failed { .. } => None,
        }
    }

    /// By how much a complete trial breaks its output constraints in all: Σ max(cᵢ, 0), 0 if it
    /// breaks none; `None` unless complete.
    #[must_use]
    pub fn violation(&self) -> Option<f64> {
        match self {
            Self::Complete { constraints, .. } => {
                Some(constraints.iter().filter(|c| **c > 0.0).fold(0.0, |sum, c| sum + c))
            }
            Self::Pruned | Self::Diverged { .. } | Self::Failed { .. } => None,
        }
    }

    /// Whether the trial is complete and keeps every output constraint.
    #[must_use]
    pub fn feasible(&self) -> bool {
        matches!(self, Self::Complete { constraints, .. } if constraints.iter().all(|c| *c <= 0.0))
    }
}

/// A trial as the log tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// Its number.
    pub id: TrialId,
    /// What was tried.
    pub params: Params,
    /// Why it was proposed.
    pub reason: Reason,
    /// Values reported so far, by step: one a fold, or one a step of training.
    pub reports: Vec<f64>,
    /// For each report, how many trials had been proposed by then; never decreases.
    pub(crate) proposed_before: Vec<u64>,
    /// Where it stands.
    pub state: TrialState,
    /// Where the model's code ran and how it was restricted, in words, if that is known.
    pub isolation: Option<String>,
}

/// Where a trial stands.
#[derive(Debug, Clone, PartialEq)]
pub enum TrialState {
    /// Proposed, not yet started.
    Queued,
    /// Being evaluated.
    Running,
    /// Ended.
    Ended(Outcome),
}

impl Trial {
    /// How it ended, if it did.
    #[must_use]
    pub fn outcome(&self) -> Option<&Outcome> {
        match &self.state {
            TrialState::Ended(outcome) => Some(outcome),
            TrialState::Queued | TrialState::Running => None,
        }
    }

    /// The objective and its standard error, if it was evaluated to the end.
    #[must_use]
    pub fn score(&self) -> Option<(f64, Option<f64>)> {
        match self.outcome() {
            Some(Outcome::Complete { value, std_error, .. }) => Some((*value, *std_error)),
            _ => None,
        }
    }

    /// The objective, if it was evaluated to the end.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        self.outcome().and_then(Outcome::value)
    }

    /// Whether it is complete and keeps every output constraint.
    #[must_use]
    pub fn feasible(&self) -> bool {
        self.outcome().is_some_and(Outcome::feasible)
    }
}
