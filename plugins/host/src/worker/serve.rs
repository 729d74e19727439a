//! The worker's side: from a bare process to a plugin that does as it is asked.

use std::fs;
use std::io;
use std::os::fd::{AsFd, IntoRawFd, OwnedFd};
use std::path::Path;
use std::process::ExitCode;

use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};
use serde_json::{Map, Value};
use surmise_plugin_abi as abi;

use super::channel::Channel;
use super::progress::Progress;
use super::traces::Before;
use super::verdict::LOST_HOST;
use super::wire::{Failure, Hello, Job, Kind, Outcome, REQUEST_BYTES_MAX, Request, Said, VERSION};
use super::{keeper, loaded};
use crate::binary::Binary;
use crate::dataset::View;
use crate::instance::Instance;
use crate::occupant::Occupant;
use crate::sealed::{OutputMapping, Sealed};
use crate::shared::MappedTable;
use crate::training::{self, Trainer};
use crate::{Error, Library, PredictKind, Report, Verdict, sandbox};

/// Serves the host behind standard input until it is gone: the whole life of a process that was
/// started with [`ARGUMENT`](super::ARGUMENT). To be called first and from the only thread.
#[must_use]
pub fn main() -> ExitCode {
    serve_host(None)
}

/// As [`main`], in a program that trains models.
#[must_use]
pub fn main_with(trainer: &dyn Trainer) -> ExitCode {
    serve_host(Some(trainer))
}

fn serve_host(trainer: Option<&dyn Trainer>) -> ExitCode {
    let Ok(mut channel) = open_channel() else { return ExitCode::from(LOST_HOST as u8) };
    // Whoever cannot be told has gone: nothing is left to do in either case.
    let _host_is_gone = begin(&mut channel)
        .and_then(|(progress, library)| serve(&mut channel, &progress, &library, trainer));
    leave(LOST_HOST)
}

/// Ends the process without the plugin's own exit handlers.
fn leave(code: i32) -> ! {
    // SAFETY: ends this process; there is nothing of ours to clean up.
    unsafe { libc::_exit(code) }
}

/// Takes the socket from standard input, where a plugin would look for something else, and closes
/// whatever was inherited by mistake.
fn open_channel() -> io::Result<Channel> {
    // SAFETY: nothing in this process has opened a descriptor yet but the three standard ones.
    unsafe { libc::syscall(libc::SYS_close_range, 3, u32::MAX, 0) };
    let socket = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?;
    rustix::stdio::dup2_stdin(fs::File::open("/dev/null")?)?;
    Ok(Channel::new(socket))
}

/// Everything up to a loaded plugin; an error if the host is gone or was refused.
fn begin(channel: &mut Channel) -> io::Result<(Progress, Library)> {
    let (hello, descriptors) = channel.receive(REQUEST_BYTES_MAX)?;
    let loaded = serde_json::from_slice(&hello)
        .map_err(|e| format!("the host's greeting is not understood: {e}"))
        .and_then(|hello| load(hello, descriptors));
    match loaded {
        Ok((level, progress, library)) => {
            let descriptor = library.descriptor().to_owned();
            say(channel, &Said::Ready { level, descriptor })?;
            Ok((progress, library))
        }
        Err(reason) => {
            say(channel, &Said::Refused { reason })?;
            Err(io::ErrorKind::Unsupported.into())
        }
    }
}

/// In this order: what the sandbox forbids comes before it, and the plugin's code after it.
fn load(
    hello: Hello,
    descriptors: Vec<OwnedFd>,
) -> Result<(sandbox::Level, Progress, Library), String> {
    if hello.version != VERSION {
        return Err("host and worker are different builds of Surmise".into());
    }
    let [plugin, progress] =
        <[OwnedFd; 2]>::try_from(descriptors).map_err(|_| "there is no plugin")?;
    die_with(keeper::of(&hello)?)?;
    let memory = Sealed::received(plugin).map_err(|e| e.to_string())?;
    let binary = Binary::received(Path::new(&hello.path), hello.sha256, memory);
    let here = std::env::current_dir().map_err(|e| e.to_string())?;
    let level = sandbox::enter(hello.sandbox, hello.memory_bytes, &here, &sandbox::Tenant::Plugin)?;
    let before = loaded::libraries();
    let library = Library::load(binary)?;
    loaded::check(&loaded::since(&before), &hello.libraries, "brings along")?;
    Ok((level, Progress::received(progress), library))
}

/// Has the kernel kill this process when its host goes, and offers it first when memory is short.
fn die_with(host: u32) -> Result<(), String> {
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(|e| e.to_string())?;
    if getppid() != Pid::from_raw(host.cast_signed()) {
        return Err("its host is gone".into());
    }
    // Refused in some containers, which then choose by themselves.
    let _refused = fs::write("/proc/self/oom_score_adj", "1000");
    Ok(())
}

