//! `adamax`: Adam by the largest slope in place of the mean square.
//!
//! m ← β₁ m + (1 − β₁) g; u ← max(β₂ u, |g| + ε); p ← p − η/(1 − β₁ᵗ) · m/u. D. P. Kingma and J.
//! Ba, *Adam: a method for stochastic optimization* (2015), algorithm 2. Equal to PyTorch's
//! `Adamax`.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Entry, Method, Rule};
use crate::{Real, Result, setting};

/// What the registry knows of this optimizer.
pub const ENTRY: Entry = Entry {
    component: || {
        setting::component(
            "adamax",
            "Adam by the largest slope",
            vec![
                setting::learning_rate(0.002),
                setting::average("beta1", 0.9, "how much of the mean slope is kept"),
                setting::average("beta2", 0.999, "how much of the largest slope is kept"),
                setting::epsilon(1e-8),
            ],
        )
    },
    f32: build,
    f64: build,
};

#[derive(Debug, Clone, Deserialize)]
struct Adamax {
    learning_rate: f64,
    beta1: f64,
    beta2: f64,
    epsilon: f64,
}

/// The numbers of one step.
#[derive(Clone, Copy)]
struct Now<T> {
    keep1: T,
    fresh1: T,
    keep2: T,
    rate: T,
    epsilon: T,
}

fn build<T: Real>(settings: &Map<String, Value>) -> Result<Method<T>> {
    Ok(Method::of_rule(setting::read::<Adamax>(settings)?))
}

impl<T: Real> Rule<T, 2> for Adamax {
    type Now = Now<T>;

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn now(&mut self, step: u64, learning_rate: f64) -> Now<T> {
        Now {
            keep1: T::of(self.beta1),
            fresh1: T::of(1.0 - self.beta1),
            keep2: T::of(self.beta2),
            rate: T::of(learning_rate / (1.0 - libm::pow(self.beta1, step as f64))),
            epsilon: T::of(self.epsilon),
        }
    }

    #[inline(always)]
    fn update(now: &Now<T>, p: T, g: T, [m, u]: [T; 2]) -> (T, [T; 2]) {
        let m = now.keep1 * m + now.fresh1 * g;
        let u = (g.abs() + now.epsilon).or_larger(now.keep2 * u);
        (p - now.rate * m / u, [m, u])
    }
}
