//! Making the file of a new store: a crash leaves a whole one or none.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::lock::beside;
use crate::{Error, Result, schema};

/// The path of a store to be made, without links in its folder.
pub(crate) fn vacant(path: &Path) -> Result<PathBuf> {
    let name = path.file_name().ok_or_else(|| Error::NotAStore {
        path: path.to_owned(),
        why: "it is no file name".into(),
    })?;
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    let folder = fs::canonicalize(folder.unwrap_or(Path::new(".")));
    let path = folder.map_err(|e| Error::io(path, e))?.join(name);
    check_vacant(&path)?;
    Ok(path)
}

/// Makes the file under another name and gives it its own once all of it is on the disk. Only for
/// the holder of the writer's lock: what an earlier maker left under that other name is removed.
pub(crate) fn make(path: &Path) -> Result<()> {
    let scratch = beside(path, ".partial");
    // A log without its store would be replayed into the new one.
    for left in [scratch.clone(), beside(path, "-wal"), beside(path, "-journal")] {
        remove(&left).map_err(|e| Error::io(&left, e))?;
    }
    fill(&scratch).map_err(|e| Error::sqlite(path, e))?;
    check_vacant(path)?;
    publish(&scratch, path).map_err(|e| Error::io(path, e))
}

/// An empty file holds nothing that could be lost: it counts as none.
fn check_vacant(path: &Path) -> Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() && found.len() == 0 => Ok(()),
        Ok(_) => Err(Error::Exists { path: path.to_owned() }),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(Error::io(path, e)),
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

fn fill(scratch: &Path) -> rusqlite::Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(scratch, flags)?;
    // A crash leaves a file that the next maker removes: it needs no journal of its own.
    connection.pragma_update(None, "journal_mode", "memory")?;
    schema::create(&mut connection)?;
    connection.close().map_err(|(_, e)| e)
}

fn publish(scratch: &Path, path: &Path) -> io::Result<()> {
    File::open(scratch)?.sync_all()?;
    fs::rename(scratch, path)?;
    // The folder's own entry outlasts a power cut only when the folder is synchronised.
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}
