//! What this process is doing, written where it survives a crash.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

const BYTES: usize = 512;

static PLACE: OnceLock<File> = OnceLock::new();
static WITH: Mutex<String> = Mutex::new(String::new());

/// From here on it is written to this file.
pub(crate) fn tell(path: &Path) -> std::io::Result<()> {
    let file = File::create(path)?;
    // A second file would mean a second process.
    let _ = PLACE.set(file);
    Ok(())
}

/// What the next calls are made with, such as the value of a hyperparameter.
pub(crate) fn with(what: impl Into<String>) {
    *WITH.lock().unwrap_or_else(PoisonError::into_inner) = what.into();
}

/// The function that is called next.
pub(crate) fn call(name: &str) {
    let Some(file) = PLACE.get() else {
        return;
    };
    let with = WITH.lock().unwrap_or_else(PoisonError::into_inner);
    let mut text = format!("in {name}");
    if !with.is_empty() {
        text += &format!(" with {with}");
    }
    let mut bytes: Vec<u8> = text.bytes().take(BYTES).collect();
    bytes.resize(BYTES, b' ');
    // Without it a crash is told less well.
    let _ = file.write_all_at(&bytes, 0);
}

/// What another process was doing when it ended; empty if it was doing nothing.
pub(crate) fn read(path: &Path) -> String {
    std::fs::read(path)
        .map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned())
        .unwrap_or_default()
}
