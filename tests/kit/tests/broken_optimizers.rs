//! The suite of optimizers must fail on what breaks a promise: each test here is plain gradient
//! descent with one fault, and the sentence that names it.

use surmise_test_kit::optimizer;
use surmise_training::optimize::{Group, Optimizer};

/// What a step does.
type Step = fn(&mut Faulty, &mut [f64], &[f64], f64, &[Group]);

/// What it tells of the parameters that a step came to, and of the gradient.
type Tell = fn(&[f64], &[f64]) -> f64;

struct Faulty {
    rate: f64,
    steps: u64,
    step: Step,
    tell: Tell,
}

impl Optimizer<f64> for Faulty {
    fn learning_rate(&self) -> f64 {
        self.rate
    }

    fn step(&mut self, params: &mut [f64], gradient: &[f64], rate: f64, groups: &[Group]) -> f64 {
        self.steps += 1;
        (self.step)(self, params, gradient, rate, groups);
        (self.tell)(params, gradient)
    }
}

/// A sound step.
fn sound(_: &mut Faulty, params: &mut [f64], gradient: &[f64], rate: f64, groups: &[Group]) {
    for Group { range, penalty } in groups {
        for i in range.clone() {
            let (p, sign) = (params[i], if params[i] == 0.0 { 0.0 } else { params[i].signum() });
            let slope = gradient[i] + penalty.l1 * sign + penalty.l2 * p;
            params[i] = p * (1.0 - rate * penalty.decay) - rate * slope;
        }
    }
}

/// The largest parameter, if all is finite.
fn soundly(params: &[f64], gradient: &[f64]) -> f64 {
    match params.iter().chain(gradient).all(|x| x.is_finite()) {
        true => largest(params, gradient),
        false => f64::NAN,
    }
}

fn largest(params: &[f64], _: &[f64]) -> f64 {
    params.iter().fold(0.0, |most, p| p.abs().max(most))
}

fn check(step: Step) {
    optimizer::check(&|| Box::new(Faulty { rate: 0.01, steps: 0, step, tell: soundly }));
}

fn check_telling(tell: Tell) {
    optimizer::check(&|| Box::new(Faulty { rate: 0.01, steps: 0, step: sound, tell }));
}

#[test]
fn a_sound_one_passes() {
    check(sound);
}

#[test]
#[should_panic(expected = "the learning rate is NaN")]
fn without_a_rate() {
    optimizer::check(&|| Box::new(Faulty { rate: f64::NAN, steps: 0, step: sound, tell: soundly }));
}

#[test]
#[should_panic(expected = "must depend on nothing but its steps")]
fn by_something_else() {
    use std::sync::atomic::{AtomicU64, Ordering};
    static CALLS: AtomicU64 = AtomicU64::new(0);
    check(|own, params, gradient, rate, groups| {
        sound(own, params, gradient, rate, groups);
        params[0] += CALLS.fetch_add(1, Ordering::Relaxed) as f64;
    });
}

#[test]
#[should_panic(expected = "must not depend on its place")]
fn by_places() {
    check(|own, params, gradient, rate, groups| {
        sound(own, params, gradient, rate, groups);
        params[3] -= rate * gradient[3];
    });
}

#[test]
#[should_panic(expected = "groups cut at")]
fn by_groups() {
    check(|own, params, gradient, rate, groups| {
        sound(own, params, gradient, rate / groups.len() as f64, groups);
    });
}

#[test]
#[should_panic(expected = "where no slope ever was")]
fn on_its_own() {
    check(|own, params, gradient, rate, groups| {
        sound(own, params, gradient, rate, groups);
        params.iter_mut().for_each(|p| *p -= rate * 1e-3);
    });
}

#[test]
#[should_panic(expected = "a learning rate of 0 must not move")]
fn at_any_rate() {
    check(|own, params, gradient, rate, groups| {
        sound(own, params, gradient, rate.max(1e-3), groups);
    });
}

#[test]
#[should_panic(expected = "must draw its own group")]
fn without_penalties() {
    check(|_, params, gradient, rate, _| {
        params.iter_mut().zip(gradient).for_each(|(p, g)| *p -= rate * g);
    });
}

#[test]
#[should_panic(expected = "decoupled decay must multiply")]
fn with_half_the_decay() {
    check(|own, params, gradient, rate, groups| {
        let mut groups = groups.to_vec();
        groups.iter_mut().for_each(|group| group.penalty.decay *= 0.5);
        sound(own, params, gradient, rate, &groups);
    });
}

#[test]
#[should_panic(expected = "200 steps at its own rate lead from")]
fn uphill() {
    check(|own, params, gradient, rate, groups| {
        let uphill: Vec<f64> = gradient.iter().map(|g| -g).collect();
        sound(own, params, &uphill, rate, groups);
    });
}

#[test]
#[should_panic(expected = "must not lead to what is no finite number")]
fn beyond_all_bounds() {
    check(|own, params, gradient, rate, groups| {
        let squares: Vec<f64> = gradient.iter().map(|g| g * g.abs().powi(9)).collect();
        sound(own, params, if own.steps == 2 { &squares } else { gradient }, rate, groups);
    });
}

#[test]
#[should_panic(expected = "a step must tell the largest parameter")]
fn without_a_word_of_the_largest() {
    check_telling(|params, gradient| 0.9 * soundly(params, gradient));
}

#[test]
#[should_panic(expected = "must tell no finite number")]
fn silent_about_slopes() {
    check_telling(|params, gradient| match largest(params, gradient) {
        most if most.is_finite() => most,
        _ => 1.0,
    });
}
