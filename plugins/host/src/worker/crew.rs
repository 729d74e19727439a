//! The workers that the fits of one session share.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Pool, Worker};

/// Fits that are over sooner than this, about what it takes to start a worker, wait for each
/// other's worker. Which worker a fit has is nothing that a result may depend on.
const SOON: Duration = Duration::from_millis(3);

/// Workers that are free, and how many are not.
#[derive(Default)]
pub(crate) struct Crew {
    state: Mutex<State>,
    put_back: Condvar,
}

#[derive(Default)]
struct State {
    free: Vec<Worker>,
    n_busy: usize,
    n_hired: usize,
}

impl Crew {
    /// A worker that is free, or that will be sooner than a new one would be ready; `None` where a
    /// new one is needed. Whoever asked counts as having one until [`Crew::put_back`].
    pub(crate) fn take(&self, pool: &Pool) -> Option<Worker> {
        let until = Instant::now() + SOON;
        let mut state = self.lock();
        while state.free.is_empty() && state.n_busy > 0 && pool.usual_tenancy() < SOON {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let waited = self.put_back.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.n_busy += 1;
        state.free.pop()
    }

    /// Counts somebody in who wants a new worker and no other.
    pub(crate) fn join(&self) {
        self.lock().n_busy += 1;
    }

    /// Notes that a worker came to this session.
    pub(crate) fn hired(&self) {
        self.lock().n_hired += 1;
    }

    /// Ends what [`Crew::take`] began, with a worker that can go on if there is one.
    pub(crate) fn put_back(&self, worker: Option<Worker>) {
        let mut state = self.lock();
        state.n_busy = state.n_busy.saturating_sub(1);
        state.free.extend(worker);
        self.put_back.notify_one();
    }

    /// Gives the pool its workers back; how many there were.
    pub(crate) fn dismiss(&self, pool: &Pool) -> usize {
        let mut state = self.lock();
        state.free.drain(..).for_each(|worker| pool.release(worker));
        state.n_hired
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
