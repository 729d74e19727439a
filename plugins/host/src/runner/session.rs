//! Fits that share workers, and the models that come of them.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use serde_json::{Map, Value};

use super::tenant::{Task, Tenant};
use super::{House, Inner};
use crate::data::Inputs;
use crate::sealed::Sealed;
use crate::shared::{Kept, Place, Sets, SharedTable};
use crate::training::Trainer;
use crate::worker::{Crew, Listener, Log, Pool, Worker};
use crate::{
    Error, FitOptions, Fitted, PredictKind, Report, Result, Verdict, fitting, shared, state,
};

/// How a model is fitted: its hyperparameters, and where it is trained through its gradient, the
/// settings of that.
#[derive(Debug, Clone, Copy)]
pub struct Recipe<'r> {
    /// The model's hyperparameters.
    pub params: &'r Map<String, Value>,
    /// What the [`Trainer`] is told; `None` for a model that fits itself.
    pub training: Option<&'r Map<String, Value>>,
}

impl<'r> From<&'r Map<String, Value>> for Recipe<'r> {
    fn from(params: &'r Map<String, Value>) -> Self {
        Self { params, training: None }
    }
}

/// Fits that share workers.
pub struct Session<'a> {
    runner: &'a Inner,
    trainer: Option<&'static dyn Trainer>,
    log: Option<Arc<Log>>,
    crew: Crew,
    /// Whether no worker may have served another session.
    alone: bool,
    /// Whether one has.
    shared: AtomicBool,
}

impl<'a> Session<'a> {
    pub(super) fn new(
        runner: &'a Inner,
        trainer: Option<&'static dyn Trainer>,
        log: Option<PathBuf>,
        alone: bool,
    ) -> Self {
        let log = log.map(|path| Arc::new(Log::new(path)));
        Self { runner, trainer, log, crew: Crew::default(), alone, shared: AtomicBool::new(false) }
    }

