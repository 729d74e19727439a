//! L-BFGS in a box.

use std::cell::{Cell, RefCell};

use argmin::core::{CostFunction, Executor, Gradient};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;

use crate::{Error, Result};

/// How many of the last steps the quasi-Newton matrix remembers.
const MEMORY: usize = 10;

/// Starts are kept this share of the box away from its sides, where the map is flat.
const MARGIN: f64 = 1e-3;

/// The first step is at most this share of the widest side of the box: a steep start must not throw
/// the walk out of its neighbourhood.
const FIRST_STEP: f64 = 0.1;

/// A box, one pair (low, high) a coordinate.
pub type Bounds = Vec<(f64, f64)>;

/// When a minimisation ends; each of them suffices.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// This many steps.
    pub iterations: u64,
    /// This many evaluations of the function.
    pub evaluations: usize,
    /// A gradient of this norm.
    pub gradient: f64,
    /// A step that gains no more than this.
    pub gain: f64,
}

/// The best point that was evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct Minimum {
    /// Where, inside the box.
    pub point: Vec<f64>,
    /// The function there.
    pub value: f64,
    /// How often the function was evaluated.
    pub evaluations: usize,
}

/// Minimises a smooth `function` (value and gradient) over a box from `start`.
///
/// The box is the image of all of Rⁿ under xᵢ = midᵢ + hᵢ sin(tᵢ/hᵢ), with hᵢ half its width, and
/// L-BFGS with a Moré–Thuente line search walks t. The map is the identity to first order at the
/// centre, and unlike a logistic one it reaches the sides at finite t: a minimum on a side is an
/// ordinary smooth minimum of t. Its slope vanishes on the sides, so starts are moved off them.
///
/// An evaluation that fails on the way ends the walk with the best point before it.
/// Source: J. Nocedal, S. J. Wright, *Numerical Optimization* (2006), algorithm 7.5.
///
/// # Errors
/// If the function fails at the start, or is not finite there.
pub fn minimize(
    function: impl Fn(&[f64]) -> Result<(f64, Vec<f64>)>,
    start: &[f64],
    bounds: &Bounds,
    limits: Limits,
) -> Result<Minimum> {
    let mut walk = Walk {
        function,
        bounds,
        scale: 1.0,
        limit: limits.evaluations,
        evaluations: Cell::new(0),
        last: RefCell::default(),
        best: RefCell::default(),
    };
    let t0 = walk.unmap(start);
    let norm = walk.at(&t0)?.gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
    let widest = bounds.iter().map(|(low, high)| high - low).fold(0.0, f64::max);
    walk.scale = (FIRST_STEP * widest / norm).min(1.0);
    let search = MoreThuenteLineSearch::new();
    let solver = LBFGS::new(search, MEMORY)
        .with_tolerance_grad(limits.gradient * walk.scale)
        .and_then(|s| s.with_tolerance_cost(limits.gain * walk.scale))
        .map_err(|e| Error::Optimizer(e.to_string()))?;
    let ended = Executor::new(Problem(&walk), solver)
        .configure(|state| state.param(t0).max_iters(limits.iterations))
        .ctrlc(false)
        .timer(false)
        .run();
    if let Err(error) = ended {
        tracing::debug!(%error, "the walk of L-BFGS ended early");
    }
    let best = walk.best.take();
    let (value, t) = best.ok_or_else(|| Error::Optimizer("nothing was evaluated".into()))?;
    Ok(Minimum { point: walk.map(&t), value, evaluations: walk.evaluations.get() })
}

/// A function over a box, seen from t, that remembers where it has been.
struct Walk<'a, F> {
    function: F,
    bounds: &'a Bounds,
    /// What the optimiser sees is the function times this: L-BFGS begins with a step of one
    /// gradient.
    scale: f64,
    limit: usize,
    evaluations: Cell<usize>,
    /// The last point: the optimiser asks for value and gradient one by one.
    last: RefCell<Option<Evaluation>>,
    best: RefCell<Option<(f64, Vec<f64>)>>,
}

#[derive(Clone)]
struct Evaluation {
    t: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
}

