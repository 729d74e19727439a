//! The one error of this crate: everything that is wrong, at once.

use std::error::Error as StdError;
use std::fmt;
use std::path::{Path, PathBuf};

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// How many problems one error reports; a broken file would otherwise drown the first cause.
pub const PROBLEMS_MAX: usize = 10;

/// Why data could not be read, built or split. Holds at least one [`Problem`].
///
/// The text is lowercase and reads after "failed to read the data": one line for one problem,
/// otherwise a count and one indented line for each.
#[derive(Debug)]
pub struct Error {
    path: Option<PathBuf>,
    first: Problem,
    more: Vec<Problem>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What would have to change.
    pub kind: Kind,
    /// What is wrong, where, and what to do: a lowercase fragment.
    pub message: String,
}

/// What would have to change to solve a problem; for all but the last two, a key below `data:` of
/// the pipeline file or the file it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The file itself: missing, not a regular file, unreadable, too large (`data.source`).
    File,
    /// What the file says.
    Content,
    /// The choice of target (`data.target`).
    Target,
    /// The choice of weights (`data.weights`).
    Weights,
    /// The columns to drop (`data.columns.drop`).
    Drop,
    /// The columns declared categorical (`data.columns.categorical`).
    Categorical,
    /// The declared task (`data.task`).
    Task,
    /// The delimiter of the file.
    Delimiter,
    /// Columns and targets that do not make a dataset, or not one a model can take.
    Dataset,
    /// A split that these rows do not allow.
    Split,
}

impl Error {
    /// What would have to change to solve the first problem.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.first.kind
    }

    /// Every problem, at most [`PROBLEMS_MAX`], in the order found.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        std::iter::once(&self.first).chain(&self.more)
    }

    /// The file concerned, where there is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self::all(Problem::new(kind, message), [])
    }

    pub(crate) fn in_file(mut self, path: &Path) -> Self {
        self.path = Some(path.to_owned());
        self
    }

    pub(crate) fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// Everything that is wrong, cut to [`PROBLEMS_MAX`].
    pub(crate) fn all(first: Problem, more: impl IntoIterator<Item = Problem>) -> Self {
        Self {
            path: None,
            first,
            more: more.into_iter().take(PROBLEMS_MAX - 1).collect(),
            source: None,
        }
    }

    /// An error if any problem was found.
    pub(crate) fn check(problems: Vec<Problem>) -> Result<()> {
        let mut problems = problems.into_iter();
        match problems.next() {
            None => Ok(()),
            Some(first) => Err(Self::all(first, problems)),
        }
    }
}

impl Problem {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "{}: ", path.display())?;
        }
        if self.more.is_empty() {
            return f.write_str(&self.first.message);
        }
        let at_least = if self.more.len() + 1 == PROBLEMS_MAX { "at least " } else { "" };
        write!(f, "{at_least}{} problems", self.more.len() + 1)?;
        self.problems().try_for_each(|problem| write!(f, "\n  {}", problem.message))
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|e| e as _)
    }
}
