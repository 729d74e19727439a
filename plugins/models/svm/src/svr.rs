//! The model `svr`.

use surmise_plugin_sdk::prelude::*;

use crate::hyperparams::hyperparams;
use crate::regression::{Regresses, Regression};
use crate::regressor::Tube;

hyperparams! {
    /// The hyperparameters of ε-support-vector regression. Names and defaults are those of
    /// scikit-learn's `SVR`.
    #[expect(
        non_snake_case,
        reason = "a field is called as in the pipeline file, and the field's term is `C`"
    )]
    SvrParams {
        /// Penalty of what lies outside of the tube: large fits the training rows closely
        #[hp(default = 1.0, range = 1e-9..=1e9, log)]
        pub C: f64,
        /// How far a prediction may be off at no cost, in units of the target
        #[hp(default = 0.1, range = 0.0..=1e9)]
        pub epsilon: f64,
    } {}
    C = |params| params.C
}

/// The model `svr`: an ε-support-vector regressor.
pub type Svr = Regression<SvrParams>;

impl Regresses for SvrParams {
    const MODEL: Info = Info::new("svr", "Support-vector regression with a tube of a given width");

    fn tube(&self) -> Tube {
        Tube::Epsilon(self.epsilon)
    }
}
