//! A model wherever it runs: in workers, or in this process.
//!
//! What is checked is the same for both, and so are the results, bit for bit: a worker calls the
//! same functions with the same bytes.

mod session;
mod tenant;

pub use session::{FittedModel, Recipe, Session};

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use surmise_core::component::ModelInfo;

use crate::data::Inputs;
use crate::descriptor::{self, Descriptor};
use crate::error::meaning;
use crate::layout::LaidTable;
use crate::sandbox::{Level, Policy};
use crate::shared::{self, Kept, OwnedTable, Owner, Place, SharedTable};
use crate::state::Origin;
use crate::training::Trainer;
use crate::worker::wire::Failure;
use crate::worker::{Pool, Trouble, loaded};
use crate::{Binary, Error, Library, Model, Result, fitting, library, text};

/// Where a plugin's code runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Isolation {
    /// In processes of their own.
    Workers(Workers),
    /// In this process: what it does wrong is done to this process.
    InProcess,
}

/// How worker processes are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workers {
    /// How they are restricted.
    pub sandbox: Policy,
    /// The most memory of its own that each may use, in bytes.
    pub memory_bytes: Option<u64>,
    /// The longest that one call may take: a fit, a prediction, saving.
    pub time: Option<Duration>,
    /// Libraries that the plugin may bring along beside those that every system has, by the names
    /// that the loader knows.
    pub libraries: Vec<String>,
    /// A folder for their scratch folders.
    pub scratch: PathBuf,
    /// The program that serves as a worker; `None` for this very one, whose `main` then begins with
    /// [`worker::main`](crate::worker::main) where its first argument is
    /// [`worker::ARGUMENT`](crate::worker::ARGUMENT).
    pub program: Option<PathBuf>,
}

/// A model of a plugin, ready to be fitted; cheap to clone, usable from any thread.
#[derive(Clone)]
pub struct Runner(Arc<Inner>, Option<&'static dyn Trainer>);

struct Inner {
    plugin: Plugin,
    info: ModelInfo,
    house: House,
}

/// Whose model it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plugin {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Its file, without links in the path.
    pub path: PathBuf,
    /// The SHA-256 of the bytes that were loaded, 64 hexadecimal digits.
    pub sha256: String,
}

enum House {
    Here(Model),
    Workers(Pool, Level),
}

impl Runner {
    /// Loads a plugin and takes its model of that name, or its only one.
    ///
    /// # Errors
    /// [`Error::Load`] if the plugin cannot be loaded, has no such model, or ends the worker that
    /// loads it.
    pub fn open(binary: Binary, model: Option<&str>, isolation: &Isolation) -> Result<Self> {
        let path = binary.path().to_owned();
        let inner = match isolation {
            Isolation::InProcess => Inner::here(binary, model),
            Isolation::Workers(workers) => Inner::in_workers(binary, model, workers.clone()),
        };
        inner.map(|inner| Self(Arc::new(inner), None)).map_err(|reason| Error::load(&path, reason))
    }

    /// The same, with what trains its model if that is asked for in this process. For workers,
    /// their program hands it to [`worker::main_with`](crate::worker::main_with).
    #[must_use]
    pub fn trained_by(self, trainer: &'static dyn Trainer) -> Self {
        Self(self.0, Some(trainer))
    }

    /// Its name, hyperparameters, tasks and abilities.
    #[must_use]
    pub fn info(&self) -> &ModelInfo {
        &self.0.info
    }

    /// The plugin that it is part of.
    #[must_use]
    pub fn plugin(&self) -> &Plugin {
        &self.0.plugin
    }

    /// How the plugin's code is restricted; `None` if it runs in this process.
    #[must_use]
    pub fn level(&self) -> Option<Level> {
        match &self.0.house {
            House::Here(_) => None,
            House::Workers(_, level) => Some(*level),
        }
    }

    /// Where the plugin's code runs and how it is restricted, in words.
    #[must_use]
    pub fn isolation(&self) -> String {
        self.level().map_or("in-process".into(), |level| format!("in workers: {level}"))
    }

    /// Whether fits may run side by side: workers do not disturb each other.
    #[must_use]
    pub fn is_parallel(&self) -> bool {
        match &self.0.house {
            House::Here(model) => model.info().parallel_instances,
            House::Workers(..) => true,
        }
    }

