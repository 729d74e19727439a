//! `input_dropout`: features are left out at random.
//!
//! Each value is 0 with probability `rate`, else divided by 1 − rate, so that its mean stays. N.
//! Srivastava et al., *Dropout: a simple way to prevent neural networks from overfitting* (2014).
//! Dropout between layers is the model's.

use serde::Deserialize;
use serde_json::{Map, Value};
use surmise_core::seed::Seed;

use super::{Entry, Regularizer};
use crate::random::happens;
use crate::rows::Rows;
use crate::{Real, Result, setting};

/// What the registry knows of this stage.
pub const ENTRY: Entry = Entry {
    component: || {
        setting::component(
            "input_dropout",
            "features are left out at random",
            vec![setting::float("rate", (0.0, 0.95), 0.2, "share of values that are left out")],
        )
    },
    f32: build,
    f64: build,
};

#[derive(Debug, Clone, Deserialize)]
struct InputDropout {
    rate: f64,
}

fn build<T: Real>(settings: &Map<String, Value>) -> Result<Box<dyn Regularizer<T>>> {
    Ok(Box::new(setting::read::<InputDropout>(settings)?))
}

impl<T: Real> Regularizer<T> for InputDropout {
    fn on_rows(&self, rows: &mut Rows<T>, seed: Seed) {
        let (mut rng, kept) = (seed.rng(), T::of(1.0 / (1.0 - self.rate)));
        for x in &mut rows.x {
            *x = if happens(self.rate, &mut rng) { T::ZERO } else { *x * kept };
        }
    }
}
