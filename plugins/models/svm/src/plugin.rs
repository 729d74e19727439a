//! The classifier as a plugin model.

use surmise_plugin_sdk::prelude::*;

use crate::classifier::Classifier;
use crate::error::SvmError;
use crate::params::Params;
use crate::state;

/// The model `svc`: a C-support-vector classifier.
#[derive(Debug)]
pub struct Svc(Classifier);

impl Svc {
    /// What was fitted.
    #[must_use]
    pub fn classifier(&self) -> &Classifier {
        &self.0
    }
}

impl Model for Svc {
    type Params = Params;

    const INFO: Info = Info::new(
        "svc",
        "Support-vector classifier with a linear or an RBF kernel, one-versus-one",
    )
    .tasks(&[Task::Classification])
    .caps(&[Cap::Save]);

    fn fit(params: &Params, train: &Train<'_>, ctx: &mut FitCtx<'_>) -> Result<Self> {
        let labels = train.classes()?.codes();
        let rows: Vec<&[f64]> = train.x().iter().collect();
        let settings = params.settings(&rows);
        Ok(Self(Classifier::fit(&rows, labels, &settings, &mut || ctx.should_stop())?))
    }

    fn predict(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        for (out, code) in out.iter_mut().zip(self.0.predict(x.iter())) {
            *out = f64::from(code);
        }
        Ok(())
    }

    fn save(&self, saver: &mut Saver) -> Result<()> {
        state::save(&self.0, saver);
        Ok(())
    }

    fn load(loader: &mut Loader<'_>) -> Result<Self> {
        state::load(loader).map(Self)
    }
}

impl From<SvmError> for Error {
    fn from(error: SvmError) -> Self {
        match error {
            SvmError::Data(_) | SvmError::Setting(_) => Self::invalid(error),
            SvmError::Overflow | SvmError::NotConverged { .. } | SvmError::Interrupted => {
                Self::numeric(error)
            }
        }
    }
}
