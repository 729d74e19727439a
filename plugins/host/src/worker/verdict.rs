//! How a worker ended, in words.
//!
//! The words are part of a trial's record, so that they must not differ from run to run: no
//! address, no process number, no text of the plugin.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use super::wire::Call;
use crate::sandbox::{COMMAND_FILE_BYTES_MAX, FILE_BYTES_MAX};

/// How a worker ended.
#[derive(Debug)]
pub(crate) enum End {
    /// By itself, or by the kernel.
    Died(ExitStatus),
    /// It took longer than that.
    TimedOut(Duration),
    /// It did not stop although it was told to.
    Deaf(Duration),
    /// It used more memory than its limit.
    OverMemory,
    /// It wrote more into its scratch folder than it may.
    OverScratch,
    /// It is there but cannot be talked to.
    Closed,
    /// It said what no worker says.
    Breach(&'static str),
}

/// Exit codes of a worker that gives up by itself.
pub(crate) const LOST_HOST: i32 = 98;

/// The end of a worker that was busy with `call`, whose last output was `tail`.
pub(crate) fn in_words(
    end: &End,
    busy_with: Call,
    memory_bytes: Option<u64>,
    tail: &[u8],
) -> String {
    let call = busy_with.name();
    let out_of_memory = || match memory_bytes {
        Some(limit) => format!("ran out of memory in {call}: limit {}", bytes(limit)),
        None => format!("ran out of memory in {call}"),
    };
    match end {
        End::Died(status) => match (status.signal(), status.code()) {
            (Some(libc::SIGABRT), _) if holds(tail, OUT_OF_MEMORY) => out_of_memory(),
            (Some(signal), _) => by_signal(signal, call, tail),
            (_, Some(LOST_HOST)) => format!("lost its control channel in {call}"),
            (_, Some(_)) if busy_with == Call::Run && holds(tail, OUT_OF_MEMORY) => out_of_memory(),
            (_, Some(code)) if busy_with == Call::Run => format!("ended with exit code {code}"),
            (_, Some(code)) => format!("called exit({code}) in {call} before it returned"),
            _ => format!("ended in {call} in an unknown way"),
        },
        End::TimedOut(limit) => {
            format!("exceeded the {} s wall limit in {call}, killed", limit.as_secs_f64())
        }
        End::Deaf(grace) => {
            format!("did not stop within {} s of being told to, killed", grace.as_secs_f64())
        }
        End::OverMemory => format!("{}, killed", out_of_memory()),
        End::OverScratch => format!("filled its scratch folder in {call}, killed"),
        End::Closed => format!("closed its control channel in {call}, killed"),
        // When it was sent is not known: the worker may be far ahead.
        End::Breach(what) => format!("sent {what}, killed"),
    }
}

fn by_signal(signal: i32, call: &str, tail: &[u8]) -> String {
    let why = match signal {
        libc::SIGSEGV => SEGMENTATION_FAULT,
        libc::SIGBUS => "bus error",
        libc::SIGFPE => "arithmetic error (SIGFPE)",
        libc::SIGILL => "illegal instruction (built for another processor?)",
        // Rust aborts with these words if the fault lies right below the stack, which is a matter
        // of its random place and of the size of a frame; elsewhere it is the signal above.
        libc::SIGABRT if holds(tail, &["has overflowed its stack"]) => SEGMENTATION_FAULT,
        libc::SIGABRT if holds(tail, HEAP) => "its heap is damaged",
        libc::SIGABRT if holds(tail, PANIC) => "aborted while panicking",
        libc::SIGABRT if holds(tail, EXCEPTION) => "an exception that nobody caught",
        libc::SIGABRT => "aborted (SIGABRT)",
        libc::SIGKILL => return format!("was killed by the system in {call} (out of memory?)"),
        libc::SIGXFSZ => {
            let limit = bytes(match call == Call::Run.name() {
                true => COMMAND_FILE_BYTES_MAX,
                false => FILE_BYTES_MAX,
            });
            return format!("wrote a file of more than {limit} in {call}, killed");
        }
        libc::SIGSYS => {
            return format!("made a system call in {call} that the sandbox forbids, killed");
        }
        _ => return format!("was ended by signal {signal} in {call}"),
    };
    format!("crashed in {call}: {why}")
}

const SEGMENTATION_FAULT: &str = "segmentation fault (or stack overflow)";
const OUT_OF_MEMORY: &[&str] = &[
    "memory allocation of",
    "bad_alloc",
    "out of memory",
    "MemoryError",
    "Cannot allocate memory",
    "cannot allocate memory",
];
const HEAP: &[&str] = &["double free", "free()", "malloc()", "realloc()", "corrupted"];
const PANIC: &[&str] = &["panicked", "panic in a", "non-unwinding panic"];
/// As the run-times of C++ say it, or Rust's where an exception gets as far as that.
const EXCEPTION: &[&str] =
    &["terminate called", "terminating due to uncaught", "foreign exceptions"];

fn holds(tail: &[u8], words: &[&str]) -> bool {
    let text = String::from_utf8_lossy(tail);
    words.iter().any(|word| text.contains(word))
}

/// A number of bytes for people.
fn bytes(n: u64) -> String {
    match n {
        _ if n.is_multiple_of(1 << 30) => format!("{} GiB", n >> 30),
        _ if n.is_multiple_of(1 << 20) => format!("{} MiB", n >> 20),
        _ if n.is_multiple_of(1 << 10) => format!("{} KiB", n >> 10),
        _ => format!("{n} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_has_its_words() {
        let limit = Some(512 << 20);
        let died = |raw| End::Died(ExitStatus::from_raw(raw));
        for (end, tail, expected) in [
            (died(11), "", "crashed in fit: segmentation fault (or stack overflow)"),
            (
                died(6),
                "thread 'main' has overflowed its stack",
                "crashed in fit: segmentation fault (or stack overflow)",
            ),
            (
                died(6),
                "memory allocation of 9 bytes failed",
                "ran out of memory in fit: limit 512 MiB",
            ),
            (died(6), "free(): double free detected", "crashed in fit: its heap is damaged"),
            (died(6), "", "crashed in fit: aborted (SIGABRT)"),
            (
                died(6),
                "thread caused non-unwinding panic. aborting.",
                "crashed in fit: aborted while panicking",
            ),
            (
                died(6),
                "Rust cannot catch foreign exceptions, aborting",
                "crashed in fit: an exception that nobody caught",
            ),
            (died(9), "", "was killed by the system in fit (out of memory?)"),
            (died(31), "", "made a system call in fit that the sandbox forbids, killed"),
            (died(0), "", "called exit(0) in fit before it returned"),
            (died(3 << 8), "", "called exit(3) in fit before it returned"),
            (End::OverMemory, "", "ran out of memory in fit: limit 512 MiB, killed"),
            (
                End::TimedOut(Duration::from_millis(1500)),
                "",
                "exceeded the 1.5 s wall limit in fit, killed",
            ),
        ] {
            assert_eq!(in_words(&end, Call::Fit, limit, tail.as_bytes()), expected, "{end:?}");
        }
    }
}
