//! A plugin's shared library.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use surmise_core::component::ModelInfo;
use surmise_plugin_abi as abi;

use crate::binary::Fingerprint;
use crate::descriptor::{self, Descriptor};
use crate::table::{self, Contents, Functions};
use crate::{Error, Model, Result, binary};

/// A loaded plugin; cheap to clone. It stays loaded until the process ends, because nothing can
/// prove that none of its code is needed any more.
#[derive(Clone)]
pub struct Library(Arc<Inner>);

struct Inner {
    path: PathBuf,
    sha256: String,
    descriptor: String,
    id: String,
    version: String,
    infos: Vec<ModelInfo>,
    /// In the order of `infos`.
    functions: Vec<Functions>,
    turn: Mutex<()>,
}

impl Library {
    /// Loads the plugin in this file, after checking what can be checked without running it. The
    /// same file opened again, by whichever of its names, is the same library, or is refused for
    /// the same reason: its entry is called once.
    ///
    /// The bytes are hashed first and loaded by their path afterwards. Who can replace the file in
    /// between can have other code loaded than [`Library::sha256`] tells; loading a sealed copy of
    /// the hashed bytes is left to a later version.
    ///
    /// # Errors
    /// [`Error::Load`] if the path is not absolute, the file is no shared library for this
    /// machine, or it is not a plugin that this version understands.
    pub fn open(path: &Path) -> Result<Self> {
        if !path.is_absolute() {
            return Err(Error::load(path, "the path must be absolute"));
        }
        Self::open_file(path).map_err(|reason| Error::load(path, reason))
    }

    fn open_file(path: &Path) -> Result<Self, String> {
        static KNOWN: Mutex<Vec<Known>> = Mutex::new(Vec::new());

        let path = path.canonicalize().map_err(|e| format!("cannot be read: {e}"))?;
        // Held while loading: entry functions may count on being called one at a time.
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let file = binary::inspect(&path)?;
        if let Some(known) = known.iter().find(|known| known.is_same(&path, &file)) {
            if known.file.sha256 != file.sha256 {
                return Err("the file changed since it was loaded: start again".to_owned());
            }
            return known.outcome.clone();
        }
        let outcome =
            load(&path).and_then(|contents| Self::new(path.clone(), file.sha256.clone(), contents));
        known.push(Known { path, file, outcome: outcome.clone() });
        outcome
    }

    fn new(path: PathBuf, sha256: String, contents: Contents) -> Result<Self, String> {
        let text = contents.descriptor;
        let Descriptor { id, version, models } =
            descriptor::parse(&text).map_err(|problem| format!("its descriptor {problem}"))?;
        let functions = functions_of(&models, contents.models)?;
        let (descriptor, infos, turn) = (text, models, Mutex::new(()));
        Ok(Self(Arc::new(Inner { path, sha256, descriptor, id, version, infos, functions, turn })))
    }

    /// The file, without links in its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// The SHA-256 of the file, 64 hexadecimal digits.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.0.sha256
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

    /// The model of that name, or the only one.
    ///
    /// # Errors
    /// [`Error::Load`] if there is none of that name, or several and no name.
    pub fn model(&self, name: Option<&str>) -> Result<Model> {
        let index = match name {
            Some(name) => self.models().iter().position(|info| info.component.name == name),
            None => (self.models().len() == 1).then_some(0),
        };
        index.map(|index| Model::new(self.clone(), index)).ok_or_else(|| {
            let known: Vec<_> =
                self.models().iter().map(|info| info.component.name.as_str()).collect();
            let known = known.join(", ");
            let reason = match name {
                Some(name) => format!("it has no model `{name}`, only {known}"),
                None => format!("it has several models, name one of {known}"),
            };
            Error::load(self.path(), reason)
        })
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

/// A file that was tried, and what became of it.
struct Known {
    path: PathBuf,
    file: Fingerprint,
    outcome: Result<Library, String>,
}

impl Known {
    /// Whether the system's loader would take both for one library: it goes by name and inode.
    fn is_same(&self, path: &Path, file: &Fingerprint) -> bool {
        self.path == path || file.inode.is_some() && self.file.inode == file.inode
    }
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
fn load(path: &Path) -> Result<Contents, String> {
    // SAFETY: this runs the library's initialisers. That a plugin's code is trusted to be sound
    // is what loading it into this process means.
    let library =
        unsafe { open_now(path) }.map_err(|e| format!("cannot be loaded: {}", deepest(&e)))?;
    // Never unloaded: threads, thread-locals and pointers of the plugin may outlive every handle.
    let library = Box::leak(Box::new(library));
    // SAFETY: a library that exports this symbol promises that it is this function.
    let entry = unsafe { library.get::<abi::Entry>(abi::ENTRY_SYMBOL) };
    let entry = entry.map_err(|_| "not a Surmise plugin: it does not export one".to_owned())?;
    // SAFETY: as above; `open` calls one entry at a time.
    let plugin = unsafe { entry(abi::ABI_MINOR) };
    // SAFETY: what an entry function returns follows the ABI.
    unsafe { table::read(plugin) }
}

#[cfg(unix)]
unsafe fn open_now(path: &Path) -> Result<libloading::Library, libloading::Error> {
    use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
    // SAFETY: passed on.
    unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL) }.map(Into::into)
}

#[cfg(not(unix))]
unsafe fn open_now(path: &Path) -> Result<libloading::Library, libloading::Error> {
    // SAFETY: passed on.
    unsafe { libloading::Library::new(path) }
}

/// The loader's own words.
fn deepest(error: &dyn std::error::Error) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}
