//! A process with a limit of time and of what it prints.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, Signal};

const PRINTED_MAX: u64 = 16 << 20;
const KEPT_MAX: u64 = 64 << 10;

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// By itself, with this code.
    Exited(i32),
    /// By a signal.
    Crashed(i32),
    /// It was killed because its time was over.
    TimedOut,
    /// It was killed because it printed too much.
    Flooded,
}

impl Ended {
    /// As a process ends that cannot go on without the memory it was refused.
    pub(crate) const ABORTED: Self = Self::Crashed(Signal::ABORT.as_raw());
}

/// Runs a command in a folder, its output going to files beside it.
pub(crate) fn run(mut command: Command, scratch: &Path, limit: Duration) -> io::Result<Ended> {
    let (out, err) = (scratch.join("stdout"), scratch.join("stderr"));
    command.current_dir(work(scratch)).stdin(Stdio::null());
    command.stdout(File::create(&out)?).stderr(File::create(&err)?);
    // A group of its own, so that what it starts can be ended with it.
    command.process_group(0);
    let mut child = command.spawn()?;
    let start = Instant::now();
    let mut pause = Duration::from_micros(500);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(ended(status));
        }
        let printed = size(&out) + size(&err);
        if limit <= start.elapsed() || PRINTED_MAX < printed {
            kill(&mut child);
            child.wait()?;
            return Ok(if PRINTED_MAX < printed { Ended::Flooded } else { Ended::TimedOut });
        }
        thread::sleep(pause);
        pause = (2 * pause).min(Duration::from_millis(10));
    }
}

/// The folder in which a command runs.
pub(crate) fn work(scratch: &Path) -> std::path::PathBuf {
    scratch.join("work")
}

/// The beginning of what a process printed to `stdout` or `stderr`.
pub(crate) fn printed(scratch: &Path, stream: &str) -> String {
    let mut bytes = Vec::new();
    // What cannot be read back was not printed.
    if let Ok(file) = File::open(scratch.join(stream)) {
        let _ = file.take(KEPT_MAX).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Makes this process one that may crash: it ends with its parent, and leaves no image of its
/// memory.
pub(crate) fn expect_the_worst() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    rustix::process::setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    Ok(())
}

/// What a signal means.
pub(crate) fn signal_name(signal: i32) -> String {
    let known = [
        (Signal::SEGV, "segmentation fault"),
        (Signal::BUS, "bus error"),
        (Signal::ABORT, "aborted"),
        (Signal::ILL, "illegal instruction"),
        (Signal::FPE, "arithmetic exception"),
        (Signal::TRAP, "trap"),
        (Signal::KILL, "killed"),
        (Signal::PIPE, "broken pipe"),
        (Signal::TERM, "terminated"),
    ];
    let name = known.iter().find(|(known, _)| known.as_raw() == signal);
    name.map_or_else(|| format!("signal {signal}"), |(_, name)| (*name).to_owned())
}

fn ended(status: ExitStatus) -> Ended {
    match (status.code(), status.signal()) {
        (Some(code), _) => Ended::Exited(code),
        (None, signal) => Ended::Crashed(signal.unwrap_or_default()),
    }
}

fn kill(child: &mut Child) {
    // It was not waited for, so the number is still its own.
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // Nothing can be done about one that cannot be killed.
        let _ = rustix::process::kill_process_group(group, Signal::KILL);
    }
    let _ = child.kill();
}

fn size(path: &Path) -> u64 {
    path.metadata().map_or(0, |found| found.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(script: &str, limit_ms: u64) -> (Ended, tempfile::TempDir) {
        let scratch = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(work(scratch.path())).expect("a folder");
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let ended = run(command, scratch.path(), Duration::from_millis(limit_ms));
        (ended.expect("started"), scratch)
    }

    #[test]
    fn every_end_is_told() {
        let (ended, scratch) = end("echo out; echo err >&2; exit 3", 60_000);
        assert_eq!(ended, Ended::Exited(3));
        let printed = ["stdout", "stderr"].map(|stream| printed(scratch.path(), stream));
        assert_eq!(printed, ["out\n", "err\n"]);
        assert_eq!(end("kill -SEGV $$", 60_000).0, Ended::Crashed(11));
        assert_eq!(end("sleep 1000", 100).0, Ended::TimedOut);
        // With what it has started, which would keep the file open otherwise.
        assert_eq!(end("sleep 1000 & sleep 1000", 100).0, Ended::TimedOut);
        assert_eq!(end("while :; do printf %05000d 0; done", 60_000).0, Ended::Flooded);
        assert_eq!(
            (signal_name(11), signal_name(64)),
            ("segmentation fault".into(), "signal 64".into())
        );
    }
}
