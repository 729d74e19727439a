//! The host's side of a command: one run of it, from its start to its end.

use std::fmt;
use std::fs;
use std::io::{ErrorKind, PipeReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::lines::{Lines, Listener};
use super::wire::{BYTES_MAX, Order, Said};
use super::{KEEPER, tree};
use crate::sandbox::{Level, Policy, Rights};
use crate::text;
use crate::worker::Log;
use crate::worker::channel::{Channel, Received};
use crate::worker::scratch::{Folder, Root};
use crate::worker::verdict::{End, in_words};
use crate::worker::wire::Call;

/// How often memory and scratch are looked at.
const TICK: Duration = Duration::from_millis(100);

/// How long a keeper is given to end what it keeps.
const KILLING: Duration = Duration::from_secs(15);

/// The longest that restricting a process may take.
const STARTING: Duration = Duration::from_secs(10);

/// How much of the latest errors helps to tell why a command ended.
const TAIL_BYTES: usize = 4096;

/// What runs beyond a limit before the kernel's own word is not waited for.
const SLACK_BYTES: u64 = 16 << 20;

/// The most lines that are read of one run.
const LINES_MAX: u64 = 10_000_000;

/// How commands are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct House {
    /// How they are restricted.
    pub sandbox: Policy,
    /// The most memory that a command and all that it starts may use, in bytes.
    pub memory_bytes: Option<u64>,
    /// The longest that one run may take.
    pub time: Option<Duration>,
    /// Whether they may use the network.
    pub network: bool,
    /// Files and folders that they may read beyond what every program needs.
    pub read: Vec<PathBuf>,
    /// Files, folders and devices that they may write beyond their scratch folders.
    pub write: Vec<PathBuf>,
    /// The folder that they work in.
    pub folder: PathBuf,
    /// A folder for their scratch folders.
    pub scratch: PathBuf,
}

/// One run of a program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Run {
    /// The file.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<String>,
    /// All of its environment but what says where its scratch folder is.
    pub env: Vec<(String, String)>,
    /// Files to find in its scratch folder.
    pub files: Vec<(String, String)>,
}

/// Runs commands in processes of their own.
#[derive(Debug)]
pub struct Commands {
    house: House,
    scratch: Root,
    level: Level,
}

impl Commands {
    /// Makes the scratch folder and tries the restrictions.
    ///
    /// # Errors
    /// If either does not work as the policy asks.
    pub fn open(house: House) -> Result<Self, String> {
        let scratch = Root::new(&house.scratch).map_err(|e| {
            format!("no scratch folder can be made in {}: {e}", house.scratch.display())
        })?;
        let mut commands = Self { house, scratch, level: Level::default() };
        let level = Running::start(&commands, None, None)?.restricted()?;
        commands.level = level;
        Ok(commands)
    }

    /// How commands are restricted.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// The same in words.
    #[must_use]
    pub fn isolation(&self) -> String {
        let network = if self.house.network { ", with network" } else { "" };
        format!("as a command: {}{network}", self.level)
    }

    /// Runs a program in a new scratch folder, for which `make` says what to run; hands each line
    /// of its output on, `true` with one that was cut for its length, and keeps all of it in the
    /// log. When this returns, no process is left of what the program has started.
    ///
    /// # Errors
    /// How it ended, in words, unless it ended by itself and well; or what `line` says, which ends
    /// it.
    pub fn run(
        &self,
        make: &dyn Fn(&Path) -> Run,
        log: Option<PathBuf>,
        line: Listener<'_>,
    ) -> Result<(), String> {
        let log = log.map(|path| Arc::new(Log::new(path)));
        let mut running = Running::start(self, Some(make), log)?;
        let ended = running.restricted().and_then(|_| running.listen(line));
        // The folder has another name every time, and this is part of a record.
        let scratch = running.folder.path().display().to_string();
        ended.map_err(|problem| problem.replace(&scratch, "{scratch}"))
    }
}

/// A command that runs; killed and waited for when dropped.
struct Running<'a> {
    house: &'a House,
    folder: Folder,
    /// `None` once the keeper was told to end.
    channel: Option<Channel>,
    keeper: Child,
    output: Option<PipeReader>,
    errors: Option<PipeReader>,
    lines: Lines,
    n_lines: u64,
    log: Option<Arc<Log>>,
    tail: Vec<u8>,
    begun: Instant,
    looked: Instant,
}

/// What to run in a scratch folder.
type Make<'a> = Option<&'a dyn Fn(&Path) -> Run>;

