//! One instance of a model in a worker.

use std::os::fd::{AsFd, BorrowedFd};
use std::time::Instant;

use super::session::Session;
use crate::data::Inputs;
use crate::sealed::{Output, Sealed};
use crate::shared::SharedTable;
use crate::state::{self, Header, STATE_BYTES_MAX};
use crate::worker::wire::{Call, Failure, Job, Kind, Outcome};
use crate::worker::{Listener, Pool, Trouble, Worker};
use crate::{Error, FitOptions, PredictKind, Result, Verdict, fitting, output};

/// What is fitted.
#[derive(Clone, Copy)]
pub(super) struct Task<'t> {
    /// Complete hyperparameters, a text of JSON.
    pub(super) params: &'t str,
    /// The settings of a training through the gradient, if it is one: JSON as well.
    pub(super) training: Option<&'t str>,
    pub(super) train: &'t Sealed,
    pub(super) validation: Option<&'t Sealed>,
    pub(super) options: FitOptions,
}

impl<'t> Task<'t> {
    /// What the fit reads.
    fn memory(&self) -> Vec<BorrowedFd<'t>> {
        [self.train].into_iter().chain(self.validation).map(AsFd::as_fd).collect()
    }

    /// How much that is, in bytes.
    fn lent(&self) -> u64 {
        self.train.len() + self.validation.map_or(0, Sealed::len)
    }
}

/// An instance in a worker.
pub(super) struct Tenant<'s, 'a> {
    session: &'s Session<'a>,
    /// `None` only while dropping.
    worker: Option<Worker>,
    inputs: Inputs,
    n_classes: Option<usize>,
    stopped: bool,
    /// Whether the model was fitted through its gradient.
    trained: bool,
    /// Whether the instance was destroyed and the worker can serve another.
    done: bool,
    since: Instant,
}

