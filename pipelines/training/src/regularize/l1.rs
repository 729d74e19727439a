//! `l1`: adds λ Σ|w| to the loss, over all weights but not biases and scales.
//!
//! Its slope is λ sign(w), and 0 where w is 0. It is added after the gradient was clipped. R.
//! Tibshirani, *Regression shrinkage and selection via the lasso* (1996).

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Entry, Regularizer, Setup};
use crate::optimize::Penalty;
use crate::{Real, Result, setting};

/// What the registry knows of this stage.
pub const ENTRY: Entry = Entry {
    component: || {
        setting::component(
            "l1",
            "a penalty of the weights' absolute values",
            vec![setting::log(
                "strength",
                (1e-12, 1e3),
                1e-4,
                "how much the sum of absolute values counts",
            )],
        )
    },
    f32: build,
    f64: build,
};

#[derive(Debug, Clone, Deserialize)]
struct L1 {
    strength: f64,
}

fn build<T: Real>(settings: &Map<String, Value>) -> Result<Box<dyn Regularizer<T>>> {
    Ok(Box::new(setting::read::<L1>(settings)?))
}

impl<T: Real> Regularizer<T> for L1 {
    fn prepare(&mut self, setup: &Setup<'_, T>) -> Result<()> {
        setup.needs_steps("l1, which has a kink,")
    }

    fn penalty(&self) -> Penalty {
        Penalty { l1: self.strength, ..Penalty::default() }
    }
}
