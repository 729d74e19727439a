//! The model `nu_svr`.

use surmise_plugin_sdk::prelude::*;

use crate::classifier::Settings;
use crate::hyperparams::hyperparams;
use crate::params::KernelChoice;
use crate::regressor::{Regressor, Tube};
use crate::state;
use crate::svr::{fit, predict};

hyperparams! {
    /// The hyperparameters of ν-support-vector regression. Names and defaults are those of
    /// scikit-learn's `NuSVR`.
    #[expect(
        non_snake_case,
        reason = "a field is called as in the pipeline file, and the field's term is `C`"
    )]
    NuSvrParams {
        /// Penalty of what lies outside of the tube: large fits the training rows closely
        #[hp(default = 1.0, range = 1e-9..=1e9, log)]
        pub C: f64,
        /// Bound of the share of rows that lie outside of the tube, which sets its width, and of
        /// the support vectors from below
        #[hp(default = 0.5, range = 1e-6..=1.0)]
        pub nu: f64,
    }
}

impl NuSvrParams {
    fn c(&self) -> f64 {
        self.C
    }
}

/// The model `nu_svr`: a ν-support-vector regressor.
#[derive(Debug)]
pub struct NuSvr(Regressor);

impl NuSvr {
    /// What was fitted.
    #[must_use]
    pub fn regressor(&self) -> &Regressor {
        &self.0
    }
}

impl Model for NuSvr {
    type Params = NuSvrParams;

    const INFO: Info =
        Info::new("nu_svr", "Support-vector regression with a tube for a given share of the rows")
            .tasks(&[Task::Regression])
            .caps(&[Cap::Save, Cap::Weights]);

    fn fit(params: &NuSvrParams, train: &Train<'_>, ctx: &mut FitCtx<'_>) -> Result<Self> {
        let settings = |gamma, rows: &[&[f64]]| {
            let scaled = Self::Params { gamma, ..params.clone() };
            scaled.settings(rows)
        };
        fit(settings, params.gamma, Tube::Nu(params.nu), train, ctx).map(Self)
    }

    fn predict(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        predict(&self.0, x, out)
    }

    fn save(&self, saver: &mut Saver) -> Result<()> {
        state::save_regressor(&self.0, saver);
        Ok(())
    }

    fn load(loader: &mut Loader<'_>) -> Result<Self> {
        state::load_regressor(loader).map(Self)
    }
}
