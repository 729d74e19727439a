//! One worker, seen from the host.

use std::io::{ErrorKind, PipeReader, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::process::Child;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::channel::{Channel, Received};
use super::progress::Progress;
use super::scratch::Folder;
use super::verdict::{End, in_words};
use super::watch::{Excess, TICK, Watch};
use super::wire::{
    self, ANSWER_BYTES_MAX, Call, Failure, Hello, Job, Outcome, REQUEST_BYTES_MAX, Request, Said,
};
use super::{Log, spawn};
use crate::binary::Binary;
use crate::sandbox::{self, Level};
use crate::services::{METRIC_NAME_BYTES_MAX, METRICS_MAX, REPORTS_MAX};
use crate::{Report, Verdict, Workers, text};

/// The longest that loading a plugin may take.
const LOADING: Duration = Duration::from_secs(10);

/// How long a fit may go on after it was told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// How long a worker that cannot be talked to is given to end by itself.
const LAST_BREATH: Duration = Duration::from_secs(1);

/// How much of the latest output helps to tell why a worker ended.
const TAIL_BYTES: usize = 4096;

/// A worker process; killed and waited for when dropped.
#[derive(Debug)]
pub(crate) struct Worker {
    /// `None` once it was waited for.
    child: Option<Child>,
    pidfd: OwnedFd,
    channel: Channel,
    /// `None` once the worker has closed it.
    output: Option<PipeReader>,
    folder: Folder,
    watch: Watch,
    memory_bytes: Option<u64>,
    time: Option<Duration>,
    /// What it is asked for, in order.
    calls: Vec<Call>,
    progress: Progress,
    /// How far it was seen to be.
    at: u32,
    /// Until when the present call may take, and how it ends otherwise.
    deadline: Option<(End, Instant)>,
    n_requests: u64,
    worked: Duration,
    log: Option<Arc<Log>>,
    tail: Vec<u8>,
    /// What it said when it was ready.
    ready: Option<(Level, String)>,
}

/// Why a worker did not do its job.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// It says why, and goes on.
    Failed(Call, Failure),
    /// It is gone: how, in words.
    Ended(String),
}

/// The outcomes of all jobs, or the call that failed.
type Answer = Result<Vec<Outcome>, (Call, Failure)>;

/// A verdict on a report: [`Verdict::Continue`] where nobody listens.
pub(crate) type Listener<'a> = &'a mut dyn FnMut(Report) -> Verdict;

impl Worker {
    /// Starts a worker, which loads the plugin while the host does other things.
    pub(crate) fn start(
        binary: &Binary,
        options: &Workers,
        folder: Folder,
    ) -> std::io::Result<Self> {
        let (channel, socket) = Channel::pair()?;
        let progress = Progress::new()?;
        let hello = Hello {
            version: wire::VERSION,
            host: std::process::id(),
            sandbox: options.sandbox,
            memory_bytes: options.memory_bytes,
            libraries: options.libraries.clone(),
            path: binary.path().display().to_string(),
            sha256: binary.sha256().to_owned(),
        };
        let hello = serde_json::to_vec(&hello)?;
        let program = options.program.as_deref();
        let started = spawn::start(program, socket, folder.path(), 1)?;
        let spawn::Started { child, pidfd, output } = started;
        let worker = Self {
            watch: Watch::new(
                child.id(),
                sandbox::leaves_processes(options.sandbox),
                options.memory_bytes,
            ),
            child: Some(child),
            pidfd,
            channel,
            output: Some(output),
            folder,
            memory_bytes: options.memory_bytes,
            time: options.time,
            calls: vec![Call::Start],
            progress,
            at: 0,
            deadline: None,
            n_requests: 0,
            worked: Duration::ZERO,
            log: None,
            tail: Vec::new(),
            ready: None,
        };
        let soon = timespec(LAST_BREATH);
        let memory = [binary.memory().as_fd(), worker.progress.as_fd()];
        worker.channel.send(&hello, &memory, Some(&soon))?;
        Ok(worker)
    }

    /// Waits until the plugin is loaded: how the worker is restricted, and the plugin's
    /// descriptor.
    pub(crate) fn ready(&mut self) -> Result<(Level, String), String> {
        if let Some(ready) = &self.ready {
            return Ok(ready.clone());
        }
        self.deadline = until(Some(LOADING));
        let said = self.next(ANSWER_BYTES_MAX);
        match said.map(|bytes| serde_json::from_slice(&bytes)) {
            Ok(Ok(Said::Ready { level, descriptor })) => {
                Ok(self.ready.insert((level, descriptor)).clone())
            }
            Ok(Ok(Said::Refused { reason })) => {
                Err(text::clean_or(&reason, "its worker cannot load it, and does not say why"))
            }
            Ok(_) => Err(self.end(&End::Breach("what no worker says"))),
            Err(end) => Err(self.end(&end)),
        }
    }

    /// Where its output goes from here on.
    pub(crate) fn set_log(&mut self, log: Option<Arc<Log>>) {
        self.log = log;
    }

