//! `gradient_descent`: steepest descent over all rows with a line search.
//!
//! p ← p − α g, where α is `learning_rate` times the first power of `contraction` with which the
//! loss falls by `decrease` · α ‖g‖². L. Armijo, *Minimization of functions having Lipschitz
//! continuous first partial derivatives* (1966), by the package `argmin`. An iteration counts as an
//! epoch. Without a line search, batch gradient descent is `sgd` with all rows in a batch.

use argmin::solver::gradientdescent::SteepestDescent;
use argmin::solver::linesearch::condition::ArmijoCondition;
use argmin::solver::linesearch::{BacktrackingLineSearch, LineSearch};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::whole::{Evaluate, FullBatch, Iterate, walk};
use super::{Entry, Method};
use crate::{Error, Real, Result, setting};

/// What the registry knows of this optimizer.
pub const ENTRY: Entry = Entry {
    component: || {
        setting::component(
            "gradient_descent",
            "steepest descent over all rows, with a line search",
            vec![
                setting::learning_rate(1.0),
                setting::float("contraction", (0.01, 0.99), 0.5, "of a step that is too long"),
                setting::log("decrease", (1e-10, 0.5), 1e-4, "share of the promised gain"),
                setting::log("tolerance_gradient", (1e-15, 1.0), 1e-7, "slopes that end it"),
            ],
        )
    },
    f32: build,
    f64: build,
};

#[derive(Debug, Clone, Deserialize)]
struct GradientDescent {
    learning_rate: f64,
    contraction: f64,
    decrease: f64,
    tolerance_gradient: f64,
}

fn build<T: Real>(settings: &Map<String, Value>) -> Result<Method<T>> {
    Ok(Method::Whole(Box::new(setting::read::<GradientDescent>(settings)?)))
}

impl GradientDescent {
    #[expect(clippy::type_complexity, reason = "argmin's own parameters")]
    fn search(
        &self,
    ) -> Result<
        BacktrackingLineSearch<Vec<f64>, Vec<f64>, ArmijoCondition<f64>, f64>,
        argmin::core::Error,
    > {
        let condition = ArmijoCondition::new(self.decrease)?;
        let mut search = BacktrackingLineSearch::new(condition).rho(self.contraction)?;
        search.initial_step_length(self.learning_rate)?;
        Ok(search)
    }
}

impl FullBatch for GradientDescent {
    fn minimize(
        &self,
        start: Vec<f64>,
        evaluate: &mut Evaluate<'_>,
        iterate: &mut Iterate<'_>,
    ) -> Result<()> {
        let search = self.search().map_err(|e| Error::data(e.to_string()))?;
        let solver = SteepestDescent::new(search);
        walk(solver, start, evaluate, iterate, self.tolerance_gradient, true)
    }
}
