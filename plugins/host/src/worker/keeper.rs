//! Who minds a worker that may start processes.
//!
//! A filter of system calls forbids it. Without one, what a plugin starts may leave the
//! worker's process group, which is all that the host kills. So the process that the host has
//! started goes on in a child, and stays behind as its keeper: whatever loses its parent becomes
//! the keeper's, which ends only when all of it is gone.
//!
//! ```text
//! host ── keeper ─┬─ worker ── whatever the plugin starts
//!                 └─ sentinel
//! ```
//!
//! The keeper has left the group that the host kills. The sentinel is in it and does nothing, so
//! that its end says what the host wants, even where the worker has left the group, too.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{
    DumpableBehavior, Pid, PidfdFlags, Signal, WaitOptions, getpgid, getpid, getppid, pidfd_open,
    set_child_subreaper, set_dumpable_behavior, set_parent_process_death_signal, setpgid, waitpid,
};

use super::verdict::LOST_HOST;
use super::wire::Hello;
use crate::command::tree;
use crate::sandbox;

/// How long to go on killing what is left of a worker.
const PATIENCE: Duration = Duration::from_secs(10);

/// The signals of a terminal and of those who end a session: the host answers to them.
const OF_TERMINALS: [libc::c_int; 5] =
    [libc::SIGINT, libc::SIGQUIT, libc::SIGTERM, libc::SIGHUP, libc::SIGTSTP];

/// Whether this process has a keeper.
static KEPT: AtomicBool = AtomicBool::new(false);

/// The process that a worker must not outlive: the host, or a keeper. To be called from the only
/// thread.
pub(super) fn of(hello: &Hello) -> Result<u32, String> {
    match sandbox::leaves_processes(hello.sandbox) {
        true => stay_behind(hello.host).map_err(|e| format!("it cannot have a keeper: {e}")),
        false => Ok(hello.host),
    }
}

/// How many processes there are below this one's keeper; `None` if it has none.
pub(super) fn n_processes() -> Option<usize> {
    let keeper = std::os::unix::process::parent_id();
    KEPT.load(Ordering::Relaxed).then(|| tree::descendants(keeper).len())
}

/// Returns in a child of this process, with this process's number.
fn stay_behind(host: u32) -> io::Result<u32> {
    let (keeper, number) = (getpid(), std::process::id());
    set_child_subreaper(Some(keeper))?;
    let Some(sentinel) = fork()? else { stand_by(keeper) };
    let Some(worker) = fork()? else {
        KEPT.store(true, Ordering::Relaxed);
        return Ok(number);
    };
    close_all();
    let host = Pid::from_raw(host.cast_signed());
    let status = mind(host, sentinel, worker);
    tree::end_all(PATIENCE);
    leave(status.ok().flatten())
}

/// The number of the child, and nothing in the child.
fn fork() -> io::Result<Option<Pid>> {
    // SAFETY: this is the only thread, so that the child finds no lock that nobody will open.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        id => Ok(Pid::from_raw(id)),
    }
}

/// Neither keeper nor sentinel reads or writes: whoever waits for the worker's end of a channel to
/// close must not wait for them.
fn close_all() {
    // SAFETY: nothing of this process uses a descriptor from here on but those it opens now.
    unsafe { libc::syscall(libc::SYS_close_range, 0, u32::MAX, 0) };
}

/// What the sentinel does.
fn stand_by(keeper: Pid) -> ! {
    close_all();
    let bound = set_parent_process_death_signal(Some(Signal::KILL));
    while bound.is_ok() && getppid() == Some(keeper) {
        // SAFETY: waits for a signal.
        unsafe { libc::pause() };
    }
    exit(LOST_HOST)
}

/// Waits for the worker's end, as a number of the kernel; `None` if the host wants no more of it.
fn mind(host: Option<Pid>, sentinel: Pid, worker: Pid) -> io::Result<Option<i32>> {
    let open = |id: Option<Pid>| -> io::Result<OwnedFd> {
        Ok(pidfd_open(id.ok_or(io::ErrorKind::NotFound)?, PidfdFlags::empty())?)
    };
    let (host_ends, sentinel_ends) = (open(host)?, open(Some(sentinel))?);
    let worker_ends = open(Some(worker))?;
    for signal in OF_TERMINALS {
        // SAFETY: this process has no handlers.
        unsafe { libc::signal(signal, libc::SIG_IGN) };
    }
    // Its death is told by the same signal as the worker's, and shall leave no second core.
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    setpgid(None, Some(getpgid(host)?))?;
    // That number may have been given to another process since.
    while getppid() == host {
        let mut ready =
            [&worker_ends, &sentinel_ends, &host_ends].map(|ends| PollFd::new(ends, PollFlags::IN));
        match poll(&mut ready, None) {
            Err(rustix::io::Errno::INTR) => continue,
            polled => polled?,
        };
        let ended = waitpid(Some(worker), WaitOptions::NOHANG)?;
        return Ok(ended.map(|(_, status)| status.as_raw()));
    }
    Ok(None)
}

/// Ends this process as the worker has ended.
fn leave(status: Option<i32>) -> ! {
    let Some(status) = status else { exit(LOST_HOST) };
    if libc::WIFSIGNALED(status) {
        // SAFETY: ends this process.
        unsafe {
            libc::signal(libc::WTERMSIG(status), libc::SIG_DFL);
            libc::raise(libc::WTERMSIG(status));
        }
    }
    exit(libc::WEXITSTATUS(status))
}

fn exit(code: i32) -> ! {
    // SAFETY: ends this process; there is nothing of ours to clean up.
    unsafe { libc::_exit(code) }
}
