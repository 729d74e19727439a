//! `momentum`: gradient descent with a heavy ball.
//!
//! b ← μ b + (1 − d) g, where the first b is g itself; p ← p − η b. B. T. Polyak, *Some methods of
//! speeding up the convergence of iteration methods* (1964); μ is `momentum`, d `dampening`. Equal
//! to PyTorch's `SGD`.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Entry, Method, Rule};
use crate::{Real, Result, setting};

/// What the registry knows of this optimizer.
pub const ENTRY: Entry = Entry {
    component: || {
        setting::component(
            "momentum",
            "gradient descent that keeps part of its last step",
            vec![
                setting::learning_rate(0.01),
                setting::average("momentum", 0.9, "how much of the last step is kept"),
                setting::float("dampening", (0.0, 1.0), 0.0, "how much of a slope is left out"),
            ],
        )
    },
    f32: build,
    f64: build,
};

#[derive(Debug, Clone, Deserialize)]
struct Momentum {
    learning_rate: f64,
    momentum: f64,
    dampening: f64,
}

/// The numbers of one step.
#[derive(Clone, Copy)]
struct Now<T> {
    rate: T,
    momentum: T,
    fresh: T,
}

fn build<T: Real>(settings: &Map<String, Value>) -> Result<Method<T>> {
    Ok(Method::of_rule(setting::read::<Momentum>(settings)?))
}

impl<T: Real> Rule<T, 1> for Momentum {
    type Now = Now<T>;

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn now(&mut self, step: u64, learning_rate: f64) -> Now<T> {
        let dampening = if step == 1 { 0.0 } else { self.dampening };
        Now {
            rate: T::of(learning_rate),
            momentum: T::of(self.momentum),
            fresh: T::of(1.0 - dampening),
        }
    }

    #[inline(always)]
    fn update(now: &Now<T>, p: T, g: T, [b]: [T; 1]) -> (T, [T; 1]) {
        let b = now.momentum * b + now.fresh * g;
        (p - now.rate * b, [b])
    }
}
