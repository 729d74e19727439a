//! What a plugin may leave behind in its process that another fit would meet.

use std::fs;
use std::hint::black_box;
use std::path::PathBuf;

use super::keeper;

/// The process before any instance was made.
pub(super) struct Before {
    n_threads: Option<usize>,
    n_processes: Option<usize>,
    folder: Option<PathBuf>,
    arithmetic: [u64; 6],
}

impl Before {
    pub(super) fn now() -> Self {
        Self {
            n_threads: n_threads(),
            n_processes: keeper::n_processes(),
            folder: std::env::current_dir().ok(),
            arithmetic: arithmetic(),
        }
    }

    /// Whether the process has the same threads, others beside it, folder and arithmetic. What a
    /// plugin keeps in memory of its own is not seen.
    pub(super) fn is_as_now(&self) -> bool {
        self.n_threads.is_some()
            && self.n_threads == n_threads()
            && self.n_processes == keeper::n_processes()
            && self.folder == std::env::current_dir().ok()
            && self.arithmetic == arithmetic()
    }
}

fn n_threads() -> Option<usize> {
    fs::read_dir("/proc/self/task").ok().map(Iterator::count)
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
