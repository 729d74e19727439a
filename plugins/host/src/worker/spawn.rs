//! The threads that start and end workers.
//!
//! A worker is killed when the *thread* that started it ends: that is how the kernel counts
//! parents. So workers are started from one thread that lasts as long as the process.

use std::io::{self, PipeReader};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use rustix::process::{Pid, PidfdFlags, pidfd_open};

use super::ARGUMENT;

type Task = Box<dyn FnOnce() + Send>;

/// Which of the threads does a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thread {
    /// Starts workers.
    Starter,
    /// Ends workers, which takes as long as a start: a start shall not wait for it.
    Ender,
}

/// Has a task done by that thread, after all its earlier ones. Nothing is received if there is
/// none.
pub(super) fn enqueue<T: Send + 'static>(
    by: Thread,
    task: impl FnOnce() -> T + Send + 'static,
) -> Receiver<T> {
    static STARTER: OnceLock<Option<Sender<Task>>> = OnceLock::new();
    static ENDER: OnceLock<Option<Sender<Task>>> = OnceLock::new();

    let (send, receive) = channel();
    let task: Task = Box::new(move || {
        // Nobody may be waiting any more; then a worker is dropped here, which ends it.
        let _unwanted = send.send(task());
    });
    let thread = match by {
        Thread::Starter => &STARTER,
        Thread::Ender => &ENDER,
    };
    if let Some(thread) = thread.get_or_init(begin) {
        let _ended = thread.send(task);
    }
    receive
}

fn begin() -> Option<Sender<Task>> {
    let (send, receive) = channel::<Task>();
    let work = move || receive.into_iter().for_each(|task| task());
    thread::Builder::new().name("workers".into()).spawn(work).ok().map(|_| send)
}

/// A process that was just started.
pub(super) struct Started {
    pub(super) child: Child,
    pub(super) pidfd: OwnedFd,
    pub(super) output: PipeReader,
}

/// Starts a program, this one if none is given, as a worker, with its socket as standard input.
/// Nothing of the environment is handed on. There must be no code of ours between fork and exec:
/// that would make the standard library copy this process's page tables, which takes longer the
/// larger it is.
pub(super) fn start(
    program: Option<&Path>,
    socket: OwnedFd,
    folder: &Path,
    n_threads: u32,
) -> io::Result<Started> {
    let (output, input) = io::pipe()?;
    rustix::io::ioctl_fionbio(&output, true)?;
    let threads = n_threads.to_string();
    let budgets =
        ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"];
    // This path leads to the program that runs, even if its file was replaced or removed since.
    let program = program.unwrap_or(Path::new("/proc/self/exe"));
    let child = Command::new(program)
        .arg(ARGUMENT)
        .env_clear()
        .envs(budgets.map(|name| (name, threads.as_str())))
        .env("TMPDIR", folder)
        .current_dir(folder)
        .process_group(0)
        .stdin(socket)
        .stdout(input.try_clone()?)
        .stderr(input)
        .spawn()?;
    let pidfd = Pid::from_raw(child.id().cast_signed())
        .ok_or(io::ErrorKind::NotFound.into())
        .and_then(|pid| Ok(pidfd_open(pid, PidfdFlags::empty())?));
    match pidfd {
        Ok(pidfd) => Ok(Started { child, pidfd, output }),
        Err(e) => {
            end(child);
            Err(e)
        }
    }
}

/// Kills a worker's process group and waits for the worker.
pub(super) fn end(mut child: Child) {
    kill(&child);
    let _gone = child.wait();
}

/// Kills a worker's process group.
pub(super) fn kill(child: &Child) {
    if let Some(group) = Pid::from_raw(child.id().cast_signed()) {
        let _gone = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
}
