//! From a pipeline file with a command to something that runs.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use surmise_core::space::Space;
use surmise_core::study::{SamplerChoice, Study};
use surmise_engine::command::{CommandTrials, Names, PARAMS_FILE};
use surmise_plugin_host::command::{Commands, House, Program, Search};
use surmise_spec::{CommandSpec, CommandTrial};

use super::{Experiment, Subject};
use crate::exit::{Exit, Failure, Result};
use crate::lock::{CommandLock, Lock, sha256_of_file};
use crate::pipeline_file::{PipelineFile, policy};

/// A checked pipeline whose model is a command.
pub(crate) struct CommandSubject {
    pub(crate) spec: Arc<CommandSpec>,
    pub(crate) objective: CommandTrials,
    pub(crate) program: Program,
}

/// How many threads numerical libraries take.
const THREADS: [&str; 6] = [
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "RAYON_NUM_THREADS",
];

/// What of the user's environment is handed on.
const INHERITED: [&str; 2] = ["PATH", "CUDA_VISIBLE_DEVICES"];

/// What makes programs in Python repeat themselves and tell at once what they print.
const PYTHON: [(&str, &str); 3] =
    [("PYTHONHASHSEED", "0"), ("PYTHONUNBUFFERED", "1"), ("PYTHONDONTWRITEBYTECODE", "1")];

impl CommandSubject {
    /// Finds the program and the files that it names, and tries the sandbox.
    pub(super) fn prepare(spec: CommandSpec, file: &PipelineFile) -> Result<Experiment> {
        let spec = Arc::new(spec);
        let program = find(&spec, &file.folder)?;
        let files = Files::of(&spec, &file.folder)?;
        let objective = CommandTrials {
            commands: Commands::open(house(&spec, &program, &files, &file.folder)?)
                .map_err(|e| refused(&spec, Exit::Plugin, "isolation", &e))?,
            program: program.path.clone(),
            env: environment(&spec),
            complete: {
                let spec = Arc::clone(&spec);
                Box::new(move |params| Ok(spec.params(params)?))
            },
            arguments: {
                let spec = Arc::clone(&spec);
                Box::new(move |params, own| {
                    let file = own.scratch.join(PARAMS_FILE);
                    let (seed, number, scratch) = (own.seed, own.number, own.scratch);
                    spec.arguments(params, &CommandTrial { seed, number, scratch, params: &file })
                })
            },
            names: names(&spec),
            limits: spec.evaluation.constraints.iter().map(|c| c.limit).collect(),
            logs: None,
        };
        let lock = Lock {
            command: Some(CommandLock {
                program: program.file.clone(),
                sha256: sha256_of_file(&program.file)?,
                files: files.hashed()?,
            }),
            ..Lock::of(file, &spec.canonical())?
        };
        let study = study(&spec)?;
        let subject = Subject::Command(Box::new(Self { spec, objective, program }));
        Ok(Experiment { subject, study, lock, notes: Vec::new() })
    }
}

fn find(spec: &CommandSpec, folder: &Path) -> Result<Program> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let search = Search {
        folder: folder.to_owned(),
        path: variable("PATH").unwrap_or_else(|| OsString::from("/usr/bin:/bin")),
        home: variable("HOME").map(PathBuf::from),
    };
    let name = spec.constants().next().unwrap_or_default();
    search.find(&name).map_err(|e| refused(spec, Exit::Plugin, "model.command", &e))
}

/// The files that a command depends on.
struct Files {
    /// By the names that the pipeline file has for them: those that lie beside it.
    beside: BTreeMap<String, PathBuf>,
    /// Those that it names elsewhere.
    elsewhere: Vec<PathBuf>,
}