impl<'a> Running<'a> {
    fn start(
        commands: &'a Commands,
        make: Make<'_>,
        log: Option<Arc<Log>>,
    ) -> Result<Self, String> {
        let cannot = |e: &dyn fmt::Display| format!("no process can be started: {e}");
        let house = &commands.house;
        let folder = commands.scratch.folder().map_err(|e| cannot(&e))?;
        let run = make.map(|make| make(folder.path()));
        let order = order(house, folder.path(), run).map_err(|e| cannot(&e))?;
        let start = || -> std::io::Result<_> {
            let (channel, socket) = Channel::pair()?;
            let (output, output_end) = std::io::pipe()?;
            let (errors, errors_end) = std::io::pipe()?;
            rustix::io::ioctl_fionbio(&output, true)?;
            rustix::io::ioctl_fionbio(&errors, true)?;
            let keeper = Command::new("/proc/self/exe")
                .arg(KEEPER)
                .env_clear()
                .current_dir("/")
                .process_group(0)
                .stdin(socket)
                .stdout(output_end)
                .stderr(errors_end)
                .spawn()?;
            Ok((channel, keeper, output, errors))
        };
        let (channel, keeper, output, errors) = start().map_err(|e| cannot(&e))?;
        let running = Self {
            house,
            folder,
            channel: Some(channel),
            keeper,
            output: Some(output),
            errors: Some(errors),
            lines: Lines::default(),
            n_lines: 0,
            log,
            tail: Vec::new(),
            begun: Instant::now(),
            looked: Instant::now(),
        };
        let message = serde_json::to_vec(&order).map_err(|e| cannot(&e))?;
        if BYTES_MAX < message.len() {
            return Err(cannot(&"the arguments are too long"));
        }
        if let Some(channel) = &running.channel {
            channel.send(&message, &[], Some(&timespec(STARTING))).map_err(|e| cannot(&e))?;
        }
        Ok(running)
    }

    /// Waits until the process has restricted itself.
    fn restricted(&mut self) -> Result<Level, String> {
        let deadline = Instant::now() + STARTING;
        loop {
            match self.hear() {
                Ok(Some(Said::Ready { level })) => return Ok(level),
                Ok(Some(Said::Refused { reason })) => return Err(text::clean(reason.as_bytes())),
                Ok(None) if Instant::now() < deadline => self.wait(deadline),
                _ => return Err("no process can be started: it does not answer".into()),
            }
        }
    }

    /// Waits for the end, handing lines on.
    fn listen(&mut self, line: Listener<'_>) -> Result<(), String> {
        let deadline = self.house.time.map(|time| (time, self.begun + time));
        loop {
            let said = self.hear();
            let taken = self.take_output(line);
            self.take_errors();
            taken?;
            match said {
                Ok(Some(Said::Ended { status })) => return self.conclude(status, line),
                Ok(Some(Said::Refused { reason })) => return Err(text::clean(reason.as_bytes())),
                Ok(Some(Said::Ready { .. })) | Err(()) => return Err(self.words(&End::Closed)),
                Ok(None) => {}
            }
            let now = Instant::now();
            if let Some((limit, _)) = deadline.filter(|(_, at)| *at <= now) {
                return Err(self.words(&End::TimedOut(limit)));
            }
            if let Some(end) = self.look(now) {
                return Err(self.words(&end));
            }
            self.wait(deadline.map_or(now + TICK, |(_, at)| at));
        }
    }

    /// What the keeper says, if it says something; an error if nothing more will come.
    fn hear(&mut self) -> Result<Option<Said>, ()> {
        match self.channel.as_mut().map(|channel| channel.poll_message(BYTES_MAX)) {
            Some(Received::Nothing) => Ok(None),
            Some(Received::Message(bytes)) => serde_json::from_slice(&bytes).map_err(|_| ()),
            _ => Err(()),
        }
    }

    /// Waits until something has happened, or for a tick, or until then.
    fn wait(&self, until: Instant) {
        let left = until.saturating_duration_since(Instant::now()).min(TICK);
        let mut ready: Vec<PollFd<'_>> = Vec::new();
        ready.extend(self.channel.as_ref().map(|channel| PollFd::new(channel, PollFlags::IN)));
        let pipes = [&self.output, &self.errors].into_iter().flatten();
        ready.extend(pipes.map(|pipe| PollFd::new(pipe, PollFlags::IN)));
        // An interrupted wait is tried again by whoever asked for it.
        let _interrupted = poll(&mut ready, Some(&timespec(left)));
    }

