//! A plugin's functions, called without the checks and the care of the host.
//!
//! The host never shows a model what it is not ready for. A suite of checks must: hyperparameters
//! that are none, an output that is too short, a reader that fails. This module makes these calls
//! and is safe to use as long as the plugin is sound, which is what the suite finds out; a process
//! of its own holds the damage.

#![expect(unsafe_code, reason = "calling a plugin by its pointers; every block says why")]

mod data;
mod entry;
mod host;
mod instance;
mod pages;
mod stream;

pub(crate) use data::{N_CATEGORIES, Placement, View};
pub(crate) use entry::Entries;
pub(crate) use host::{Answer, Heard};
pub(crate) use instance::{Given, Instance, Model, Refusal};
pub(crate) use stream::{Sink, Source};
