//! A plugin's shared library.

use std::fmt;
use std::os::fd::{AsFd, AsRawFd};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use libloading::os::unix::{self, RTLD_LOCAL, RTLD_NOW};
use surmise_core::component::ModelInfo;
use surmise_plugin_abi as abi;

use crate::binary::Binary;
use crate::descriptor::{self, Descriptor};
use crate::table::{self, Contents, Functions};
use crate::{Error, Model, Result};

/// A loaded plugin; cheap to clone. It stays loaded until the process ends, because nothing can
/// prove that none of its code is needed any more.
#[derive(Clone)]
pub struct Library(Arc<Inner>);

struct Inner {
    binary: &'static Binary,
    descriptor: String,
    id: String,
    version: String,
    infos: Vec<ModelInfo>,
    default: Option<usize>,
    /// In the order of `infos`.
    functions: Vec<Functions>,
    turn: Mutex<()>,
}

impl Library {
    /// Loads the plugin in this file into this process. The same bytes opened again, in whichever
    /// file, are the same library, or are refused for the same reason: its entry is called once.
    ///
    /// # Errors
    /// [`Error::Load`] if [`Binary::open`] refuses the file, or it is not a plugin that this
    /// version understands.
    pub fn open(path: &Path) -> Result<Self> {
        let binary = Binary::open(path)?;
        Self::load(binary).map_err(|reason| Error::load(path, reason))
    }

    /// Loads the sealed bytes.
    pub(crate) fn load(binary: Binary) -> Result<Self, String> {
        static KNOWN: Mutex<Vec<Known>> = Mutex::new(Vec::new());

        // Held while loading: entry functions may count on being called one at a time.
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.iter().find(|known| known.sha256 == binary.sha256()) {
            return known.outcome.clone();
        }
        // Never closed: the loader knows a library by the name of its descriptor.
        let binary: &'static Binary = Box::leak(Box::new(binary));
        let outcome = load(binary).and_then(|contents| Self::new(binary, contents));
        known.push(Known { sha256: binary.sha256().to_owned(), outcome: outcome.clone() });
        outcome
    }

    fn new(binary: &'static Binary, contents: Contents) -> Result<Self, String> {
        let text = contents.descriptor;
        let Descriptor { id, version, models, default } =
            descriptor::parse(&text).map_err(|problem| format!("its descriptor {problem}"))?;
        let functions = functions_of(&models, contents.models)?;
        let (descriptor, turn) = (text, Mutex::new(()));
        Ok(Self(Arc::new(Inner {
            binary,
            descriptor,
            id,
            version,
            infos: models,
            default,
            functions,
            turn,
        })))
    }

    /// The file, without links in its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.binary.path()
    }

    /// The SHA-256 of the file, 64 hexadecimal digits.
    #[must_use]
    pub fn sha256(&self) -> &str {
        self.0.binary.sha256()
    }

    /// The plugin's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// The plugin's version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.0.version
    }

    /// The text by which the plugin describes itself.
    #[must_use]
    pub fn descriptor(&self) -> &str {
        &self.0.descriptor
    }

    /// Its models, at least one.
    #[must_use]
    pub fn models(&self) -> &[ModelInfo] {
        &self.0.infos
    }

    /// The model of that name, or without one the default or only one.
    ///
    /// # Errors
    /// [`Error::Load`] if there is none of that name, or several without a default and no name.
    pub fn model(&self, name: Option<&str>) -> Result<Model> {
        let index = self.choose(name).map_err(|e| Error::load(self.path(), e))?;
        Ok(Model::new(self.clone(), index))
    }

    pub(crate) fn choose(&self, name: Option<&str>) -> Result<usize, String> {
        choose(self.models(), self.0.default, name)
    }

    pub(crate) fn functions(&self, index: usize) -> &Functions {
        &self.0.functions[index]
    }

    /// Waits until no other call into a model without parallel instances runs.
    pub(crate) fn turn(&self) -> MutexGuard<'_, ()> {
        self.0.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Library({} {})", self.id(), self.version())
    }
}

/// Which of the models has that name, or is meant where none is named.
pub(crate) fn choose(
    models: &[ModelInfo],
    default: Option<usize>,
    name: Option<&str>,
) -> Result<usize, String> {
    let index = match name {
        Some(name) => models.iter().position(|info| info.component.name == name),
        None => default,
    };
    index.ok_or_else(|| {
        let known: Vec<_> = models.iter().map(|info| info.component.name.as_str()).collect();
        let known = known.join(", ");
        match name {
            Some(name) => format!("it has no model `{name}`, only {known}"),
            None => format!("it has several models, name one of {known}"),
        }
    })
}

/// Bytes that were tried, and what became of them.
struct Known {
    sha256: String,
    outcome: Result<Library, String>,
}

/// The functions of each described model, in that order.
fn functions_of(
    described: &[ModelInfo],
    mut functions: Vec<Functions>,
) -> Result<Vec<Functions>, String> {
    let ordered = described
        .iter()
        .map(|model| {
            let name = &model.component.name;
            let found = functions.iter().position(|functions| functions.id == *name);
            let found =
                found.ok_or_else(|| format!("model `{name}` is described but not there"))?;
            Ok(functions.swap_remove(found))
        })
        .collect::<Result<Vec<_>, String>>()?;
    match functions.first() {
        None => Ok(ordered),
        Some(Functions { id, .. }) => {
            Err(format!("model {id:?} is not described, or is there twice"))
        }
    }
}

/// Loads a library and reads its table.
fn load(binary: &'static Binary) -> Result<Contents, String> {
    let memory = format!("/proc/self/fd/{}", binary.memory().as_fd().as_raw_fd());
    // SAFETY: this runs the library's initialisers. That a plugin's code is trusted to be sound
    // is what loading it into this process means.
    let library = unsafe { unix::Library::open(Some(&memory), RTLD_NOW | RTLD_LOCAL) };
    let library = library.map_err(|e| {
        let said = deepest(&e).replace(&memory, &binary.path().display().to_string());
        format!("cannot be loaded: {said}")
    })?;
    // Never unloaded: threads, thread-locals and pointers of the plugin may outlive every handle.
    let library = Box::leak(Box::new(libloading::Library::from(library)));
    // SAFETY: a library that exports this symbol promises that it is this function.
    let entry = unsafe { library.get::<abi::Entry>(abi::ENTRY_SYMBOL) };
    let entry = entry.map_err(|_| "not a Surmise plugin: it does not export one".to_owned())?;
    // SAFETY: as above; `open` calls one entry at a time.
    let plugin = unsafe { entry(abi::ABI_MINOR) };
    // SAFETY: what an entry function returns follows the ABI.
    unsafe { table::read(plugin) }
}

/// The loader's own words.
fn deepest(error: &dyn std::error::Error) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}
