//! Turns models into a plugin: the exported symbol, the tables, and the shims behind them.
//!
//! A shim checks what the host passed, catches panics, turns errors into a status and a text, and
//! gives up an instance whose code panicked. It is `extern "C"`, not `"C-unwind"`: each plugin has
//! its own standard library, so a panic must never reach the host.

use surmise_plugin_abi::names::is_id;

mod borrow;
mod gradient;
mod instance;
mod kinds;
mod layouts;
mod meta;
mod panics;
mod services;
mod shims;
mod stream;
mod table;

#[cfg(test)]
mod tests;

pub use kinds::{Exportable, Exported, FitsItself, IsBoth, IsNeither, IsTrained};
pub use meta::{Meta, SECTION};
pub use surmise_plugin_abi::Plugin;
pub use table::{About, Table};

/// Holds a package's name to what a host takes as a plugin's id; [`export_model!`] evaluates it
/// when it compiles.
///
/// [`export_model!`]: crate::export_model
///
/// # Panics
/// If the name is not 1 to 64 of `a-z 0-9 _ . -` beginning with a letter, which is then a compile
/// error.
pub const fn check_package(name: &str) {
    assert!(is_id(name), "a plugin's package name is 1 to 64 of a-z 0-9 _ -, lowercase");
}

/// Makes a plugin of one or more models, each a [`Model`](crate::Model) or a
/// [`GradientModel`](crate::GradientModel). Write it once, at the top level of the crate; the
/// plugin's id, version and licence are the package's.
///
/// ```text
/// export_model!(Ridge);
/// export_model!(Ridge, Lasso, Network);
/// ```
///
/// The exported symbol has the same name in every plugin, so two plugins must not be linked into
/// one program. A package may depend on several, so that cargo builds their shared libraries, as
/// long as its code names at most one: a library that is not named is not linked.
#[macro_export]
macro_rules! export_model {
    ($($model:ty),+ $(,)?) => {
        #[cfg(panic = "abort")]
        compile_error!("a Surmise plugin needs `panic = \"unwind\"`: a panic must not end the host");

        const _: () = $crate::export::check_package(::core::env!("CARGO_PKG_NAME"));

        /// The plugin's entry, called by Surmise.
        #[unsafe(no_mangle)]
        pub extern "C" fn surmise_plugin_entry_v1(
            _host_minor: u32,
        ) -> *const $crate::export::Plugin {
            use $crate::export::{FitsItself as _, IsBoth as _, IsNeither as _, IsTrained as _};

            #[cfg_attr(target_os = "linux", unsafe(link_section = ".surmise.meta"))]
            #[used]
            static META: $crate::export::Meta = $crate::export::Meta::new(
                ::core::env!("CARGO_PKG_NAME"),
                ::core::env!("CARGO_PKG_VERSION"),
            );
            static TABLE: $crate::export::Table = $crate::export::Table::new();
            // Or the linker would leave out what nothing reaches.
            ::core::hint::black_box(&META);
            TABLE.plugin(|about| {
                let about = about.package(
                    ::core::env!("CARGO_PKG_NAME"),
                    ::core::env!("CARGO_PKG_VERSION"),
                    ::core::env!("CARGO_PKG_LICENSE"),
                );
                $(let about = (&&&&$crate::export::Exported::<$model>::NEW).add(about);)+
                about
            })
        }
    };
}
