//! Minimization of a smooth function by L-BFGS with a preconditioner.
//!
//! Nocedal & Wright, "Numerical Optimization", 2nd edition, algorithm 7.4; the initial matrix of
//! each step is the function's own curvature at an earlier point, renewed now and then, so that a
//! few steps suffice and the last ones are nearly Newton's. Steps are accepted by the conditions of
//! Armijo or, where rounding hides the decrease, by those of Hager & Zhang ("A new conjugate
//! gradient method with guaranteed descent and an efficient line search", SIAM J. Optim. 16(1),
//! 2005).

use std::collections::VecDeque;

use surmise_plugin_sdk::{Error, Result};

use crate::simd::{axpy, dot};

/// Differences of points and gradients that are remembered.
const MEMORY: usize = 20;

/// Halvings and the like of a step, before it counts as none.
const TRIALS_MAX: usize = 40;

/// The share of the decrease that the slope promises which a step must keep.
const DECREASE: f64 = 1e-4;

/// An inverse of a curvature, as a function of a gradient.
pub(crate) type Inverse = Box<dyn Fn(&[f64]) -> Vec<f64>>;

/// The share of the slope by which a step may go up again where values are level.
const FLATTER: f64 = 0.8;

/// Values that differ by this share of the largest one so far are level.
const LEVEL: f64 = 1e-9;

/// A smooth function.
pub(crate) trait Smooth {
    /// Its value; writes the gradient.
    fn evaluate(&mut self, point: &[f64], gradient: &mut [f64]) -> f64;

    /// The inverse of its curvature near a point, or of something positive definite that is like
    /// it.
    fn curvature(&mut self, point: &[f64]) -> Inverse;

    /// Steps after which the curvature is worth its renewal.
    fn renewal(&self) -> usize;
}

/// When to end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ending {
    /// The largest entry of the gradient that is accepted.
    pub(crate) tolerance: f64,
    pub(crate) steps_max: usize,
}

/// A minimum.
pub(crate) struct Minimum {
    pub(crate) point: Vec<f64>,
    /// The largest entry of the gradient there.
    pub(crate) residual: f64,
}

struct Pair {
    moved: Vec<f64>,
    turned: Vec<f64>,
    product: f64,
}

/// Descends from `point` until the gradient is small.
pub(crate) fn minimize(
    function: &mut dyn Smooth,
    mut point: Vec<f64>,
    ending: Ending,
    interrupt: &mut dyn FnMut() -> bool,
) -> Result<Minimum> {
    let mut gradient = vec![0.0; point.len()];
    let mut value = function.evaluate(&point, &mut gradient);
    let mut curvature = function.curvature(&point);
    let mut pairs: VecDeque<Pair> = VecDeque::new();
    let (mut age, mut size) = (0, value.abs());
    for step in 0..=ending.steps_max {
        let residual = largest(&gradient);
        if !value.is_finite() || !residual.is_finite() {
            return Err(crate::table::too_large());
        }
        if residual <= ending.tolerance {
            return Ok(Minimum { point, residual });
        }
        if step == ending.steps_max || interrupt() {
            return Err(unfinished(step, residual));
        }
        if age >= function.renewal() {
            curvature = function.curvature(&point);
            age = 0;
        }
        size = size.max(value.abs());
        let direction = direction(&gradient, &pairs, &*curvature);
        match search(function, &point, (value, LEVEL * size, &gradient), &direction) {
            Some((moved_to, new_value, new_gradient)) => {
                remember(&mut pairs, (&point, &moved_to), (&gradient, &new_gradient));
                (point, value, gradient) = (moved_to, new_value, new_gradient);
                age += 1;
            }
            None if age == 0 && pairs.is_empty() => return Err(unfinished(step, residual)),
            None => {
                pairs.clear();
                age = usize::MAX;
            }
        }
    }
    Err(Error::internal("the steps have no end"))
}

fn unfinished(steps: usize, residual: f64) -> Error {
    Error::numeric(format!(
        "not converged after {steps} steps (gradient {residual:.1e}); scale the features, \
         penalize more, raise `tol` or `max_iter`"
    ))
}

pub(crate) fn largest(values: &[f64]) -> f64 {
    // NaN must not be passed over.
    values.iter().fold(0.0, |most, v| if v.abs() <= most { most } else { v.abs() })
}

