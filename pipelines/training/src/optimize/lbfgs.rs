//! `lbfgs`: a quasi-Newton method over all rows.
//!
//! p ← p − α H g, where H is made of the last `memory` steps and α is found by the line search of
//! Moré and Thuente. J. Nocedal and S. J. Wright, *Numerical Optimization* (2006), algorithm 7.5,
//! by the package `argmin`. An iteration counts as an epoch. It ends when no slope is larger than
//! `tolerance_gradient` or the loss no longer falls by `tolerance_change`: the names and defaults
//! are those of PyTorch's `LBFGS`.

use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::whole::{Evaluate, FullBatch, Iterate, walk};
use super::{Entry, Method};
use crate::{Error, Real, Result, setting};

/// What the registry knows of this optimizer.
pub const ENTRY: Entry = Entry {
    component: || {
        setting::component(
            "lbfgs",
            "a quasi-Newton method over all rows, with a line search",
            vec![
                setting::int("memory", (1, 1000), 10, "how many steps the curvature is made of"),
                setting::log("tolerance_gradient", (1e-15, 1.0), 1e-7, "slopes that end it"),
                setting::log("tolerance_change", (1e-16, 1.0), 1e-9, "a gain that ends it"),
            ],
        )
    },
    f32: build,
    f64: build,
};

#[derive(Debug, Clone, Deserialize)]
struct Lbfgs {
    memory: usize,
    tolerance_gradient: f64,
    tolerance_change: f64,
}

fn build<T: Real>(settings: &Map<String, Value>) -> Result<Method<T>> {
    Ok(Method::Whole(Box::new(setting::read::<Lbfgs>(settings)?)))
}

impl FullBatch for Lbfgs {
    fn minimize(
        &self,
        start: Vec<f64>,
        evaluate: &mut Evaluate<'_>,
        iterate: &mut Iterate<'_>,
    ) -> Result<()> {
        let solver = LBFGS::new(MoreThuenteLineSearch::new(), self.memory)
            .with_tolerance_grad(0.0)
            .and_then(|solver| solver.with_tolerance_cost(self.tolerance_change))
            .map_err(|e| Error::data(e.to_string()))?;
        walk(solver, start, evaluate, iterate, self.tolerance_gradient, false)
    }
}