/// Does job after job.
fn serve(
    channel: &mut Channel,
    progress: &Progress,
    library: &Library,
    trainer: Option<&dyn Trainer>,
) -> io::Result<()> {
    let mut occupant = None;
    let before = Before::now();
    loop {
        let (request, descriptors) = channel.receive(REQUEST_BYTES_MAX)?;
        let Request { number, jobs } = serde_json::from_slice(&request)?;
        let mut desk = Desk {
            channel,
            library,
            before: &before,
            trainer,
            occupant: &mut occupant,
            saved: None,
            descriptors: descriptors.iter(),
        };
        let said = match desk.work_all(jobs, progress) {
            Ok(outcomes) => Said::Done { number, outcomes },
            Err((at, failure)) => Said::Failed { number, at, failure },
        };
        let saved = desk.saved;
        close(descriptors);
        say(channel, &said)?;
        if let Some(saved) = saved {
            channel.send(&saved, &[], None)?;
        }
    }
}

/// Closes descriptors, those too that the plugin has closed already.
fn close(descriptors: Vec<OwnedFd>) {
    for descriptor in descriptors.into_iter().map(IntoRawFd::into_raw_fd) {
        // SAFETY: this process's own, and not used any more.
        unsafe { libc::close(descriptor) };
    }
}

fn say(channel: &Channel, said: &Said) -> io::Result<()> {
    channel.send(&serde_json::to_vec(said)?, &[], None)
}

/// Where one job is done.
struct Desk<'a> {
    channel: &'a Channel,
    library: &'a Library,
    before: &'a Before,
    trainer: Option<&'a dyn Trainer>,
    occupant: &'a mut Option<Occupant>,
    saved: Option<Vec<u8>>,
    /// Those that no job has taken yet.
    descriptors: std::slice::Iter<'a, OwnedFd>,
}

