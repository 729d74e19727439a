//! The model `svr`.

use surmise_plugin_sdk::prelude::*;

use crate::classifier::Settings;
use crate::hyperparams::hyperparams;
use crate::params::KernelChoice;
use crate::regressor::{Regressor, Tube};
use crate::sample::{self, merged};
use crate::state;

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
    }
}

impl SvrParams {
    fn c(&self) -> f64 {
        self.C
    }
}

/// The model `svr`: an ε-support-vector regressor.
#[derive(Debug)]
pub struct Svr(Regressor);

impl Svr {
    /// What was fitted.
    #[must_use]
    pub fn regressor(&self) -> &Regressor {
        &self.0
    }
}

impl Model for Svr {
    type Params = SvrParams;

    const INFO: Info = Info::new("svr", "Support-vector regression with a tube of a given width")
        .tasks(&[Task::Regression])
        .caps(&[Cap::Save, Cap::Weights]);

    fn fit(params: &SvrParams, train: &Train<'_>, ctx: &mut FitCtx<'_>) -> Result<Self> {
        let settings = |gamma, rows: &[&[f64]]| {
            let scaled = Self::Params { gamma, ..params.clone() };
            scaled.settings(rows)
        };
        fit(settings, params.gamma, Tube::Epsilon(params.epsilon), train, ctx).map(Self)
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

/// Fits a regressor of either kind.
pub(crate) fn fit(
    settings: impl Fn(f64, &[&[f64]]) -> Settings,
    gamma: f64,
    tube: Tube,
    train: &Train<'_>,
    ctx: &mut FitCtx<'_>,
) -> Result<Regressor> {
    let rows: Vec<&[f64]> = train.x().iter().collect();
    let (values, weights) = (train.values()?, train.weights());
    // Equal rows count as one of their weight here, too, so that either has the same bits.
    let (distinct, sums) = merged(&rows, values, weights);
    let distinct: Vec<&[f64]> = distinct.iter().map(|&r| rows[r as usize]).collect();
    let gamma = sample::gamma(gamma, &distinct, Some(&sums));
    let interrupt = &mut || ctx.should_stop();
    let settings = settings(gamma, &rows);
    Ok(Regressor::fit(&rows, values, weights, tube, &settings, interrupt)?)
}

/// Predicts with a regressor of either kind.
pub(crate) fn predict(regressor: &Regressor, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
    if x.n_features() != regressor.n_features() || x.n_rows() != out.len() {
        return Err(Error::bad_state("the saved machine is of another shape than its data"));
    }
    let mut left = out.iter_mut();
    regressor.predict(x.iter(), |value| {
        if let Some(out) = left.next() {
            *out = value;
        }
    });
    match out.iter().all(|value| value.is_finite()) {
        true => Ok(()),
        false => Err(Error::numeric("a prediction left the range of finite numbers")),
    }
}
