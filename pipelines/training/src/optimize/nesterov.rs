//! `nesterov`: momentum that looks ahead.
//!
//! b ← μ b + g; p ← p − η (g + μ b). Y. Nesterov, *A method of solving a convex programming problem
//! with convergence rate O(1/k²)* (1983), in the form of I. Sutskever et al., *On the importance of
//! initialization and momentum in deep learning* (2013). Equal to PyTorch's `SGD` with `nesterov`.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Entry, Method, Rule};
use crate::{Real, Result, setting};

/// What the registry knows of this optimizer.
pub const ENTRY: Entry = Entry {
    component: || {
        setting::component(
            "nesterov",
            "momentum with the slope where the step will lead",
            vec![
                setting::learning_rate(0.01),
                setting::average("momentum", 0.9, "how much of the last step is kept"),
            ],
        )
    },
    f32: build,
    f64: build,
};

#[derive(Debug, Clone, Deserialize)]
struct Nesterov {
    learning_rate: f64,
    momentum: f64,
}

fn build<T: Real>(settings: &Map<String, Value>) -> Result<Method<T>> {
    Ok(Method::of_rule(setting::read::<Nesterov>(settings)?))
}

impl<T: Real> Rule<T, 1> for Nesterov {
    /// Learning rate and momentum.
    type Now = (T, T);

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn now(&mut self, _: u64, learning_rate: f64) -> (T, T) {
        (T::of(learning_rate), T::of(self.momentum))
    }

    #[inline(always)]
    fn update((rate, momentum): &(T, T), p: T, g: T, [b]: [T; 1]) -> (T, [T; 1]) {
        let b = *momentum * b + g;
        (p - *rate * (g + *momentum * b), [b])
    }
}