impl Desk<'_> {
    /// The outcomes of all jobs, or which failed first.
    fn work_all(
        &mut self,
        jobs: Vec<Job>,
        progress: &Progress,
    ) -> Result<Vec<Outcome>, (usize, Failure)> {
        let mut done = Ok(Vec::with_capacity(jobs.len()));
        for (at, job) in jobs.into_iter().enumerate() {
            if done.is_err() && !matches!(job, Job::Destroy) {
                continue;
            }
            if progress.set(at as u32).is_err() {
                // A plugin has closed what is not its own.
                leave(LOST_HOST);
            }
            match (self.work(job), &mut done) {
                (Ok(outcome), Ok(outcomes)) => outcomes.push(outcome),
                (Err(failure), Ok(_)) => done = Err((at, failure)),
                (_, Err(_)) => {}
            }
        }
        done
    }

    fn work(&mut self, job: Job) -> Result<Outcome, Failure> {
        match job {
            Job::Create { model, params } => {
                let model = self.library.model(Some(&model))?;
                let instance = Instance::create(&model, &params)?;
                *self.occupant = Some(Occupant::Instance(instance));
            }
            Job::Load { model, trained } => {
                let model = self.library.model(Some(&model))?;
                let bytes = self.sealed()?.map()?;
                *self.occupant = Some(Occupant::load(&model, trained, &bytes)?);
            }
            Job::Fit { seed, n_threads, has_validation } => {
                let options = crate::FitOptions { seed, n_threads };
                return Ok(Outcome::Fitted { stopped: self.fit(has_validation, options)? });
            }
            Job::Train { model, params, settings, seed, n_threads, has_validation } => {
                let options = crate::FitOptions { seed, n_threads };
                let of = (parsed(&params)?, parsed(&settings)?);
                let stopped = self.train(&model, &of, has_validation, options)?;
                return Ok(Outcome::Fitted { stopped });
            }
            Job::Predict { kind, n_values } => self.predict(kind, n_values)?,
            Job::Importance { n_values } => {
                let mut output = self.output(n_values)?;
                self.occupant()?.importance(output.values())?;
            }
            Job::Save => {
                let bytes = self.occupant()?.save()?;
                let n_bytes = bytes.len() as u64;
                self.saved = Some(bytes);
                return Ok(Outcome::Saved { n_bytes });
            }
            Job::Destroy => {
                *self.occupant = None;
                return Ok(Outcome::Destroyed { clean: self.before.is_as_now() });
            }
        }
        Ok(Outcome::Nothing)
    }

    fn fit(&mut self, has_validation: bool, options: crate::FitOptions) -> Result<bool, Failure> {
        let (train, validation) = self.sets(has_validation)?;
        let train = train.table()?;
        let validation = validation.as_ref().map(MappedTable::table).transpose()?;
        let validation = validation.as_ref().map(View::new);
        let channel = self.channel;
        let mut hear = |heard| report(channel, heard);
        Ok(self.instance()?.fit(options, &View::new(&train), validation.as_ref(), &mut hear)?)
    }

    fn train(
        &mut self,
        model: &str,
        (params, settings): &(Map<String, Value>, Map<String, Value>),
        has_validation: bool,
        options: crate::FitOptions,
    ) -> Result<bool, Failure> {
        let model = self.library.model(Some(model))?;
        let (train, validation) = self.sets(has_validation)?;
        let train = train.table()?;
        let validation = validation.as_ref().map(MappedTable::table).transpose()?;
        let channel = self.channel;
        let mut hear = |heard| report(channel, heard);
        let (of, sets) = ((params, settings), (&train, validation.as_ref()));
        let trained = training::train(self.trainer, &model, of, sets, options, &mut hear)?;
        let stopped = trained.is_stopped();
        *self.occupant = Some(Occupant::Trained(trained));
        Ok(stopped)
    }

    /// The tables of a fit.
    fn sets(
        &mut self,
        has_validation: bool,
    ) -> Result<(MappedTable, Option<MappedTable>), Failure> {
        let train = MappedTable::new(self.sealed()?.map()?)?;
        let validation = has_validation.then(|| self.sealed()).transpose()?;
        let validation = validation.map(|v| MappedTable::new(v.map()?)).transpose()?;
        Ok((train, validation))
    }

    fn predict(&mut self, kind: Kind, n_values: u64) -> Result<(), Failure> {
        let table = MappedTable::new(self.sealed()?.map()?)?;
        let mut output = self.output(n_values)?;
        let kind = match kind {
            Kind::Value => PredictKind::Value,
            Kind::Proba => PredictKind::Proba,
            Kind::Decision => PredictKind::Decision,
        };
        Ok(self.occupant()?.predict(table.table()?, kind, output.values())?)
    }

    /// The memory that comes with a job.
    fn sealed(&mut self) -> Result<Sealed, Failure> {
        let memory = self.descriptors.next().ok_or_else(|| missing("memory"))?;
        Ok(Sealed::received(memory.as_fd().try_clone_to_owned()?)?)
    }

    /// The room for numbers that comes with a job.
    fn output(&mut self, n_values: u64) -> Result<OutputMapping, Failure> {
        let memory = self.descriptors.next().ok_or_else(|| missing("output"))?;
        let n_values = usize::try_from(n_values).map_err(|_| missing("room"))?;
        Ok(OutputMapping::new(memory, n_values)?)
    }

    fn instance(&mut self) -> Result<&mut Instance, Failure> {
        match self.occupant()? {
            Occupant::Instance(instance) => Ok(instance),
            Occupant::Trained(_) => Err(missing("instance that fits itself")),
        }
    }

    fn occupant(&mut self) -> Result<&mut Occupant, Failure> {
        self.occupant.as_mut().ok_or_else(|| missing("model"))
    }
}

/// Hands a report to the host and waits for its verdict.
fn report(channel: &Channel, heard: Report) -> Verdict {
    let metrics = heard.metrics.into_iter().map(|(name, value)| (name, value.to_bits())).collect();
    let said = say(channel, &Said::Report { step: heard.step, metrics });
    match said.ok().and_then(|()| channel.receive_byte()).map(i32::from) {
        Some(abi::CONTINUE) => Verdict::Continue,
        Some(abi::STOP) => Verdict::Stop,
        Some(abi::CANCEL) => Verdict::Cancel,
        _ => leave(LOST_HOST),
    }
}

/// Settings that come as text.
fn parsed(text: &str) -> Result<Map<String, Value>, Failure> {
    serde_json::from_str(text).map_err(|e| Failure::Worker { reason: e.to_string() })
}

fn missing(what: &str) -> Failure {
    Failure::Worker { reason: format!("there is no {what}") }
}

impl From<io::Error> for Failure {
    fn from(e: io::Error) -> Self {
        Self::Worker { reason: e.to_string() }
    }
}

impl From<Error> for Failure {
    fn from(e: Error) -> Self {
        match e {
            Error::Call { status, message, .. } => Self::Status { status, message },
            Error::Contract { reason, .. } => Self::Contract { reason },
            Error::Diverged { epoch, step, reason, .. } => Self::Diverged { epoch, step, reason },
            Error::Data { reason } => Self::Data { reason },
            e => Self::Worker { reason: e.to_string() },
        }
    }
}
