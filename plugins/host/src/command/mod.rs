//! Any program as a model: started for each trial, in a process of its own.
//!
//! ```text
//! host                         keeper                        the command
//!  order ────────────────────▶  starts ────────────────────▶ restricts itself, becomes the program
//!  ◀──── how it is restricted ◀─────────────────────────────
//!  lines ◀──────────────────────────────────────── pipe ──── standard output
//!  log   ◀──────────────────────────────────────── pipe ──── standard error
//!  ◀──────── how it ended ────  kills whatever is left
//! ```
//!
//! The keeper is this very program, started again. It runs none of the command's code and is not in
//! its sandbox, so the command cannot signal it (Linux 6.12 and later); processes that lose their
//! parent become the keeper's, so that none outlives the trial. When the host goes, the keeper sees
//! its channel close and ends them too.
//!
//! Read in this order: `program` (from a name to a file), `wire` (what is said), `run` (the
//! host's side), `keeper` (the other side), `lines` (bounded lines), `tree` (a process and
//! all that it has started).

mod keeper;
mod lines;
mod program;
mod run;
pub(crate) mod tree;
mod wire;

pub use keeper::{enter, keep};
pub use lines::{LINE_BYTES_MAX, Listener};
pub use program::{Program, Search};
pub use run::{Commands, House, Run};

/// The first argument of a program that is to be a keeper.
pub const KEEPER: &str = "__keeper";

/// The first argument of a program that is to become a command.
pub const ENTER: &str = "__enter";
