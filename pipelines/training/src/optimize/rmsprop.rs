//! `rmsprop`: slopes divided by their root mean square.
//!
//! v ← ρ v + (1 − ρ) g²; p ← p − η g/(√v + ε). T. Tieleman and G. Hinton, *Lecture 6.5: RMSProp*
//! (2012). `centered` takes v − a² for v, with a ← ρ a + (1 − ρ) g: A. Graves, *Generating
//! sequences with recurrent neural networks* (2013), eq. 38–41. With `momentum` μ the step is b ← μ
//! b + g/(√v + ε); p ← p − η b. Equal to PyTorch's `RMSprop`, whose `alpha` is ρ; with
//! `epsilon_placement: inside` the divisor is √(v + ε), as in Keras.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::adagrad::Placement;
use super::{Entry, Method, Rule};
use crate::{Real, Result, setting};

/// What the registry knows of this optimizer.
pub const ENTRY: Entry = Entry {
    component: || {
        setting::component(
            "rmsprop",
            "slopes divided by their root mean square",
            vec![
                setting::learning_rate(0.01),
                setting::average("rho", 0.99, "how much of the averages is kept"),
                setting::average("momentum", 0.0, "how much of the last step is kept"),
                setting::flag("centered", false, "divide by the standard deviation instead"),
                setting::epsilon(1e-8),
                setting::word("epsilon_placement", &["outside", "inside"], "of the square root"),
            ],
        )
    },
    f32: build,
    f64: build,
};

#[derive(Debug, Clone, Deserialize)]
struct Settings {
    learning_rate: f64,
    rho: f64,
    momentum: f64,
    centered: bool,
    epsilon: f64,
    epsilon_placement: Placement,
}

/// With v alone.
struct Plain(Settings);
/// With v and b.
struct WithMomentum(Settings);
/// With v, b and a.
struct Centered(Settings);

/// The numbers of one step.
#[derive(Clone, Copy)]
struct Now<T> {
    rate: T,
    rho: T,
    fresh: T,
    momentum: T,
    outside: T,
    inside: T,
}

fn build<T: Real>(settings: &Map<String, Value>) -> Result<Method<T>> {
    let settings = setting::read::<Settings>(settings)?;
    Ok(match (settings.centered, settings.momentum > 0.0) {
        (true, _) => Method::of_rule(Centered(settings)),
        (false, true) => Method::of_rule(WithMomentum(settings)),
        (false, false) => Method::of_rule(Plain(settings)),
    })
}

impl Settings {
    fn now<T: Real>(&self, learning_rate: f64) -> Now<T> {
        let (outside, inside) = self.epsilon_placement.split(self.epsilon);
        Now {
            rate: T::of(learning_rate),
            rho: T::of(self.rho),
            fresh: T::of(1.0 - self.rho),
            momentum: T::of(self.momentum),
            outside,
            inside,
        }
    }
}

impl<T: Real> Now<T> {
    #[inline(always)]
    fn average(&self, old: T, new: T) -> T {
        self.rho * old + self.fresh * new
    }

    #[inline(always)]
    fn quotient(&self, g: T, v: T) -> T {
        g / ((v + self.inside).sqrt() + self.outside)
    }
}

impl<T: Real> Rule<T, 1> for Plain {
    type Now = Now<T>;

    fn learning_rate(&self) -> f64 {
        self.0.learning_rate
    }

    fn now(&mut self, _: u64, learning_rate: f64) -> Now<T> {
        self.0.now(learning_rate)
    }

    #[inline(always)]
    fn update(now: &Now<T>, p: T, g: T, [v]: [T; 1]) -> (T, [T; 1]) {
        let v = now.average(v, g * g);
        (p - now.rate * now.quotient(g, v), [v])
    }
}

impl<T: Real> Rule<T, 2> for WithMomentum {
    type Now = Now<T>;

    fn learning_rate(&self) -> f64 {
        self.0.learning_rate
    }

    fn now(&mut self, _: u64, learning_rate: f64) -> Now<T> {
        self.0.now(learning_rate)
    }

    #[inline(always)]
    fn update(now: &Now<T>, p: T, g: T, [v, b]: [T; 2]) -> (T, [T; 2]) {
        let v = now.average(v, g * g);
        let b = now.momentum * b + now.quotient(g, v);
        (p - now.rate * b, [v, b])
    }
}

impl<T: Real> Rule<T, 3> for Centered {
    type Now = Now<T>;

    fn learning_rate(&self) -> f64 {
        self.0.learning_rate
    }

    fn now(&mut self, _: u64, learning_rate: f64) -> Now<T> {
        self.0.now(learning_rate)
    }

    #[inline(always)]
    fn update(now: &Now<T>, p: T, g: T, [v, b, a]: [T; 3]) -> (T, [T; 3]) {
        let (v, a) = (now.average(v, g * g), now.average(a, g));
        // By rounding the difference could fall below 0, which it is never.
        let variance = (v - a * a).or_larger(T::ZERO);
        let b = now.momentum * b + now.quotient(g, variance);
        (p - now.rate * b, [v, b, a])
    }
}
