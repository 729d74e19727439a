//! Making the tables, and recognising them.

use std::fs;
use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::{Error, Result, open};

/// Tells a study store from other SQLite files: "SRMS".
const APPLICATION_ID: i32 = 0x5352_4D53;

/// The version of `schema.sql`, kept as SQLite's `user_version`.
const FORMAT: i32 = 1;

const SCHEMA: &str = include_str!("schema.sql");

/// Makes the tables in an empty file.
pub(crate) fn create(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(SCHEMA)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", FORMAT)?;
    transaction.commit()
}

/// Checks that this is a store of a known format, whole, and with no rules but ours on its events.
pub(crate) fn check(connection: &Connection, path: &Path) -> Result<()> {
    let sqlite = |e| Error::sqlite(path, e);
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    if pragma("application_id").map_err(sqlite)? != APPLICATION_ID {
        return Err(Error::NotAStore {
            path: path.to_owned(),
            why: "it is an SQLite file of something else".into(),
        });
    }
    let found = pragma("user_version").map_err(sqlite)?;
    if FORMAT < found {
        return Err(Error::Newer { path: path.to_owned(), found, known: FORMAT });
    }
    check_whole(connection, path)?;
    if found != FORMAT || rules(connection).map_err(sqlite)? != own_rules().map_err(sqlite)? {
        return Err(Error::damaged(path, "its tables are not those of a store"));
    }
    Ok(())
}

fn check_whole(connection: &Connection, path: &Path) -> Result<()> {
    let page_bytes = connection
        .pragma_query_value(None, "page_size", |row| row.get::<_, u32>(0))
        .map_err(|e| Error::sqlite(path, e))?;
    let file_bytes = fs::metadata(path).map_err(|e| Error::io(path, e))?.len();
    // SQLite would read zeros. With a log, the rest of the page is there.
    if file_bytes % u64::from(page_bytes) != 0 && open::log_bytes(path) == 0 {
        return Err(Error::damaged(path, "it was cut short"));
    }
    let report = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0))
        .map_err(|e| Error::sqlite(path, e))?;
    if report == "ok" {
        Ok(())
    } else {
        // SQLite's report begins with a line of its own.
        let what = report.lines().last().unwrap_or(&report);
        Err(Error::damaged(path, what))
    }
}

/// The definition of the table of events, its indexes and its triggers. A trigger from a file that
/// somebody else made would run with our appends.
fn rules(connection: &Connection) -> rusqlite::Result<Vec<Option<String>>> {
    connection
        .prepare("SELECT sql FROM sqlite_schema WHERE tbl_name = 'event' ORDER BY name")?
        .query_map([], |row| row.get(0))?
        .collect()
}

fn own_rules() -> rusqlite::Result<Vec<Option<String>>> {
    let memory = Connection::open_in_memory()?;
    memory.execute_batch(SCHEMA)?;
    rules(&memory)
}
