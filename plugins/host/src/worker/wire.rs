//! What host and worker say to each other.
//!
//! Numbers that JSON cannot hold, such as NaN, travel as their bits.

use serde::{Deserialize, Serialize};

use crate::sandbox::{Level, Policy};

/// Host and worker are one program, unless somebody mixes builds.
pub(crate) const VERSION: u32 = 2;

/// The largest message that is neither a saved model nor a request with hyperparameters.
pub(crate) const ANSWER_BYTES_MAX: usize = 512 * 1024;

/// The largest request.
pub(crate) const REQUEST_BYTES_MAX: usize = 4 << 20;

/// The first message to a worker, with the plugin's memory.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Hello {
    pub(crate) version: u32,
    /// The process that a worker must not outlive.
    pub(crate) host: u32,
    pub(crate) sandbox: Policy,
    pub(crate) memory_bytes: Option<u64>,
    /// What the plugin may bring along beside what every system has.
    pub(crate) libraries: Vec<String>,
    /// The plugin's file and its hash, for messages.
    pub(crate) path: String,
    pub(crate) sha256: String,
}

/// What a worker is asked to do. Every request has one answer, after any number of reports.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Request {
    /// Counts up; the answer repeats it.
    pub(crate) number: u64,
    /// Done in order, up to the first that fails; an instance is destroyed whatever became of it.
    /// Their descriptors come with the request, in the same order.
    pub(crate) jobs: Vec<Job>,
}

/// One job. Later kinds, such as a training loop beside a gradient model, are further cases.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Job {
    /// Make an instance of a model from complete hyperparameters, a text of JSON.
    Create { model: String, params: String },
    /// Make a fitted model from saved bytes, which come as sealed memory.
    Load { model: String, trained: bool },
    /// Train a model through its gradient, with tables as for a fit. Hyperparameters and settings
    /// are texts of JSON.
    Train {
        model: String,
        params: String,
        settings: String,
        seed: u64,
        n_threads: u32,
        has_validation: bool,
    },
    /// Fit the instance to a table, which comes as sealed memory; so does the validation set, if
    /// there is one.
    Fit { seed: u64, n_threads: u32, has_validation: bool },
    /// Predict a table, which comes as sealed memory, into the output that comes with it.
    Predict { kind: Kind, n_values: u64 },
    /// Tell how much each feature mattered, into the output that comes with it.
    Importance { n_values: u64 },
    /// Send the instance's saved bytes. The last job of its request.
    Save,
    /// Destroy the instance.
    Destroy,
}

/// [`crate::PredictKind`] on the wire.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Value,
    Proba,
    Decision,
}

/// What a worker says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Said {
    /// The plugin is loaded: its descriptor, and how the worker is restricted.
    Ready { level: Level, descriptor: String },
    /// There will be no jobs: the plugin, or the sandbox, is not as it must be.
    Refused { reason: String },
    /// A fit has come so far. A verdict is waited for: one byte, as the ABI numbers it.
    Report { step: u64, metrics: Vec<(String, u64)> },
    /// All jobs are done.
    Done { number: u64, outcomes: Vec<Outcome> },
    /// The job at that place failed.
    Failed { number: u64, at: usize, failure: Failure },
}

/// What a finished job leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// Nothing to say.
    Nothing,
    /// Whether the fit ended early.
    Fitted { stopped: bool },
    /// The instance is gone; whether the process is as it was before there was one.
    Destroyed { clean: bool },
    /// The next message is the saved model, of so many bytes.
    Saved { n_bytes: u64 },
}

/// Why a job failed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Failure {
    /// The plugin said so.
    Status { status: i32, message: String },
    /// The plugin broke the contract.
    Contract { reason: String },
    /// A training left the finite numbers.
    Diverged { epoch: u64, step: u64, reason: String },
    /// What it was asked for cannot be: data or settings.
    Data { reason: String },
    /// The worker could not do it.
    Worker { reason: String },
}

/// What a worker is busy with, for messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Start,
    Create,
    Load,
    Fit,
    Predict,
    Importance,
    Save,
    Destroy,
    /// A command, from its start to its end.
    Run,
}

impl Call {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Start => "loading",
            Self::Create => "create",
            Self::Load => "load",
            Self::Fit => "fit",
            Self::Predict => "predict",
            Self::Importance => "importance",
            Self::Save => "save",
            Self::Destroy => "destroy",
            Self::Run => "its run",
        }
    }
}

impl Job {
    pub(crate) fn call(&self) -> Call {
        match self {
            Self::Create { .. } => Call::Create,
            Self::Load { .. } => Call::Load,
            Self::Fit { .. } | Self::Train { .. } => Call::Fit,
            Self::Predict { .. } => Call::Predict,
            Self::Importance { .. } => Call::Importance,
            Self::Save => Call::Save,
            Self::Destroy => Call::Destroy,
        }
    }
}
