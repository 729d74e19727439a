//! One writer a store.
//!
//! SQLite lets several processes write in turn; a study must have one. The lock is the kernel's, on
//! a file beside the store, so that it ends with its process however that ends. It cannot be on the
//! store itself: closing any handle of that file would drop SQLite's own locks on it.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// The right to write to a store, as long as the value lives.
#[derive(Debug)]
pub(crate) struct WriterLock {
    file: File,
}

impl WriterLock {
    /// Takes the lock of the store at `path`, or says at once that somebody else has it.
    pub(crate) fn take(path: &Path) -> Result<Self> {
        // The file stays when the lock ends: a process that removed it could remove the next
        // one's.
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(beside(path, ".lock"))
            .map_err(|e| Error::io(path, e))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file }),
            Err(TryLockError::WouldBlock) => Err(Error::InUse { path: path.to_owned() }),
            Err(TryLockError::Error(e)) => Err(Error::io(path, e)),
        }
    }
}

impl Drop for WriterLock {
    /// Closing alone would leave the lock to a child that this process is starting just now, until
    /// that child has closed its copy of the handle.
    fn drop(&mut self) {
        // If this fails, closing the file, which comes next, does the same a moment later.
        let _ = self.file.unlock();
    }
}

/// The companion of a store with that ending.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}
