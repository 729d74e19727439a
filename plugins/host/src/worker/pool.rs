//! Workers of one plugin, ready before they are needed.

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Worker;
use super::scratch::Root;
use super::spawn::{self, Thread};
use crate::Workers;
use crate::binary::Binary;
use crate::sandbox::Level;

/// A worker serves another session as long as it has worked less than this, many times what it
/// takes to start one: short trials share workers, long ones have their own, and little can gather
/// in a worker.
const SPENT: Duration = Duration::from_millis(100);

/// Starts workers ahead: as many as the latest session had in use.
pub(crate) struct Pool {
    binary: Arc<Binary>,
    options: Workers,
    scratch: Arc<Root>,
    spares: Mutex<Vec<Spare>>,
    /// Workers that have served a session, and may serve another.
    used: Mutex<Vec<Worker>>,
    /// How many spares there should be: what the latest session had in use.
    width: AtomicUsize,
    /// How long fits keep their worker, as a moving average in microseconds; 0 if nobody knows.
    tenancy: AtomicU64,
}

/// A worker that is being started.
type Spare = Receiver<io::Result<Worker>>;

impl Pool {
    /// Starts the first worker.
    pub(crate) fn new(binary: Arc<Binary>, options: Workers) -> Result<Self, String> {
        let scratch = Root::new(&options.scratch).map_err(|e| {
            format!("no scratch folder can be made in {}: {e}", options.scratch.display())
        })?;
        let pool = Self {
            binary,
            options,
            scratch: Arc::new(scratch),
            spares: Mutex::default(),
            used: Mutex::default(),
            width: AtomicUsize::new(1),
            tenancy: AtomicU64::new(0),
        };
        lock(&pool.spares).push(pool.order());
        Ok(pool)
    }

    pub(crate) fn binary(&self) -> &Binary {
        &self.binary
    }

    /// A worker that nobody has used, its level and its plugin's descriptor. The next ones are
    /// started in the meantime.
    pub(crate) fn take(&self) -> Result<(Worker, Level, String), String> {
        let mut spares = lock(&self.spares);
        // The oldest, which is the most likely to be ready.
        let spare = (!spares.is_empty()).then(|| spares.remove(0));
        drop(spares);
        let spare = spare.unwrap_or_else(|| self.order());
        let cannot = |e: &dyn fmt::Display| format!("no worker process can be started: {e}");
        let started = spare.recv().map_err(|_| cannot(&"no thread can be started"))?;
        let mut worker = started.map_err(|e| cannot(&e))?;
        let (level, descriptor) = worker.ready()?;
        Ok((worker, level, descriptor))
    }

    /// A worker that has served another session, if there is one.
    pub(crate) fn take_used(&self) -> Option<Worker> {
        lock(&self.used).pop()
    }

    /// Takes a worker back that a session has done with.
    pub(crate) fn release(&self, mut worker: Worker) {
        if worker.worked() < SPENT {
            worker.set_log(None);
            lock(&self.used).push(worker);
        } else {
            Self::retire(worker);
        }
    }

    /// Keeps a worker that was asked for nothing as the next to be taken.
    pub(crate) fn give_back(&self, worker: Worker) {
        let (send, spare) = channel();
        let _kept = send.send(Ok(worker));
        lock(&self.spares).push(spare);
    }

    /// Starts workers until there are as many spares as the latest session had.
    pub(crate) fn refill(&self) {
        let width = self.width.load(Ordering::Relaxed);
        let mut spares = lock(&self.spares);
        while spares.len() < width {
            spares.push(self.order());
        }
    }

    /// Notes that a session had so many workers.
    pub(crate) fn used(&self, n: usize) {
        self.width.store(n.max(1), Ordering::Relaxed);
    }

    /// How long a fit keeps its worker.
    pub(crate) fn usual_tenancy(&self) -> Duration {
        match self.tenancy.load(Ordering::Relaxed) {
            0 => Duration::MAX,
            us => Duration::from_micros(us),
        }
    }

    /// Notes how long a fit kept its worker.
    pub(crate) fn note_tenancy(&self, lasted: Duration) {
        let us = u64::try_from(lasted.as_micros()).unwrap_or(u64::MAX / 2);
        let before = self.tenancy.load(Ordering::Relaxed);
        let now = if before == 0 { us } else { (3 * before + us) / 4 };
        self.tenancy.store(now.max(1), Ordering::Relaxed);
    }

    /// Ends a worker without waiting for it.
    pub(crate) fn retire(worker: Worker) {
        drop(spawn::enqueue(Thread::Ender, move || drop(worker)));
    }

    fn order(&self) -> Spare {
        let (binary, options) = (Arc::clone(&self.binary), self.options.clone());
        let scratch = Arc::clone(&self.scratch);
        spawn::enqueue(Thread::Starter, move || Worker::start(&binary, &options, scratch.folder()?))
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Pool {
    /// Leaves no process behind, and so no scratch folder.
    fn drop(&mut self) {
        lock(&self.spares).clear();
        lock(&self.used).drain(..).for_each(Self::retire);
        // Tasks run in order: when these have run, all workers are gone.
        for thread in [Thread::Starter, Thread::Ender] {
            let _no_thread = spawn::enqueue(thread, || ()).recv();
        }
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pool({})", self.binary.path().display())
    }
}
