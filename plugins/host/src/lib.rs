//! Finds, checks, loads and runs model plugins.
//!
//! A plugin is a shared library that speaks the C ABI of `surmise-plugin-abi`. Everything that
//! comes from it is untrusted until checked: its table, its descriptor, its texts, its numbers.
//! What a check cannot help against is code that crashes or loops: against that a plugin runs in
//! worker processes, unless the user decides otherwise.
//!
//! Read in this order: [`search`] (from a name to a file), [`facts`] and [`meta`] (what a file
//! tells before it is loaded), [`binary`] (from a file to bytes that cannot change), [`runner`] (a
//! model wherever it runs), [`worker`] (processes of their own), [`library`], [`model`] and
//! [`fitted`] (the plugin in this process), [`gradient`] and [`training`] (a model that exposes
//! its gradient), [`data`] (what a model is given), [`error`].
//!
//! This crate reads no environment variable and prints nothing; a plugin's log goes to `tracing`.

#![expect(unsafe_code, reason = "this is the one crate that calls plugins; every block says why")]
#![expect(unexpected_cfgs, reason = "`fuzzing` is set by cargo-fuzz, for tests/fuzz")]

pub mod binary;
pub mod command;
pub mod data;
pub mod error;
pub mod facts;
pub mod fitted;
pub mod gradient;
pub mod library;
pub mod meta;
pub mod model;
pub mod runner;
pub mod sandbox;
pub mod search;
pub mod shared;
pub mod training;
pub mod worker;

mod dataset;
mod descriptor;
mod fitting;
mod instance;
mod json;
mod layout;
mod occupant;
mod output;
mod scan;
mod sealed;
mod services;
mod state;
mod table;
mod text;
mod trust;

/// What a fuzzer drives, which is not there otherwise.
#[cfg(fuzzing)]
pub mod fuzzing {
    /// Panics where the reader of descriptors breaks its promises.
    pub fn descriptor(text: &str) {
        crate::descriptor::sense::survives(text);
    }
}

pub use binary::Binary;
pub use data::{Table, Target};
pub use error::{Error, Result};
pub use facts::Facts;
pub use fitted::{Fitted, PredictKind};
pub use library::Library;
pub use model::{FitOptions, Model, Report, Verdict};
pub use output::PROBABILITY_TOLERANCE;
pub use runner::{FittedModel, Isolation, Plugin, Recipe, Runner, Session, Workers};
pub use sandbox::{Level, Policy};
pub use shared::{OwnedTable, OwnedTarget, Sets, SharedTable};
pub use table::Functions;
pub use training::{Trained, Trainer, Training};
