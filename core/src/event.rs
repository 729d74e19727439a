//! What happened in a study, in order: the only state there is.

use serde::{Deserialize, Serialize};

use crate::study::Study;
use crate::trial::{Outcome, Params, Reason, TrialId};

/// The version of the event format that this crate writes.
pub const VERSION: u32 = 1;

/// One entry of a study's append-only log.
///
/// Events hold no time stamp and no duration: those are the store's, beside the event. So two runs
/// of one seed have equal events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The study was defined. Always first, and only once.
    Created {
        /// The version of the event format.
        version: u32,
        /// The definition.
        study: Box<Study>,
    },
    /// A sampler proposed a configuration.
    Proposed {
        /// The next free number.
        trial: TrialId,
        /// The active parameters.
        params: Params,
        /// Why.
        reason: Reason,
    },
    /// Its evaluation began.
    Started {
        /// Which.
        trial: TrialId,
        /// Where the model's code runs and how it is restricted, in words; none if nobody said.
        /// Results do not depend on it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        isolation: Option<String>,
    },
    /// An intermediate value: the score of one fold, or of a training up to one step.
    Reported {
        /// Which.
        trial: TrialId,
        /// From 0, without gaps; of a training, the value after `step` + 1 steps.
        step: u64,
        /// The score, in the metric's own units.
        value: f64,
    },
    /// Its evaluation ended.
    Finished {
        /// Which.
        trial: TrialId,
        /// How.
        outcome: Outcome,
    },
    /// The study ended: nothing follows but what was made of its best trial.
    Concluded {
        /// Why.
        reason: Conclusion,
    },
    /// The best configuration was fitted to all training data.
    Refitted {
        /// The best trial.
        trial: TrialId,
        /// Its score on the held-out test split, if there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        test_score: Option<f64>,
        /// SHA-256 of the saved model; none if the model cannot be saved.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        model_sha256: Option<String>,
    },
}

/// Why a study ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// All trials of the budget were run.
    Budget,
    /// Every configuration of the space was tried.
    Exhausted,
}

impl Event {
    /// The trial this event is about, if it is about one.
    #[must_use]
    pub fn trial(&self) -> Option<TrialId> {
        match self {
            Self::Proposed { trial, .. }
            | Self::Started { trial, .. }
            | Self::Reported { trial, .. }
            | Self::Finished { trial, .. }
            | Self::Refitted { trial, .. } => Some(*trial),
            Self::Created { .. } | Self::Concluded { .. } => None,
        }
    }

    /// The word for it in the log.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Created { .. } => "created",
            Self::Proposed { .. } => "proposed",
            Self::Started { .. } => "started",
            Self::Reported { .. } => "reported",
            Self::Finished { .. } => "finished",
            Self::Concluded { .. } => "concluded",
            Self::Refitted { .. } => "refitted",
        }
    }
}
