//! Exit codes, and errors that know theirs.

use std::fmt;

use serde_json::{Value, json};
use surmise_spec::Diagnostics;

use crate::print;

/// What the process tells its caller. The numbers are promised in the README.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Done.
    Success = 0,
    /// A failure that none of the others describes: a full disk, a mistake of ours.
    Internal = 1,
    /// The command line is wrong; most often the argument parser finds it first.
    Usage = 2,
    /// The pipeline file is wrong.
    Pipeline = 3,
    /// The data cannot be used.
    Data = 4,
    /// The plugin cannot be found, loaded or built.
    Plugin = 5,
    /// The run folder or its store cannot be used.
    Run = 6,
    /// The study ran, but no trial was evaluated to the end, or too few to tell.
    NoResult = 7,
    /// Something is not as it was: a reproduction differs, or a resumed run's inputs changed.
    Differs = 8,
    /// A plugin fails a check.
    Check = 9,
    /// Interrupted; `surmise resume` goes on.
    Interrupted = 130,
}

/// Why a command did not succeed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) cause: Cause,
    /// What to do about it.
    pub(crate) hint: Option<String>,
}

/// What a failure says.
#[derive(Debug)]
pub(crate) enum Cause {
    /// Places in the pipeline file.
    Diagnostics(Diagnostics),
    /// An error and its chain of causes.
    Error(anyhow::Error),
    /// All was said already.
    Silent,
}

/// A command's result.
pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    pub(crate) fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self { exit, cause: Cause::Error(error.into()), hint: None }
    }

    pub(crate) fn message(exit: Exit, message: impl fmt::Display) -> Self {
        Self::new(exit, anyhow::anyhow!("{message}"))
    }

    pub(crate) fn diagnostics(exit: Exit, diagnostics: Diagnostics) -> Self {
        Self { exit, cause: Cause::Diagnostics(diagnostics), hint: None }
    }

    /// For a command that has printed all there is to say.
    pub(crate) fn silent(exit: Exit) -> Self {
        Self { exit, cause: Cause::Silent, hint: None }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The text for people, ending in a line break; empty if all was said.
    pub(crate) fn render(&self, color: bool) -> String {
        let mut text = match &self.cause {
            Cause::Diagnostics(diagnostics) => {
                format!("{}\n", diagnostics.render(color).trim_end())
            }
            Cause::Error(error) => format!("error: {}\n", print::printable(&chain(error))),
            Cause::Silent => String::new(),
        };
        if let Some(hint) = &self.hint {
            text += &format!("hint: {}\n", print::printable(hint));
        }
        text
    }

    /// The line for programs, unless all was said.
    pub(crate) fn to_json(&self) -> Option<Value> {
        let mut line = json!({ "event": "error", "exit": self.exit as u8 });
        match &self.cause {
            Cause::Diagnostics(diagnostics) => {
                let mut found = diagnostics.to_json();
                line["diagnostics"] = found["diagnostics"].take();
                line["omitted"] = found["omitted"].take();
            }
            Cause::Error(error) => line["message"] = chain(error).into(),
            Cause::Silent => return None,
        }
        if let Some(hint) = &self.hint {
            line["hint"] = hint.clone().into();
        }
        Some(line)
    }
}

/// Errors of a kind that has one exit code, whatever went wrong.
macro_rules! fails_as {
    ($($error:ty => $exit:ident,)+) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::new(Exit::$exit, error)
            }
        }
    )+};
}

fails_as! {
    surmise_core::Error => Run,
    surmise_store::Error => Run,
    surmise_plugin_host::Error => Plugin,
    std::io::Error => Internal,
}

/// An engine's error is as good as what it passes on.
impl From<surmise_engine::Error> for Failure {
    fn from(error: surmise_engine::Error) -> Self {
        use surmise_engine::Error;
        let exit = match &error {
            Error::Core(core) if !core.is_sampler() => Exit::Run,
            Error::Model(_) => Exit::Plugin,
            Error::Data(_) => Exit::Data,
            _ => Exit::Internal,
        };
        Self::new(exit, error)
    }
}

/// An error with its causes on one line, each said once.
pub(crate) fn chain(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}