    /// Looks at what no limit of the kernel sees: the memory of all processes together, and the
    /// scratch folder.
    fn look(&mut self, now: Instant) -> Option<End> {
        if now < self.looked + TICK {
            return None;
        }
        self.looked = now;
        if let Some(limit) = self.house.memory_bytes.map(|limit| limit.saturating_add(SLACK_BYTES))
            && limit < tree::memory_bytes(self.keeper.id(), limit)
        {
            return Some(End::OverMemory);
        }
        self.folder.is_full().then_some(End::OverScratch)
    }

    /// The program has ended, and all that it had started: what it has left in the pipes counts.
    fn conclude(&mut self, status: i32, line: Listener<'_>) -> Result<(), String> {
        while self.take_output(line)? {}
        while self.take_errors() {}
        self.lines.finish(line)?;
        match ExitStatus::from_raw(status) {
            status if status.success() => Ok(()),
            status => Err(self.words(&End::Died(status))),
        }
    }

    /// Hands lines on; whether there may be more.
    fn take_output(&mut self, line: Listener<'_>) -> Result<bool, String> {
        let chunk = read(&mut self.output);
        if let Some(log) = self.log.as_ref().filter(|_| !chunk.is_empty()) {
            log.write(&chunk);
        }
        let n_lines = &mut self.n_lines;
        self.lines.add(&chunk, &mut |text, cut| {
            *n_lines += 1;
            match *n_lines <= LINES_MAX {
                true => line(text, cut),
                false => Err(format!("printed more than {LINES_MAX} lines, killed")),
            }
        })?;
        Ok(!chunk.is_empty())
    }

    /// Keeps errors: in the log, and the last of them here. Whether there may be more.
    fn take_errors(&mut self) -> bool {
        let chunk = read(&mut self.errors);
        if let Some(log) = self.log.as_ref().filter(|_| !chunk.is_empty()) {
            log.write(&chunk);
        }
        self.tail.extend_from_slice(&chunk);
        let excess = self.tail.len().saturating_sub(TAIL_BYTES);
        self.tail.drain(..excess);
        !chunk.is_empty()
    }

    /// Its end, with the last line of its errors if that says why.
    fn words(&self, end: &End) -> String {
        let words = in_words(end, Call::Run, self.house.memory_bytes, &self.tail);
        let last = String::from_utf8_lossy(&self.tail);
        let last = last.lines().rev().map(str::trim).find(|line| !line.is_empty());
        match (end, last) {
            (End::Died(_), Some(last)) => {
                format!("{words}; the last line of its errors: {}", text::clean(last.as_bytes()))
            }
            _ => words,
        }
    }
}

impl Drop for Running<'_> {
    /// The keeper ends the command when its channel closes; a keeper that does not end is ended.
    fn drop(&mut self) {
        self.channel = None;
        let deadline = Instant::now() + KILLING;
        while Instant::now() < deadline {
            match self.keeper.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(2)),
                _ => return,
            }
        }
        let _gone = self.keeper.kill();
        let _gone = self.keeper.wait();
    }
}

/// The order for the keeper, after writing the files into the scratch folder.
fn order(house: &House, scratch: &Path, run: Option<Run>) -> std::io::Result<Order> {
    let is_trial = run.is_some();
    let Run { program, args, mut env, files } = run.unwrap_or_default();
    for (name, text) in &files {
        fs::write(scratch.join(name), text)?;
    }
    let own = scratch.to_string_lossy().into_owned();
    env.extend(["HOME", "TMPDIR"].map(|name| (name.to_owned(), own.clone())));
    let rights =
        Rights { network: house.network, read: house.read.clone(), write: house.write.clone() };
    Ok(Order {
        sandbox: house.sandbox,
        memory_bytes: house.memory_bytes,
        rights,
        folder: house.folder.clone(),
        scratch: scratch.to_owned(),
        program: is_trial.then_some(program),
        args,
        env,
    })
}

/// What there is to read now, but not too much at once.
fn read(pipe: &mut Option<PipeReader>) -> Vec<u8> {
    let mut chunk = vec![0; 64 * 1024];
    let Some(open) = pipe else { return Vec::new() };
    loop {
        match open.read(&mut chunk) {
            Ok(0) => *pipe = None,
            Ok(n) => {
                chunk.truncate(n);
                return chunk;
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(_) => {}
        }
        return Vec::new();
    }
}

fn timespec(duration: Duration) -> Timespec {
    Timespec {
        tv_sec: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: duration.subsec_nanos().into(),
    }
}
