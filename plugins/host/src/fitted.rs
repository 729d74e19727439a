//! A fitted model.

use std::fmt;

use crate::data::Inputs;
use crate::layout::LaidTable;
use crate::occupant::Occupant;
use crate::state::{self, Header};
use crate::{Error, Model, Result, Table, fitting, output};

/// What to predict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PredictKind {
    /// A value for each row; for a classification the class code.
    Value,
    /// The probability of each class: `n_rows × n_classes`, row-major, each row summing to 1.
    Proba,
    /// Decision scores: one for each row with two classes, positive for class 1; else
    /// `n_rows × n_classes`, row-major.
    Decision,
}

/// A fitted model; may move to another thread.
pub struct Fitted {
    model: Model,
    occupant: Occupant,
    inputs: Inputs,
    n_classes: Option<usize>,
    stopped: bool,
}

impl Fitted {
    pub(crate) fn new(
        model: Model,
        occupant: Occupant,
        inputs: Inputs,
        n_classes: Option<usize>,
        stopped: bool,
    ) -> Self {
        Self { model, occupant, inputs, n_classes, stopped }
    }

    /// Predicts from the features of `x`; its target is not shown to the model. Every output is
    /// finite. Probabilities lie in [0, 1], and those of a row sum to 1 within
    /// [`PROBABILITY_TOLERANCE`](crate::PROBABILITY_TOLERANCE); what lies outside by no more is
    /// rounding, and clamped.
    ///
    /// # Errors
    /// [`Error::Data`] if the model cannot take `x` or predict this; [`Error::Call`] if it fails;
    /// [`Error::Contract`] if an output is not finite, not written, no class code, or a row of
    /// probabilities does not sum to 1.
    pub fn predict(&mut self, x: &Table<'_>, kind: PredictKind) -> Result<Vec<f64>> {
        let info = self.model.info();
        self.inputs.check(&Inputs::of(&x.frame()))?;
        fitting::check_features(info, x)?;
        let x = LaidTable::new(x, info.layout())?;
        self.predict_laid(x, kind)
    }

    /// As [`Fitted::predict`], from features that were checked and laid out as the model prefers.
    pub(crate) fn predict_laid(&mut self, x: LaidTable<'_>, kind: PredictKind) -> Result<Vec<f64>> {
        self.inputs.check(&Inputs::of(&x.frame))?;
        let n_rows = x.frame.n_rows;
        let n_values = fitting::n_predicted(self.model.info(), self.n_classes, n_rows, kind)?;
        let mut out = Vec::new();
        out.try_reserve_exact(n_values).map_err(|_| Error::data("too many rows to predict"))?;
        out.resize(n_values, f64::NAN);
        self.occupant.predict(x, kind, &mut out)?;
        output::accept(kind, self.n_classes, &mut out)
            .map_err(|problem| self.model.contract("predict", problem))?;
        Ok(out)
    }

    /// How much each feature mattered to the model, on a scale of its own: a finite number for
    /// each, not negative; `None` if the model does not tell.
    ///
    /// # Errors
    /// [`Error::Call`] if the model fails; [`Error::Contract`] if it tells another number, or says
    /// that it tells and does not.
    pub fn importance(&mut self) -> Result<Option<Vec<f64>>> {
        if !self.model.info().importance || self.occupant.is_trained() {
            return Ok(None);
        }
        let mut out = vec![f64::NAN; self.inputs.n_features];
        self.occupant.importance(&mut out)?;
        output::check_importance(&out)
            .map_err(|problem| self.model.contract("importance", problem))?;
        Ok(Some(out))
    }

    /// The model as bytes for [`Model::load`].
    ///
    /// # Errors
    /// [`Error::Call`] if the model cannot be saved, or its bytes exceed 1 GiB.
    pub fn save(&mut self) -> Result<Vec<u8>> {
        let payload = self.occupant.save()?;
        let library = self.model.library();
        let header = Header {
            plugin: library.id().to_owned(),
            version: library.version().to_owned(),
            sha256: library.sha256().to_owned(),
            model: self.model.info().component.name.clone(),
            inputs: self.inputs.clone(),
            n_classes: self.n_classes,
            trained: self.occupant.is_trained(),
        };
        state::frame(&header, &payload)
    }

    /// Whether the fit ended early because a report was answered with "stop".
    #[must_use]
    pub fn stopped(&self) -> bool {
        self.stopped
    }

    /// The number of classes; `None` for a regression.
    #[must_use]
    pub fn n_classes(&self) -> Option<usize> {
        self.n_classes
    }
}

impl fmt::Debug for Fitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fitted({:?})", self.model)
    }
}
