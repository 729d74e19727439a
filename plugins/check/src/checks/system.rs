//! What the system knows of this process.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::hint::black_box;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::outcome::{Verdict, fail, skip};

/// How many threads run.
pub(super) fn threads() -> Verdict<usize> {
    match fs::read_dir("/proc/self/task") {
        Ok(tasks) => Ok(tasks.count()),
        Err(_) => skip("this system does not tell how many threads run"),
    }
}

/// How many threads run once those that have ended are gone: a thread that was joined may still
/// be listed for a moment.
pub(super) fn settled_threads(expected: usize) -> Verdict<usize> {
    for _ in 0..100 {
        if threads()? <= expected {
            break;
        }
        thread::sleep(Duration::from_millis(5));
    }
    threads()
}

/// One line of what the system tells of this process, such as `VmRSS`.
pub(super) fn status(name: &str) -> Option<String> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.split(':').next() == Some(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// An amount of memory of this process, in bytes.
pub(super) fn memory(name: &str) -> Verdict<u64> {
    let kb = status(name).and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
    kb.map_or_else(|| skip("this system does not tell how much memory is used"), |kb| Ok(kb * 1024))
}

/// While it lives, this process gets no more than so much memory beyond what it has.
pub(super) struct Room {
    before: Rlimit,
}

impl Room {
    pub(super) fn of(bytes: u64) -> Verdict<Self> {
        let before = getrlimit(Resource::Data);
        let current = Some(memory("VmData")?.saturating_add(bytes));
        setrlimit(Resource::Data, Rlimit { current, ..before })
            .map_err(|e| format!("this system does not limit memory: {e}"))?;
        Ok(Self { before })
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        // A limit that was lowered may be raised again.
        let _ = setrlimit(Resource::Data, self.before);
    }
}

/// What belongs to the process.
#[derive(Debug, PartialEq)]
pub(super) struct Surroundings {
    folder: PathBuf,
    environment: BTreeMap<OsString, OsString>,
    /// The signals that are caught, and those that are ignored.
    signals: [Option<String>; 2],
    umask: Option<String>,
    /// How a third is rounded, and whether subnormal numbers are there.
    rounding: (u64, bool),
}

impl Surroundings {
    pub(super) fn now() -> Verdict<Self> {
        let subnormal = black_box(f64::MIN_POSITIVE) / black_box(2.0);
        Ok(Self {
            folder: std::env::current_dir().map_err(|e| e.to_string())?,
            environment: std::env::vars_os().collect(),
            signals: ["SigCgt", "SigIgn"].map(status),
            umask: status("Umask"),
            rounding: ((black_box(1.0_f64) / black_box(3.0)).to_bits(), subnormal != 0.0),
        })
    }
    /// Insists that all of it is as it was.
    pub(super) fn unchanged(self) -> Verdict {
        let now = Self::now()?;
        let parts = [
            (self.folder == now.folder, "the working folder"),
            (self.environment == now.environment, "the environment"),
            (self.signals == now.signals, "the handlers of signals"),
            (self.umask == now.umask, "the mode of new files"),
            (self.rounding == now.rounding, "the floating-point mode"),
        ];
        match parts.iter().find(|(same, _)| !same) {
            None => Ok(()),
            Some((_, what)) => fail(format!("it changes {what} of the process")),
        }
    }
}
