//! The one error of this crate.

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a stage could not be built, fitted or applied.
///
/// The text is a lowercase fragment without the stage's name, which whoever runs it puts before.
#[derive(Debug, thiserror::Error)]
#[error("{cause}")]
pub struct Error {
    stage: &'static str,
    cause: Cause,
}

/// Text, or what the dataset refused.
#[derive(Debug, thiserror::Error)]
enum Cause {
    #[error("{0}")]
    Said(String),
    #[error(transparent)]
    Data(#[from] surmise_data::Error),
}

impl Error {
    /// An error of a stage, for stages written elsewhere too: what is wrong and what to do.
    pub fn new(stage: &'static str, message: impl Into<String>) -> Self {
        Self { stage, cause: Cause::Said(message.into()) }
    }

    /// A dataset that a stage could not make.
    #[must_use]
    pub fn data(stage: &'static str, cause: surmise_data::Error) -> Self {
        Self { stage, cause: Cause::Data(cause) }
    }

    /// The name of the stage.
    #[must_use]
    pub fn stage(&self) -> &'static str {
        self.stage
    }
}
