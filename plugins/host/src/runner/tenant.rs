//! One instance of a model in a worker.

use std::os::fd::AsFd;
use std::time::Instant;

use super::session::Session;
use crate::sealed::{Output, Sealed};
use crate::shared::SharedTable;
use crate::state::{self, Header, STATE_BYTES_MAX};
use crate::worker::wire::{Call, Failure, Job, Kind, Outcome};
use crate::worker::{Pool, Trouble, Worker};
use crate::{Error, FitOptions, PredictKind, Report, Result, Verdict, fitting, output};

/// An instance in a worker.
pub(super) struct Tenant<'s, 'a> {
    session: &'s Session<'a>,
    /// `None` only while dropping.
    worker: Option<Worker>,
    n_features: usize,
    n_classes: Option<usize>,
    stopped: bool,
    /// Whether the instance was destroyed and the worker can serve another.
    done: bool,
    since: Instant,
}

impl<'s, 'a> Tenant<'s, 'a> {
    pub(super) fn new(
        session: &'s Session<'a>,
        worker: Worker,
        n_features: usize,
        n_classes: Option<usize>,
    ) -> Self {
        Self {
            session,
            worker: Some(worker),
            n_features,
            n_classes,
            stopped: false,
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
    pub(super) fn fit(
        &mut self,
        params: &str,
        train: &Sealed,
        options: FitOptions,
        report: &mut dyn FnMut(Report) -> Verdict,
    ) -> Result<()> {
        let runner = self.session.runner();
        let create = Job::Create { model: runner.name().to_owned(), params: params.to_owned() };
        self.ask(create, &[], &mut |_| Verdict::Continue)?;
        let mut verdicts = (false, false);
        let job = Job::Fit { seed: options.seed, n_threads: options.n_threads };
        let outcome = self.ask(job, &[train], &mut |heard| {
            let verdict = report(heard);
            verdicts.0 |= verdict == Verdict::Stop;
            verdicts.1 |= verdict == Verdict::Cancel;
            verdict
        })?;
        let (stopped, cancelled) = verdicts;
        if cancelled {
            // Whatever the plugin made of the answer, nobody wants this model.
            let status = surmise_plugin_abi::E_CANCELLED;
            let failure = Failure::Status { status, message: "cancelled".into() };
            return Err(runner.error(Trouble::Failed(Call::Fit, failure)));
        }
        self.stopped = stopped || outcome == Outcome::Fitted { stopped: true };
        Ok(())
    }

    pub(super) fn ask(
        &mut self,
        job: Job,
        memory: &[&Sealed],
        report: &mut dyn FnMut(Report) -> Verdict,
    ) -> Result<Outcome> {
        let lent = memory.iter().map(|memory| memory.len()).sum();
        let memory: Vec<_> = memory.iter().map(|memory| memory.as_fd()).collect();
        let Some(worker) = &mut self.worker else {
            return Err(Error::data("the model was destroyed before"));
        };
        worker.work(job, &memory, lent, report).map_err(|e| self.session.runner().error(e))
    }

    pub(super) fn predict(
        &mut self,
        x: &SharedTable,
        memory: &Sealed,
        kind: PredictKind,
    ) -> Result<Vec<f64>> {
        let runner = self.session.runner();
        fitting::check_width(self.n_features, x.n_features)?;
        let n_values = fitting::n_predicted(&runner.info, self.n_classes, x.n_rows, kind)?;
        let too_many = |e: std::io::Error| Error::data(format!("too many rows to predict: {e}"));
        let output = Output::new(n_values).map_err(too_many)?;
        let wire = match kind {
            PredictKind::Value => Kind::Value,
            PredictKind::Proba => Kind::Proba,
            PredictKind::Decision => Kind::Decision,
        };
        let job = Job::Predict { kind: wire, n_values: n_values as u64 };
        let lent = memory.len() + (n_values * size_of::<f64>()) as u64;
        let Some(worker) = &mut self.worker else {
            return Err(Error::data("the model was destroyed before"));
        };
        let memory = [memory.as_fd(), output.as_fd()];
        worker.work(job, &memory, lent, &mut |_| Verdict::Continue).map_err(|e| runner.error(e))?;
        let mut out = output.to_vec().map_err(too_many)?;
        output::accept(kind, self.n_classes, &mut out).map_err(|reason| {
            runner.error(Trouble::Failed(Call::Predict, Failure::Contract { reason }))
        })?;
        Ok(out)
    }

    pub(super) fn save(&mut self) -> Result<Vec<u8>> {
        let runner = self.session.runner();
        let outcome = self.ask(Job::Save, &[], &mut |_| Verdict::Continue)?;
        let n_bytes = match outcome {
            Outcome::Saved { n_bytes } if n_bytes <= STATE_BYTES_MAX => n_bytes,
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
            n_features: self.n_features,
            n_classes: self.n_classes,
        };
        state::frame(&header, &payload)
    }

    /// Destroys the instance and gives the worker back.
    pub(super) fn close(&mut self) -> Result<()> {
        self.ask(Job::Destroy, &[], &mut |_| Verdict::Continue)?;
        // A folder that cannot be emptied, or a worker that is dropped here, serves no other fit.
        self.done = self.worker.as_ref().is_some_and(|worker| worker.clear().is_ok());
        Ok(())
    }
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
