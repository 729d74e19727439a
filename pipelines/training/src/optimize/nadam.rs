//! `nadam`: Adam with Nesterov's look ahead.
//!
//! With μₜ = β₁ (1 − ½ · 0.96^(t ψ)) and Πₜ = μ₁ ⋯ μₜ: m and v as in `adam`, and
//! p ← p − η ((1 − μₜ)/(1 − Πₜ) g + μₜ₊₁/(1 − Πₜ₊₁) m)/(√v̂ + ε). T. Dozat, *Incorporating Nesterov
//! momentum into Adam* (2016); ψ is `momentum_decay`. Equal to PyTorch's `NAdam`.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Entry, Method, Rule};
use crate::{Real, Result, setting};

/// What the registry knows of this optimizer.
pub const ENTRY: Entry = Entry {
    component: || {
        setting::component(
            "nadam",
            "Adam with Nesterov's look ahead",
            vec![
                setting::learning_rate(0.002),
                setting::average("beta1", 0.9, "how much of the mean slope is kept"),
                setting::average("beta2", 0.999, "how much of the mean square is kept"),
                setting::epsilon(1e-8),
                setting::float("momentum_decay", (0.0, 1.0), 0.004, "how fast β₁ is reached"),
            ],
        )
    },
    f32: build,
    f64: build,
};

#[derive(Debug, Clone, Deserialize)]
struct NAdam {
    learning_rate: f64,
    beta1: f64,
    beta2: f64,
    epsilon: f64,
    momentum_decay: f64,
    /// Πₜ of the last step.
    #[serde(skip, default = "one")]
    product: f64,
}

fn one() -> f64 {
    1.0
}

/// The numbers of one step.
#[derive(Clone, Copy)]
struct Now<T> {
    keep1: T,
    fresh1: T,
    keep2: T,
    fresh2: T,
    by_slope: T,
    by_mean: T,
    epsilon: T,
}

fn build<T: Real>(settings: &Map<String, Value>) -> Result<Method<T>> {
    Ok(Method::of_rule(setting::read::<NAdam>(settings)?))
}

impl<T: Real> Rule<T, 2> for NAdam {
    type Now = Now<T>;

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn now(&mut self, step: u64, learning_rate: f64) -> Now<T> {
        let t = step as f64;
        let mu = |t: f64| self.beta1 * (1.0 - 0.5 * libm::pow(0.96, t * self.momentum_decay));
        let (mu, next) = (mu(t), mu(t + 1.0));
        self.product *= mu;
        let root = (1.0 - libm::pow(self.beta2, t)).sqrt();
        Now {
            keep1: T::of(self.beta1),
            fresh1: T::of(1.0 - self.beta1),
            keep2: T::of(self.beta2),
            fresh2: T::of(1.0 - self.beta2),
            by_slope: T::of(root * learning_rate * (1.0 - mu) / (1.0 - self.product)),
            by_mean: T::of(root * learning_rate * next / (1.0 - self.product * next)),
            epsilon: T::of(root * self.epsilon),
        }
    }

    #[inline(always)]
    fn update(now: &Now<T>, p: T, g: T, [m, v]: [T; 2]) -> (T, [T; 2]) {
        let m = now.keep1 * m + now.fresh1 * g;
        let v = now.keep2 * v + now.fresh2 * (g * g);
        let step = (now.by_slope * g + now.by_mean * m) / (v.sqrt() + now.epsilon);
        (p - step, [m, v])
    }
}
