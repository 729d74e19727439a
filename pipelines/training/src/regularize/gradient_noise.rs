//! `gradient_noise`: normal noise on every slope, which fades.
//!
//! Its variance in step t is η/(1 + t)^γ, t from 0. A. Neelakantan et al., *Adding gradient noise
//! improves learning for very deep networks* (2015), eq. 1.

use serde::Deserialize;
use serde_json::{Map, Value};
use surmise_core::seed::Seed;

use super::{Entry, Regularizer, Setup};
use crate::random::normal;
use crate::{Real, Result, setting};

/// What the registry knows of this stage.
pub const ENTRY: Entry = Entry {
    component: || {
        setting::component(
            "gradient_noise",
            "normal noise on every slope, which fades",
            vec![
                setting::log("eta", (1e-12, 10.0), 0.01, "its variance in the first step"),
                setting::float("gamma", (0.0, 2.0), 0.55, "how fast it fades"),
            ],
        )
    },
    f32: build,
    f64: build,
};

#[derive(Debug, Clone, Deserialize)]
struct GradientNoise {
    eta: f64,
    gamma: f64,
}

fn build<T: Real>(settings: &Map<String, Value>) -> Result<Box<dyn Regularizer<T>>> {
    Ok(Box::new(setting::read::<GradientNoise>(settings)?))
}

impl<T: Real> Regularizer<T> for GradientNoise {
    fn prepare(&mut self, setup: &Setup<'_, T>) -> Result<()> {
        setup.needs_steps("gradient_noise")
    }

    fn on_gradient(&self, step: u64, gradient: &mut [T], seed: Seed) {
        let deviation = (self.eta / libm::pow(step as f64, self.gamma)).sqrt();
        let mut rng = seed.rng();
        for slope in gradient {
            *slope = *slope + T::of(deviation * normal(&mut rng));
        }
    }
}
