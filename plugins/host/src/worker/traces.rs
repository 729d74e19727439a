//! What a plugin may leave behind in its process that another fit would meet.

use std::fs;
use std::hint::black_box;
use std::path::PathBuf;

use super::keeper;

/// The process before any instance was made.
pub(super) struct Before {
    status: Option<Vec<String>>,
    n_processes: Option<usize>,
    folder: Option<PathBuf>,
    arithmetic: [u64; 6],
}

impl Before {
    pub(super) fn now() -> Self {
        Self {
            status: status(),
            n_processes: keeper::n_processes(),
            folder: std::env::current_dir().ok(),
            arithmetic: arithmetic(),
        }
    }

    /// Whether the process has the same threads, handlers of signals, mask of new files, others
    /// beside it, folder and arithmetic. What a plugin keeps in memory of its own is not seen.
    pub(super) fn is_as_now(&self) -> bool {
        self.status.is_some()
            && self.status == status()
            && self.n_processes == keeper::n_processes()
            && self.folder == std::env::current_dir().ok()
            && self.arithmetic == arithmetic()
    }
}

/// What the kernel tells of it that a plugin can change.
fn status() -> Option<Vec<String>> {
    const TOLD: [&str; 5] = ["Umask:", "Threads:", "SigBlk:", "SigIgn:", "SigCgt:"];
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let is_told = |line: &&str| TOLD.iter().any(|key| line.starts_with(key));
    Some(status.lines().filter(is_told).map(str::to_owned).collect())
}

/// Sums that tell the four ways of rounding apart, and whether subnormal numbers are kept.
fn arithmetic() -> [u64; 6] {
    let (one, half, third) = (black_box(1.0), f64::EPSILON / 2.0, black_box(3.0));
    let smallest = black_box(f64::MIN_POSITIVE);
    [
        one / third,
        -one / third,
        one + half * 1.5,
        -one - half * 1.5,
        smallest / third,
        black_box(f64::from_bits(3)) * third,
    ]
    .map(f64::to_bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_is_that_of_the_standard() {
        let [up, down, ..] = arithmetic();
        assert_eq!(f64::from_bits(up), 0.333_333_333_333_333_3);
        assert_eq!(up ^ down, 1 << 63);
        let [.., subnormal, tiny] = arithmetic();
        assert_eq!((subnormal, tiny), ((f64::MIN_POSITIVE / 3.0).to_bits(), 9));
    }

    #[test]
    fn a_thread_that_stays_is_a_trace() {
        let before = Before::now();
        let (send, receive) = std::sync::mpsc::channel::<()>();
        let thread = std::thread::spawn(move || receive.recv().is_err());
        assert!(!before.is_as_now());
        drop(send);
        assert!(thread.join().expect("joined"));
    }
}
