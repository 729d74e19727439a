//! A run's own folder: everything needed to look at it, go on with it or do it again.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use surmise_core::event::Event;
use surmise_core::history::History;
use surmise_core::store::{EventStore, Seq};
use surmise_store::SqliteStore;

use crate::exit::{Exit, Failure, Result};

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
        match candidates.iter().find(|path| path.join(PIPELINE).is_file()) {
            Some(path) => Ok(Self { path: path.canonicalize()? }),
            None => {
                let message = format!("there is no run `{}` in {}", run.display(), runs.display());
                Err(Failure::message(Exit::Run, message).hint("`surmise runs` lists them"))
            }
        }
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
            let store = path.join(STORE);
            if let Ok(made) = fs::metadata(&store).and_then(|m| m.modified()) {
                found.push((made, Self { path }));
            }
        }
        found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.path.cmp(&b.1.path)));
        Ok(found.into_iter().map(|(_, folder)| folder).collect())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The name by which other commands take the run.
    pub(crate) fn name(&self) -> String {
        self.path.file_name().unwrap_or(self.path.as_os_str()).to_string_lossy().into_owned()
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

    /// What its store holds, without writing to it: somebody else may be running it.
    pub(crate) fn events(&self) -> Result<Vec<Event>> {
        let store = SqliteStore::open_read_only(&self.store())?;
        let mut events = Vec::new();
        for study in store.studies()? {
            events.extend(store.read(&study, Seq(0))?);
        }
        Ok(events)
    }

    /// The fold over its events.
    pub(crate) fn history(&self) -> Result<History> {
        Ok(History::fold(&self.events()?)?)
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

const PIPELINE: &str = "pipeline.yaml";
const STORE: &str = "study.db";
