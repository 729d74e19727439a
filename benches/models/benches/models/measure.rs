//! What a work takes.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// What a library took for a work, as either side prints it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Taken {
    /// Which library, with its version.
    pub(crate) library: String,
    /// The least processor time of all threads, in seconds.
    pub(crate) cpu: f64,
    /// The least time that passed, in seconds.
    pub(crate) wall: f64,
    /// How well it was done.
    pub(crate) score: f64,
    /// The largest memory of the process in MiB, rows included.
    pub(crate) peak: f64,
    /// The sum of all bits that came out; Surmise's only.
    #[serde(default)]
    pub(crate) bits: u64,
}

/// Processor time of this process and time that passed, from a start.
#[derive(Debug)]
pub(crate) struct Clock {
    cpu: Duration,
    wall: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { cpu: cpu(), wall: Instant::now() }
    }

    /// Seconds of processor and of the wall.
    pub(crate) fn seconds(&self) -> [f64; 2] {
        [(cpu() - self.cpu).as_secs_f64(), self.wall.elapsed().as_secs_f64()]
    }
}

fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// The least of repeats, and what the last of them gave.
pub(crate) fn least<T>(repeats: usize, mut work: impl FnMut() -> T) -> ([f64; 2], T) {
    let mut once = || {
        let clock = Clock::start();
        let result = work();
        (clock.seconds(), result)
    };
    let (mut least, mut result) = once();
    for _ in 1..repeats {
        let (seconds, next) = once();
        least = [least[0].min(seconds[0]), least[1].min(seconds[1])];
        result = next;
    }
    (least, result)
}

/// The largest memory of this process so far, in MiB.
pub(crate) fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux");
    line.trim().trim_end_matches("kB").trim().parse::<f64>().expect("a number") / 1024.0
}
