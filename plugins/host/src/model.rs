//! A model of a loaded plugin, ready to be fitted.

use std::fmt;

use serde_json::{Map, Value};
use surmise_core::component::ModelInfo;
use surmise_plugin_abi as abi;

use crate::data::Inputs;
use crate::dataset::View;
use crate::instance::Instance;
use crate::layout::LaidTable;
use crate::occupant::Occupant;
use crate::state::{self, Origin};
use crate::table::Functions;
use crate::training::{self, Trainer};
use crate::{Error, Fitted, Library, Result, Table, fitting};

/// A model; cheap to clone, usable from any thread.
#[derive(Clone)]
pub struct Model {
    library: Library,
    index: usize,
}

/// What a fit may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FitOptions {
    /// The model's only source of randomness.
    pub seed: u64,
    /// How many threads it may use; 0 counts as 1.
    pub n_threads: u32,
}

/// How far a fit has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Strictly increasing.
    pub step: u64,
    /// What the model measured; NaN means that it diverged.
    pub metrics: Vec<(String, f64)>,
}

/// The answer to a [`Report`]. It also answers the model's question between reports whether to
/// stop, and cannot be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    Continue,
    /// Finish soon and keep the best model so far.
    Stop,
    /// Abandon: the fit fails with an error that [`Error::is_cancelled`] knows.
    Cancel,
}

impl Verdict {
    pub(crate) fn to_abi(self) -> i32 {
        match self {
            Self::Continue => abi::CONTINUE,
            Self::Stop => abi::STOP,
            Self::Cancel => abi::CANCEL,
        }
    }
}

impl Model {
    pub(crate) fn new(library: Library, index: usize) -> Self {
        Self { library, index }
    }

    /// Its name, hyperparameters, tasks and abilities.
    #[must_use]
    pub fn info(&self) -> &ModelInfo {
        &self.library.models()[self.index]
    }

    /// The library that it is part of.
    #[must_use]
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// Completes and checks `params`, fits a new instance to `train`, and hands each report of
    /// the fit to `report`.
    ///
    /// # Errors
    /// [`Error::Settings`] and [`Error::Data`] before anything runs; [`Error::Call`] if the model
    /// fails, [`Error::Contract`] if it misbehaves.
    pub fn fit(
        &self,
        params: &Map<String, Value>,
        train: &Table<'_>,
        options: FitOptions,
        report: &mut dyn FnMut(Report) -> Verdict,
    ) -> Result<Fitted> {
        fitting::check_fits_itself(self.info())?;
        fitting::check_features(self.info(), train)?;
        let train = LaidTable::new(train, self.info().layout())?;
        self.fit_laid(params, &train, None, options, report)
    }

    /// As [`Model::fit`], to tables that were checked and laid out as the model prefers.
    pub(crate) fn fit_laid(
        &self,
        params: &Map<String, Value>,
        train: &LaidTable<'_>,
        validation: Option<&LaidTable<'_>>,
        options: FitOptions,
        report: &mut dyn FnMut(Report) -> Verdict,
    ) -> Result<Fitted> {
        fitting::check_fits_itself(self.info())?;
        let params = self.resolve(params)?;
        let n_classes = fitting::check_target(self.info(), &train.frame)?;
        let mut instance = Instance::create(self, &params)?;
        let validation = validation.map(View::new);
        let stopped = instance.fit(options, &View::new(train), validation.as_ref(), report)?;
        let occupant = Occupant::Instance(instance);
        Ok(Fitted::new(self.clone(), occupant, Inputs::of(&train.frame), n_classes, stopped))
    }

    /// Trains a new model through its gradient, on tables that were checked and laid out as it
    /// prefers.
    pub(crate) fn train_laid(
        &self,
        trainer: Option<&dyn Trainer>,
        of: (&Map<String, Value>, &Map<String, Value>),
        (train, validation): (&LaidTable<'_>, Option<&LaidTable<'_>>),
        options: FitOptions,
        report: &mut dyn FnMut(Report) -> Verdict,
    ) -> Result<Fitted> {
        let n_classes = fitting::check_target(self.info(), &train.frame)?;
        let inputs = Inputs::of(&train.frame);
        let trained = training::train(trainer, self, of, (train, validation), options, report)?;
        let stopped = trained.is_stopped();
        Ok(Fitted::new(self.clone(), Occupant::Trained(trained), inputs, n_classes, stopped))
    }

    /// Loads what [`Fitted::save`] gave, with this very library.
    ///
    /// # Errors
    /// [`Error::State`] if the bytes are damaged or from another plugin, model or build;
    /// [`Error::Call`] if the model refuses its part.
    pub fn load(&self, bytes: &[u8]) -> Result<Fitted> {
        let (header, payload) = state::unframe(bytes)?;
        let library = &self.library;
        header.check_origin(
            &self.info().component.name,
            &Origin { plugin: library.id(), version: library.version(), sha256: library.sha256() },
        )?;
        let occupant = Occupant::load(self, header.trained, payload)?;
        Ok(Fitted::new(self.clone(), occupant, header.inputs, header.n_classes, false))
    }

    /// Complete, checked hyperparameters as text.
    pub(crate) fn resolve(&self, params: &Map<String, Value>) -> Result<String> {
        let component = &self.info().component;
        match component.resolve(params) {
            Ok(params) => Ok(Value::Object(params).to_string()),
            Err(problems) => Err(Error::Settings { model: component.name.clone(), problems }),
        }
    }

    /// The table of an extension; `None` if the model does not have it.
    pub(crate) fn extension<T: abi::read::Growing>(&self, id: &'static str) -> Result<Option<T>> {
        let Some(get_extension) = self.functions().get_extension else {
            return Ok(None);
        };
        // SAFETY: the id lives for the call; by the ABI any thread may ask at any time.
        let table = unsafe { get_extension(id.as_ptr().cast(), id.len() as u64) };
        if table.is_null() {
            return Ok(None);
        }
        // SAFETY: what is answered to this id is, by the ABI, this table in static storage.
        let table = unsafe { abi::read::prefix(table.cast::<T>()) };
        let told = |problem| self.contract("get_extension", format!("`{id}` is {problem}"));
        table.map(Some).map_err(told)
    }

    /// Its functions, for who calls them without the checks of this crate.
    #[must_use]
    pub fn functions(&self) -> &Functions {
        self.library.functions(self.index)
    }

    pub(crate) fn contract(&self, call: &'static str, reason: impl Into<String>) -> Error {
        Error::Contract {
            plugin: self.library.id().to_owned(),
            model: self.info().component.name.clone(),
            call,
            reason: reason.into(),
        }
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Model({} of {})", self.info().component.name, self.library.id())
    }
}
