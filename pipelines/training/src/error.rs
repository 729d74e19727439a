//! Why a training could not be made, or did not come to its end.

use std::fmt;

use surmise_core::component::SettingProblem;

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The plan is not a plan; every problem at once.
    #[error("{}", join(.0))]
    Plan(Vec<Problem>),
    /// Plan, data and model do not fit each other: what is wrong and what to do.
    #[error("{0}")]
    Data(String),
    /// Loss or parameters left the finite numbers, or the bound that was set for them.
    #[error("training diverged in epoch {epoch}, step {step}: {what}")]
    Diverged {
        /// The epoch, from 1.
        epoch: u64,
        /// The step since the beginning, from 1.
        step: u64,
        /// What left which bound.
        what: String,
    },
    /// Whoever watches wanted no more of it.
    #[error("training was cancelled")]
    Cancelled,
    /// The model failed.
    #[error("the model failed")]
    Model(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    pub(crate) fn data(message: impl Into<String>) -> Self {
        Self::Data(message.into())
    }
}

/// What a plan asks for and cannot have.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The optimizer, schedule or stage, or what it stands for.
    pub component: String,
    /// The setting, if it is about one.
    pub setting: Option<String>,
    /// What is wrong with it, and what would be right.
    pub message: String,
}

impl Problem {
    pub(crate) fn of(component: &str, problem: SettingProblem) -> Self {
        let SettingProblem { setting, message } = problem;
        Self { component: component.to_owned(), setting: Some(setting), message }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.setting {
            Some(setting) => write!(f, "{}.{setting} {}", self.component, self.message),
            None => write!(f, "{} {}", self.component, self.message),
        }
    }
}

fn join(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// How a model fails.
#[derive(Debug)]
pub enum ModelError {
    /// A loss, slope or state came out as no finite number: the training diverged.
    Numeric(String),
    /// Anything else.
    Failed(Box<dyn std::error::Error + Send + Sync>),
}
