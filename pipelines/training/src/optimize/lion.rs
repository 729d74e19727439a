//! `lion`: the sign of a momentum.
//!
//! c = β₁ m + (1 − β₁) g; p ← (1 − η λ) p − η sign(c); m ← β₂ m + (1 − β₂) g. X. Chen et al.,
//! *Symbolic discovery of optimization algorithms* (2023), algorithm 2; λ is `weight_decay`, which
//! biases and scales are spared. Steps of all parameters are equally long: the learning rate is to
//! be three to ten times smaller than Adam's.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Entry, Method, Rule};
use crate::{Real, Result, setting};

/// What the registry knows of this optimizer.
pub const ENTRY: Entry = Entry {
    component: || {
        setting::component(
            "lion",
            "the sign of a momentum",
            vec![
                setting::learning_rate(1e-4),
                setting::average("beta1", 0.9, "how much of the momentum is in a step"),
                setting::average("beta2", 0.99, "how much of the momentum is kept"),
                setting::float("weight_decay", (0.0, 1e3), 0.0, "λ, by the learning rate"),
            ],
        )
    },
    f32: build,
    f64: build,
};

#[derive(Debug, Clone, Deserialize)]
struct Lion {
    learning_rate: f64,
    beta1: f64,
    beta2: f64,
    weight_decay: f64,
}

/// The numbers of one step.
#[derive(Clone, Copy)]
struct Now<T> {
    rate: T,
    keep1: T,
    fresh1: T,
    keep2: T,
    fresh2: T,
}

fn build<T: Real>(settings: &Map<String, Value>) -> Result<Method<T>> {
    Ok(Method::of_rule(setting::read::<Lion>(settings)?))
}

impl<T: Real> Rule<T, 1> for Lion {
    type Now = Now<T>;

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn now(&mut self, _: u64, learning_rate: f64) -> Now<T> {
        Now {
            rate: T::of(learning_rate),
            keep1: T::of(self.beta1),
            fresh1: T::of(1.0 - self.beta1),
            keep2: T::of(self.beta2),
            fresh2: T::of(1.0 - self.beta2),
        }
    }

    #[inline(always)]
    fn update(now: &Now<T>, p: T, g: T, [m]: [T; 1]) -> (T, [T; 1]) {
        let direction = (now.keep1 * m + now.fresh1 * g).sign();
        (p - now.rate * direction, [now.keep2 * m + now.fresh2 * g])
    }

    fn weight_decay(&self) -> f64 {
        self.weight_decay
    }
}
