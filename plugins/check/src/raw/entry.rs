//! The entry of a plugin, called as no host would.

use std::path::Path;

use surmise_plugin_abi as abi;

/// What the entry answers, as addresses.
pub(crate) struct Entries {
    /// To this version, asked first.
    pub(crate) first: usize,
    /// To this version, asked again.
    pub(crate) again: usize,
    /// To the oldest minor version.
    pub(crate) oldest: usize,
    /// To a minor version of a far future.
    pub(crate) newest: usize,
}

impl Entries {
    /// Loads the library and asks its entry four times.
    pub(crate) fn of(path: &Path) -> Result<Self, String> {
        // SAFETY: this runs the library's initialisers, which the process is there for.
        let library = unsafe { libloading::Library::new(path) }
            .map_err(|e| format!("cannot be loaded: {}", words(&e)))?;
        let library = Box::leak(Box::new(library));
        // SAFETY: a library that exports this symbol promises that it is this function.
        let entry = unsafe { library.get::<abi::Entry>(abi::ENTRY_SYMBOL) }
            .map_err(|_| format!("it does not export {}", abi::ENTRY_NAME))?;
        // SAFETY: as above; nothing else runs.
        let ask = |minor| unsafe { entry(minor) }.addr();
        Ok(Self {
            first: ask(abi::ABI_MINOR),
            again: ask(abi::ABI_MINOR),
            oldest: ask(0),
            newest: ask(u32::MAX),
        })
    }
}

/// The loader's own words.
fn words(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), words)
}
