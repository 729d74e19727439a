//! Training of models through their gradient, wherever they run.
//!
//! The host owns the parameters, but it has no training loop: a [`Trainer`] is handed to it, and
//! runs beside the model, in the worker where that is. What it needs of the model is in
//! [`gradient`](crate::gradient); where it has come to is a [`Trained`] model, which predicts and
//! is saved as those that fit themselves.

mod trained;

use std::borrow::Cow;

use serde_json::{Map, Value};

pub use trained::{Trained, likeliest};

use crate::layout::{Features, LaidTable};
use crate::{Error, FitOptions, Model, Report, Result, Target, Verdict, fitting};

/// Trains models through their gradient.
pub trait Trainer: Sync {
    /// Trains a model from its start, and hands each report to `report`.
    ///
    /// # Errors
    /// [`Error::Settings`] and [`Error::Data`] before anything runs, [`Error::Diverged`] where the
    /// training left the finite numbers, and those of the model.
    fn train(
        &self,
        model: &Model,
        training: &Training<'_>,
        report: &mut dyn FnMut(Report) -> Verdict,
    ) -> Result<Trained>;
}

/// What a [`Trainer`] is given.
#[derive(Debug)]
pub struct Training<'a> {
    /// The model's hyperparameters.
    pub params: &'a Map<String, Value>,
    /// The settings of the training, which only the trainer understands.
    pub settings: &'a Map<String, Value>,
    /// The rows to learn from.
    pub train: Rows<'a>,
    /// The rows to judge progress by.
    pub validation: Option<Rows<'a>>,
    /// Seed and threads.
    pub options: FitOptions,
}

/// Rows with their target.
#[derive(Debug)]
pub struct Rows<'a> {
    /// How many features a row has.
    pub n_features: usize,
    /// The features, row-major.
    pub x: Cow<'a, [f64]>,
    /// What the rows should come out as.
    pub target: Target<'a>,
    /// How much each row counts; `None` if all count the same.
    pub weights: Option<&'a [f64]>,
}

impl<'a> Rows<'a> {
    fn new(table: &'a LaidTable<'_>) -> Result<Self> {
        let frame = &table.frame;
        let target = frame.target.ok_or_else(|| Error::data("there is no target to learn"))?;
        let (n_features, weights) = (frame.n_features, frame.weights);
        Ok(Self { n_features, x: rows(&table.features)?, target, weights })
    }
}

/// Features as rows of `f64`.
fn rows<'a>(features: &'a Features<'_>) -> Result<Cow<'a, [f64]>> {
    match features {
        Features::Rows(x) => Ok(Cow::Borrowed(x)),
        Features::RowsF32(x) => Ok(Cow::Owned(x.iter().map(|x| f64::from(*x)).collect())),
        Features::Csr(_) | Features::CsrF32(_) | Features::Columns(_) => Err(Error::data(
            "a model that is trained through its gradient takes rows, which it must prefer",
        )),
    }
}

/// Trains a model on tables that were checked and laid out as it prefers.
pub(crate) fn train(
    trainer: Option<&dyn Trainer>,
    model: &Model,
    (params, settings): (&Map<String, Value>, &Map<String, Value>),
    (train, validation): (&LaidTable<'_>, Option<&LaidTable<'_>>),
    options: FitOptions,
    report: &mut dyn FnMut(Report) -> Verdict,
) -> Result<Trained> {
    let trainer = trainer.ok_or_else(|| Error::data("this program trains no models"))?;
    fitting::check_target(model.info(), &train.frame)?;
    let train = Rows::new(train)?;
    let validation = validation.map(Rows::new).transpose()?;
    trainer.train(model, &Training { params, settings, train, validation, options }, report)
}
