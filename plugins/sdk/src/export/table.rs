//! The tables that the entry function hands out.

use std::ptr;
use std::sync::OnceLock;

use serde_json::Value;
use surmise_plugin_abi as abi;

use super::{gradient, panics, shims};
use crate::{GradientModel, LayoutModel, descriptor};

/// A plugin's table, made when the host first asks for it.
#[derive(Debug, Default)]
pub struct Table(OnceLock<Option<Leaked>>);

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
            Leaked::new(describe(About::default()))
        };
        let leaked = self.0.get_or_init(|| panics::catch(make).ok());
        leaked.as_ref().map_or(ptr::null(), |leaked| ptr::from_ref(leaked.0))
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

    /// One more model that the host trains.
    #[must_use]
    pub fn gradient_model<M: GradientModel>(mut self) -> Self {
        self.models.push((descriptor::gradient_model::<M>(), gradient::table::<M>()));
        self
    }

    /// One more model that fits itself.
    #[must_use]
    pub fn model<M: LayoutModel>(mut self) -> Self {
        self.models.push((descriptor::model::<M>(), shims::table::<M>()));
        self
    }
}

/// A table that lives as long as the program: hosts never give one back.
#[derive(Debug)]
struct Leaked(&'static abi::Plugin);

// SAFETY: nothing writes to the table or to what it points at, all of which is static.
unsafe impl Send for Leaked {}
// SAFETY: as above.
unsafe impl Sync for Leaked {}

impl Leaked {
    fn new(about: About) -> Self {
        let (described, models): (Vec<Value>, Vec<abi::Model>) = about.models.into_iter().unzip();
        let descriptor = descriptor::plugin(about.id, about.version, about.license, &described);
        let models: &'static [abi::Model] = models.leak();
        let pointers: &'static [*const abi::Model] =
            models.iter().map(ptr::from_ref).collect::<Vec<_>>().leak();
        Self(Box::leak(Box::new(abi::Plugin {
            struct_size: size_of::<abi::Plugin>() as u64,
            abi_major: abi::ABI_MAJOR,
            abi_minor: abi::ABI_MINOR,
            descriptor: abi::Str::new(descriptor.leak()),
            models: pointers.as_ptr(),
            n_models: pointers.len() as u64,
        })))
    }
}
