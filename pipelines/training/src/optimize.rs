//! Training optimizers: from a gradient to the next parameters. One file each.
//!
//! Most change every parameter by itself, from its slope and what they remember of it: they are a
//! [`Rule`], written for one parameter, which [`Fused`] applies to all of them in one pass. A few
//! need the loss of all rows at points of their own choice: they are [`FullBatch`].

use std::ops::Range;

use serde_json::{Map, Value};
use surmise_core::component::Component;

use crate::{Real, Result};

mod fused;
mod whole;

pub mod adadelta;
pub mod adagrad;
pub mod adam;
pub mod adamax;
pub mod adamw;
pub mod amsgrad;
pub mod gradient_descent;
pub mod lbfgs;
pub mod lion;
pub mod momentum;
pub mod nadam;
pub mod nesterov;
pub mod radam;
pub mod rmsprop;
pub mod sgd;

pub use fused::{Fused, Rule};
pub use whole::{Evaluate, FullBatch, Iterate};

/// Every optimizer, in the order in which they are listed.
pub const OPTIMIZERS: &[Entry] = &[
    sgd::ENTRY,
    momentum::ENTRY,
    nesterov::ENTRY,
    adagrad::ENTRY,
    adadelta::ENTRY,
    rmsprop::ENTRY,
    adam::ENTRY,
    amsgrad::ENTRY,
    adamw::ENTRY,
    nadam::ENTRY,
    radam::ENTRY,
    adamax::ENTRY,
    lion::ENTRY,
    lbfgs::ENTRY,
    gradient_descent::ENTRY,
];

/// What the registry knows of an optimizer.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Its name and settings.
    pub component: fn() -> Component,
    /// Makes it from settings that were completed and checked, in single precision.
    pub f32: Build<f32>,
    /// The same in double precision.
    pub f64: Build<f64>,
}

/// Makes an optimizer from complete settings.
pub type Build<T> = fn(&Map<String, Value>) -> Result<Method<T>>;

/// An optimizer, by what it needs.
pub enum Method<T> {
    /// One gradient a step, of any batch.
    Steps(Box<dyn Optimizer<T>>),
    /// Loss and gradient of all rows, at points of its own choice.
    Whole(Box<dyn FullBatch>),
}

impl<T: Real> Method<T> {
    /// Of a rule for one parameter.
    pub fn of_rule<R: Rule<T, SLOTS> + 'static, const SLOTS: usize>(rule: R) -> Self {
        Self::Steps(Box::new(Fused::new(rule)))
    }
}

/// Goes from parameters and their gradient to the next parameters.
///
/// What it remembers is a function of the steps it was told, and nothing else.
pub trait Optimizer<T: Real>: Send {
    /// The learning rate that a schedule multiplies.
    fn learning_rate(&self) -> f64;

    /// Makes one step, as long as `learning_rate` says: the gradient holds a slope for each of the
    /// parameters, the groups cover them in order, and their number never changes.
    ///
    /// Tells the largest |p| that it came to: no finite number if a parameter or a slope is none.
    fn step(&mut self, params: &mut [T], gradient: &[T], learning_rate: f64, groups: &[Group])
    -> T;

    /// Its own decoupled weight decay, which is added to that of the groups of weights.
    fn weight_decay(&self) -> f64 {
        0.0
    }
}

/// Adjacent parameters that are shrunk alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Their places.
    pub range: Range<usize>,
    /// How they are shrunk.
    pub penalty: Penalty,
}

/// How parameters p are drawn towards 0.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Penalty {
    /// Adds l1 · Σ|p| to the loss, l1 · sign(p) to the slope.
    pub l1: f64,
    /// Adds l2/2 · Σp² to the loss, l2 · p to the slope, as PyTorch's `weight_decay`.
    pub l2: f64,
    /// Multiplies p by 1 − rate · decay before each step, without a trace in the slope: I.
    /// Loshchilov and F. Hutter, *Decoupled weight decay regularization* (2019).
    pub decay: f64,
}

impl Penalty {
    /// Both.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { l1: self.l1 + other.l1, l2: self.l2 + other.l2, decay: self.decay + other.decay }
    }
}

#[cfg(test)]
mod tests;
