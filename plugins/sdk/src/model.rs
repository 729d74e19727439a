//! The contract of a model.

use crate::{Error, FitCtx, Hyperparams, Info, Loader, Result, Rows, Saver, Train};

/// A model that fits itself. Two methods are required; each other one goes with a
/// [`Cap`](crate::Cap) that [`INFO`](Model::INFO) lists.
///
/// The SDK checks before each call that hyperparameters are complete and within bounds, that
/// `train` has a row and a task that the model does, that the number of features is the one of the
/// fit, and that `out` has the right length. A panic is caught, and the model is given up.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no model that fits itself",
    label = "this needs `impl Model for {Self}`",
    note = "a `Model` has a type `Params`, a constant `INFO` and functions `fit` and `predict`"
)]
pub trait Model: Sized + Send + 'static {
    /// Its hyperparameters; `()` if it has none.
    type Params: Hyperparams;

    /// Its description.
    const INFO: Info;

    /// Learns from `train`.
    ///
    /// # Errors
    /// [`Error::invalid`] for data it cannot use, [`Error::numeric`] where the computation failed.
    fn fit(params: &Self::Params, train: &Train<'_>, ctx: &mut FitCtx<'_>) -> Result<Self>;

    /// Predicts a number for each row: the value, or for classes the class code. `out` has
    /// `n_rows` entries, all of which must be written.
    ///
    /// # Errors
    /// [`Error::numeric`] where the computation failed.
    fn predict(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()>;

    /// Predicts the probability of each class: `n_rows × n_classes`, row-major, each row summing
    /// to 1. For [`Cap::Proba`](crate::Cap::Proba).
    ///
    /// # Errors
    /// [`Error::numeric`] where the computation failed.
    fn predict_proba(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        let _ = (x, out);
        Err(Error::unsupported("this model gives no probabilities"))
    }

    /// Decision scores: one for each row with two classes, positive for class 1; with more
    /// classes `n_rows × n_classes`, row-major, the largest winning. For
    /// [`Cap::Decision`](crate::Cap::Decision).
    ///
    /// # Errors
    /// [`Error::numeric`] where the computation failed.
    fn decision(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        let _ = (x, out);
        Err(Error::unsupported("this model gives no decision scores"))
    }

    /// How much each feature mattered, a number for each: not negative, larger for more, on a
    /// scale of the model's own. For [`Cap::Importance`](crate::Cap::Importance).
    ///
    /// # Errors
    /// [`Error::numeric`] where the computation failed.
    fn importance(&self, out: &mut [f64]) -> Result<()> {
        let _ = out;
        Err(Error::unsupported("this model tells no importance of features"))
    }

    /// Writes everything that [`load`](Model::load) needs. For [`Cap::Save`](crate::Cap::Save).
    ///
    /// # Errors
    /// [`Error::unsupported`] if the model cannot be saved.
    fn save(&self, saver: &mut Saver) -> Result<()> {
        let _ = saver;
        Err(Error::unsupported("this model cannot be saved"))
    }

    /// Reads what [`save`](Model::save) wrote, in the same order. The bytes are untrusted: check
    /// that lengths and indices fit together, and answer [`Error::bad_state`] if they do not.
    ///
    /// # Errors
    /// [`Error::bad_state`] if the state is not one of this model.
    fn load(loader: &mut Loader<'_>) -> Result<Self> {
        let _ = loader;
        Err(Error::unsupported("this model cannot be loaded"))
    }
}
