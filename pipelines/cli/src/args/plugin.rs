//! The command line of `surmise plugin`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use regex::Regex;

use super::Json;

#[derive(Debug, Subcommand)]
pub(crate) enum Plugin {
    /// Write a new plugin: a model that works, a test, and a pipeline that tunes it
    New(New),
    /// Build a plugin into `plugins/` of its folder, where its pipeline finds it
    Build(Build),
    /// Check whether a plugin keeps the rules, each check in a process of its own
    Check(CheckPlugin),
    /// Say what a plugin's file is, without running any of its code
    Info(Info),
    /// List the plugins that a pipeline file in this folder would find
    List(List),
    /// Make one check, in the process that was started for it
    #[command(hide = true)]
    CheckOne {
        /// What to do
        order: String,
    },
}

impl Plugin {
    /// Whether errors, too, are read by a program.
    pub(super) fn is_json(&self) -> bool {
        match self {
            Self::Info(args) => args.output.json,
            Self::List(args) => args.output.json,
            Self::Check(args) => args.json,
            Self::New(_) | Self::Build(_) | Self::CheckOne { .. } => false,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct New {
    /// The plugin's name, and that of the folder to make: a-z, 0-9, - and _, a letter first
    #[arg(value_parser = plugin_name)]
    pub(crate) name: String,
    /// The language to write it in
    #[arg(long, value_enum, default_value_t = Language::Rust)]
    pub(crate) lang: Language,
    /// The folder of the SDK's sources, for Rust
    ///
    /// [default: the `plugins/sdk` of the sources that this program was built from]
    #[arg(long, value_name = "DIR")]
    pub(crate) sdk: Option<PathBuf>,
}

/// A language to write a plugin in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// Safe Rust, through the SDK
    Rust,
    /// C11, with the header of the ABI
    C,
    /// C++17, with the header of the ABI
    Cpp,
}

#[derive(Debug, Args)]
pub(crate) struct Build {
    /// The plugin's folder
    #[arg(default_value = ".")]
    pub(crate) folder: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct CheckPlugin {
    /// The plugin: its file, its folder, or the name by which a pipeline file finds it
    #[arg(required_unless_present = "list")]
    pub(crate) plugin: Option<String>,
    /// Only the checks whose name matches this regular expression, such as `state` or
    /// `fit\.(stop|cancel)`
    #[arg(long, value_name = "REGEX")]
    pub(crate) only: Option<Regex>,
    /// Not the checks whose name matches this regular expression
    #[arg(long, value_name = "REGEX")]
    pub(crate) skip: Option<Regex>,
    /// Print the checks and what each says
    #[arg(long)]
    pub(crate) list: bool,
    /// Print one JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
    /// Print the checks that fail or warn alone, and the summary
    #[arg(long)]
    pub(crate) only_failed: bool,
    /// Write the results as JUnit XML, too, as continuous integration reads it
    #[arg(long, value_name = "FILE", conflicts_with = "list")]
    pub(crate) junit: Option<PathBuf>,
    /// Let valgrind watch a whole life, where it is installed: slow
    #[arg(long, conflicts_with = "in_process")]
    pub(crate) valgrind: bool,
    /// How long a check may take
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) timeout: u64,
    /// From which the checks draw data, hyperparameters and damage
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    /// How many lives the fuzzer draws
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    pub(crate) fuzz: u64,
    /// Only the one life of the fuzzer that failed, by the seed that it told
    #[arg(long, value_name = "SEED", conflicts_with_all = ["only", "skip", "fuzz"])]
    pub(crate) reproduce: Option<u64>,
    /// Make the checks in this process, one after the other, for a debugger
    #[arg(long)]
    pub(crate) in_process: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Info {
    /// The plugin: its file, its folder, or the name by which a pipeline file finds it
    pub(crate) plugin: String,
    #[command(flatten)]
    pub(crate) output: Json,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Print one JSON object a line
    #[command(flatten)]
    pub(crate) output: Json,
}

/// A name that is good for a model, a folder and a crate.
fn plugin_name(name: &str) -> Result<String, String> {
    const LONGEST: usize = 48;
    let first = name.chars().next().is_some_and(|c| c.is_ascii_lowercase());
    let is_good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if !first || !name.chars().all(is_good) || LONGEST < name.len() {
        return Err(format!(
            "a plugin's name is 1 to {LONGEST} of a-z, 0-9, - and _, and begins with a letter"
        ));
    }
    // The crate would depend on itself.
    if name.replace('_', "-").starts_with("surmise-") {
        return Err("names that begin with `surmise-` are Surmise's own".into());
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::plugin_name;

    #[test]
    fn names_are_good_for_models_folders_and_crates() {
        for good in ["ridge", "k-nn_2", "x"] {
            assert!(plugin_name(good).is_ok(), "{good}");
        }
        let long = "x".repeat(49);
        for bad in ["", "Ridge", "2nn", "-x", "a b", "a/b", "..", "ä", "surmise_svm", &long] {
            assert!(plugin_name(bad).is_err(), "{bad}");
        }
    }
}
