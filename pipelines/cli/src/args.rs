//! The command line as typed.

use std::fmt;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};
use surmise_core::suggest;

use crate::registry;

pub(crate) mod plugin;

pub(crate) use plugin::Plugin;

/// Tune models from a YAML file, reproducibly.
#[derive(Debug, Parser)]
#[command(name = "surmise", version, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 done, 1 internal failure, 2 wrong command line, 3 wrong \
    pipeline file, 4 unusable data, 5 unusable plugin, 6 unusable run folder, 7 no trial \
    succeeded, or too few to tell, 8 something differs, 9 a plugin fails a check, 130 interrupted \
    (`surmise resume` goes on).")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) global: Global,
}

#[derive(Debug, Args)]
pub(crate) struct Global {
    /// Folder that holds the runs
    ///
    /// [default: $SURMISE_RUNS, or `runs` here]
    #[arg(long, global = true, value_name = "DIR")]
    runs: Option<PathBuf>,
    /// When to use colour and a live display
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub(crate) color: Color,
    /// Write what happens inside to standard error; twice for more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

impl Global {
    /// The folder that holds the runs.
    pub(crate) fn runs(&self) -> PathBuf {
        let given = std::env::var_os("SURMISE_RUNS").filter(|v| !v.is_empty()).map(PathBuf::from);
        self.runs.clone().or(given).unwrap_or_else(|| "runs".into())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a pipeline file: search, then refit the best configuration
    Run(Run),
    /// Print what a pipeline file was understood to mean, without running it
    Check(Check),
    /// Try learning rates on a pipeline's training, and print how the loss goes
    ///
    /// The learning-rate range test (Smith 2017): one short training of the configuration as it is
    /// written, on all rows that trials may see, whose learning rate grows by the same factor in
    /// each step. Rates a little below the one where the loss falls fastest are good ones.
    RangeTest(RangeTest),
    /// Print the JSON Schema of the pipeline file, for editors
    Schema(Schema),
    /// List the runs
    Runs(Runs),
    /// Print a run's best trials
    Show(Show),
    /// Say which parameters mattered and whether the surrogate can be trusted, or why a trial was
    /// proposed
    Explain(Explain),
    /// Predict the rows of a CSV file with the model of a run
    ///
    /// The file has the columns that the model learnt from, in any order; others are not looked at.
    /// What is printed is CSV, too: a row for each row of the file.
    Predict(Predict),
    /// Go on with an interrupted run
    Resume(Resume),
    /// Execute a run again and say, for each trial, whether it came out the same
    Reproduce(Reproduce),
    /// Propose configurations to another program: lines of JSON, in and out
    ///
    /// Messages are hello, create, ask, tell, report, observe, recommend and close. For example
    /// {"cmd":"create","seed":1,"space":{"params":[{"name":"x","type":"float","low":0,"high":1}]}}
    /// begins a study, {"cmd":"ask","n":1} is answered by {"trial":0,"params":{"x":0.25}}, and
    /// {"cmd":"tell","trial":0,"value":0.5} tells its result. What cannot be understood is answered
    /// by {"error":"why"}. The file pipelines/ask-tell.md has it all.
    AskTell(AskTell),
    /// Write, build, check and look at plugins: models as shared libraries
    #[command(subcommand)]
    Plugin(Plugin),
}

impl Command {
    /// Whether errors, too, are read by a program.
    pub(crate) fn is_json(&self) -> bool {
        match self {
            Self::Run(args) => args.work.output.json,
            Self::Resume(args) => args.work.output.json,
            Self::Reproduce(args) => args.work.output.json,
            Self::Check(args) => args.output.json,
            Self::RangeTest(args) => args.output.json,
            Self::Predict(args) => args.output.json,
            Self::Runs(args) => args.output.json,
            Self::Show(args) => args.output.json,
            Self::Explain(args) => args.form.json,
            Self::Plugin(command) => command.is_json(),
            Self::Schema(_) | Self::AskTell(_) => false,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) pipeline: Pipeline,
    /// Run only a plugin that `surmise.lock` beside the pipeline file holds
    #[arg(long)]
    pub(crate) locked: bool,
    /// Write this plugin, as it is now, into `surmise.lock` beside the pipeline file: from then on
    /// other bytes under its name are refused
    #[arg(long, value_name = "PLUGIN", value_delimiter = ',')]
    pub(crate) accept: Vec<String>,
    #[command(flatten)]
    pub(crate) work: Work,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) pipeline: Pipeline,
    #[command(flatten)]
    pub(crate) output: Json,
}

#[derive(Debug, Args)]
pub(crate) struct RangeTest {
    #[command(flatten)]
    pub(crate) pipeline: Pipeline,
    /// The learning rate of the first step
    #[arg(long, value_name = "RATE", default_value_t = 1e-7)]
    pub(crate) lowest: f64,
    /// The learning rate of the last step
    #[arg(long, value_name = "RATE", default_value_t = 10.0)]
    pub(crate) highest: f64,
    /// How many steps, each from one batch
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) steps: u64,
    /// How much of the smoothed loss is kept from step to step, below 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.9)]
    pub(crate) smoothing: f64,
    /// End when the smoothed loss is so many times the lowest one
    #[arg(long, value_name = "FACTOR", default_value_t = 4.0)]
    pub(crate) tolerance: f64,
    #[command(flatten)]
    pub(crate) output: Json,
}

/// A pipeline file and what the command line changes in it.
#[derive(Debug, Args)]
pub(crate) struct Pipeline {
    /// The pipeline file
    pub(crate) file: PathBuf,
    /// Replace a value of the file, such as `search.trials=50`; the value is YAML
    #[arg(long, value_name = "PATH=VALUE")]
    pub(crate) set: Vec<String>,
    /// Short for `--set seed=SEED`
    #[arg(long, value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    pub(crate) seed: Option<u64>,
}

impl Pipeline {
    /// All replacements, in the order of precedence.
    pub(crate) fn overrides(&self) -> Vec<String> {
        let seed = self.seed.map(|seed| format!("seed={seed}"));
        self.set.iter().cloned().chain(seed).collect()
    }
}

/// How work is shown and how much of the machine it takes.
#[derive(Debug, Args)]
pub(crate) struct Work {
    #[command(flatten)]
    pub(crate) output: Output,
    /// Threads to use; results do not depend on it [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

#[derive(Debug, Args)]
pub(crate) struct Output {
    /// Print one JSON object a line
    #[arg(long, conflicts_with = "quiet")]
    pub(crate) json: bool,
    /// Print nothing but errors
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Json {
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// A plugin, by name or path, whose hyperparameters the schema shall know
    #[arg(long, value_name = "NAME")]
    pub(crate) plugin: Option<String>,
    /// Which of the plugin's models, if it has several
    #[arg(long, value_name = "NAME", requires = "plugin")]
    pub(crate) model: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Runs {
    #[command(flatten)]
    pub(crate) output: Json,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// A run's name or folder
    pub(crate) run: PathBuf,
    /// How many trials to print
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) top: usize,
    #[command(flatten)]
    pub(crate) output: Json,
}

#[derive(Debug, Args)]
pub(crate) struct Predict {
    /// A run's name or folder
    pub(crate) run: PathBuf,
    /// The rows to predict
    pub(crate) rows: PathBuf,
    /// Print the probability of each class, too
    #[arg(long)]
    pub(crate) probabilities: bool,
    #[command(flatten)]
    pub(crate) moved: Moved,
    #[command(flatten)]
    pub(crate) output: JsonLines,
}

#[derive(Debug, Args)]
pub(crate) struct JsonLines {
    /// Print one JSON object for each row
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// A run's name or folder
    pub(crate) run: PathBuf,
    /// How to judge which parameters mattered
    #[arg(long, value_enum, default_value_t = Method::PedAnova, value_name = "METHOD")]
    pub(crate) method: Method,
    /// Print every result beside what the surrogate predicts for it from all others
    #[arg(long)]
    pub(crate) loo: bool,
    /// Of several objectives and constraints, explain this one alone
    #[arg(long, value_name = "NAME")]
    pub(crate) output: Option<String>,
    /// Say instead why this trial was proposed, and whether it came out as predicted
    #[arg(long, value_name = "N", conflicts_with_all = ["method", "loo", "output"])]
    pub(crate) trial: Option<u64>,
    #[command(flatten)]
    pub(crate) form: Json,
}

/// How to judge which parameters mattered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Method {
    /// How the best tenth of the trials differs from all
    PedAnova,
    /// How the variance over the space divides, by a random forest; pairs included
    Fanova,
}

#[derive(Debug, Args)]
pub(crate) struct Resume {
    /// A run's name or folder
    pub(crate) run: PathBuf,
    #[command(flatten)]
    pub(crate) moved: Moved,
    /// Go on although this changed since the run began; several separated by commas
    #[arg(long, value_name = "WHAT", value_enum, value_delimiter = ',')]
    pub(crate) accept: Vec<Changed>,
    #[command(flatten)]
    pub(crate) work: Work,
}

/// Where a run's inputs are now.
#[derive(Debug, Args)]
pub(crate) struct Moved {
    /// The folder from which the pipeline file's relative paths count, if it was moved
    #[arg(long, value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
}

/// What a run's results depend on, beside the pipeline file that its folder keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Changed {
    /// The data file
    Data,
    /// The plugin's file
    Plugin,
    /// The program of a command
    Program,
    /// A file that a command names or depends on
    Script,
    /// The version of Surmise
    Version,
    /// The processor's architecture or instruction sets, the system or its mathematics
    Machine,
    /// The pipeline file in the run folder: this cannot be accepted, it would be another study
    #[value(skip)]
    Pipeline,
}

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Data => "data",
            Self::Plugin => "plugin",
            Self::Program => "program",
            Self::Script => "script",
            Self::Version => "version",
            Self::Machine => "machine",
            Self::Pipeline => "pipeline",
        })
    }
}

#[derive(Debug, Args)]
pub(crate) struct Reproduce {
    /// A run's name or folder
    pub(crate) run: PathBuf,
    #[command(flatten)]
    pub(crate) moved: Moved,
    #[command(flatten)]
    pub(crate) work: Work,
}

#[derive(Debug, Args)]
pub(crate) struct AskTell {
    /// The language that the other program speaks
    #[arg(long, value_enum, default_value_t = Protocol::Surmise)]
    pub(crate) protocol: Protocol,
    /// The sampler of studies that name none
    #[arg(long, value_name = "NAME", value_parser = sampler)]
    pub(crate) sampler: Option<String>,
}

/// A language of other programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Protocol {
    /// Our own
    Surmise,
    /// That of the benchmark kurobako, as a solver
    Kurobako,
}

fn sampler(name: &str) -> Result<String, String> {
    let samplers = registry::samplers();
    let mut names = samplers.iter().map(|sampler| sampler.name.as_str());
    match names.clone().any(|known| known == name) {
        true => Ok(name.to_owned()),
        false => Err(suggest::help(name, &mut names).unwrap_or_default()),
    }
}
