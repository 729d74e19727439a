//! `adadelta`: steps in the units of the parameters.
//!
//! v ← ρ v + (1 − ρ) g²; u = √(d + ε)/√(v + ε) · g; d ← ρ d + (1 − ρ) u²; p ← p − η u. M. D.
//! Zeiler, *ADADELTA: an adaptive learning rate method* (2012). Equal to PyTorch's `Adadelta`.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Entry, Method, Rule};
use crate::{Real, Result, setting};

/// What the registry knows of this optimizer.
pub const ENTRY: Entry = Entry {
    component: || {
        setting::component(
            "adadelta",
            "steps as long as the last ones were, by the slopes",
            vec![
                setting::learning_rate(1.0),
                setting::average("rho", 0.9, "how much of the averages is kept"),
                setting::epsilon(1e-6),
            ],
        )
    },
    f32: build,
    f64: build,
};

#[derive(Debug, Clone, Deserialize)]
struct Adadelta {
    learning_rate: f64,
    rho: f64,
    epsilon: f64,
}

/// The numbers of one step.
#[derive(Clone, Copy)]
struct Now<T> {
    rate: T,
    rho: T,
    fresh: T,
    epsilon: T,
}

fn build<T: Real>(settings: &Map<String, Value>) -> Result<Method<T>> {
    Ok(Method::of_rule(setting::read::<Adadelta>(settings)?))
}

impl<T: Real> Rule<T, 2> for Adadelta {
    type Now = Now<T>;

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn now(&mut self, _: u64, learning_rate: f64) -> Now<T> {
        Now {
            rate: T::of(learning_rate),
            rho: T::of(self.rho),
            fresh: T::of(1.0 - self.rho),
            epsilon: T::of(self.epsilon),
        }
    }

    #[inline(always)]
    fn update(now: &Now<T>, p: T, g: T, [v, d]: [T; 2]) -> (T, [T; 2]) {
        let v = now.rho * v + now.fresh * (g * g);
        let u = (d + now.epsilon).sqrt() / (v + now.epsilon).sqrt() * g;
        let d = now.rho * d + now.fresh * (u * u);
        (p - now.rate * u, [v, d])
    }
}
