//! The tables that the entry function hands out.

use std::sync::OnceLock;

use serde_json::Value;
use surmise_plugin_abi as abi;

use super::{panics, shims};
use crate::{Model, descriptor};

/// A plugin's table, made when the host first asks for it.
#[derive(Debug, Default)]
pub struct Table(OnceLock<Option<Owned>>);

impl Table {
    /// An empty table.
    #[must_use]
    pub const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// The table, the same on every call; null if a description panicked.
    pub fn plugin(&'static self, describe: impl FnOnce(About) -> About) -> *const abi::Plugin {
        let make = || {
            panics::install_hook();
            Owned::new(describe(About::default()))
        };
        let owned = self.0.get_or_init(|| panics::catch(make).ok());
        owned.as_ref().map_or(std::ptr::null(), |owned| &raw const owned.plugin)
    }
}

/// What [`export_model!`](crate::export_model) tells about a plugin.
#[derive(Debug, Default)]
pub struct About {
    id: &'static str,
    version: &'static str,
    license: &'static str,
    models: Vec<(Value, abi::Model)>,
}

impl About {
    /// The package that the plugin is built from.
    #[must_use]
    pub fn package(self, id: &'static str, version: &'static str, license: &'static str) -> Self {
        Self { id, version, license, ..self }
    }

    /// One more model.
    #[must_use]
    pub fn model<M: Model>(mut self) -> Self {
        self.models.push((descriptor::model::<M>(), shims::table::<M>()));
        self
    }
}

/// Everything that the table points at. The heap blocks stay where they are when this moves.
#[derive(Debug)]
struct Owned {
    plugin: abi::Plugin,
    _descriptor: String,
    _models: Box<[abi::Model]>,
    _pointers: Box<[*const abi::Model]>,
}

// SAFETY: nothing is written after construction, and the pointers reach only the struct's own
// heap blocks and static text.
unsafe impl Send for Owned {}
// SAFETY: as above.
unsafe impl Sync for Owned {}

impl Owned {
    fn new(about: About) -> Self {
        let (described, models): (Vec<Value>, Vec<abi::Model>) = about.models.into_iter().unzip();
        let descriptor = descriptor::plugin(about.id, about.version, about.license, &described);
        let models = models.into_boxed_slice();
        let pointers: Box<[*const abi::Model]> =
            models.iter().map(|model| &raw const *model).collect();
        let plugin = abi::Plugin {
            struct_size: size_of::<abi::Plugin>() as u64,
            abi_major: abi::ABI_MAJOR,
            abi_minor: abi::ABI_MINOR,
            descriptor: abi::Str::new(&descriptor),
            models: pointers.as_ptr(),
            n_models: pointers.len() as u64,
        };
        Self { plugin, _descriptor: descriptor, _models: models, _pointers: pointers }
    }
}