    /// Checks a table, lays it out as the model prefers, and puts it where the model will see it.
    ///
    /// # Errors
    /// [`Error::Data`] if no model, or not this one, can take it.
    pub fn share(&self, owned: OwnedTable) -> Result<SharedTable> {
        let table = owned.table()?;
        fitting::check_features(self.info(), &table)?;
        let frame = table.frame();
        let n_classes = frame.target.map(|_| fitting::check_target(self.info(), &frame));
        let (n_rows, inputs, n_classes) =
            (frame.n_rows, Inputs::of(&frame), n_classes.transpose()?);
        let layout = self.info().layout();
        let place = match &self.0.house {
            House::Workers(..) => Place::Sealed(shared::seal(&LaidTable::new(&table, layout)?)?),
            House::Here(_) => Place::Here(Box::new(Kept::new(owned, layout)?)),
        };
        Ok(SharedTable { owner: self.0.owner(), n_rows, inputs, n_classes, place })
    }

    /// Begins something, such as a trial, whose fits share workers. Short ones may get workers
    /// that served another before ([`Session::is_shared`]). What the plugin prints goes to `log`;
    /// without one, nowhere.
    #[must_use]
    pub fn session(&self, log: Option<PathBuf>) -> Session<'_> {
        Session::new(&self.0, self.1, log, false)
    }

    /// The same in workers that have served nothing else: whatever happens is its own doing.
    #[must_use]
    pub fn session_alone(&self, log: Option<PathBuf>) -> Session<'_> {
        Session::new(&self.0, self.1, log, true)
    }
}

impl Inner {
    fn here(binary: Binary, name: Option<&str>) -> Result<Self, String> {
        let path = binary.path().to_owned();
        let library = Library::load(binary)?;
        let index = library.choose(name)?;
        let plugin = Plugin {
            id: library.id().into(),
            version: library.version().into(),
            path,
            sha256: library.sha256().into(),
        };
        let model = Model::new(library, index);
        Ok(Self { plugin, info: model.info().clone(), house: House::Here(model) })
    }

    fn in_workers(binary: Binary, name: Option<&str>, options: Workers) -> Result<Self, String> {
        loaded::check(binary.strangers(), &options.libraries, "needs")?;
        let pool = Pool::new(Arc::new(binary), options)?;
        let (worker, level, text) = pool.take()?;
        // It was asked for nothing yet, so that the first trial may have it.
        pool.give_back(worker);
        let Descriptor { id, version, mut models, default } =
            descriptor::parse(&text).map_err(|problem| format!("its descriptor {problem}"))?;
        let info = models.swap_remove(library::choose(&models, default, name)?);
        let (path, sha256) = (pool.binary().path().to_owned(), pool.binary().sha256().to_owned());
        let plugin = Plugin { id, version, path, sha256 };
        Ok(Self { plugin, info, house: House::Workers(pool, level) })
    }

    fn name(&self) -> &str {
        &self.info.component.name
    }

    fn owner(&self) -> Owner {
        Owner { sha256: self.plugin.sha256.clone(), model: self.name().to_owned() }
    }

    fn origin(&self) -> Origin<'_> {
        let Plugin { id, version, sha256, .. } = &self.plugin;
        Origin { plugin: id, version, sha256 }
    }

    fn error(&self, trouble: Trouble) -> Error {
        error_of(trouble, self.plugin.id.clone(), self.name().to_owned())
    }
}

/// What a worker's trouble means for whoever asked. What it gives no words for has ours.
pub(crate) fn error_of(trouble: Trouble, plugin: String, model: String) -> Error {
    match trouble {
        Trouble::Ended(verdict) => Error::Ended { plugin, model, verdict },
        Trouble::Failed(call, Failure::Status { status, message }) => {
            let status = status.min(-1);
            let message = text::clean_or(&message, &meaning(status));
            Error::Call { plugin, model, call: call.name(), status, message }
        }
        Trouble::Failed(call, Failure::Contract { reason }) => {
            let reason = text::clean_or(&reason, "it does not say how");
            Error::Contract { plugin, model, call: call.name(), reason }
        }
        Trouble::Failed(_, Failure::Diverged { epoch, step, reason }) => {
            let reason = text::clean_or(&reason, "it does not say how");
            Error::Diverged { model, epoch, step, reason }
        }
        Trouble::Failed(_, Failure::Data { reason }) => {
            Error::Data { reason: text::clean_or(&reason, "it does not say why") }
        }
        Trouble::Failed(call, Failure::Worker { reason }) => {
            let reason = text::clean_or(&reason, "it does not say why");
            let verdict = format!("its worker cannot {}: {reason}", call.name());
            Error::Ended { plugin, model, verdict }
        }
    }
}

impl fmt::Debug for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Runner({} of {})", self.0.name(), self.0.plugin.id)
    }
}
