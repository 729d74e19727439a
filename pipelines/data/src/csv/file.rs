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
        let what = if meta.is_dir() {
            "a directory"
        } else {
            "a device, pipe or socket"
        };
        return Err(Error::new(
            Kind::File,
            format!("is {what}, not a regular file"),
        ));
    }
    let file = File::open(path).map_err(|e| failed("open", e))?;
    let mut bytes = Vec::new();
    // The length is not trusted: the file may grow, and some have none.
    file.take(BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| failed("read", e))?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(Error::new(
            Kind::File,
            format!(
                "is larger than {} MiB, the most that is read",
                BYTES_MAX >> 20
            ),
        ));
    }
    Ok(bytes)
}
