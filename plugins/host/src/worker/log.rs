//! What a plugin writes to its standard output and error, in a file for each trial.

use std::fmt;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// The most that is kept of a trial.
const BYTES_MAX: u64 = 1 << 20;

/// A log file, made when there is something to write. Of what cannot be written nothing is said:
/// the trial does not depend on it.
pub(crate) struct Log {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    file: Option<File>,
    n_written: u64,
    n_dropped: u64,
}

impl Log {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, state: Mutex::default() }
    }

    /// Appends output, without what could drive a terminal.
    pub(crate) fn write(&self, bytes: &[u8]) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let room = usize::try_from(BYTES_MAX - state.n_written).unwrap_or(usize::MAX);
        let (kept, dropped) = bytes.split_at(bytes.len().min(room));
        state.n_written += kept.len() as u64;
        state.n_dropped += dropped.len() as u64;
        if state.file.is_none() {
            // A run that is resumed runs the trial again, and so writes its log again.
            state.file = File::create(&self.path).ok();
        }
        if let Some(file) = &mut state.file {
            let _lost = file.write_all(printable(kept).as_bytes());
        }
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let (Some(file), 1..) = (&mut state.file, state.n_dropped) {
            let _lost = writeln!(file, "\n[{} bytes more were dropped]", state.n_dropped);
        }
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Log({})", self.path.display())
    }
}

/// Text with line breaks and tabs, and no other control characters.
fn printable(bytes: &[u8]) -> String {
    let is_shown = |c: &char| matches!(c, '\n' | '\t') || !c.is_control();
    String::from_utf8_lossy(bytes).chars().filter(is_shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_cut_and_counted_and_escapes_go() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("trial-0.log");
        let log = Log::new(path.clone());
        assert!(!path.exists(), "nothing was written yet");
        log.write(b"a\x1b[31mb\r\n");
        for _ in 0..3 {
            log.write(&vec![b'x'; 1 << 19]);
        }
        drop(log);
        let text = std::fs::read_to_string(path).expect("written");
        assert!(text.starts_with("a[31mb\nxxx"), "{}", &text[..20]);
        assert!(text.ends_with("x\n[524297 bytes more were dropped]\n"), "{}", text.len());
    }
}
