//! The models that predict numbers.

use std::fmt;
use std::marker::PhantomData;

use surmise_plugin_sdk::prelude::*;

use crate::hyperparams::Machine;
use crate::regressor::{Regressor, Tube};
use crate::sample::{self, Distinct};
use crate::state;

/// Hyperparameters of a model that predicts numbers.
pub trait Regresses: Machine {
    /// The model that they are of.
    const MODEL: Info;

    /// How far predictions may be off at no cost.
    fn tube(&self) -> Tube;
}

/// A regressor.
#[derive(Debug)]
pub struct Regression<P>(Regressor, PhantomData<fn() -> P>);

impl<P> Regression<P> {
    /// What was fitted.
    #[must_use]
    pub fn regressor(&self) -> &Regressor {
        &self.0
    }
}

impl<P: Regresses + fmt::Debug> Model for Regression<P> {
    type Params = P;

    const INFO: Info = P::MODEL.tasks(&[Task::Regression]).caps(&[Cap::Save, Cap::Weights]);

    fn fit(params: &P, train: &Train<'_>, ctx: &mut FitCtx<'_>) -> Result<Self> {
        let rows: Vec<&[f64]> = train.x().iter().collect();
        // Equal rows count as one of their weight for `gamma`, too, so that either has the same
        // bits.
        let distinct = Distinct::new(&rows, train.values()?, train.weights())?;
        let gamma = sample::gamma(params.gamma(), &distinct.rows, Some(&distinct.weights));
        let settings = params.scaled(gamma, &rows);
        let interrupt = &mut || ctx.should_stop();
        let regressor = Regressor::of(&distinct, params.tube(), &settings, interrupt)?;
        Ok(Self(regressor, PhantomData))
    }

    fn predict(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        if x.n_features() != self.0.n_features() || x.n_rows() != out.len() {
            return Err(Error::bad_state("the saved machine is of another shape than its data"));
        }
        let mut left = out.iter_mut();
        self.0.predict(x.iter(), |value| {
            if let Some(out) = left.next() {
                *out = value;
            }
        });
        match out.iter().all(|value| value.is_finite()) {
            true => Ok(()),
            false => Err(Error::numeric("a prediction left the range of finite numbers")),
        }
    }

    fn save(&self, saver: &mut Saver) -> Result<()> {
        state::save_regressor(&self.0, saver);
        Ok(())
    }

    fn load(loader: &mut Loader<'_>) -> Result<Self> {
        Ok(Self(state::load_regressor(loader)?, PhantomData))
    }
}
