//! `l2`: adds λ/2 Σw² to the loss, over all weights but not biases and scales.
//!
//! Its slope is λ w, added after the gradient was clipped: PyTorch's `weight_decay`, and half of
//! what Keras calls `L2(λ)`. A. E. Hoerl and R. W. Kennard, *Ridge regression* (1970).

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Entry, Regularizer};
use crate::optimize::Penalty;
use crate::{Real, Result, setting};

/// What the registry knows of this stage.
pub const ENTRY: Entry = Entry {
    component: || {
        setting::component(
            "l2",
            "a penalty of the weights' squares",
            vec![setting::log(
                "strength",
                (1e-12, 1e3),
                1e-4,
                "how much half the sum of squares counts",
            )],
        )
    },
    f32: build,
    f64: build,
};

#[derive(Debug, Clone, Deserialize)]
struct L2 {
    strength: f64,
}

fn build<T: Real>(settings: &Map<String, Value>) -> Result<Box<dyn Regularizer<T>>> {
    Ok(Box::new(setting::read::<L2>(settings)?))
}

impl<T: Real> Regularizer<T> for L2 {
    fn penalty(&self) -> Penalty {
        Penalty { l2: self.strength, ..Penalty::default() }
    }
}
