//! Making the checks, each in a process of its own, side by side.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::{Duration, Instant};

use crate::checks::{self, Check};
use crate::doing;
use crate::job::{Draws, Job, Order, Told};
use crate::outcome::{Outcome, Status, one_line};
use crate::process::{self, Ended};
use crate::valgrind;

const OUTPUT_LINES: usize = 12;

/// How the checks are made.
pub struct Settings<'a> {
    /// The plugin's file, absolute.
    pub plugin: PathBuf,
    /// Which checks are made.
    pub select: &'a (dyn Fn(&Check) -> bool + Sync),
    /// How long each may take.
    pub limit: Duration,
    /// From which everything is drawn.
    pub seed: u64,
    /// How many lives the fuzzer draws.
    pub rounds: u64,
    /// The one life that the fuzzer repeats instead.
    pub reproduce: Option<u64>,
    /// Whether to make the check that valgrind watches.
    pub valgrind: bool,
    /// How many are made at once.
    pub n_at_once: usize,
    /// The command that hands its last argument to [`child`](crate::child), to which that argument
    /// will be added; none to make the checks in this process, for a debugger: then a crash ends
    /// it, and what is printed is not looked at.
    pub command: Option<&'a (dyn Fn() -> Command + Sync)>,
}

/// What is known of a plugin before its checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plugin {
    /// Its id and version; none if it cannot be loaded.
    pub name: Option<(String, String)>,
    /// Its models.
    pub models: Vec<String>,
}

/// A check that was made.
#[derive(Debug, Clone)]
pub struct Report {
    /// Which.
    pub check: &'static Check,
    /// Of which model, if it is one for models.
    pub model: Option<String>,
    /// How it went.
    pub outcome: Outcome,
    /// The end of what the process printed, or the beginning of what valgrind did, if the check
    /// failed.
    pub output: Vec<String>,
    /// How long it took.
    pub took: Duration,
}

/// Describes the plugin.
///
/// # Errors
/// If no process can be started.
pub fn describe(settings: &Settings<'_>) -> io::Result<Plugin> {
    let job = job(settings, None, None);
    let told = match settings.command {
        None => job.done(),
        // How the process ended is what the checks are for.
        Some(command) => {
            let attempt = Attempt::make(job, &command(), settings.limit, false)?;
            attempt.written().unwrap_or_else(|| attempt.told())
        }
    };
    Ok(match told {
        Told::Described { plugin, version, models } => {
            Plugin { name: Some((plugin, version)), models }
        }
        Told::Undescribed(_) | Told::Checked(_) => Plugin { name: None, models: Vec::new() },
    })
}

/// Makes the checks that are selected and hands on what came of each, in the order of the table.
///
/// # Errors
/// If no process can be started.
pub fn run(
    settings: &Settings<'_>,
    plugin: &Plugin,
    tell: &mut dyn FnMut(Report),
) -> io::Result<()> {
    let items = items(settings, plugin);
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    let n_at_once = if settings.command.is_some() { settings.n_at_once.max(1) } else { 1 };
    thread::scope(|scope| {
        for _ in 0..n_at_once.min(items.len()) {
            let (sender, items, next) = (sender.clone(), &items, &next);
            scope.spawn(move || work(settings, plugin, items, next, &sender));
        }
        drop(sender);
        let (mut waiting, mut due) = (BTreeMap::new(), 0);
        for (index, report) in receiver {
            waiting.insert(index, report?);
            while let Some(report) = waiting.remove(&due) {
                tell(report);
                due += 1;
            }
        }
        Ok(())
    })
}

type Item = (&'static Check, Option<String>);

fn items(settings: &Settings<'_>, plugin: &Plugin) -> Vec<Item> {
    let mut items = Vec::new();
    for check in checks::all().filter(|check| (settings.select)(check)) {
        match check.is_for_models() && plugin.name.is_some() {
            true => items.extend(plugin.models.iter().map(|model| (check, Some(model.clone())))),
            false => items.push((check, None)),
        }
    }
    items
}

fn work(
    settings: &Settings<'_>,
    plugin: &Plugin,
    items: &[Item],
    next: &AtomicUsize,
    sender: &Sender<(usize, io::Result<Report>)>,
) {
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let Some(item) = items.get(index) else {
            return;
        };
        // Nobody listens any more once a report was an error.
        if sender.send((index, made(settings, plugin, item))).is_err() {
            return;
        }
    }
}

fn made(settings: &Settings<'_>, plugin: &Plugin, item: &Item) -> io::Result<Report> {
    let (check, model) = item;
    let start = Instant::now();
    let (outcome, output) = match lacking(settings, plugin, check) {
        Some(why) => (Outcome { status: Status::Skip, why }, Vec::new()),
        None => tried(settings, check, model.clone())?,
    };
    Ok(Report { check, model: model.clone(), outcome, output, took: start.elapsed() })
}

/// Why a check cannot be made, if so.
fn lacking(settings: &Settings<'_>, plugin: &Plugin, check: &Check) -> Option<String> {
    if check.needs_plugin() && plugin.name.is_none() {
        return Some("the host does not load the plugin, see load.host".to_owned());
    }
    match (check.watched, settings.valgrind, settings.command) {
        (false, ..) => None,
        (true, false, _) => Some("it is slow: `--valgrind` makes it".to_owned()),
        (true, true, None) => Some("valgrind watches processes of their own only".to_owned()),
        (true, true, Some(_)) => valgrind::missing(),
    }
}

