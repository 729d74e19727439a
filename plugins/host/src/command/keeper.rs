//! The process between host and command, and the command until it becomes its program.

use std::fs;
use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitCode};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{
    Pid, PidfdFlags, Signal, getpid, getppid, pidfd_open, set_child_subreaper,
    set_parent_process_death_signal,
};

use super::wire::{BYTES_MAX, Order, Said};
use super::{ENTER, tree};
use crate::sandbox::{self, Tenant};
use crate::worker::channel::Channel;
use crate::worker::verdict::LOST_HOST;

/// How long to go on killing what is left of a command.
const PATIENCE: Duration = Duration::from_secs(10);

/// Keeps one command for the host behind standard input: the whole life of a process that was
/// started with [`KEEPER`](super::KEEPER). To be called first and from the only thread.
#[must_use]
pub fn keep() -> ExitCode {
    let kept = open_channel().and_then(keep_for);
    // Whatever went wrong, nothing is left behind.
    let all_gone = tree::end_all(PATIENCE);
    ExitCode::from(if kept.is_ok() && all_gone { 0 } else { LOST_HOST as u8 })
}

fn keep_for(mut host: Channel) -> io::Result<()> {
    set_child_subreaper(Some(getpid()))?;
    let (order, _) = host.receive(BYTES_MAX)?;
    let (mut own, theirs) = Channel::pair()?;
    let plan: Order = serde_json::from_slice(&order)?;
    let child = Command::new("/proc/self/exe")
        .arg(ENTER)
        .arg(std::process::id().to_string())
        .env_clear()
        .current_dir(&plan.folder)
        .process_group(0)
        .stdin(theirs)
        .spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(e) => {
            let folder = plan.folder.display();
            let reason = format!("no process can be started in {folder}: {e}");
            return say(&host, &Said::Refused { reason });
        }
    };
    own.send(&order, &[], None)?;
    // Its word comes before it becomes the program, which closes the channel.
    while let Ok((said, _)) = own.receive(BYTES_MAX) {
        host.send(&said, &[], None)?;
    }
    if let Some(status) = wait_for(&mut child, &host)? {
        // The host is told when nothing is left that could go on.
        if tree::end_all(PATIENCE) {
            say(&host, &Said::Ended { status })?;
        }
    }
    Ok(())
}

/// Waits for the program's end; `None` if the host wants no more of it, or is gone.
fn wait_for(child: &mut Child, host: &Channel) -> io::Result<Option<i32>> {
    let id = Pid::from_raw(child.id().cast_signed()).ok_or(io::ErrorKind::NotFound)?;
    let ended = pidfd_open(id, PidfdFlags::empty())?;
    loop {
        let mut ready = [PollFd::new(host, PollFlags::IN), PollFd::new(&ended, PollFlags::IN)];
        match poll(&mut ready, None) {
            Err(rustix::io::Errno::INTR) => continue,
            polled => polled?,
        };
        if !ready[1].revents().is_empty() {
            return Ok(Some(child.wait()?.into_raw()));
        }
        if !ready[0].revents().is_empty() {
            return Ok(None);
        }
    }
}

/// Becomes the program that the keeper behind standard input orders: what a process does that was
/// started with [`ENTER`](super::ENTER). To be called first and from the only thread.
#[must_use]
pub fn enter() -> ExitCode {
    let Ok(mut keeper) = open_channel() else { return ExitCode::from(LOST_HOST as u8) };
    let reason = match become_program(&mut keeper) {
        Ok(()) => return ExitCode::SUCCESS,
        Err(reason) => reason,
    };
    let _keeper_is_gone = say(&keeper, &Said::Refused { reason });
    ExitCode::from(LOST_HOST as u8)
}

/// Returns only if there is no program to become, or it cannot.
fn become_program(keeper: &mut Channel) -> Result<(), String> {
    let (order, _) = keeper.receive(BYTES_MAX).map_err(|e| e.to_string())?;
    let order: Order = serde_json::from_slice(&order).map_err(|e| e.to_string())?;
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(|e| e.to_string())?;
    let expected = std::env::args().nth(2).and_then(|id| id.parse().ok()).and_then(Pid::from_raw);
    if getppid() != expected {
        return Err("its keeper is gone".into());
    }
    // Refused in some containers, which then choose by themselves.
    let _refused = fs::write("/proc/self/oom_score_adj", "1000");
    let level = sandbox::enter(
        order.sandbox,
        order.memory_bytes,
        &order.scratch,
        &Tenant::Command(order.rights),
    )?;
    say(keeper, &Said::Ready { level }).map_err(|e| e.to_string())?;
    let Some(program) = order.program else { return Ok(()) };
    let problem = Command::new(&program).args(order.args).env_clear().envs(order.env).exec();
    Err(cannot_run(&program, &problem))
}

fn cannot_run(program: &Path, problem: &io::Error) -> String {
    let program = program.display();
    let why = match problem.raw_os_error() {
        Some(libc::ENOENT) => "its interpreter is not there, or the sandbox hides it".to_owned(),
        Some(libc::EACCES) => "it may not be run, or the sandbox does not allow it".to_owned(),
        Some(libc::ENOEXEC) => "it is no program, and has no first line such as `#!/bin/sh`".into(),
        _ => problem.to_string(),
    };
    format!("{program} cannot be run: {why}")
}

/// Takes the socket from standard input, where the program would look for something else.
fn open_channel() -> io::Result<Channel> {
    let socket = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?;
    rustix::stdio::dup2_stdin(fs::File::open("/dev/null")?)?;
    Ok(Channel::new(socket))
}

fn say(channel: &Channel, said: &Said) -> io::Result<()> {
    channel.send(&serde_json::to_vec(said)?, &[], None)
}
