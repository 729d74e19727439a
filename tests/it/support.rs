//! A folder of its own and a program to run in it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A scratch folder with the examples' data in `data/`.
pub(crate) struct Bench {
    folder: TempDir,
}

/// What a finished program left.
pub(crate) struct Finished {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Finished {
    pub(crate) fn of(mut command: Command) -> Self {
        let Output { status, stdout, stderr } = command.output().unwrap();
        Self {
            code: status.code().unwrap_or(-1),
            out: String::from_utf8(stdout).unwrap(),
            err: String::from_utf8(stderr).unwrap(),
        }
    }
}

impl Bench {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("data")).unwrap();
        for name in ["iris.csv", "diabetes.csv"] {
            let from = repository().join("pipelines/examples/data").join(name);
            std::fs::copy(from, folder.path().join("data").join(name)).unwrap();
        }
        Self { folder }
    }

    /// With a pipeline file in it, called `study.yaml`.
    pub(crate) fn with(pipeline: &str) -> Self {
        let bench = Self::new();
        bench.write("study.yaml", pipeline);
        bench
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.path().join(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path().join(name)).unwrap()
    }

    /// The program, in this folder, away from the user's own plugins and colours.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_surmise"));
        command
            .args(args)
            .current_dir(self.path())
            .env("XDG_DATA_HOME", self.path().join("home"))
            .env("TMPDIR", self.path())
            .env_remove("SURMISE_RUNS")
            .env_remove("LD_LIBRARY_PATH")
            .env_remove("LD_PRELOAD")
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Finished {
        Finished::of(self.command(args))
    }

    /// Runs and insists on success.
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let finished = self.run(args);
        assert_eq!(finished.code, 0, "{args:?}\n{}{}", finished.out, finished.err);
        finished.out
    }

    pub(crate) fn spawn(&self, args: &[&str]) -> Child {
        let mut command = self.command(args);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// A run's events as the store's own JSON, without time stamps.
    pub(crate) fn events(&self, run: &str) -> Vec<Value> {
        self.events_in("runs", run)
    }

    pub(crate) fn events_in(&self, runs: &str, run: &str) -> Vec<Value> {
        let shown = self.ok(&["show", run, "--json", "--runs", runs]);
        let shown: Value = serde_json::from_str(&shown).unwrap();
        let mut all = vec![shown["study"].clone(), shown["conclusion"].clone()];
        all.extend(shown["all"].as_array().unwrap().iter().cloned());
        all.push(shown["test_score"].clone());
        all
    }

    /// What surrounds this run differs from machine to machine: hide it.
    pub(crate) fn tidy(&self, text: &str) -> String {
        let folder = self.path().canonicalize().unwrap();
        text.replace(&folder.display().to_string(), "[folder]")
            .replace(&self.path().display().to_string(), "[folder]")
    }
}

/// A quick study over the irises.
pub(crate) const STUDY: &str = "\
surmise: 1
name: study
seed: 3
data:
  source: { csv: data/iris.csv }
  target: species
  split: { test: { fraction: 0.2 } }
stages:
  - standardize: {}
model:
  plugin: svm
  params: { C: 1.0, gamma: 0.1 }
evaluation:
  resample: { kfold: 3, shuffle: true }
  metric: accuracy
search:
  sampler: { type: gp }
  trials: 12
  space:
    model.params.C: { min: 0.01, max: 1000.0, log: true }
    model.params.gamma: { min: 0.0001, max: 10.0, log: true }
    model.params.kernel: [rbf, linear]
";
