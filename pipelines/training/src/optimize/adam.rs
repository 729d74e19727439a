//! `adam`: momentum, and slopes divided by their root mean square, both without bias.
//!
//! m ← β₁ m + (1 − β₁) g; v ← β₂ v + (1 − β₂) g²; p ← p − η m̂/(√v̂ + ε) with m̂ = m/(1 − β₁ᵗ) and
//! v̂ = v/(1 − β₂ᵗ) in step t. D. P. Kingma and J. Ba, *Adam: a method for stochastic optimization*
//! (2015), algorithm 1. Equal to PyTorch's `Adam`.
//!
//! With `epsilon_beside: raw` ε is added to √v before its bias is taken away ("ε̂", section 2 of
//! the paper), as in Keras and TensorFlow: p ← p − η √(1 − β₂ᵗ)/(1 − β₁ᵗ) · m/(√v + ε).

use serde::Deserialize;
use serde_json::{Map, Value};
use surmise_core::component::Setting;

use super::{Entry, Method, Rule};
use crate::{Real, Result, setting};

/// What the registry knows of this optimizer.
pub const ENTRY: Entry = Entry {
    component: || setting::component("adam", "adaptive moments", settings()),
    f32: build,
    f64: build,
};

/// The settings of Adam and its kin.
pub(super) fn settings() -> Vec<Setting> {
    vec![
        setting::learning_rate(0.001),
        setting::average("beta1", 0.9, "how much of the mean slope is kept"),
        setting::average("beta2", 0.999, "how much of the mean square is kept"),
        setting::epsilon(1e-8),
        setting::word(
            "epsilon_beside",
            &["corrected", "raw"],
            "beside the root with its bias corrected, or beside the raw one as in Keras",
        ),
    ]
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Adam {
    learning_rate: f64,
    beta1: f64,
    beta2: f64,
    epsilon: f64,
    epsilon_beside: Placement,
    /// Of AdamW alone.
    #[serde(default)]
    weight_decay: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Placement {
    Corrected,
    Raw,
}

/// The numbers of one step: what of the averages is kept and what is new, η √(1 − β₂ᵗ)/(1 − β₁ᵗ),
/// and what is added to √v, which is ε √(1 − β₂ᵗ) unless it is raw.
#[derive(Clone, Copy)]
pub(super) struct Now<T> {
    keep1: T,
    fresh1: T,
    keep2: T,
    fresh2: T,
    rate: T,
    epsilon: T,
}

fn build<T: Real>(settings: &Map<String, Value>) -> Result<Method<T>> {
    Ok(Method::of_rule(setting::read::<Adam>(settings)?))
}

impl Adam {
    pub(super) fn numbers<T: Real>(&self, step: u64, learning_rate: f64) -> Now<T> {
        let left = |beta: f64| 1.0 - libm::pow(beta, step as f64);
        let root = left(self.beta2).sqrt();
        let epsilon = match self.epsilon_beside {
            Placement::Corrected => self.epsilon * root,
            Placement::Raw => self.epsilon,
        };
        Now {
            keep1: T::of(self.beta1),
            fresh1: T::of(1.0 - self.beta1),
            keep2: T::of(self.beta2),
            fresh2: T::of(1.0 - self.beta2),
            rate: T::of(learning_rate * root / left(self.beta1)),
            epsilon: T::of(epsilon),
        }
    }

    pub(super) fn base(&self) -> f64 {
        self.learning_rate
    }

    pub(super) fn decay(&self) -> f64 {
        self.weight_decay
    }
}

impl<T: Real> Now<T> {
    /// The next averages.
    #[inline(always)]
    pub(super) fn moments(&self, g: T, m: T, v: T) -> (T, T) {
        (self.keep1 * m + self.fresh1 * g, self.keep2 * v + self.fresh2 * (g * g))
    }

    /// The next parameter.
    #[inline(always)]
    pub(super) fn moved(&self, p: T, m: T, v: T) -> T {
        p - self.rate * m / (v.sqrt() + self.epsilon)
    }
}

impl<T: Real> Rule<T, 2> for Adam {
    type Now = Now<T>;

    fn learning_rate(&self) -> f64 {
        self.base()
    }

    fn now(&mut self, step: u64, learning_rate: f64) -> Now<T> {
        self.numbers(step, learning_rate)
    }

    #[inline(always)]
    fn update(now: &Now<T>, p: T, g: T, [m, v]: [T; 2]) -> (T, [T; 2]) {
        let (m, v) = now.moments(g, m, v);
        (now.moved(p, m, v), [m, v])
    }

    fn weight_decay(&self) -> f64 {
        self.decay()
    }
}
