//! Why there is no score.

use surmise_core::component::Task;

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a metric gave no score.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The target is of the other task.
    #[error("{metric} measures a {expected}, but the target is that of a {found}")]
    Task {
        /// The metric's name.
        metric: &'static str,
        /// The task it measures.
        expected: Task,
        /// The task of the target.
        found: Task,
    },
    /// The predictions are of another kind.
    #[error("{metric} needs predicted {needed}, not predicted {found}")]
    Kind {
        /// The metric's name.
        metric: &'static str,
        /// What it needs.
        needed: &'static str,
        /// What it got.
        found: &'static str,
    },
    /// The numbers of rows or classes do not agree.
    #[error("{metric}: expected {expected} predicted numbers, got {found}")]
    Length {
        /// The metric's name.
        metric: &'static str,
        /// How many predictions the truth asks for.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A prediction that cannot be one.
    #[error("{metric}: the prediction for row {row}, counted from 0, {reason}")]
    Prediction {
        /// The metric's name.
        metric: &'static str,
        /// The row within the scored rows, from 0.
        row: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// The score does not exist for these rows.
    #[error("{metric} is undefined: {reason}")]
    Undefined {
        /// The metric's name.
        metric: &'static str,
        /// Why.
        reason: &'static str,
    },
}
