//! The study store in SQLite: one file that holds the events of its studies.
//!
//! The file outlasts a crash of the process and of the machine (write-ahead log, full
//! synchronisation); one process writes to it at a time, any number read. Any SQLite client can
//! query it, also while a study runs:
//!
//! ```sql
//! SELECT t.trial, t.value, p.name, p.value
//! FROM trials t JOIN params p USING (study, trial)
//! WHERE t.state = 'complete' ORDER BY t.value DESC;
//! ```
//!
//! Read in this order: `schema.sql` (tables and views), [`SqliteStore`], `create`, `open`, `lock`
//! (one writer), [`Error`].

mod create;
mod error;
mod lock;
mod open;
mod schema;
mod store;

pub use error::{Error, Result};
pub use store::SqliteStore;
