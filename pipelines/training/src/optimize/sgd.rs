//! `sgd`: stochastic gradient descent.
//!
//! p ← p − η g. H. Robbins and S. Monro, *A stochastic approximation method* (1951). With all rows
//! in one batch it is batch gradient descent. Equal to PyTorch's `SGD`.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Entry, Method, Rule};
use crate::{Real, Result, setting};

/// What the registry knows of this optimizer.
pub const ENTRY: Entry = Entry {
    component: || {
        setting::component(
            "sgd",
            "gradient descent, one step for each batch",
            vec![setting::learning_rate(0.01)],
        )
    },
    f32: build,
    f64: build,
};

#[derive(Debug, Clone, Deserialize)]
struct Sgd {
    learning_rate: f64,
}

fn build<T: Real>(settings: &Map<String, Value>) -> Result<Method<T>> {
    Ok(Method::of_rule(setting::read::<Sgd>(settings)?))
}

impl<T: Real> Rule<T, 0> for Sgd {
    type Now = T;

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn now(&mut self, _: u64, learning_rate: f64) -> T {
        T::of(learning_rate)
    }

    #[inline(always)]
    fn update(rate: &T, p: T, g: T, []: [T; 0]) -> (T, [T; 0]) {
        (p - *rate * g, [])
    }
}
