//! Finds, checks, loads and runs model plugins.
//!
//! A plugin is a shared library that speaks the C ABI of `surmise-plugin-abi`. Everything that
//! comes from it is untrusted until checked: its table, its descriptor, its texts, its numbers.
//! What a check cannot help against is code that crashes or loops, because for now plugins run in
//! this process.
//!
//! Read in this order: [`search`] (from a name to a file), [`library`] (from a file to models),
//! [`data`] (what a model is given), [`model`] and [`fitted`] (running one that fits itself),
//! [`gradient`] (training one that exposes its gradient), [`facts`] and [`meta`] (what a file tells
//! before it is loaded), [`error`].
//!
//! This crate reads no environment variable and prints nothing; a plugin's log goes to `tracing`.

#![expect(unsafe_code, reason = "this is the one crate that calls plugins; every block says why")]

pub mod data;
pub mod error;
pub mod facts;
pub mod fitted;
pub mod gradient;
pub mod library;
pub mod meta;
pub mod model;
pub mod search;

mod binary;
mod dataset;
mod descriptor;
mod instance;
mod json;
mod output;
mod services;
mod state;
mod table;
mod text;

pub use data::{Table, Target};
pub use error::{Error, Result};
pub use facts::Facts;
pub use fitted::{Fitted, PredictKind};
pub use library::Library;
pub use model::{FitOptions, Model, Report, Verdict};
pub use output::PROBABILITY_TOLERANCE;
pub use table::Functions;
