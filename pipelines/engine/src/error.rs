//! The error of this crate.

use crate::metric;

/// A result whose error is [`enum@Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a study cannot go on, or one evaluation came to nothing.
///
/// An error inside one trial's evaluation ends that trial, never the study.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The log, a sampler or the space.
    #[error(transparent)]
    Core(#[from] surmise_core::Error),
    /// The data.
    #[error(transparent)]
    Data(#[from] surmise_data::Error),
    /// A preprocessing stage.
    #[error("stage `{stage}`: {source}")]
    Stage {
        /// Which.
        stage: String,
        /// What it said.
        source: Box<surmise_stages::Error>,
    },
    /// The model or its plugin.
    #[error(transparent)]
    Model(#[from] surmise_plugin_host::Error),
    /// The metric.
    #[error(transparent)]
    Metric(#[from] metric::Error),
    /// A configuration that cannot be turned into stages and a model.
    #[error("{0}")]
    Configuration(String),
    /// Bytes of a saved pipeline that cannot be used.
    #[error("the saved pipeline cannot be read: {0}")]
    Saved(String),
    /// Threads could not be started.
    #[error("cannot start {threads} threads: {source}")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// What the system said.
        source: rayon::ThreadPoolBuildError,
    },
}
