//! A fitted model, however it was fitted.

use crate::dataset::View;
use crate::instance::Instance;
use crate::layout::LaidTable;
use crate::training::Trained;
use crate::{Error, Model, PredictKind, Result};

/// A model that was fitted, in this process.
pub(crate) enum Occupant {
    /// By itself.
    Instance(Instance),
    /// Through its gradient.
    Trained(Trained),
}

impl Occupant {
    /// Makes one from saved bytes.
    pub(crate) fn load(model: &Model, trained: bool, bytes: &[u8]) -> Result<Self> {
        match trained {
            true => Trained::load(model, bytes).map(Self::Trained),
            false => Instance::load(model, bytes).map(Self::Instance),
        }
    }

    /// Predicts into `out`.
    pub(crate) fn predict(
        &mut self,
        x: LaidTable<'_>,
        kind: PredictKind,
        out: &mut [f64],
    ) -> Result<()> {
        match self {
            Self::Instance(instance) => {
                instance.predict(&View::new(&x.without_target()), kind, out)
            }
            Self::Trained(trained) => trained.predict(&x, kind, out),
        }
    }

    /// Writes how much each feature mattered.
    pub(crate) fn importance(&mut self, out: &mut [f64]) -> Result<()> {
        match self {
            Self::Instance(instance) => instance.importance(out),
            Self::Trained(_) => Err(Error::data("a trained model tells no importance of features")),
        }
    }

    /// Bytes for [`Occupant::load`].
    pub(crate) fn save(&mut self) -> Result<Vec<u8>> {
        match self {
            Self::Instance(instance) => instance.save(),
            Self::Trained(trained) => trained.save(),
        }
    }

    /// Whether it was fitted through its gradient.
    pub(crate) fn is_trained(&self) -> bool {
        matches!(self, Self::Trained(_))
    }
}
