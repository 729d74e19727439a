//! `radam`: Adam that waits until its divisor can be trusted.
//!
//! With ρ∞ = 2/(1 − β₂) − 1 and ρₜ = ρ∞ − 2 t β₂ᵗ/(1 − β₂ᵗ): m̂ as in `adam`; where ρₜ > 5, p ← p −
//! η rₜ m̂ √(1 − β₂ᵗ)/(√v + ε) with rₜ² = (ρₜ − 4)(ρₜ − 2) ρ∞/((ρ∞ − 4)(ρ∞ − 2) ρₜ), and p ← p − η
//! m̂ before that. L. Liu et al., *On the variance of the adaptive learning rate and beyond*
//! (2020), algorithm 2. Equal to PyTorch's `RAdam`, where 5 stands for the paper's 4.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Entry, Method, Rule};
use crate::{Real, Result, setting};

/// What the registry knows of this optimizer.
pub const ENTRY: Entry = Entry {
    component: || {
        setting::component(
            "radam",
            "Adam that warms itself up",
            vec![
                setting::learning_rate(0.001),
                setting::average("beta1", 0.9, "how much of the mean slope is kept"),
                setting::average("beta2", 0.999, "how much of the mean square is kept"),
                setting::epsilon(1e-8),
            ],
        )
    },
    f32: build,
    f64: build,
};

#[derive(Debug, Clone, Deserialize)]
struct RAdam {
    learning_rate: f64,
    beta1: f64,
    beta2: f64,
    epsilon: f64,
}

/// The numbers of one step; the divisor is `root` √v + `rest`.
#[derive(Clone, Copy)]
struct Now<T> {
    keep1: T,
    fresh1: T,
    keep2: T,
    fresh2: T,
    rate: T,
    root: T,
    rest: T,
}

fn build<T: Real>(settings: &Map<String, Value>) -> Result<Method<T>> {
    Ok(Method::of_rule(setting::read::<RAdam>(settings)?))
}

impl RAdam {
    /// rₜ √(1 − β₂ᵗ), once the divisor can be trusted.
    fn rectification(&self, t: f64) -> Option<f64> {
        let kept = libm::pow(self.beta2, t);
        let most = 2.0 / (1.0 - self.beta2) - 1.0;
        let rho = most - 2.0 * t * kept / (1.0 - kept);
        let square = (rho - 4.0) * (rho - 2.0) * most / ((most - 4.0) * (most - 2.0) * rho);
        (rho > 5.0).then(|| square.sqrt() * (1.0 - kept).sqrt())
    }
}

impl<T: Real> Rule<T, 2> for RAdam {
    type Now = Now<T>;

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn now(&mut self, step: u64, learning_rate: f64) -> Now<T> {
        let t = step as f64;
        let plain = learning_rate / (1.0 - libm::pow(self.beta1, t));
        let (rate, root, rest) = match self.rectification(t) {
            Some(factor) => (plain * factor, T::ONE, T::of(self.epsilon)),
            None => (plain, T::ZERO, T::ONE),
        };
        Now {
            keep1: T::of(self.beta1),
            fresh1: T::of(1.0 - self.beta1),
            keep2: T::of(self.beta2),
            fresh2: T::of(1.0 - self.beta2),
            rate: T::of(rate),
            root,
            rest,
        }
    }

    #[inline(always)]
    fn update(now: &Now<T>, p: T, g: T, [m, v]: [T; 2]) -> (T, [T; 2]) {
        let m = now.keep1 * m + now.fresh1 * g;
        let v = now.keep2 * v + now.fresh2 * (g * g);
        (p - now.rate * m / (now.root * v.sqrt() + now.rest), [m, v])
    }
}