fn tried(
    settings: &Settings<'_>,
    check: &Check,
    model: Option<String>,
) -> io::Result<(Outcome, Vec<String>)> {
    let job = job(settings, Some(check.id), model);
    let Some(command) = settings.command else {
        return Ok((outcome_of(job.done()), Vec::new()));
    };
    let attempt = Attempt::make(job, &command(), settings.limit, check.watched)?;
    if let Some(found) = attempt.watched_over() {
        return Ok(found);
    }
    let mut outcome = attempt.outcome(check.forgives);
    if check.quiet && outcome.status == Status::Pass {
        outcome = attempt.noises().unwrap_or(outcome);
    }
    let output = if outcome.status == Status::Fail { attempt.output() } else { Vec::new() };
    Ok((outcome, output))
}

fn job(settings: &Settings<'_>, check: Option<&str>, model: Option<String>) -> Job {
    let Settings { seed, rounds, reproduce, .. } = *settings;
    let draws = Draws { seed, rounds, reproduce };
    Job { plugin: settings.plugin.clone(), check: check.map(str::to_owned), model, draws }
}

fn outcome_of(told: Told) -> Outcome {
    match told {
        Told::Checked(outcome) => outcome,
        Told::Undescribed(why) => Outcome { status: Status::Fail, why },
        Told::Described { .. } => Outcome { status: Status::Pass, why: String::new() },
    }
}

/// A process that was made to do a job.
struct Attempt {
    scratch: tempfile::TempDir,
    order: Order,
    ended: Ended,
    limit: Duration,
}

impl Attempt {
    fn make(job: Job, command: &Command, limit: Duration, watched: bool) -> io::Result<Self> {
        let scratch = tempfile::tempdir()?;
        std::fs::create_dir(process::work(scratch.path()))?;
        let order = Order {
            job,
            verdict: scratch.path().join("verdict"),
            doing: scratch.path().join("doing"),
        };
        let (mut again, limit) = match watched {
            true => {
                let watch = valgrind::command(scratch.path(), command.get_program());
                (watch, limit * valgrind::SLOWDOWN)
            }
            false => (Command::new(command.get_program()), limit),
        };
        again.args(command.get_args()).arg(serde_json::to_string(&order)?);
        let ended = process::run(again, scratch.path(), limit)?;
        Ok(Self { scratch, order, ended, limit })
    }

    /// What valgrind found, if it watched and found anything.
    fn watched_over(&self) -> Option<(Outcome, Vec<String>)> {
        valgrind::found(self.scratch.path())
    }

    /// How it went, if these ends count as told.
    fn outcome(&self, forgives: &[(Ended, Status)]) -> Outcome {
        let outcome = outcome_of(self.told());
        match forgives.iter().find(|(ended, _)| *ended == self.ended) {
            Some((_, Status::Pass)) => Outcome { status: Status::Pass, why: String::new() },
            Some((_, status)) => Outcome { status: *status, ..outcome },
            None => outcome,
        }
    }

    /// What it told, or how it ended instead.
    fn told(&self) -> Told {
        let when = match self.written() {
            Some(told) if self.ended == Ended::Exited(0) => return told,
            Some(_) => "after all calls, as the process ended".to_owned(),
            None => doing::read(&self.order.doing),
        };
        let when = if when.is_empty() { "while it was loaded".to_owned() } else { when };
        let why = match self.ended {
            Ended::Exited(code) => format!("it ended the process with exit code {code}, {when}"),
            Ended::Crashed(signal) => {
                format!("it crashed: {}, {when}", process::signal_name(signal))
            }
            Ended::TimedOut => format!("it did not end within {} s, {when}", self.limit.as_secs()),
            Ended::Flooded => format!("it printed without an end, {when}"),
        };
        Told::Checked(Outcome { status: Status::Fail, why: one_line(&why) })
    }

    /// What it told, however it ended afterwards.
    fn written(&self) -> Option<Told> {
        serde_json::from_slice(&std::fs::read(&self.order.verdict).ok()?).ok()
    }

    /// What it printed or left although it should not have.
    fn noises(&self) -> Option<Outcome> {
        let told = |status, why: String| Some(Outcome { status, why: one_line(&why) });
        for (stream, status) in [("stdout", Status::Fail), ("stderr", Status::Warn)] {
            let printed = process::printed(self.scratch.path(), stream);
            if !printed.is_empty() {
                return told(status, format!("it prints to {stream}: {printed}"));
            }
        }
        let left = std::fs::read_dir(process::work(self.scratch.path())).ok()?;
        let left = left.flatten().next()?;
        told(Status::Warn, format!("it leaves {} in its folder", left.file_name().display()))
    }

    /// The end of what it printed.
    fn output(&self) -> Vec<String> {
        let streams = ["stdout", "stderr"];
        let printed = streams.map(|stream| process::printed(self.scratch.path(), stream));
        let lines: Vec<String> =
            printed.iter().flat_map(|text| text.lines()).map(one_line).collect();
        let lines: Vec<String> = lines.into_iter().filter(|line| !line.is_empty()).collect();
        lines[lines.len().saturating_sub(OUTPUT_LINES)..].to_vec()
    }
}

/// How many checks went how.
#[must_use]
pub fn count(reports: &[Report], status: Status) -> usize {
    reports.iter().filter(|report| report.outcome.status == status).count()
}
