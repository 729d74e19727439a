//! `adamw`: Adam with weight decay that the slopes know nothing of.
//!
//! p ← (1 − η λ) p, then as `adam`. I. Loshchilov and F. Hutter, *Decoupled weight decay
//! regularization* (2019), algorithm 2, with λ times the learning rate: equal to PyTorch's `AdamW`,
//! but that biases and scales do not decay.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::adam::{self, Adam};
use super::amsgrad::AmsGrad;
use super::{Entry, Method};
use crate::{Real, Result, setting};

/// What the registry knows of this optimizer.
pub const ENTRY: Entry = Entry {
    component: || {
        let mut settings = adam::settings();
        let help = "λ: share of a weight that is lost in a step, by the learning rate";
        settings.push(setting::float("weight_decay", (0.0, 1e3), 0.01, help));
        settings.push(setting::flag("amsgrad", false, "let the divisor never shrink"));
        setting::component("adamw", "Adam with decoupled weight decay", settings)
    },
    f32: build,
    f64: build,
};

#[derive(Deserialize)]
struct AdamW {
    amsgrad: bool,
    #[serde(flatten)]
    adam: Adam,
}

fn build<T: Real>(settings: &Map<String, Value>) -> Result<Method<T>> {
    let AdamW { amsgrad, adam } = setting::read(settings)?;
    Ok(if amsgrad { Method::of_rule(AmsGrad(adam)) } else { Method::of_rule(adam) })
}
