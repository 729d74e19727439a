//! The one error of this crate.

use std::path::{Path, PathBuf};

use surmise_core::component::SettingProblem;
use surmise_plugin_abi as abi;

use crate::text;

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong between Surmise and a plugin.
///
/// Texts from plugins in it are cut to 8 KiB and free of control characters.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No file of that name in any place searched.
    #[error("no plugin `{name}`: {reason}")]
    NotFound {
        /// What was asked for.
        name: String,
        /// The places searched and what is there.
        reason: String,
    },
    /// The file is no usable plugin.
    #[error("plugin {}: {reason}", path.display())]
    Load {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Hyperparameters that the model does not take.
    #[error("model `{model}`: {}", list(problems))]
    Settings {
        /// The model.
        model: String,
        /// Every problem found.
        problems: Vec<SettingProblem>,
    },
    /// Data that no model, or not this model, can take.
    #[error("data: {reason}")]
    Data {
        /// What is wrong with it.
        reason: String,
    },
    /// A call that the plugin answered with an error.
    #[error("plugin `{plugin}`, model `{model}`: {call} {}: {message}", outcome(*status))]
    Call {
        /// The plugin's id.
        plugin: String,
        /// The model's id.
        model: String,
        /// The function called.
        call: &'static str,
        /// Its status, as the ABI numbers it.
        status: i32,
        /// The plugin's own text, or the meaning of the status.
        message: String,
    },
    /// A call after which the plugin broke a promise of the ABI.
    #[error("plugin `{plugin}`, model `{model}`: {call} broke the plugin contract: {reason}")]
    Contract {
        /// The plugin's id.
        plugin: String,
        /// The model's id.
        model: String,
        /// The function called.
        call: &'static str,
        /// What it did.
        reason: String,
    },
    /// A training whose loss or parameters left the finite numbers, or their bound.
    #[error("model `{model}`: training diverged in epoch {epoch}, step {step}: {reason}")]
    Diverged {
        /// The model's id.
        model: String,
        /// The epoch, from 1.
        epoch: u64,
        /// The step since the beginning, from 1.
        step: u64,
        /// What left which bound.
        reason: String,
    },
    /// The worker process ended before it had done its job.
    #[error("plugin `{plugin}`, model `{model}`: {verdict}")]
    Ended {
        /// The plugin's id.
        plugin: String,
        /// The model's id.
        model: String,
        /// How, in words: the same words whenever the same happens.
        verdict: String,
    },
    /// Bytes that are not a saved model, or not one for this library.
    #[error("saved model: {reason}")]
    State {
        /// What is wrong with them.
        reason: String,
    },
}

impl Error {
    pub(crate) fn data(reason: impl Into<String>) -> Self {
        Self::Data { reason: reason.into() }
    }

    /// For a reason that may hold words of the file.
    pub(crate) fn state(reason: impl AsRef<str>) -> Self {
        Self::State { reason: text::clean(reason.as_ref().as_bytes()) }
    }

    /// For a reason that may hold words of the plugin.
    pub(crate) fn load(path: &Path, reason: impl AsRef<str>) -> Self {
        Self::Load { path: path.to_owned(), reason: text::clean(reason.as_ref().as_bytes()) }
    }

    /// Whether a computation diverged or met a singular matrix: an infinite loss, or a gradient
    /// that is no number. Other hyperparameters may not.
    #[must_use]
    pub fn is_numeric(&self) -> bool {
        matches!(self, Self::Diverged { .. } | Self::Call { status: abi::E_NUMERIC, .. })
    }

    /// Whether a fit was abandoned because its report was answered with "cancel".
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Call { status: abi::E_CANCELLED, .. })
    }
}

/// What a negative status means, where the plugin gives no text.
pub(crate) fn meaning(status: i32) -> String {
    let text = match status {
        abi::E_INVALID => "hyperparameters or data were refused",
        abi::E_UNSUPPORTED => "not supported",
        abi::E_NOT_FITTED => "not fitted yet",
        abi::E_NUMERIC => "the computation failed numerically",
        abi::E_NOMEM => "out of memory",
        abi::E_IO => "reading or writing failed",
        abi::E_BAD_STATE => "the saved state is not one of this model",
        abi::E_CANCELLED => "cancelled",
        abi::E_PANIC => "the plugin panicked",
        _ => return format!("internal error ({status})"),
    };
    text.to_owned()
}

fn outcome(status: i32) -> &'static str {
    match status {
        abi::E_CANCELLED => "was abandoned",
        abi::E_PANIC => "crashed",
        _ => "failed",
    }
}

fn list(problems: &[SettingProblem]) -> String {
    let each: Vec<String> = problems
        .iter()
        .map(|problem| format!("{}: {}", problem.setting, problem.message))
        .collect();
    each.join("; ")
}