    /// Whether a worker of this session has served another before: then what went wrong may be
    /// the other's fault.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.shared.load(Ordering::Relaxed)
    }

    pub(super) fn runner(&self) -> &'a Inner {
        self.runner
    }

    /// Takes a worker back for the next fit, or notes that there is none to take back.
    pub(super) fn give_back(&self, worker: Option<Worker>, since: Instant) {
        if let House::Workers(pool, _) = &self.runner.house {
            pool.note_tenancy(since.elapsed());
        }
        self.crew.put_back(worker);
    }

    /// Completes and checks the hyperparameters, fits a new instance to a table (a `&SharedTable`,
    /// or [`Sets`] with a validation set), and hands each report of the fit to `report`.
    ///
    /// # Errors
    /// [`Error::Settings`] and [`Error::Data`] before anything runs; [`Error::Call`] if the model
    /// fails, [`Error::Contract`] if it misbehaves, [`Error::Ended`] if it took its process along.
    pub fn fit<'r, 's>(
        &self,
        recipe: impl Into<Recipe<'r>>,
        sets: impl Into<Sets<'s>>,
        options: FitOptions,
        report: &mut dyn FnMut(Report) -> Verdict,
    ) -> Result<FittedModel<'_, 'a>> {
        let (recipe, sets): (Recipe<'r>, Sets<'s>) = (recipe.into(), sets.into());
        sets.check(&self.runner.info, recipe.training.is_some(), &self.runner.owner())?;
        let train = sets.train;
        let (pool, memory) = match (&self.runner.house, &train.place) {
            (House::Here(model), Place::Here(kept)) => {
                let validation = sets.validation.map(SharedTable::kept).transpose()?;
                let validation = validation.map(Kept::table);
                let (train, validation) = (kept.table(), validation.as_ref());
                let fitted = match recipe.training {
                    None => model.fit_laid(recipe.params, &train, validation, options, report)?,
                    Some(training) => {
                        let (of, sets) = ((recipe.params, training), (&train, validation));
                        model.train_laid(self.trainer, of, sets, options, report)?
                    }
                };
                return Ok(FittedModel(Held::Here(fitted), self.runner));
            }
            (House::Workers(pool, _), Place::Sealed(memory)) => (pool, memory),
            _ => return Err(shared::elsewhere()),
        };
        let texts = self.complete(recipe)?;
        let task = texts.task(memory, &sets, options)?;
        let work = |tenant: &mut Tenant<'_, 'a>, report: Listener<'_>| tenant.fit(&task, report);
        let (tenant, ()) = self.in_worker(pool, train, report, &work)?;
        Ok(FittedModel(Held::Worker(Box::new(tenant)), self.runner))
    }

    /// The same as [`Session::fit`], [`FittedModel::predict`] of `x` for each of `kinds`, and
    /// [`FittedModel::close`], in workers without a pause in between: what was predicted.
    ///
    /// # Errors
    /// As these.
    pub fn evaluate<'r, 's>(
        &self,
        recipe: impl Into<Recipe<'r>>,
        sets: impl Into<Sets<'s>>,
        options: FitOptions,
        x: &SharedTable,
        kinds: &[PredictKind],
        report: &mut dyn FnMut(Report) -> Verdict,
    ) -> Result<Vec<Vec<f64>>> {
        let (recipe, sets): (Recipe<'r>, Sets<'s>) = (recipe.into(), sets.into());
        let (owner, train) = (self.runner.owner(), sets.train);
        sets.check(&self.runner.info, recipe.training.is_some(), &owner)?;
        x.check_owner(&owner)?;
        let (pool, memory, rows) = match (&self.runner.house, &train.place, &x.place) {
            (House::Here(_), ..) => {
                let mut fitted = self.fit(recipe, sets, options, report)?;
                return kinds.iter().map(|kind| fitted.predict(x, *kind)).collect();
            }
            (House::Workers(pool, _), Place::Sealed(train), Place::Sealed(x)) => (pool, train, x),
            _ => return Err(shared::elsewhere()),
        };
        let texts = self.complete(recipe)?;
        let task = texts.task(memory, &sets, options)?;
        let work = |tenant: &mut Tenant<'_, 'a>, report: Listener<'_>| {
            tenant.evaluate(&task, (x, rows), kinds, report)
        };
        Ok(self.in_worker(pool, train, report, &work)?.1)
    }

    /// Complete hyperparameters, and the settings of a training, as JSON.
    fn complete(&self, recipe: Recipe<'_>) -> Result<Texts> {
        let info = &self.runner.info;
        if recipe.training.is_none() {
            fitting::check_fits_itself(info)?;
        }
        let params = info.component.resolve(recipe.params).map_err(|problems| Error::Settings {
            model: self.runner.name().to_owned(),
            problems,
        })?;
        let training = recipe.training.map(|training| Value::Object(training.clone()).to_string());
        Ok(Texts { params: Value::Object(params).to_string(), training })
    }

    /// Has work done in a worker, and once more in a new one where what others have left behind
    /// may be why it failed.
    fn in_worker<R>(
        &self,
        pool: &Pool,
        train: &SharedTable,
        report: Listener<'_>,
        work: &dyn Fn(&mut Tenant<'_, 'a>, Listener<'_>) -> Result<R>,
    ) -> Result<(Tenant<'_, 'a>, R)> {
        let n_classes =
            train.n_classes.ok_or_else(|| Error::data("there is no target to learn"))?;
        let mut tenant = self.tenant(self.worker(pool), &train.inputs, n_classes)?;
        let is_used = tenant.is_used();
        let mut reported = false;
        let mut hear = |heard| {
            reported = true;
            report(heard)
        };
        match work(&mut tenant, &mut hear) {
            Err(e) if is_used && !reported && is_exhausted(&e) => {
                drop(tenant);
                self.crew.join();
                tenant = self.tenant(self.new_worker(pool), &train.inputs, n_classes)?;
                let done = work(&mut tenant, report)?;
                Ok((tenant, done))
            }
            done => Ok((tenant, done?)),
        }
    }

    /// Loads what [`FittedModel::save`] gave, with this very plugin.
    ///
    /// # Errors
    /// [`Error::State`] if the bytes are damaged or from another plugin, model or build;
    /// [`Error::Call`] if the model refuses its part, [`Error::Ended`] if it took its process
    /// along.
    pub fn load(&self, bytes: &[u8]) -> Result<FittedModel<'_, 'a>> {
        let pool = match &self.runner.house {
            House::Here(model) => {
                return Ok(FittedModel(Held::Here(model.load(bytes)?), self.runner));
            }
            House::Workers(pool, _) => pool,
        };
        let (header, payload) = state::unframe(bytes)?;
        header.check_origin(self.runner.name(), &self.runner.origin())?;
        let memory = Sealed::new("surmise-state", |file| file.write_all(payload));
        let memory = memory.map_err(|e| Error::state(e.to_string()))?;
        let worker = self.worker(pool);
        let mut tenant = self.tenant(worker, &header.inputs, header.n_classes)?;
        tenant.load(header.trained, &memory)?;
        Ok(FittedModel(Held::Worker(Box::new(tenant)), self.runner))
    }

    /// Puts an instance into a worker.
    fn tenant(
        &self,
        worker: Result<Worker>,
        inputs: &Inputs,
        n_classes: Option<usize>,
    ) -> Result<Tenant<'_, 'a>> {
        let worker = worker.inspect_err(|_| self.crew.put_back(None))?;
        Ok(Tenant::new(self, worker, inputs.clone(), n_classes))
    }

    /// A worker of this session, of another that needs it no more, or a new one.
    fn worker(&self, pool: &Pool) -> Result<Worker> {
        if let Some(worker) = self.crew.take(pool) {
            return Ok(worker);
        }
        let used = if self.alone { None } else { pool.take_used() };
        match used {
            Some(mut worker) => {
                self.shared.store(true, Ordering::Relaxed);
                worker.set_log(self.log.clone());
                self.crew.hired();
                Ok(worker)
            }
            None => self.new_worker(pool),
        }
    }

    fn new_worker(&self, pool: &Pool) -> Result<Worker> {
        let (mut worker, _, _) = pool.take().map_err(|verdict| Error::Ended {
            plugin: self.runner.plugin.id.clone(),
            model: self.runner.name().to_owned(),
            verdict,
        })?;
        worker.set_log(self.log.clone());
        self.crew.hired();
        pool.refill();
        Ok(worker)
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        if let House::Workers(pool, _) = &self.runner.house {
            let n_hired = self.crew.dismiss(pool);
            if n_hired > 0 {
                pool.used(n_hired);
            }
        }
    }
}

