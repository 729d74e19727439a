//! What a limit of the kernel does not see: shared memory and the sum of scratch files.

use std::fs;
use std::time::{Duration, Instant};

use super::scratch::Folder;
use crate::command::tree;

/// How often memory is looked at.
pub(super) const TICK: Duration = Duration::from_millis(100);

/// How many ticks pass between two looks at the scratch folder.
const TICKS_A_FOLDER: u32 = 5;

/// What a process may use beyond the kernel's own limit, such as its stack: the kernel is the first
/// to say no, so that the same use always ends in the same way.
const SLACK_BYTES: u64 = 16 << 20;

/// What a worker has too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Excess {
    Memory,
    Scratch,
}

/// Looks at a process from outside.
#[derive(Debug)]
pub(super) struct Watch {
    pid: u32,
    /// Whether the process keeps others, which are those that count.
    is_keeper: bool,
    memory_bytes: Option<u64>,
    next: Instant,
    n_ticks: u32,
    /// Shared memory that the host gave it.
    pub(super) lent_bytes: u64,
}

impl Watch {
    pub(super) fn new(pid: u32, is_keeper: bool, memory_bytes: Option<u64>) -> Self {
        Self {
            pid,
            is_keeper,
            memory_bytes,
            next: Instant::now() + TICK,
            n_ticks: 0,
            lent_bytes: 0,
        }
    }

    /// Looks, if it is time.
    pub(super) fn look(&mut self, now: Instant, folder: &Folder) -> Option<Excess> {
        if now < self.next {
            return None;
        }
        self.next = now + TICK;
        self.n_ticks += 1;
        let limit = self.memory_bytes.map(|limit| limit.saturating_add(SLACK_BYTES));
        if limit.is_some_and(|limit| limit < self.used_bytes(limit).unwrap_or(0)) {
            return Some(Excess::Memory);
        }
        let full = self.n_ticks.is_multiple_of(TICKS_A_FOLDER) && folder.is_full();
        full.then_some(Excess::Scratch)
    }

    /// Its own memory that is in use, shared memory of its own making included. Less than `limit`
    /// need not be exact.
    fn used_bytes(&self, limit: u64) -> Option<u64> {
        if self.is_keeper {
            let used = tree::memory_bytes(self.pid, limit);
            return Some(used.saturating_sub(self.lent_bytes));
        }
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid)).ok()?;
        let own = in_kib(&status, "RssAnon:")? * 1024;
        let shared = in_kib(&status, "RssShmem:")? * 1024;
        Some(own + shared.saturating_sub(self.lent_bytes))
    }
}

fn in_kib(status: &str, key: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_uses_memory() {
        let watch = Watch::new(std::process::id(), false, None);
        let used = watch.used_bytes(0).expect("this process");
        assert!((1 << 16..1 << 40).contains(&used), "{used}");
        assert_eq!(in_kib("RssAnon:\t   12 kB\nRssShmem:\t0 kB\n", "RssShmem:"), Some(0));
        assert_eq!(Watch::new(u32::MAX, false, None).used_bytes(0), None);
    }
}
