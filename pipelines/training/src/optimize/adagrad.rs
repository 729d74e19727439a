//! `adagrad`: steps that shrink with the slopes that were seen.
//!
//! s ← s + g²; p ← p − η/(1 + (t − 1) γ) · g/(√s + ε) in step t. J. Duchi, E. Hazan and Y. Singer,
//! *Adaptive subgradient methods for online learning and stochastic optimization* (2011). Equal to
//! PyTorch's `Adagrad`; with `epsilon_placement: inside` the divisor is √(s + ε), as in Keras.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Entry, Method, Rule};
use crate::{Real, Result, setting};

/// What the registry knows of this optimizer.
pub const ENTRY: Entry = Entry {
    component: || {
        setting::component(
            "adagrad",
            "steps that shrink with the slopes that were seen",
            vec![
                setting::learning_rate(0.01),
                setting::float("learning_rate_decay", (0.0, 1e3), 0.0, "γ of η/(1 + (t − 1) γ)"),
                setting::float("initial_accumulator", (0.0, 1e6), 0.0, "where s starts"),
                setting::epsilon(1e-10),
                setting::word("epsilon_placement", &["outside", "inside"], "of the square root"),
            ],
        )
    },
    f32: build,
    f64: build,
};

#[derive(Debug, Clone, Deserialize)]
struct Adagrad {
    learning_rate: f64,
    learning_rate_decay: f64,
    initial_accumulator: f64,
    epsilon: f64,
    epsilon_placement: Placement,
}

/// Where ε stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Placement {
    Outside,
    Inside,
}

impl Placement {
    /// ε outside of the square root, and inside.
    pub(super) fn split<T: Real>(self, epsilon: f64) -> (T, T) {
        match self {
            Self::Outside => (T::of(epsilon), T::ZERO),
            Self::Inside => (T::ZERO, T::of(epsilon)),
        }
    }
}

/// The numbers of one step.
#[derive(Clone, Copy)]
struct Now<T> {
    rate: T,
    outside: T,
    inside: T,
}

fn build<T: Real>(settings: &Map<String, Value>) -> Result<Method<T>> {
    Ok(Method::of_rule(setting::read::<Adagrad>(settings)?))
}

impl<T: Real> Rule<T, 1> for Adagrad {
    type Now = Now<T>;

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn now(&mut self, step: u64, learning_rate: f64) -> Now<T> {
        let (outside, inside) = self.epsilon_placement.split(self.epsilon);
        let slower = 1.0 + (step - 1) as f64 * self.learning_rate_decay;
        Now { rate: T::of(learning_rate / slower), outside, inside }
    }

    #[inline(always)]
    fn update(now: &Now<T>, p: T, g: T, [s]: [T; 1]) -> (T, [T; 1]) {
        let s = s + g * g;
        (p - now.rate * g / ((s + now.inside).sqrt() + now.outside), [s])
    }

    fn start(&self) -> [f64; 1] {
        [self.initial_accumulator]
    }
}