/// The two loops of L-BFGS.
fn direction(
    gradient: &[f64],
    pairs: &VecDeque<Pair>,
    curvature: &dyn Fn(&[f64]) -> Vec<f64>,
) -> Vec<f64> {
    let mut rest: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut shares = Vec::with_capacity(pairs.len());
    for pair in pairs.iter().rev() {
        let share = dot(&pair.moved, &rest) / pair.product;
        axpy(-share, &pair.turned, &mut rest);
        shares.push(share);
    }
    let mut direction = curvature(&rest);
    for (pair, share) in pairs.iter().zip(shares.iter().rev()) {
        let other = dot(&pair.turned, &direction) / pair.product;
        axpy(share - other, &pair.moved, &mut direction);
    }
    direction
}

type Place = (Vec<f64>, f64, Vec<f64>);

/// A point along `direction` that is low enough: it, its value and its gradient.
fn search(
    function: &mut dyn Smooth,
    point: &[f64],
    (value, noise, gradient): (f64, f64, &[f64]),
    direction: &[f64],
) -> Option<Place> {
    let slope = dot(gradient, direction);
    if !(slope < 0.0 && slope.is_finite()) {
        return None;
    }
    let mut length = 1.0;
    let mut found = vec![0.0; point.len()];
    for _ in 0..TRIALS_MAX {
        let mut moved = point.to_vec();
        axpy(length, direction, &mut moved);
        let there = function.evaluate(&moved, &mut found);
        let slope_there = dot(&found, direction);
        // A step too short to change the value has not lowered it.
        let is_lower = there < value && there <= value + DECREASE * length * slope;
        // Where it still goes down, a convex function has come down, whatever the values say.
        let is_flatter = slope_there <= FLATTER * slope.abs();
        let is_level = there <= value + noise && is_flatter;
        if is_lower || is_level {
            return Some((moved, there, found));
        }
        // The lowest point of the parabola through what is known.
        let bend = there - value - length * slope;
        let lowest = -0.5 * slope * length * length / bend;
        let (least, most) = (0.1 * length, 0.5 * length);
        length = if lowest.is_finite() { lowest.clamp(least, most) } else { least };
    }
    None
}

fn remember(
    pairs: &mut VecDeque<Pair>,
    (from, to): (&[f64], &[f64]),
    (before, after): (&[f64], &[f64]),
) {
    let minus =
        |a: &[f64], b: &[f64]| -> Vec<f64> { a.iter().zip(b).map(|(a, b)| a - b).collect() };
    let (moved, turned) = (minus(to, from), minus(after, before));
    let product = dot(&moved, &turned);
    if product > f64::EPSILON * dot(&turned, &turned).sqrt() * dot(&moved, &moved).sqrt() {
        if pairs.len() == MEMORY {
            pairs.pop_front();
        }
        pairs.push_back(Pair { moved, turned, product });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rosenbrock's function, with no curvature known.
    struct Valley;

    impl Smooth for Valley {
        fn evaluate(&mut self, point: &[f64], gradient: &mut [f64]) -> f64 {
            let (x, y) = (point[0], point[1]);
            gradient[0] = -400.0 * x * (y - x * x) - 2.0 * (1.0 - x);
            gradient[1] = 200.0 * (y - x * x);
            100.0 * (y - x * x) * (y - x * x) + (1.0 - x) * (1.0 - x)
        }

        fn curvature(&mut self, _: &[f64]) -> Inverse {
            Box::new(|gradient| gradient.iter().map(|g| 1e-3 * g).collect())
        }

        fn renewal(&self) -> usize {
            1000
        }
    }

    #[test]
    fn a_bent_valley_is_followed_to_its_end() {
        let ending = Ending { tolerance: 1e-10, steps_max: 200 };
        let found = minimize(&mut Valley, vec![-1.2, 1.0], ending, &mut || false).unwrap();
        assert!((found.point[0] - 1.0).abs() < 1e-9 && (found.point[1] - 1.0).abs() < 1e-9);
        let few = Ending { steps_max: 3, ..ending };
        let error = minimize(&mut Valley, vec![-1.2, 1.0], few, &mut || false).map(|_| ());
        assert!(error.unwrap_err().message().contains("after 3 steps"));
        assert!(minimize(&mut Valley, vec![-1.2, 1.0], ending, &mut || true).is_err());
    }

    /// A slope too small to show in the value, wherever one stands.
    struct Plain;

    impl Smooth for Plain {
        fn evaluate(&mut self, _: &[f64], gradient: &mut [f64]) -> f64 {
            gradient[0] = -1e-9;
            1.0
        }

        fn curvature(&mut self, _: &[f64]) -> Inverse {
            Box::new(<[f64]>::to_vec)
        }

        fn renewal(&self) -> usize {
            1000
        }
    }

    #[test]
    fn a_descent_that_the_value_hides_is_followed() {
        let found = search(&mut Plain, &[0.0], (1.0, 1e-12, &[-1e-9]), &[1.0]);
        assert_eq!(found.unwrap().0, [1.0]);
    }
}
