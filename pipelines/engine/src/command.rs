//! Evaluation by a program that trains and measures by itself: what running a trial means where the
//! model is a command.

mod printed;

pub use printed::Names;

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use surmise_core::limit::Limit;
use surmise_core::trial::{Outcome, Params};
use surmise_plugin_host::command::{Commands, Run};

use self::printed::Printed;
use crate::Result;
use crate::executor::{Job, Objective};

/// The file in a trial's scratch folder that holds its parameters.
pub const PARAMS_FILE: &str = "params.json";

/// What every trial has of its own.
#[derive(Debug, Clone, Copy)]
pub struct Own<'a> {
    /// Drawn from `seed/model`: at most 2³¹ − 1, which every program takes for a seed.
    pub seed: u32,
    /// The trial's number.
    pub number: u64,
    /// Its scratch folder.
    pub scratch: &'a Path,
}

/// Turns a trial's parameters into all parameters of the command.
pub type Complete = Box<dyn Fn(&Params) -> Result<Map<String, Value>> + Send + Sync>;

/// Turns all parameters into the command's arguments.
pub type Arguments = Box<dyn Fn(&Map<String, Value>, &Own<'_>) -> Vec<String> + Send + Sync>;

/// Runs a program once for each trial; what counts is what it prints.
pub struct CommandTrials {
    /// Where programs run.
    pub commands: Commands,
    /// The file.
    pub program: PathBuf,
    /// All of its environment but what differs from trial to trial.
    pub env: Vec<(String, String)>,
    /// How trials get their parameters.
    pub complete: Complete,
    /// How parameters become arguments.
    pub arguments: Arguments,
    /// What it prints.
    pub names: Names,
    /// What a feasible configuration keeps, for each of [`Names::constraints`].
    pub limits: Vec<Limit>,
    /// The folder for what it prints, a file a trial; without one it is dropped.
    pub logs: Option<PathBuf>,
}

impl CommandTrials {
    /// Runs it to its end; an error says in words how it ended, or what it should not have printed.
    fn run(
        &self,
        params: &Map<String, Value>,
        job: &Job,
        printed: &mut Printed<'_>,
    ) -> Result<(), String> {
        let seed = (job.seed.child("model").to_u64() >> 33) as u32;
        let make = |scratch: &Path| {
            let own = Own { seed, number: job.trial.0, scratch };
            let text = Value::Object(params.clone()).to_string();
            let mut env = self.env.clone();
            let file = scratch.join(PARAMS_FILE);
            env.extend([
                ("SURMISE_PARAMS".into(), text.clone()),
                ("SURMISE_PARAMS_FILE".into(), file.display().to_string()),
                ("SURMISE_SCRATCH".into(), scratch.display().to_string()),
                ("SURMISE_SEED".into(), seed.to_string()),
                ("SURMISE_TRIAL".into(), job.trial.to_string()),
            ]);
            Run {
                program: self.program.clone(),
                args: (self.arguments)(params, &own),
                env,
                files: vec![(PARAMS_FILE.into(), format!("{text}\n"))],
            }
        };
        let log = self.logs.as_ref().map(|logs| logs.join(format!("trial-{}.log", job.trial)));
        self.commands.run(&make, log, &mut |line, cut| printed.read(line, cut))
    }
}

impl Objective for CommandTrials {
    fn isolation(&self) -> Option<String> {
        Some(self.commands.isolation())
    }

    fn evaluate(&self, job: &Job, report: &mut dyn FnMut(f64)) -> Outcome {
        let params = match (self.complete)(&job.params) {
            Ok(params) => params,
            Err(e) => return Outcome::Failed { error: e.to_string() },
        };
        let mut printed = Printed::new(&self.names, report);
        let ended = self.run(&params, job, &mut printed);
        match ended.and_then(|()| printed.outcome(&self.limits)) {
            Ok(outcome) => outcome,
            Err(why) => Outcome::Failed { error: format!("the command {why}") },
        }
    }
}
