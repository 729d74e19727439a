//! Opening the file: to write, to read, and to read where nothing can be written.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::lock::beside;
use crate::{Error, Result, schema};

/// How long to wait for another program that holds SQLite's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The one path of a file that is there: two names of it must find the same lock.
pub(crate) fn existing(path: &Path) -> Result<PathBuf> {
    let path = fs::canonicalize(path).map_err(|e| Error::io(path, e))?;
    let is_file = fs::metadata(&path).map_err(|e| Error::io(&path, e))?.is_file();
    if is_file {
        Ok(path)
    } else {
        let why = "it is no file".into();
        Err(Error::NotAStore { path, why })
    }
}

/// Opens a checked store to write, changing nothing yet.
pub(crate) fn to_write(path: &Path) -> Result<Connection> {
    let open = || {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        harden(&connection)?;
        let read_only = connection.is_readonly("main")?;
        Ok((connection, read_only))
    };
    let (connection, read_only) = open().map_err(|e| Error::sqlite(path, e))?;
    if read_only {
        return Err(Error::read_only(path, "the file is read-only"));
    }
    match schema::check(&connection, path) {
        Ok(()) => Ok(connection),
        Err(Error::Sqlite { source, .. }) if needs_companions(&source, path) => {
            Err(Error::read_only(path, "its folder is read-only"))
        }
        Err(e) => Err(e),
    }
}

/// Makes every commit outlast a crash of the machine. For the holder of the writer's lock: it
/// changes the file's header.
pub(crate) fn make_durable(connection: &Connection, path: &Path) -> Result<()> {
    let set = || {
        // A file system that cannot have this log keeps a rollback journal, which is as safe.
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")
    };
    set().map_err(|e| Error::sqlite(path, e))
}

/// Opens a checked store to read.
pub(crate) fn to_read(path: &Path) -> Result<Connection> {
    match try_to_read(path, Live::Yes) {
        Err(Error::Sqlite { source, .. }) if needs_companions(&source, path) => {
            try_to_read(path, Live::No)
        }
        other => other,
    }
}

/// Whether somebody may be writing to the file while it is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Live {
    Yes,
    No,
}

fn try_to_read(path: &Path, live: Live) -> Result<Connection> {
    let open = || {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = match live {
            Live::Yes => Connection::open_with_flags(path, flags)?,
            Live::No => {
                Connection::open_with_flags(immutable(path), flags | OpenFlags::SQLITE_OPEN_URI)?
            }
        };
        harden(&connection)?;
        Ok(connection)
    };
    let connection = open().map_err(|e| Error::sqlite(path, e))?;
    schema::check(&connection, path)?;
    Ok(connection)
}

/// The file is somebody else's until it was checked.
fn harden(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "foreign_keys", true)
}

/// A store at rest in a folder that cannot be written to has no write-ahead log, and SQLite cannot
/// make the one it would read along with the file. Then the file alone is all there is.
fn needs_companions(error: &rusqlite::Error, path: &Path) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::CannotOpen) && log_bytes(path) == 0
}

/// How much was committed but not yet moved to the file itself.
pub(crate) fn log_bytes(path: &Path) -> u64 {
    fs::metadata(beside(path, "-wal")).map_or(0, |m| m.len())
}

/// The address that tells SQLite to look for nothing beside the file.
fn immutable(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    let escaped: String = bytes.iter().map(|b| format!("%{b:02X}")).collect();
    format!("file:{escaped}?immutable=1")
}

#[cfg(test)]
mod tests {
    use surmise_core::store::EventStore;

    use super::*;
    use crate::SqliteStore;

    /// The way into a folder that cannot be written to, taken here on purpose.
    #[test]
    fn a_store_at_rest_is_read_without_companions() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a store? 100% #1 ü.sqlite");
        drop(SqliteStore::create(&path).unwrap());
        assert!(!beside(&path, "-wal").exists(), "a writer that ends tidies up");
        let connection = try_to_read(&path, Live::No).unwrap();
        let n: i64 = connection.query_row("SELECT count(*) FROM event", [], |r| r.get(0)).unwrap();
        assert_eq!(n, 0);
        assert!(!beside(&path, "-shm").exists());
        assert!(SqliteStore::open_read_only(&path).unwrap().studies().unwrap().is_empty());
    }

    #[test]
    fn only_a_missing_log_is_made_up_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        let cannot_open = || rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(14), None);
        let corrupt = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(11), None);
        assert!(needs_companions(&cannot_open(), &path));
        assert!(!needs_companions(&corrupt, &path));
        fs::write(beside(&path, "-wal"), "committed events").unwrap();
        assert!(!needs_companions(&cannot_open(), &path));
    }
}
