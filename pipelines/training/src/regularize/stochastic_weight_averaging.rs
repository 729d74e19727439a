//! `stochastic_weight_averaging`: the mean of the parameters over the last epochs.
//!
//! P. Izmailov et al., *Averaging weights leads to wider optima and better generalization* (2018),
//! algorithm 1. The state, such as running means of batch normalization, is recomputed for the mean
//! by passes over the training data. With `early_stopping` that restores the best epoch, that epoch
//! is what remains.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Entry, Regularizer, Setup};
use crate::{Point, Real, Report, Result, setting};

/// What the registry knows of this stage.
pub const ENTRY: Entry = Entry {
    component: || {
        setting::component(
            "stochastic_weight_averaging",
            "the mean of the parameters over the last epochs",
            vec![
                setting::float("start", (0.0, 1.0), 0.75, "share of the epochs before it begins"),
                setting::int("every", (1, 1_000_000), 1, "epochs from one to the next"),
            ],
        )
    },
    f32: build,
    f64: build,
};

#[derive(Debug, Clone, Deserialize)]
struct Averaging {
    start: f64,
    every: u64,
    /// Epochs that are left out.
    #[serde(skip)]
    before: u64,
    #[serde(skip)]
    sum: Vec<f64>,
    #[serde(skip)]
    n: u64,
}

fn build<T: Real>(settings: &Map<String, Value>) -> Result<Box<dyn Regularizer<T>>> {
    Ok(Box::new(setting::read::<Averaging>(settings)?))
}

impl<T: Real> Regularizer<T> for Averaging {
    fn prepare(&mut self, setup: &Setup<'_, T>) -> Result<()> {
        setup.needs_steps("stochastic_weight_averaging")?;
        // The last epoch counts at least.
        self.before = ((self.start * setup.epochs as f64) as u64).min(setup.epochs - 1);
        Ok(())
    }

    fn on_epoch(&mut self, report: &Report, point: &Point<T>) -> bool {
        let since = report.epoch.checked_sub(self.before + 1);
        if since.is_some_and(|since| since % self.every == 0) {
            self.sum.resize(point.params.len(), 0.0);
            for (sum, p) in self.sum.iter_mut().zip(&point.params) {
                *sum += p.wide();
            }
            self.n += 1;
        }
        true
    }

    fn finish(&mut self, point: &mut Point<T>) -> bool {
        if self.n == 0 {
            return false;
        }
        for (p, sum) in point.params.iter_mut().zip(&self.sum) {
            *p = T::of(sum / self.n as f64);
        }
        true
    }
}