    /// Has jobs done one after the other, up to the first that fails, handing reports on. Their
    /// descriptors come in the same order; `lent_bytes` of their memory do not count as the
    /// worker's own.
    pub(crate) fn work(
        &mut self,
        jobs: Vec<Job>,
        descriptors: &[BorrowedFd<'_>],
        lent_bytes: u64,
        report: Listener<'_>,
    ) -> Result<Vec<Outcome>, Trouble> {
        self.calls = jobs.iter().map(Job::call).collect();
        self.watch.lent_bytes = lent_bytes;
        self.tail.clear();
        self.n_requests += 1;
        let request = Request { number: self.n_requests, jobs };
        let request = serde_json::to_vec(&request).map_err(|e| self.worker_failed(&e))?;
        if REQUEST_BYTES_MAX < request.len() {
            return Err(self.worker_failed(&"the hyperparameters are too long"));
        }
        self.at = 0;
        self.progress.set(self.at).map_err(|e| self.worker_failed(&e))?;
        let patience = timespec(self.time.unwrap_or(LOADING));
        if self.channel.send(&request, descriptors, Some(&patience)).is_err() {
            return Err(Trouble::Ended(self.end(&End::Closed)));
        }
        let since = Instant::now();
        let answer = self.answer(report);
        self.worked += since.elapsed();
        match answer {
            Ok(Ok(outcomes)) => Ok(outcomes),
            Ok(Err((call, failure))) => Err(Trouble::Failed(call, failure)),
            Err(end) => Err(Trouble::Ended(self.end(&end))),
        }
    }

    /// The bytes that follow [`Outcome::Saved`].
    pub(crate) fn bytes(&mut self, n_bytes: usize) -> Result<Vec<u8>, Trouble> {
        self.deadline = until(self.time);
        match self.next(n_bytes) {
            Ok(bytes) if bytes.len() == n_bytes => Ok(bytes),
            Ok(_) => Err(Trouble::Ended(self.end(&End::Breach("fewer bytes than it said")))),
            Err(end) => Err(Trouble::Ended(self.end(&end))),
        }
    }

    /// Leaves nothing in its scratch folder for the next fit to find.
    pub(crate) fn clear(&self) -> std::io::Result<()> {
        self.folder.clear()
    }

    /// Whether it was given work before.
    pub(crate) fn is_used(&self) -> bool {
        self.n_requests > 0
    }

    /// How long it has been at work.
    pub(crate) fn worked(&self) -> Duration {
        self.worked
    }

    /// The call that it is busy with.
    fn call(&self) -> Call {
        let at = self.progress.get().ok().and_then(|at| usize::try_from(at).ok()).unwrap_or(0);
        let call = self.calls.get(at).or(self.calls.last());
        call.copied().unwrap_or(Call::Start)
    }

    fn worker_failed(&self, reason: &dyn std::fmt::Display) -> Trouble {
        Trouble::Failed(self.call(), Failure::Worker { reason: reason.to_string() })
    }

    /// Waits for the answer to the latest request: outcomes, or what failed.
    fn answer(&mut self, report: Listener<'_>) -> Result<Answer, End> {
        const OUT_OF_TURN: End = End::Breach("an answer out of turn");
        self.deadline = until(self.time);
        let mut reports = Reports::default();
        let mut told_to_stop = false;
        loop {
            let bytes = self.next(ANSWER_BYTES_MAX)?;
            let said =
                serde_json::from_slice(&bytes).map_err(|_| End::Breach("what no worker says"))?;
            match said {
                Said::Report { step, metrics } if self.call() == Call::Fit => {
                    let verdict = report(reports.check(step, metrics).map_err(End::Breach)?);
                    if verdict != Verdict::Continue && !told_to_stop {
                        told_to_stop = true;
                        let grace = Instant::now() + GRACE;
                        let earlier = self.deadline.take().map(|(_, at)| at.min(grace));
                        self.deadline = Some((End::Deaf(GRACE), earlier.unwrap_or(grace)));
                    }
                    let byte = verdict.to_abi() as u8;
                    // What a worker does not take, it will not wait for: its end is seen next.
                    let _full = self.channel.send_byte(byte);
                }
                Said::Done { number, outcomes }
                    if number == self.n_requests && outcomes.len() == self.calls.len() =>
                {
                    return Ok(Ok(outcomes));
                }
                Said::Failed { number, at, failure } if number == self.n_requests => {
                    let call = self.calls.get(at).ok_or(OUT_OF_TURN)?;
                    return Ok(Err((*call, failure)));
                }
                _ => return Err(OUT_OF_TURN),
            }
        }
    }

    /// Waits for a message, minding output, limits and the worker's end.
    fn next(&mut self, bytes_max: usize) -> Result<Vec<u8>, End> {
        loop {
            match self.channel.poll_message(bytes_max) {
                Received::Message(message) => return Ok(message),
                Received::Breach(what) => return Err(End::Breach(what)),
                Received::Closed => return Err(self.after_closing()),
                Received::Nothing => self.wait()?,
            }
        }
    }

    /// Waits until something has happened, and takes care of all but messages.
    fn wait(&mut self) -> Result<(), End> {
        let now = Instant::now();
        let left = self.deadline.as_ref().map_or(TICK, |(_, at)| at.saturating_duration_since(now));
        let timeout = timespec(left.min(TICK));
        let mut ready = vec![
            PollFd::new(&self.channel, PollFlags::IN),
            PollFd::new(&self.pidfd, PollFlags::IN),
        ];
        ready.extend(self.output.as_ref().map(|output| PollFd::new(output, PollFlags::IN)));
        // An interrupted wait is tried again by whoever asked for it.
        let _interrupted = poll(&mut ready, Some(&timeout));
        let happened: Vec<bool> = ready.iter().map(|fd| !fd.revents().is_empty()).collect();
        if happened.get(2) == Some(&true) {
            self.take_output();
        }
        if happened[1] && !happened[0] {
            return Err(self.after_closing());
        }
        let now = Instant::now();
        self.see_progress();
        if let Some((end, _)) = self.deadline.take_if(|(_, at)| *at <= now) {
            return Err(end);
        }
        match self.watch.look(now, &self.folder) {
            Some(Excess::Memory) => Err(End::OverMemory),
            Some(Excess::Scratch) => Err(End::OverScratch),
            None => Ok(()),
        }
    }

    /// Gives the next call its own time.
    fn see_progress(&mut self) {
        let n_calls = self.calls.len();
        let is_further = |at: &u32| self.at < *at && (*at as usize) < n_calls;
        if let Some(at) = self.progress.get().ok().filter(is_further) {
            self.at = at;
            self.deadline = until(self.time);
        }
    }

    /// How a worker ended that nothing more will come from.
    fn after_closing(&mut self) -> End {
        let mut ready = [PollFd::new(&self.pidfd, PollFlags::IN)];
        let _interrupted = poll(&mut ready, Some(&timespec(LAST_BREATH)));
        match self.child.as_mut().map(Child::try_wait) {
            Some(Ok(Some(status))) => End::Died(status),
            _ => End::Closed,
        }
    }

    /// Keeps what the worker has written: in the log, and the last of it here.
    fn take_output(&mut self) {
        const CHUNKS_MAX: usize = 16;
        let mut chunk = [0; 64 * 1024];
        for _ in 0..CHUNKS_MAX {
            let Some(output) = &mut self.output else { return };
            match output.read(&mut chunk) {
                Ok(0) => self.output = None,
                Ok(n) => {
                    if let Some(log) = &self.log {
                        log.write(&chunk[..n]);
                    }
                    self.tail.extend_from_slice(&chunk[..n]);
                    let excess = self.tail.len().saturating_sub(TAIL_BYTES);
                    self.tail.drain(..excess);
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    }

    /// Makes sure that the worker is gone, and says how it went.
    fn end(&mut self, end: &End) -> String {
        if let Some(child) = self.child.take() {
            spawn::end(child);
        }
        self.take_output();
        in_words(end, self.call(), self.memory_bytes, &self.tail)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if let Some(child) = self.child.take() {
            spawn::end(child);
        }
    }
}

/// Checks the reports of one fit.
#[derive(Default)]
struct Reports {
    n: u64,
    last_step: Option<u64>,
}

impl Reports {
    fn check(&mut self, step: u64, metrics: Vec<(String, u64)>) -> Result<Report, &'static str> {
        if self.last_step.is_some_and(|last| step <= last) {
            return Err("a report of a step after a later one");
        }
        if self.n == REPORTS_MAX || METRICS_MAX < metrics.len() as u64 {
            return Err("too many reports");
        }
        if metrics.iter().any(|(name, _)| METRIC_NAME_BYTES_MAX < name.len()) {
            return Err("a metric with an overlong name");
        }
        self.last_step = Some(step);
        self.n += 1;
        let metric =
            |(name, bits): (String, u64)| (text::clean(name.as_bytes()), f64::from_bits(bits));
        Ok(Report { step, metrics: metrics.into_iter().map(metric).collect() })
    }
}

/// A limit from now on.
fn until(limit: Option<Duration>) -> Option<(End, Instant)> {
    limit.map(|limit| (End::TimedOut(limit), Instant::now() + limit))
}

fn timespec(duration: Duration) -> Timespec {
    Timespec {
        tv_sec: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: duration.subsec_nanos().into(),
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_must_be_in_order_and_bounded() {
        let mut reports = Reports::default();
        let nan = ("loss".to_owned(), f64::NAN.to_bits());
        let heard = reports.check(3, vec![nan]).expect("good");
        assert!(heard.metrics[0].1.is_nan());
        assert!(reports.check(3, Vec::new()).is_err());
        let name = "x".repeat(METRIC_NAME_BYTES_MAX + 1);
        assert!(reports.check(4, vec![(name, 0)]).is_err());
        let many = vec![("x".to_owned(), 0); METRICS_MAX as usize + 1];
        assert!(reports.check(4, many).is_err());
    }
}
