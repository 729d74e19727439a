//! `amsgrad`: Adam whose divisor never shrinks.
//!
//! As `adam`, with the largest v so far in place of v. S. J. Reddi, S. Kale and S. Kumar, *On the
//! convergence of Adam and beyond* (2018), algorithm 2, with Adam's corrections of bias: equal to
//! PyTorch's `Adam` with `amsgrad`.

use serde_json::{Map, Value};

use super::adam::{self, Adam, Now};
use super::{Entry, Method, Rule};
use crate::{Real, Result, setting};

/// What the registry knows of this optimizer.
pub const ENTRY: Entry = Entry {
    component: || {
        setting::component("amsgrad", "Adam whose divisor never shrinks", adam::settings())
    },
    f32: build,
    f64: build,
};

/// Adam's settings under another rule.
pub(super) struct AmsGrad(pub(super) Adam);

fn build<T: Real>(settings: &Map<String, Value>) -> Result<Method<T>> {
    Ok(Method::of_rule(AmsGrad(setting::read(settings)?)))
}

impl<T: Real> Rule<T, 3> for AmsGrad {
    type Now = Now<T>;

    fn learning_rate(&self) -> f64 {
        self.0.base()
    }

    fn now(&mut self, step: u64, learning_rate: f64) -> Now<T> {
        self.0.numbers(step, learning_rate)
    }

    #[inline(always)]
    fn update(now: &Now<T>, p: T, g: T, [m, v, largest]: [T; 3]) -> (T, [T; 3]) {
        let (m, v) = now.moments(g, m, v);
        let largest = v.or_larger(largest);
        (now.moved(p, m, largest), [m, v, largest])
    }

    fn weight_decay(&self) -> f64 {
        self.0.decay()
    }
}
