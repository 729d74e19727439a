//! The one error of this crate.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a store cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file is something else.
    #[error("`{path}` is no study store: {why}")]
    NotAStore {
        /// Which file.
        path: PathBuf,
        /// What it is instead.
        why: String,
    },
    /// The file was written by a later version.
    #[error(
        "`{path}` is a study store of format {found}, and this version of Surmise reads format \
         {known}: use a newer version"
    )]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its format.
        found: i32,
        /// The format of this version.
        known: i32,
    },
    /// The file was cut short or changed by something other than a store.
    #[error("`{path}` is damaged: {what}: restore it from a copy")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What was found.
        what: String,
    },
    /// A new store would replace a file.
    #[error("`{path}` exists already")]
    Exists {
        /// Which file.
        path: PathBuf,
    },
    /// Somebody else is the writer.
    #[error("the study in `{path}` is being run by another process: wait for it, or stop it")]
    InUse {
        /// Which file.
        path: PathBuf,
    },
    /// Another program than Surmise holds SQLite's own lock.
    #[error("another program has locked `{path}`: close it and try again")]
    Busy {
        /// Which file.
        path: PathBuf,
    },
    /// No space is left. What was stored before is safe.
    #[error("the disk of `{path}` is full: free some space, then resume")]
    DiskFull {
        /// Which file.
        path: PathBuf,
    },
    /// The file, its folder or the way it was opened does not allow writing.
    #[error("`{path}` cannot be written to: {why}")]
    ReadOnly {
        /// Which file.
        path: PathBuf,
        /// What stands in the way.
        why: String,
    },
    /// An event that would not come back as it was.
    #[error("the event `{event}` holds a number that is not finite, so it cannot be stored")]
    NotStorable {
        /// Its name in the log.
        event: &'static str,
    },
    /// The operating system refused.
    #[error("`{path}` cannot be opened: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// SQLite refused for another reason.
    #[error("`{path}` cannot be used: {source}")]
    Sqlite {
        /// Which file.
        path: PathBuf,
        /// What it said.
        source: rusqlite::Error,
    },
}

impl Error {
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::AlreadyExists => Self::Exists { path },
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            io::ErrorKind::ReadOnlyFilesystem => Self::read_only(&path, "its disk is read-only"),
            _ => Self::Io { path, source },
        }
    }

    pub(crate) fn sqlite(path: &Path, source: rusqlite::Error) -> Self {
        use rusqlite::Error as E;
        let path = path.to_owned();
        let what = source.to_string();
        match (source.sqlite_error_code(), &source) {
            (Some(ErrorCode::NotADatabase), _) => {
                Self::NotAStore { path, why: "it is no SQLite file".into() }
            }
            (Some(ErrorCode::DatabaseCorrupt), _)
            | (
                None,
                E::FromSqlConversionFailure(..)
                | E::IntegralValueOutOfRange(..)
                | E::InvalidColumnType(..)
                | E::Utf8Error(..),
            ) => Self::Damaged { path, what },
            (Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked), _) => Self::Busy { path },
            (Some(ErrorCode::DiskFull), _) => Self::DiskFull { path },
            (Some(ErrorCode::ReadOnly), _) => {
                Self::read_only(&path, "the file or its folder is read-only")
            }
            _ => Self::Sqlite { path, source },
        }
    }

    pub(crate) fn read_only(path: &Path, why: impl Into<String>) -> Self {
        Self::ReadOnly { path: path.to_owned(), why: why.into() }
    }

    pub(crate) fn damaged(path: &Path, what: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), what: what.into() }
    }
}

impl From<Error> for surmise_core::Error {
    /// The same words; the cause stays below.
    fn from(error: Error) -> Self {
        let core = Self::store(error.to_string());
        match error {
            Error::Io { source, .. } => core.with_source(source),
            Error::Sqlite { source, .. } => core.with_source(source),
            _ => core,
        }
    }
}
