//! What came of a check.

use serde::{Deserialize, Serialize};

use crate::raw::Refusal;

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// As it should be.
    Pass,
    /// Within the rules, but not as users would like it.
    Warn,
    /// Against the rules, or a crash, or a hang.
    Fail,
    /// Not tried, because the plugin does not claim it, or another check failed first.
    Skip,
}

impl Status {
    /// As it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Skip => "skip",
        }
    }
}

/// How a check went, and why not better.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// How.
    pub status: Status,
    /// Why, in one line; empty for what passed.
    pub why: String,
}

/// Why a check does not pass.
#[derive(Debug)]
pub(crate) enum Not {
    Failed(String),
    Warned(String),
    Skipped(String),
}

/// What a check's function gives.
pub(crate) type Verdict<T = ()> = Result<T, Not>;

pub(crate) fn fail<T>(why: impl Into<String>) -> Verdict<T> {
    Err(Not::Failed(why.into()))
}

pub(crate) fn warn<T>(why: impl Into<String>) -> Verdict<T> {
    Err(Not::Warned(why.into()))
}

pub(crate) fn skip<T>(why: impl Into<String>) -> Verdict<T> {
    Err(Not::Skipped(why.into()))
}

impl From<String> for Not {
    fn from(why: String) -> Self {
        Self::Failed(why)
    }
}

impl From<Refusal> for Not {
    fn from(refusal: Refusal) -> Self {
        Self::Failed(refusal.to_string())
    }
}

impl From<surmise_plugin_host::Error> for Not {
    fn from(error: surmise_plugin_host::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<Verdict> for Outcome {
    fn from(verdict: Verdict) -> Self {
        let (status, why) = match verdict {
            Ok(()) => (Status::Pass, String::new()),
            Err(Not::Warned(why)) => (Status::Warn, why),
            Err(Not::Failed(why)) => (Status::Fail, why),
            Err(Not::Skipped(why)) => (Status::Skip, why),
        };
        Self { status, why: one_line(&why) }
    }
}

/// Words that may be the plugin's: one line, nothing that a terminal obeys, not too long.
pub(crate) fn one_line(text: &str) -> String {
    const LONGEST: usize = 600;
    let mut line: String = text
        .chars()
        .map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c })
        .filter(|c| !c.is_control())
        .take(LONGEST + 1)
        .collect();
    if LONGEST < line.chars().count() {
        line.pop();
        line.push('…');
    }
    line.trim().to_owned()
}
