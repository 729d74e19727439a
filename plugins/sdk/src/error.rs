//! How a model says that it could not do its work.

use std::fmt::{self, Display};

use surmise_plugin_abi as abi;

/// The result of everything a model does.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure: its kind, and a text for people that says what went wrong and what to do.
///
/// Write the text as a lowercase fragment, such as `"needs at least two classes, found 1"`: the
/// host puts the plugin's name, the model and the call before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    status: i32,
    message: String,
}

impl Error {
    /// The hyperparameters or the data cannot be used.
    #[must_use]
    pub fn invalid(message: impl Display) -> Self {
        Self::new(abi::E_INVALID, message)
    }

    /// The computation diverged or met a singular matrix.
    #[must_use]
    pub fn numeric(message: impl Display) -> Self {
        Self::new(abi::E_NUMERIC, message)
    }

    /// The model cannot do that at all.
    #[must_use]
    pub fn unsupported(message: impl Display) -> Self {
        Self::new(abi::E_UNSUPPORTED, message)
    }

    /// The saved state is not one of this model.
    #[must_use]
    pub fn bad_state(message: impl Display) -> Self {
        Self::new(abi::E_BAD_STATE, message)
    }

    /// A bug: something that cannot happen did.
    #[must_use]
    pub fn internal(message: impl Display) -> Self {
        Self::new(abi::E_INTERNAL, message)
    }

    pub(crate) fn new(status: i32, message: impl Display) -> Self {
        Self { status, message: message.to_string() }
    }

    /// The kind, as the ABI numbers it.
    #[must_use]
    pub fn status(&self) -> i32 {
        self.status
    }

    /// The text.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
