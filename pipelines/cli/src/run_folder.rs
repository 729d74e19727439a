//! A run's own folder: everything needed to look at it, go on with it or do it again.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use surmise_core::event::Event;
use surmise_core::history::{History, Refit};
use surmise_core::store::{EventStore, Seq};
use surmise_core::suggest;
use surmise_store::SqliteStore;

use crate::exit::{Exit, Failure, Result};
use crate::lock::sha256;

/// `<runs>/<name>-<number>` with the pipeline as written, the lock, the store and the model.
#[derive(Debug, Clone)]
pub(crate) struct RunFolder {
    path: PathBuf,
}

/// No folder will ever hold more runs of one name.
const RUNS_MAX: u32 = 1_000_000;

impl RunFolder {
    /// Makes the folder of a new run: the first free number after the name. Making a folder is
    /// atomic, so two runs that start at once get one each.
    pub(crate) fn create(runs: &Path, name: &str) -> Result<Self> {
        let usable = |e| Failure::new(Exit::Run, e).hint("choose another folder with --runs DIR");
        fs::create_dir_all(runs)
            .with_context(|| format!("cannot make the folder {}", runs.display()))
            .map_err(usable)?;
        let runs = runs.canonicalize()?;
        for number in 1..RUNS_MAX {
            let path = runs.join(format!("{name}-{number}"));
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self { path }),
                Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(e) => {
                    let what = format!("cannot make the run folder {}", path.display());
                    return Err(usable(anyhow::Error::new(e).context(what)));
                }
            }
        }
        Err(Failure::message(Exit::Run, format!("{} is full of runs of `{name}`", runs.display())))
    }

    /// The run of that name below `runs`, or at that path.
    pub(crate) fn open(run: &Path, runs: &Path) -> Result<Self> {
        let candidates = [runs.join(run), run.to_path_buf()];
        if let Some(path) = candidates.iter().find(|path| path.join(PIPELINE).is_file()) {
            return Ok(Self { path: path.canonicalize()? });
        }
        let message = format!("there is no run `{}` in {}", run.display(), runs.display());
        let known: Vec<String> = Self::list(runs)?.iter().map(Self::name).collect();
        let help = suggest::help(&run.to_string_lossy(), known.iter().map(String::as_str));
        let hint = help.unwrap_or_else(|| "`surmise runs` lists them".into());
        Err(Failure::message(Exit::Run, message).hint(hint))
    }

    /// All runs below a folder, the latest first.
    pub(crate) fn list(runs: &Path) -> Result<Vec<Self>> {
        let entries = match fs::read_dir(runs) {
            Ok(entries) => entries,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => {
                let what = format!("cannot read the folder {}", runs.display());
                return Err(Failure::new(Exit::Run, anyhow::Error::new(e).context(what)));
            }
        };
        let mut found = Vec::new();
        for entry in entries {
            let path = entry?.path();
            let changed = |file: &str| fs::metadata(path.join(file)).and_then(|m| m.modified());
            if let Ok(changed) = changed(STORE).or_else(|_| changed(PIPELINE)) {
                let path = path.canonicalize()?;
                found.push((changed, Self { path }));
            }
        }
        found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.path.cmp(&b.1.path)));
        Ok(found.into_iter().map(|(_, folder)| folder).collect())
    }

    /// The folder for people: a name may hold anything but `/`, and must not drive a terminal.
    pub(crate) fn shown(&self) -> String {
        escaped(&self.path.to_string_lossy())
    }

    /// The name by which other commands take the run.
    pub(crate) fn name(&self) -> String {
        escaped(&self.path.file_name().unwrap_or(self.path.as_os_str()).to_string_lossy())
    }

    /// The pipeline file as it was written.
    pub(crate) fn pipeline(&self) -> PathBuf {
        self.path.join(PIPELINE)
    }

    /// Hashes and versions of all that the results depend on.
    pub(crate) fn lock(&self) -> PathBuf {
        self.path.join("surmise.lock")
    }

    /// The events.
    pub(crate) fn store(&self) -> PathBuf {
        self.path.join(STORE)
    }

    /// The best configuration's model, fitted to all training rows.
    pub(crate) fn model(&self) -> PathBuf {
        self.path.join("model.bin")
    }

    /// The folder for what the model prints: a file for each trial that prints something.
    pub(crate) fn logs(&self) -> PathBuf {
        self.path.join("logs")
    }

    /// What its store holds, without writing to it: somebody else may be running it. A run that
    /// was killed before it began has no events.
    pub(crate) fn events(&self) -> Result<Vec<Event>> {
        if !self.store().exists() {
            return Ok(Vec::new());
        }
        let store = SqliteStore::open_read_only(&self.store())?;
        match store.studies()?.as_slice() {
            [] => Ok(Vec::new()),
            [study] => Ok(store.read(study, Seq(0))?),
            all => {
                let message = format!("{} holds {} studies, not one", self.shown(), all.len());
                Err(Failure::message(Exit::Run, message))
            }
        }
    }

    /// The fold over its events.
    pub(crate) fn history(&self) -> Result<History> {
        let events = self.events()?;
        if events.is_empty() {
            let message = format!("nothing has run yet in {}", self.shown());
            let hint = format!("`surmise resume {}` starts it", self.name());
            return Err(Failure::message(Exit::Run, message).hint(hint));
        }
        Ok(History::fold(&events)?)
    }

    /// Whether the model file is the one that the log names, if it names one.
    pub(crate) fn holds_model(&self, recorded: &Refit) -> bool {
        recorded.model_sha256.as_ref().is_none_or(|expected| {
            fs::read(self.model()).is_ok_and(|bytes| sha256(&bytes) == *expected)
        })
    }

    /// Writes a file of this folder so that a crash leaves the old one or the new one, whole.
    pub(crate) fn write(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        let scratch = path.with_extension("partial");
        let write = || -> std::io::Result<()> {
            let mut file = fs::File::create(&scratch)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&scratch, path)?;
            // The folder's own entry outlasts a power cut only when the folder is synchronised.
            fs::File::open(&self.path)?.sync_all()
        };
        write()
            .with_context(|| format!("cannot write {}", path.display()))
            .map_err(|e| Failure::new(Exit::Run, e))
    }
}

/// Control characters as escapes.
fn escaped(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() })
        .collect()
}

const PIPELINE: &str = "pipeline.yaml";
const STORE: &str = "study.db";
