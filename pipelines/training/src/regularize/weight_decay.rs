//! `weight_decay`: w ← (1 − η λ) w before each step, for all weights but not biases and scales.
//!
//! The gradient knows nothing of it, so that adaptive optimizers do not undo it. I. Loshchilov and
//! F. Hutter, *Decoupled weight decay regularization* (2019). It adds to what `adamw` and `lion`
//! do.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Entry, Regularizer, Setup};
use crate::optimize::Penalty;
use crate::{Real, Result, setting};

/// What the registry knows of this stage.
pub const ENTRY: Entry = Entry {
    component: || {
        setting::component(
            "weight_decay",
            "weights lose a share of themselves in each step",
            vec![setting::log("strength", (1e-12, 1e3), 0.01, "that share, by the learning rate")],
        )
    },
    f32: build,
    f64: build,
};

#[derive(Debug, Clone, Deserialize)]
struct WeightDecay {
    strength: f64,
}

fn build<T: Real>(settings: &Map<String, Value>) -> Result<Box<dyn Regularizer<T>>> {
    Ok(Box::new(setting::read::<WeightDecay>(settings)?))
}

impl<T: Real> Regularizer<T> for WeightDecay {
    fn prepare(&mut self, setup: &Setup<'_, T>) -> Result<()> {
        setup.needs_steps("weight_decay")
    }

    fn penalty(&self) -> Penalty {
        Penalty { decay: self.strength, ..Penalty::default() }
    }
}
