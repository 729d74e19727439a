//! Plugins in processes of their own.
//!
//! A worker is this very program, started again as `/proc/self/exe __worker`. It is handed one
//! plugin as sealed memory, gives up all it does not need ([`crate::sandbox`]), loads the plugin
//! and then does as it is asked until its host is gone.
//!
//! ```text
//! host                                       worker
//!  plugin memory (sealed) ─────────────────▶ loaded from /proc/self/fd/N
//!  table memory (sealed, shared by all) ───▶ mapped for reading
//!  output memory (fixed size) ◀───────────── predictions
//!  socket (whole messages) ◀───────────────▶ requests, answers, reports, verdicts
//!  log file a trial ◀──────── pipe ────────  standard output and error
//! ```
//!
//! Whatever comes from a worker is untrusted: the plugin's code could have sent it. It may forge
//! its own result, which is its to give anyway; it is checked and scored by the host.
//!
//! Read in this order: `wire` (what is said), `channel` (how), `serve` (the worker's side),
//! `loaded` (what a plugin brings along), `keeper` (who minds a worker that may start processes),
//! `process` (the host's side of one worker), `verdict` (how a worker ended, in words),
//! `progress` (which job it is at), `pool` (having them ready), `crew` (sharing them in a trial),
//! `traces` (what must not be left in one).

pub(crate) mod channel;
mod crew;
mod keeper;
pub(crate) mod loaded;
mod log;
mod pool;
mod process;
mod progress;
pub(crate) mod scratch;
mod serve;
mod spawn;
mod traces;
pub(crate) mod verdict;
mod watch;
pub(crate) mod wire;

pub(crate) use crew::Crew;
pub(crate) use log::Log;
pub(crate) use pool::Pool;
pub(crate) use process::{Listener, Trouble, Worker};

pub use serve::{main, main_with};

/// The first argument of a program that is to be a worker.
pub const ARGUMENT: &str = "__worker";
