//! Whether a plugin keeps the rules of the ABI: a suite of checks, each in a process of its own,
//! so that a crash and a hang are results.
//!
//! A check is one function in one table: `checks` has a file for each group of them. It gets the
//! file, the library that the host has loaded, or one of its models, and says whether it passes,
//! and why not. The suite starts the program that uses this crate again for each
//! of them, which hands the argument that it is started with to [`child`].
//!
//! Read in this order: [`suite`] (what is run, and how), `checks` (what is checked), `subject` (the
//! moves that checks share), `raw` (a plugin's functions, called without care).
//!
//! What is drawn at random comes from one seed, and what is told names it.

pub mod suite;

mod checks;
mod data;
mod doing;
mod job;
mod outcome;
mod process;
mod raw;
mod settings;
mod subject;
mod valgrind;

pub use checks::{Check, all};
pub use outcome::{Outcome, Status};
pub use suite::{Plugin, Report, Settings};

/// Does what the suite asks of the process that it started, whose argument this is. The program
/// must be one that serves as a worker of `surmise-plugin-host`, too.
///
/// # Errors
/// If the argument is not the suite's, or what came of it cannot be written.
pub fn child(argument: &str) -> std::io::Result<()> {
    let order: job::Order = serde_json::from_str(argument)?;
    process::expect_the_worst()?;
    order.fulfil()
}