/// A recipe as a worker is told it.
struct Texts {
    params: String,
    training: Option<String>,
}

impl Texts {
    fn task<'t>(
        &'t self,
        train: &'t Sealed,
        sets: &Sets<'t>,
        options: FitOptions,
    ) -> Result<Task<'t>> {
        let (params, training) = (self.params.as_str(), self.training.as_deref());
        let validation = sets.validation.map(SharedTable::sealed).transpose()?;
        Ok(Task { params, training, train, validation, options })
    }
}

/// A fitted model wherever it is.
pub struct FittedModel<'s, 'a>(Held<'s, 'a>, &'a Inner);

enum Held<'s, 'a> {
    Here(Fitted),
    Worker(Box<Tenant<'s, 'a>>),
}

impl FittedModel<'_, '_> {
    /// Predicts from the features of `x`, as [`Fitted::predict`].
    ///
    /// # Errors
    /// As [`Fitted::predict`], and [`Error::Ended`] if the model took its process along.
    pub fn predict(&mut self, x: &SharedTable, kind: PredictKind) -> Result<Vec<f64>> {
        x.check_owner(&self.1.owner())?;
        match (&mut self.0, &x.place) {
            (Held::Here(fitted), Place::Here(kept)) => fitted.predict_laid(kept.table(), kind),
            (Held::Worker(tenant), Place::Sealed(memory)) => tenant.predict(x, memory, kind),
            _ => Err(shared::elsewhere()),
        }
    }

    /// How much each feature mattered to the model, as [`Fitted::importance`].
    ///
    /// # Errors
    /// As [`Fitted::importance`], and [`Error::Ended`] if the model took its process along.
    pub fn importance(&mut self) -> Result<Option<Vec<f64>>> {
        match &mut self.0 {
            Held::Here(fitted) => fitted.importance(),
            Held::Worker(tenant) => tenant.importance(),
        }
    }

    /// The model as bytes for [`Session::load`].
    ///
    /// # Errors
    /// [`Error::Call`] if the model cannot be saved, or its bytes exceed 1 GiB; [`Error::Ended`] if
    /// it took its process along.
    pub fn save(&mut self) -> Result<Vec<u8>> {
        match &mut self.0 {
            Held::Here(fitted) => fitted.save(),
            Held::Worker(tenant) => tenant.save(),
        }
    }

    /// Whether the fit ended early because a report was answered with "stop".
    #[must_use]
    pub fn stopped(&self) -> bool {
        match &self.0 {
            Held::Here(fitted) => fitted.stopped(),
            Held::Worker(tenant) => tenant.is_stopped(),
        }
    }

    /// Destroys the model. Dropping it does the same, but in a worker without the plugin's help.
    ///
    /// # Errors
    /// [`Error::Ended`] if the plugin took its process along.
    pub fn close(self) -> Result<()> {
        match self.0 {
            Held::Here(fitted) => drop(fitted),
            Held::Worker(mut tenant) => tenant.close()?,
        }
        Ok(())
    }
}

/// Whether a fit failed for want of something that earlier fits in the process may have used up.
fn is_exhausted(error: &Error) -> bool {
    match error {
        Error::Ended { .. } => true,
        Error::Call { status, .. } => *status == surmise_plugin_abi::E_NOMEM,
        _ => false,
    }
}
