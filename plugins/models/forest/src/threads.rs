//! Jobs on several threads, with results in the order of the jobs.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// Does jobs 0, 1, .. on at most `n_threads` threads, of which this is one. After each of its own
/// jobs it asks `interrupt` whether to begin no more; the results are of the first jobs then, and
/// at least of one.
pub(crate) fn each<T: Send>(
    n_threads: usize,
    n_jobs: usize,
    interrupt: &mut dyn FnMut() -> bool,
    job: impl Fn(usize) -> T + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let is_over = AtomicBool::new(false);
    let work = |interrupt: &mut dyn FnMut() -> bool| {
        let mut done = Vec::new();
        while !is_over.load(Ordering::Relaxed) {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if n_jobs <= number {
                break;
            }
            done.push((number, job(number)));
            if interrupt() {
                is_over.store(true, Ordering::Relaxed);
            }
        }
        done
    };
    let mut done = thread::scope(|scope| {
        let others: Vec<_> =
            (1..n_threads.min(n_jobs)).map(|_| scope.spawn(|| work(&mut || false))).collect();
        let mut done = work(interrupt);
        for other in others {
            match other.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_unstable_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_order_and_end_early_when_told() {
        for n_threads in [1, 2, 5] {
            let squares = each(n_threads, 40, &mut || false, |i| i * i);
            assert_eq!(squares, (0..40).map(|i| i * i).collect::<Vec<_>>());
        }
        let mut asked = 0;
        let few = each(1, 40, &mut || (asked += 1, asked == 3).1, |i| i);
        assert_eq!(few, [0, 1, 2]);
        assert!(each(3, 0, &mut || true, |i| i).is_empty());
    }
}
