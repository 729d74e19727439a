//! Optimizers that choose where they want to know the loss of all rows: the ways of `argmin`.

use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;

use argmin::core::{CostFunction, Gradient, IterState, Problem, Solver, State};

use crate::{Error, Result};

/// An iteration may ask for the loss at this many points: a line search that needs more is lost in
/// the rounding errors.
const EVALUATIONS_MAX: usize = 100;

/// The loss of all rows at a point, penalties included, and into the slice its slopes.
///
/// It fails with [`Error::Diverged`] where they are no finite numbers.
pub type Evaluate<'a> = dyn FnMut(&[f64], &mut [f64]) -> Result<f64> + 'a;

/// Told the point that an iteration has come to, and the loss there. Says whether to go on.
pub type Iterate<'a> = dyn FnMut(&[f64], f64) -> Result<ControlFlow<()>> + 'a;

/// Minimises the loss of all rows; works in double precision.
pub trait FullBatch: Send {
    /// Goes from `start` to ever lower losses until they no longer fall, or `iterate` breaks.
    ///
    /// # Errors
    /// If there is no loss at the start, and what `iterate` fails with.
    fn minimize(
        &self,
        start: Vec<f64>,
        evaluate: &mut Evaluate<'_>,
        iterate: &mut Iterate<'_>,
    ) -> Result<()>;
}

/// The state of argmin's solvers over vectors.
pub(super) type Walk = IterState<Vec<f64>, Vec<f64>, (), (), (), f64>;

/// What argmin sees of the loss.
pub(super) struct Objective<'a, 'b> {
    evaluate: RefCell<&'a mut Evaluate<'b>>,
    evaluations: Cell<usize>,
    /// The last point: argmin asks for loss and gradient one by one.
    last: RefCell<Option<Evaluation>>,
    /// What argmin cannot pass on.
    failure: RefCell<Option<Error>>,
    /// Whether a point without a loss is one that is infinitely high.
    walled: bool,
}

#[derive(Clone)]
struct Evaluation {
    at: Vec<f64>,
    loss: f64,
    gradient: Vec<f64>,
}

/// Lets `solver` walk until the largest slope is at most `tolerance`, or it ends by itself. With
/// `walled`, it may look where there is no loss.
pub(super) fn walk<'a, 'b, S: Solver<Objective<'a, 'b>, Walk>>(
    mut solver: S,
    start: Vec<f64>,
    evaluate: &'a mut Evaluate<'b>,
    iterate: &mut Iterate<'_>,
    tolerance: f64,
    walled: bool,
) -> Result<()> {
    let objective = Objective {
        evaluate: RefCell::new(evaluate),
        evaluations: Cell::new(0),
        last: RefCell::default(),
        failure: RefCell::default(),
        walled,
    };
    let mut gradient = vec![0.0; start.len()];
    // There must be a loss at the start.
    (objective.evaluate.borrow_mut())(&start, &mut gradient)?;
    let mut problem = Problem::new(objective);
    let state = Walk::new().param(start);
    let Ok((mut state, _)) = solver.init(&mut problem, state) else {
        return failure(&problem).map_or(Ok(()), Err);
    };
    state.update();
    let mut has_moved = false;
    while !solver.terminate_internal(&state).terminated() {
        if let Some(objective) = &problem.problem {
            objective.evaluations.set(0);
        }
        let Ok((next, _)) = solver.next_iter(&mut problem, state) else {
            // A line search that finds nothing better has come to the end of what it can do.
            return match failure(&problem) {
                Some(error) if !(has_moved && matches!(error, Error::Diverged { .. })) => {
                    Err(error)
                }
                _ => Ok(()),
            };
        };
        state = next;
        state.update();
        state.increment_iter();
        has_moved = true;
        let (Some(at), Some(objective)) = (state.get_param(), &problem.problem) else {
            return Ok(());
        };
        if iterate(at, state.get_cost())?.is_break() || objective.is_flat(at, tolerance) {
            return Ok(());
        }
    }
    Ok(())
}

fn failure(problem: &Problem<Objective<'_, '_>>) -> Option<Error> {
    problem.problem.as_ref()?.failure.take()
}

impl Objective<'_, '_> {
    fn at(&self, at: &[f64]) -> Result<Evaluation, argmin::core::Error> {
        if let Some(last) = self.last.borrow().as_ref().filter(|last| last.at == at) {
            return Ok(last.clone());
        }
        if self.evaluations.get() == EVALUATIONS_MAX {
            return Err(argmin::core::Error::msg("the evaluations are used up"));
        }
        self.evaluations.set(self.evaluations.get() + 1);
        let mut gradient = vec![0.0; at.len()];
        let loss = match (self.evaluate.borrow_mut())(at, &mut gradient) {
            Ok(loss) => loss,
            Err(Error::Diverged { .. }) if self.walled => f64::INFINITY,
            Err(error) => {
                *self.failure.borrow_mut() = Some(error);
                return Err(argmin::core::Error::msg("there is no loss"));
            }
        };
        let evaluation = Evaluation { at: at.to_vec(), loss, gradient };
        *self.last.borrow_mut() = Some(evaluation.clone());
        Ok(evaluation)
    }

    fn is_flat(&self, at: &[f64], tolerance: f64) -> bool {
        self.at(at).is_ok_and(|e| e.gradient.iter().all(|g| g.abs() <= tolerance))
    }
}

impl CostFunction for Objective<'_, '_> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, at: &Vec<f64>) -> Result<f64, argmin::core::Error> {
        Ok(self.at(at)?.loss)
    }
}

impl Gradient for Objective<'_, '_> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, at: &Vec<f64>) -> Result<Vec<f64>, argmin::core::Error> {
        Ok(self.at(at)?.gradient)
    }
}
