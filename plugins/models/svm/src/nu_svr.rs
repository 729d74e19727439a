//! The model `nu_svr`.

use surmise_plugin_sdk::prelude::*;

use crate::hyperparams::hyperparams;
use crate::regression::{Regresses, Regression};
use crate::regressor::Tube;

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
    } {}
    C = |params| params.C
}

/// The model `nu_svr`: a ν-support-vector regressor.
pub type NuSvr = Regression<NuSvrParams>;

impl Regresses for NuSvrParams {
    const MODEL: Info =
        Info::new("nu_svr", "Support-vector regression with a tube for a given share of the rows");

    fn tube(&self) -> Tube {
        Tube::Nu(self.nu)
    }
}