impl Files {
    fn of(spec: &CommandSpec, folder: &Path) -> Result<Self> {
        let mut files = Self { beside: BTreeMap::new(), elsewhere: Vec::new() };
        for argument in spec.constants().skip(1) {
            let value = argument.split_once('=').map_or(argument.as_str(), |(_, value)| value);
            for name in [argument.as_str(), value] {
                let path = folder.join(name);
                if !path.is_file() {
                    continue;
                }
                match path.canonicalize() {
                    Ok(file) if file.starts_with(folder) => {
                        files.beside.insert(name.to_owned(), file);
                    }
                    Ok(file) => files.elsewhere.push(file),
                    Err(_) => {}
                }
            }
        }
        for name in &spec.model.files {
            let path = folder.join(name);
            if !path.is_file() {
                let problem = format!("there is no file {}", path.display());
                return Err(refused(spec, Exit::Plugin, "model.files", &problem));
            }
            files.beside.insert(name.clone(), path);
        }
        Ok(files)
    }

    fn hashed(&self) -> Result<BTreeMap<String, String>> {
        self.beside.iter().map(|(name, path)| Ok((name.clone(), sha256_of_file(path)?))).collect()
    }
}

/// What the program is kept to, paths and all.
fn house(spec: &CommandSpec, program: &Program, files: &Files, folder: &Path) -> Result<House> {
    let confines = &spec.isolation;
    let existing = |key: &str, written: &[String]| -> Result<Vec<PathBuf>> {
        let path = |name: &String| {
            let path = folder.join(name);
            path.canonicalize().map_err(|e| {
                let place = format!("isolation.{key}");
                refused(spec, Exit::Plugin, &place, &format!("{}: {e}", path.display()))
            })
        };
        written.iter().map(path).collect()
    };
    let mut read = existing("read", &confines.read)?;
    read.push(folder.to_owned());
    read.extend(program.needs.iter().cloned());
    read.push(program.file.clone());
    read.extend(files.beside.values().chain(&files.elsewhere).cloned());
    Ok(House {
        sandbox: policy(confines.limits.sandbox),
        memory_bytes: confines.limits.memory_bytes,
        time: confines.limits.time_ms.map(Duration::from_millis),
        network: confines.network,
        read,
        write: existing("write", &confines.write)?,
        folder: folder.to_owned(),
        scratch: std::env::temp_dir(),
    })
}

fn environment(spec: &CommandSpec) -> Vec<(String, String)> {
    let mut env = BTreeMap::from([("LANG".to_owned(), "C.UTF-8".to_owned())]);
    env.extend(THREADS.map(|name| (name.to_owned(), spec.model.threads.to_string())));
    env.extend(PYTHON.map(|(name, value)| (name.to_owned(), value.to_owned())));
    env.extend(
        INHERITED.into_iter().filter_map(|name| Some((name.into(), std::env::var(name).ok()?))),
    );
    env.extend(spec.model.env.clone());
    env.into_iter().collect()
}

fn names(spec: &CommandSpec) -> Names {
    let evaluation = &spec.evaluation;
    Names {
        objectives: evaluation.objectives.iter().map(|o| o.metric.clone()).collect(),
        constraints: evaluation.constraints.iter().map(|c| c.metric.clone()).collect(),
        steps: evaluation.steps,
    }
}

/// The study that the file describes; without a search, one trial of the values as written.
fn study(spec: &CommandSpec) -> Result<Study> {
    let evaluation = &spec.evaluation;
    let mut objectives = evaluation.objectives.iter().cloned();
    let first = objectives.next();
    let first = first.ok_or_else(|| Failure::message(Exit::Internal, "no objective is named"))?;
    let plain = Study {
        name: spec.name.clone(),
        seed: spec.seed,
        objective: first,
        others: objectives.collect(),
        constraints: evaluation.constraints.iter().map(ToString::to_string).collect(),
        steps: evaluation.steps,
        space: Space::try_from(Vec::new())?,
        first: None,
        sampler: SamplerChoice { name: "grid".into(), settings: serde_json::Map::new() },
        trials: 1,
        parallel: 1,
    };
    Ok(match &spec.search {
        None => plain,
        Some(search) => super::searching(plain, search),
    })
}

fn refused(spec: &CommandSpec, exit: Exit, place: &str, problem: &str) -> Failure {
    Failure::diagnostics(exit, spec.diagnose(place, problem, None))
}