impl<F: Fn(&[f64]) -> Result<(f64, Vec<f64>)>> Walk<'_, F> {
    fn at(&self, t: &[f64]) -> Result<Evaluation> {
        if let Some(last) = self.last.borrow().as_ref().filter(|last| last.t == t) {
            return Ok(last.clone());
        }
        if self.evaluations.get() == self.limit {
            return Err(Error::Optimizer("the evaluations are used up".into()));
        }
        self.evaluations.set(self.evaluations.get() + 1);
        let (value, by_x) = (self.function)(&self.map(t))?;
        if !(value.is_finite() && by_x.iter().all(|g| g.is_finite())) {
            return Err(Error::NotFinite { what: "a function to be minimised" });
        }
        let slopes = t.iter().zip(self.bounds).map(|(t, (low, high))| {
            let half = 0.5 * (high - low);
            libm::cos(t / half)
        });
        let evaluation = Evaluation {
            t: t.to_vec(),
            value,
            gradient: by_x.iter().zip(slopes).map(|(g, s)| g * s).collect(),
        };
        let mut best = self.best.borrow_mut();
        if best.as_ref().is_none_or(|(least, _)| value < *least) {
            *best = Some((value, t.to_vec()));
        }
        *self.last.borrow_mut() = Some(evaluation.clone());
        Ok(evaluation)
    }

    fn map(&self, t: &[f64]) -> Vec<f64> {
        let sides = t.iter().zip(self.bounds);
        sides
            .map(|(t, (low, high))| {
                let half = 0.5 * (high - low);
                (low + half + half * libm::sin(t / half)).clamp(*low, *high)
            })
            .collect()
    }

    fn unmap(&self, x: &[f64]) -> Vec<f64> {
        let sides = x.iter().zip(self.bounds);
        sides
            .map(|(x, (low, high))| {
                let half = 0.5 * (high - low);
                let share = ((x - low) / half - 1.0).clamp(2.0 * MARGIN - 1.0, 1.0 - 2.0 * MARGIN);
                half * libm::asin(share)
            })
            .collect()
    }
}

/// What argmin sees of a [`Walk`].
struct Problem<'a, F>(&'a F);

impl<F: Fn(&[f64]) -> Result<(f64, Vec<f64>)>> CostFunction for Problem<'_, Walk<'_, F>> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, t: &Vec<f64>) -> Result<f64, argmin::core::Error> {
        Ok(self.0.scale * self.0.at(t)?.value)
    }
}

impl<F: Fn(&[f64]) -> Result<(f64, Vec<f64>)>> Gradient for Problem<'_, Walk<'_, F>> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, t: &Vec<f64>) -> Result<Vec<f64>, argmin::core::Error> {
        let gradient = self.0.at(t)?.gradient;
        Ok(gradient.iter().map(|g| self.0.scale * g).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits =
        Limits { iterations: 100, evaluations: 300, gradient: 1e-9, gain: 1e-16 };

    fn rosenbrock(x: &[f64]) -> Result<(f64, Vec<f64>)> {
        let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
        let gradient = vec![-2.0 * a - 400.0 * x[0] * b, 200.0 * b];
        Ok((a * a + 100.0 * b * b, gradient))
    }

    #[test]
    fn the_valley_of_rosenbrock_is_walked_to_its_end() {
        let bounds = vec![(-2.0, 2.0), (-1.0, 3.0)];
        let minimum = minimize(rosenbrock, &[-1.2, 1.0], &bounds, LIMITS).unwrap();
        assert!(minimum.value < 1e-14, "{minimum:?}");
    }

    /// Rosenbrock with x ≤ 0.5: the minimum is at (0.5, 0.25), value 0.25.
    #[test]
    fn a_minimum_on_a_side_is_found() {
        let bounds = vec![(-2.0, 0.5), (-1.0, 3.0)];
        let minimum = minimize(rosenbrock, &[-1.2, 1.0], &bounds, LIMITS).unwrap();
        assert!((minimum.value - 0.25).abs() < 1e-9, "{minimum:?}");
        assert!(minimum.point[0] <= 0.5);
    }

    #[test]
    fn a_minimum_in_a_corner_is_found_from_the_opposite_one() {
        let slope = |x: &[f64]| Ok((x[0] - x[1], vec![1.0, -1.0]));
        let bounds = vec![(0.0, 1.0); 2];
        let minimum = minimize(slope, &[1.0, 0.0], &bounds, LIMITS).unwrap();
        assert!((minimum.value + 1.0).abs() < 1e-9, "{minimum:?}");
    }

    #[test]
    fn a_failure_on_the_way_keeps_what_was_found_and_one_at_the_start_is_told() {
        let edge = |x: &[f64]| match x[0] < 0.5 {
            true => Ok((-x[0], vec![-1.0])),
            false => Err(Error::NotFinite { what: "a test" }),
        };
        let bounds = vec![(0.0, 1.0)];
        let minimum = minimize(edge, &[0.2], &bounds, LIMITS).unwrap();
        assert!(minimum.value <= -0.2);
        assert!(minimize(edge, &[0.7], &bounds, LIMITS).is_err());
    }

    #[test]
    fn the_number_of_evaluations_is_bounded() {
        let limits = Limits { evaluations: 7, ..LIMITS };
        let bounds = vec![(-2.0, 2.0), (-1.0, 3.0)];
        let minimum = minimize(rosenbrock, &[-1.2, 1.0], &bounds, limits).unwrap();
        assert!(minimum.evaluations <= 7);
    }
}
