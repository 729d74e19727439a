//! The model `poisson_regression`.

use surmise_plugin_sdk::prelude::*;

use crate::coefficients::Coefficients;
use crate::glm::Glm;
use crate::lbfgs::{self, Ending};
use crate::loss::Loss;
use crate::table::Table;

/// The hyperparameters of a Poisson regression. Names and meanings are those of scikit-learn's
/// `PoissonRegressor`.
#[derive(Debug, Clone, PartialEq, Hyperparams)]
pub struct PoissonParams {
    /// Half of it times the squares of the coefficients is beside half the mean deviance; 0 for no
    /// penalty
    #[hp(default = 1.0, range = 0.0..=1e10)]
    pub alpha: f64,
    /// Whether to fit an intercept
    #[hp(default = true)]
    pub fit_intercept: bool,
    /// Largest entry of the gradient of the mean loss that is accepted
    #[hp(default = 1e-8, range = 1e-12..=1.0, log)]
    pub tol: f64,
    /// Most steps
    #[hp(default = 1000, range = 1..=1_000_000_000, log)]
    pub max_iter: u32,
}

/// Regression of counts and other numbers that are not negative: `E y = exp(w·x + b)`.
#[derive(Debug)]
pub struct PoissonRegression(Coefficients);

impl PoissonRegression {
    /// What was fitted.
    #[must_use]
    pub fn coefficients(&self) -> &Coefficients {
        &self.0
    }
}

impl Model for PoissonRegression {
    type Params = PoissonParams;

    const INFO: Info = Info::new(
        "poisson_regression",
        "Poisson regression with a log link and an L2 penalty, for targets that are not negative",
    )
    .tasks(&[Task::Regression])
    .caps(&[Cap::Save, Cap::Importance, Cap::Weights]);

    fn fit(params: &Self::Params, train: &Train<'_>, ctx: &mut FitCtx<'_>) -> Result<Self> {
        let y = train.values()?;
        if let Some(i) = y.iter().position(|y| *y < 0.0) {
            return Err(Error::invalid(format!(
                "needs targets that are not negative; that of row {i} is {}",
                y[i]
            )));
        }
        let table = Table::new(train.x(), train.weights(), params.fit_intercept)?;
        let mean = table.mean_of(y);
        if mean == 0.0 {
            return Err(Error::invalid("needs a target that is not 0 everywhere"));
        }
        let mut glm = Glm {
            table: &table,
            loss: Loss::Poisson(y),
            n_outputs: 1,
            has_intercept: params.fit_intercept,
            l2: params.alpha,
        };
        let mut start = vec![0.0; glm.stride()];
        if params.fit_intercept {
            start[table.n_features] = libm::log(mean);
        }
        let ending = Ending { tolerance: params.tol, steps_max: params.max_iter as usize };
        let found = lbfgs::minimize(&mut glm, start, ending, &mut || ctx.should_stop())?;
        let (weights, intercepts) = glm.unpack(&found.point);
        let (n_features, deviations) = (table.n_features, table.deviations());
        let residual = found.residual;
        Coefficients { n_features, weights, intercepts, deviations, residual }.checked().map(Self)
    }

    fn predict(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        self.0.each(x, |i, outputs| out[i] = libm::exp(outputs[0]))?;
        match out.iter().all(|value| value.is_finite()) {
            true => Ok(()),
            false => Err(Error::numeric("a prediction is beyond finite arithmetic")),
        }
    }

    fn importance(&self, out: &mut [f64]) -> Result<()> {
        self.0.importance(out)
    }

    fn save(&self, saver: &mut Saver) -> Result<()> {
        self.0.save(saver);
        Ok(())
    }

    fn load(loader: &mut Loader<'_>) -> Result<Self> {
        Coefficients::load_single(loader).map(Self)
    }
}
