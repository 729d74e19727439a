//! Jobs on several threads, and threads that go step by step together.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;

/// Does jobs 0, 1, .. on at most `n_threads` threads, of which this is one. Results are in the
/// order of the jobs.
pub(crate) fn each<T: Send>(
    n_threads: usize,
    n_jobs: usize,
    job: impl Fn(usize) -> T + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if n_jobs <= number {
                return done;
            }
            done.push((number, job(number)));
        }
    };
    let mut done = thread::scope(|scope| {
        let others: Vec<_> = (1..n_threads.min(n_jobs)).map(|_| scope.spawn(work)).collect();
        let mut done = work();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}

/// How often to look before going to sleep: some 200 µs, more than a thread mostly waits for one
/// that runs. To be woken takes longer than that wait.
const LOOKS: u32 = 4000;

/// Where the threads of a team wait for one another.
#[derive(Debug)]
pub(crate) struct Barrier {
    n_threads: usize,
    n_waiting: AtomicUsize,
    round: AtomicUsize,
    is_broken: AtomicBool,
    /// For those that sleep.
    lock: Mutex<()>,
    changed: Condvar,
}

impl Barrier {
    pub(crate) fn new(n_threads: usize) -> Self {
        Self {
            n_threads,
            n_waiting: AtomicUsize::new(0),
            round: AtomicUsize::new(0),
            is_broken: AtomicBool::new(false),
            lock: Mutex::new(()),
            changed: Condvar::new(),
        }
    }

    /// Returns when every thread of the team is here. What each wrote before, all can read.
    ///
    /// # Panics
    /// If one of the others has panicked.
    pub(crate) fn wait(&self) {
        if self.n_threads == 1 {
            return;
        }
        let round = self.round.load(Ordering::Acquire);
        if self.n_waiting.fetch_add(1, Ordering::AcqRel) + 1 == self.n_threads {
            self.n_waiting.store(0, Ordering::Relaxed);
            self.change(|| self.round.store(round.wrapping_add(1), Ordering::Release));
            return;
        }
        let is_over = || self.round.load(Ordering::Acquire) != round;
        let is_broken = || self.is_broken.load(Ordering::Acquire);
        for _ in 0..LOOKS {
            if is_over() || is_broken() {
                break;
            }
            std::hint::spin_loop();
        }
        if !is_over() {
            let mut lock = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
            while !is_over() && !is_broken() {
                lock = self.changed.wait(lock).unwrap_or_else(PoisonError::into_inner);
            }
        }
        assert!(is_over(), "another thread of the fit panicked");
    }

    /// Makes a change that others may wait for.
    fn change(&self, make: impl FnOnce()) {
        let lock = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        make();
        drop(lock);
        self.changed.notify_all();
    }

    /// To be held by each thread of the team, so that none waits for one that has panicked.
    pub(crate) fn guard(&self) -> Guard<'_> {
        Guard(self)
    }
}

/// See [`Barrier::guard`].
#[derive(Debug)]
pub(crate) struct Guard<'a>(&'a Barrier);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.change(|| self.0.is_broken.store(true, Ordering::Release));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_order() {
        for n_threads in [1, 2, 5] {
            let squares = each(n_threads, 40, |i| i * i);
            assert_eq!(squares, (0..40).map(|i| i * i).collect::<Vec<_>>());
        }
        assert!(each(3, 0, |i| i).is_empty());
    }

    #[test]
    fn a_team_goes_step_by_step() {
        let (barrier, counts) = (Barrier::new(3), [const { AtomicUsize::new(0) }; 50]);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let _guard = barrier.guard();
                    for count in &counts {
                        count.fetch_add(1, Ordering::Relaxed);
                        barrier.wait();
                        assert_eq!(count.load(Ordering::Relaxed), 3);
                    }
                });
            }
        });
    }

    #[test]
    fn nobody_waits_for_one_that_panicked() {
        let barrier = Barrier::new(2);
        thread::scope(|scope| {
            let lost = scope.spawn(|| {
                let _guard = barrier.guard();
                panic!("on purpose");
            });
            let waiting = scope.spawn(|| barrier.wait());
            assert!(lost.join().is_err() && waiting.join().is_err());
        });
    }
}
