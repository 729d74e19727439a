//! `elastic`: adds λ (r Σ|w| + (1 − r)/2 Σw²) to the loss, over all weights but not biases and
//! scales.
//!
//! λ is `strength`, r `l1_ratio`, as in scikit-learn. H. Zou and T. Hastie, *Regularization and
//! variable selection via the elastic net* (2005).

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Entry, Regularizer, Setup};
use crate::optimize::Penalty;
use crate::{Real, Result, setting};

/// What the registry knows of this stage.
pub const ENTRY: Entry = Entry {
    component: || {
        setting::component(
            "elastic",
            "a penalty of the weights' absolute values and squares",
            vec![
                setting::log("strength", (1e-12, 1e3), 1e-4, "how much both count"),
                setting::float("l1_ratio", (0.0, 1.0), 0.5, "share of the absolute values"),
            ],
        )
    },
    f32: build,
    f64: build,
};

#[derive(Debug, Clone, Deserialize)]
struct Elastic {
    strength: f64,
    l1_ratio: f64,
}

fn build<T: Real>(settings: &Map<String, Value>) -> Result<Box<dyn Regularizer<T>>> {
    Ok(Box::new(setting::read::<Elastic>(settings)?))
}

impl<T: Real> Regularizer<T> for Elastic {
    fn prepare(&mut self, setup: &Setup<'_, T>) -> Result<()> {
        if self.l1_ratio == 0.0 { Ok(()) } else { setup.needs_steps("elastic, which has a kink,") }
    }

    fn penalty(&self) -> Penalty {
        Penalty {
            l1: self.strength * self.l1_ratio,
            l2: self.strength * (1.0 - self.l1_ratio),
            decay: 0.0,
        }
    }
}
