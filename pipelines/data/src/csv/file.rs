//! A file's bytes, read once.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::error::{Error, Kind, Result};

/// The largest file that is read, in bytes: 1 GiB. Everything is held in memory.
pub const BYTES_MAX: u64 = 1 << 30;

pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    let failed = |action: &str, error: std::io::Error| {
        Error::new(Kind::File, format!("cannot {action} the file: {error}")).with_source(error)
    };
    // Asked before opening: opening a FIFO that nobody writes to would wait for ever.
    let meta = std::fs::metadata(path).map_err(|e| failed("find", e))?;
    if !meta.is_file() {
        let what = if meta.is_dir() { "a directory" } else { "a device, pipe or socket" };
        let message = format!("is {what}, not a regular file");
        return Err(Error::new(Kind::File, message));
    }
    check_size(meta.len())?;
    let file = File::open(path).map_err(|e| failed("open", e))?;
    let mut bytes = Vec::new();
    // Asked again of what was read: the file may have grown, and some files tell no size.
    file.take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|e| failed("read", e))?;
    check_size(bytes.len() as u64)?;
    Ok(bytes)
}

fn check_size(bytes: u64) -> Result<()> {
    if bytes <= BYTES_MAX {
        return Ok(());
    }
    let most = BYTES_MAX >> 20;
    let message = format!("is larger than {most} MiB, the most that is read");
    Err(Error::new(Kind::File, message))
}
