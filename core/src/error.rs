//! The one error of this crate and of its contracts.

use std::error::Error as StdError;
use std::fmt;

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a sampler, store or fold over a history can fail with.
///
/// The text is a lowercase fragment that reads after "failed to": what went wrong and, where
/// somebody can act on it, what to do. Ask the predicates when the kind matters.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Invalid,
    History,
    Sampler,
    Store,
    Conflict,
}

impl Error {
    /// A definition (space, study, setting) that cannot be used.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, message)
    }

    /// An event that cannot follow the events before it.
    pub fn history(message: impl Into<String>) -> Self {
        Self::new(Kind::History, message)
    }

    /// A sampler that cannot propose. Never used for an exhausted space, which is no failure.
    pub fn sampler(message: impl Into<String>) -> Self {
        Self::new(Kind::Sampler, message)
    }

    /// A store that cannot be read or written.
    pub fn store(message: impl Into<String>) -> Self {
        Self::new(Kind::Store, message)
    }

    /// An append that lost against another writer.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, message)
    }

    /// Attaches the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// Whether a definition was refused.
    #[must_use]
    pub fn is_invalid(&self) -> bool {
        self.kind == Kind::Invalid
    }

    /// Whether the log itself makes no sense: it was damaged or written by something else.
    #[must_use]
    pub fn is_history(&self) -> bool {
        self.kind == Kind::History
    }

    /// Whether a sampler could not propose.
    #[must_use]
    pub fn is_sampler(&self) -> bool {
        self.kind == Kind::Sampler
    }

    /// Whether another writer appended first.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.kind == Kind::Conflict
    }

    fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|e| e as _)
    }
}