impl<'s, 'a> Tenant<'s, 'a> {
    pub(super) fn new(
        session: &'s Session<'a>,
        worker: Worker,
        inputs: Inputs,
        n_classes: Option<usize>,
    ) -> Self {
        Self {
            session,
            worker: Some(worker),
            inputs,
            n_classes,
            stopped: false,
            trained: false,
            done: false,
            since: Instant::now(),
        }
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Whether its worker has served others before.
    pub(super) fn is_used(&self) -> bool {
        self.worker.as_ref().is_some_and(Worker::is_used)
    }

    /// Makes and fits the instance.
    pub(super) fn fit(&mut self, task: &Task<'_>, report: Listener<'_>) -> Result<()> {
        let outcomes = self.work(self.begin(task), &task.memory(), task.lent(), report)?;
        self.trained = task.training.is_some();
        self.stopped |= outcomes.last() == Some(&Outcome::Fitted { stopped: true });
        Ok(())
    }

    /// Makes, fits and destroys the instance, and has it predict in between: what each kind of
    /// prediction came to.
    pub(super) fn evaluate(
        &mut self,
        task: &Task<'_>,
        (x, rows): (&SharedTable, &Sealed),
        kinds: &[PredictKind],
        report: Listener<'_>,
    ) -> Result<Vec<Vec<f64>>> {
        let (mut jobs, mut memory) = (self.begin(task), task.memory());
        let (mut outputs, mut lent) = (Vec::new(), task.lent() + rows.len());
        for kind in kinds {
            let (job, output) = self.room(x, *kind)?;
            lent += output.n_bytes();
            jobs.push(job);
            outputs.push(output);
        }
        jobs.push(Job::Destroy);
        memory.extend(outputs.iter().flat_map(|output| [rows.as_fd(), output.as_fd()]));
        let outcomes = self.work(jobs, &memory, lent, report)?;
        self.leave(&outcomes);
        kinds.iter().zip(&outputs).map(|(kind, output)| self.accept(*kind, output)).collect()
    }

    fn begin(&self, task: &Task<'_>) -> Vec<Job> {
        let model = self.session.runner().name().to_owned();
        let FitOptions { seed, n_threads } = task.options;
        let has_validation = task.validation.is_some();
        let params = task.params.to_owned();
        match task.training.map(str::to_owned) {
            None => {
                vec![Job::Create { model, params }, Job::Fit { seed, n_threads, has_validation }]
            }
            Some(settings) => {
                vec![Job::Train { model, params, settings, seed, n_threads, has_validation }]
            }
        }
    }

    /// Loads saved bytes.
    pub(super) fn load(&mut self, trained: bool, memory: &Sealed) -> Result<()> {
        let job = Job::Load { model: self.session.runner().name().to_owned(), trained };
        self.trained = trained;
        self.work(vec![job], &[memory.as_fd()], memory.len(), &mut |_| Verdict::Continue)?;
        Ok(())
    }

    /// Has jobs done.
    fn work(
        &mut self,
        jobs: Vec<Job>,
        memory: &[BorrowedFd<'_>],
        lent: u64,
        report: Listener<'_>,
    ) -> Result<Vec<Outcome>> {
        let runner = self.session.runner();
        let Some(worker) = &mut self.worker else {
            return Err(Error::data("the model was destroyed before"));
        };
        let mut cancelled = false;
        let mut hear = |heard| {
            let verdict = report(heard);
            self.stopped |= verdict == Verdict::Stop;
            cancelled |= verdict == Verdict::Cancel;
            verdict
        };
        let done = worker.work(jobs, memory, lent, &mut hear).map_err(|e| runner.error(e))?;
        if cancelled {
            // Whatever the plugin made of the answer, nobody wants this model.
            let status = surmise_plugin_abi::E_CANCELLED;
            let failure = Failure::Status { status, message: "cancelled".into() };
            return Err(runner.error(Trouble::Failed(Call::Fit, failure)));
        }
        Ok(done)
    }

    pub(super) fn predict(
        &mut self,
        x: &SharedTable,
        rows: &Sealed,
        kind: PredictKind,
    ) -> Result<Vec<f64>> {
        let (job, output) = self.room(x, kind)?;
        let memory = [rows.as_fd(), output.as_fd()];
        let lent = rows.len() + output.n_bytes();
        self.work(vec![job], &memory, lent, &mut |_| Verdict::Continue)?;
        self.accept(kind, &output)
    }

    /// The job of a prediction, and room for what comes of it.
    fn room(&self, x: &SharedTable, kind: PredictKind) -> Result<(Job, Output)> {
        let runner = self.session.runner();
        self.inputs.check(&x.inputs)?;
        let n_values = fitting::n_predicted(&runner.info, self.n_classes, x.n_rows, kind)?;
        let output = Output::new(n_values).map_err(|e| too_many(&e))?;
        let kind = match kind {
            PredictKind::Value => Kind::Value,
            PredictKind::Proba => Kind::Proba,
            PredictKind::Decision => Kind::Decision,
        };
        Ok((Job::Predict { kind, n_values: n_values as u64 }, output))
    }

    /// What was predicted, checked.
    fn accept(&self, kind: PredictKind, output: &Output) -> Result<Vec<f64>> {
        let mut out = output.to_vec().map_err(|e| too_many(&e))?;
        output::accept(kind, self.n_classes, &mut out).map_err(|reason| {
            let failure = Failure::Contract { reason };
            self.session.runner().error(Trouble::Failed(Call::Predict, failure))
        })?;
        Ok(out)
    }

    /// How much each feature mattered; `None` if the model does not tell.
    pub(super) fn importance(&mut self) -> Result<Option<Vec<f64>>> {
        let runner = self.session.runner();
        if !runner.info.importance || self.trained {
            return Ok(None);
        }
        let no_room = |e: std::io::Error| Error::data(format!("too many features: {e}"));
        let output = Output::new(self.inputs.n_features).map_err(no_room)?;
        let job = Job::Importance { n_values: self.inputs.n_features as u64 };
        let memory = [output.as_fd()];
        self.work(vec![job], &memory, output.n_bytes(), &mut |_| Verdict::Continue)?;
        let out = output.to_vec().map_err(no_room)?;
        output::check_importance(&out).map_err(|reason| {
            runner.error(Trouble::Failed(Call::Importance, Failure::Contract { reason }))
        })?;
        Ok(Some(out))
    }

    pub(super) fn save(&mut self) -> Result<Vec<u8>> {
        let runner = self.session.runner();
        let outcomes = self.work(vec![Job::Save], &[], 0, &mut |_| Verdict::Continue)?;
        let n_bytes = match outcomes[..] {
            [Outcome::Saved { n_bytes }] if n_bytes <= STATE_BYTES_MAX => n_bytes,
            _ => {
                let reason = "more bytes than a model may have, or none".to_owned();
                let failure = Failure::Contract { reason };
                return Err(runner.error(Trouble::Failed(Call::Save, failure)));
            }
        };
        let Some(worker) = &mut self.worker else {
            return Err(Error::data("the model was destroyed before"));
        };
        let payload = worker.bytes(n_bytes as usize).map_err(|e| runner.error(e))?;
        let header = Header {
            plugin: runner.plugin.id.clone(),
            version: runner.plugin.version.clone(),
            sha256: runner.plugin.sha256.clone(),
            model: runner.name().to_owned(),
            inputs: self.inputs.clone(),
            n_classes: self.n_classes,
            trained: self.trained,
        };
        state::frame(&header, &payload)
    }

    /// Destroys the instance and gives the worker back.
    pub(super) fn close(&mut self) -> Result<()> {
        let outcomes = self.work(vec![Job::Destroy], &[], 0, &mut |_| Verdict::Continue)?;
        self.leave(&outcomes);
        Ok(())
    }

    /// Notes how the instance was destroyed. A worker in which something was left, or whose folder
    /// cannot be emptied, serves nobody else.
    fn leave(&mut self, outcomes: &[Outcome]) {
        self.done = outcomes.last() == Some(&Outcome::Destroyed { clean: true })
            && self.worker.as_ref().is_some_and(|worker| worker.clear().is_ok());
    }
}

fn too_many(e: &std::io::Error) -> Error {
    Error::data(format!("too many rows to predict: {e}"))
}

impl Drop for Tenant<'_, '_> {
    /// A worker that failed, or whose instance nobody destroyed, is not used again.
    fn drop(&mut self) {
        let worker = self.worker.take();
        let worker = if self.done {
            worker
        } else {
            worker.into_iter().for_each(Pool::retire);
            None
        };
        self.session.give_back(worker, self.since);
    }
}
