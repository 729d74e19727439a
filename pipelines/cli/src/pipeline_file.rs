//! A pipeline file in its place, and the model that it names.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use surmise_plugin_host::search::{self, SearchPath};
use surmise_plugin_host::{Binary, Isolation, Policy, Runner, Workers};
use surmise_spec::{
    CommandSpec, IsolationSpec, ModelRef, Override, Pipeline, Sandbox, Source, Spec,
};

use crate::args::Moved;
use crate::exit::{Exit, Failure, Result};
use crate::lock::{Lock, Pins, PipelineLock};
use crate::registry;
use crate::run_folder::RunFolder;

/// A pipeline file in its place.
pub(crate) struct PipelineFile {
    pub(crate) source: Source,
    /// The folder from which its relative paths count.
    pub(crate) folder: PathBuf,
    pub(crate) overrides: Vec<String>,
    pins: Pins,
}

/// A pipeline file that was understood.
pub(crate) enum Checked {
    /// With the model that it names.
    Plugin { spec: Arc<Spec>, model: Runner },
    /// With a command.
    Command(Box<CommandSpec>),
}

impl PipelineFile {
    /// Reads a file that lies where its author keeps it, and the lock beside it.
    pub(crate) fn read(
        path: &Path,
        overrides: Vec<String>,
        locked: bool,
        accept: &[String],
    ) -> Result<Self> {
        let source = Source::read(path).map_err(|e| Failure::new(Exit::Pipeline, e))?;
        let folder = path.canonicalize()?.parent().unwrap_or(Path::new("/")).to_path_buf();
        let pins = Pins::read(&folder, locked, accept)?;
        Ok(Self { source, folder, overrides, pins })
    }

    /// The file that a run was made from, as its folder keeps it.
    pub(crate) fn of_run(run: &RunFolder, lock: &Lock, moved: &Moved) -> Result<Self> {
        let source = Source::read(&run.pipeline()).map_err(|e| Failure::new(Exit::Run, e))?;
        let PipelineLock { folder, overrides, .. } = &lock.pipeline;
        let folder = match &moved.folder {
            Some(folder) => folder
                .canonicalize()
                .with_context(|| format!("cannot use the folder {}", folder.display()))
                .map_err(|e| Failure::new(Exit::Data, e))?,
            None => folder.clone(),
        };
        // The run's own lock says what it was made with.
        Ok(Self { source, folder, overrides: overrides.clone(), pins: Pins::none() })
    }

    /// Understands the file and loads the model's plugin.
    pub(crate) fn check(&self) -> Result<Checked> {
        let overrides: Vec<Override> = self.overrides.iter().map(Override::new).collect();
        let found: RefCell<Option<Result<Runner, String>>> = RefCell::new(None);
        let find = |of: ModelRef<'_>, isolation: &IsolationSpec| {
            let accepted = |binary: &Binary| self.pins.check(of.plugin, binary);
            let model = model(of, &self.folder, isolation, &accepted).map_err(|e| e.to_string());
            let info = model.as_ref().map(|m| m.info().clone()).map_err(Clone::clone);
            *found.borrow_mut() = Some(model);
            info
        };
        let spec = surmise_spec::load(&self.source, &overrides, &registry::catalog(&find));
        match (spec, found.into_inner()) {
            (Ok(Pipeline::Plugin(spec)), Some(Ok(model))) => {
                self.pins.keep(&spec.model.plugin, model.plugin())?;
                Ok(Checked::Plugin { spec: Arc::from(spec), model })
            }
            (Ok(Pipeline::Command(spec)), _) => {
                self.pins.refuse_command()?;
                Ok(Checked::Command(spec))
            }
            (Err(diagnostics), Some(Err(_))) if diagnostics.len() == 1 => {
                Err(Failure::diagnostics(Exit::Plugin, diagnostics))
            }
            (Err(diagnostics), _) => Err(Failure::diagnostics(Exit::Pipeline, diagnostics)),
            (Ok(_), _) => Err(Failure::message(Exit::Internal, "the file names no model")),
        }
    }
}

/// The model that is named, of a plugin whose path counts from `folder`.
pub(crate) fn model(
    of: ModelRef<'_>,
    folder: &Path,
    isolation: &IsolationSpec,
    accepted: &dyn Fn(&Binary) -> Result<(), String>,
) -> anyhow::Result<Runner> {
    let binary = Binary::open(&search::find(of.plugin, folder, &search_path())?)?;
    accepted(&binary).map_err(anyhow::Error::msg)?;
    Ok(Runner::open(binary, of.name, &isolated(isolation))?.trained_by(&registry::LOOP))
}

fn isolated(spec: &IsolationSpec) -> Isolation {
    let IsolationSpec::Workers { limits, libraries } = spec else { return Isolation::InProcess };
    Isolation::Workers(Workers {
        sandbox: policy(limits.sandbox),
        memory_bytes: limits.memory_bytes,
        time: limits.time_ms.map(Duration::from_millis),
        libraries: libraries.clone(),
        scratch: std::env::temp_dir(),
        program: None,
    })
}

/// Where plugins are searched beside the pipeline file's folder.
pub(crate) fn search_path() -> SearchPath {
    SearchPath { data_home: data_home(), exe_dir: exe_dir() }
}

/// How strict a sandbox is.
pub(crate) fn policy(sandbox: Sandbox) -> Policy {
    match sandbox {
        Sandbox::Required => Policy::Required,
        Sandbox::BestEffort => Policy::BestEffort,
        Sandbox::Off => Policy::Off,
    }
}

/// The user's folder for installed things.
fn data_home() -> Option<PathBuf> {
    let given = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    given("XDG_DATA_HOME").or_else(|| given("HOME").map(|home| home.join(".local/share")))
}

/// Where first-party plugins lie beside a program that was built from source.
fn exe_dir() -> Option<PathBuf> {
    std::env::current_exe().ok()?.parent().map(Path::to_path_buf)
}
