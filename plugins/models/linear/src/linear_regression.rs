//! The model `linear_regression`.

use surmise_plugin_sdk::prelude::*;

use crate::coefficients::Coefficients;
use crate::lasso::{Penalties, Stopping};
use crate::table::Table;
use crate::{lasso, least_squares};

/// What is added to the squared error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum RegressionPenalty {
    /// nothing: ordinary least squares, of several solutions the shortest
    None,
    /// alpha × the squares of the coefficients, beside the sum of squared errors: ridge
    L2,
    /// alpha × their absolute values, beside half the mean squared error: lasso
    L1,
    /// alpha × both, shared by l1_ratio, beside half the mean squared error
    ElasticNet,
}

/// The hyperparameters of a linear regression. `alpha` is that of scikit-learn's `Ridge`, `Lasso`
/// and `ElasticNet`.
#[derive(Debug, Clone, PartialEq, Hyperparams)]
pub struct RegressionParams {
    /// Penalty
    #[hp(default = RegressionPenalty::L2)]
    pub penalty: RegressionPenalty,
    /// Strength of the penalty
    #[hp(default = 1.0, range = 1e-10..=1e10, log, when(penalty = L2 | L1 | ElasticNet))]
    pub alpha: f64,
    /// Share of the absolute values in the penalty
    #[hp(default = 0.5, range = 0.0..=1.0, when(penalty = ElasticNet))]
    pub l1_ratio: f64,
    /// Whether to fit an intercept
    #[hp(default = true)]
    pub fit_intercept: bool,
    /// Largest duality gap that is accepted with l1 and elastic_net, relative to the target's
    /// variance
    #[hp(default = 1e-4, range = 1e-14..=1.0, log)]
    pub tol: f64,
    /// Most passes over the features with l1 and elastic_net
    #[hp(default = 10_000, range = 1..=1_000_000_000, log)]
    pub max_iter: u32,
}

/// Linear regression: ordinary least squares, ridge, lasso, elastic net.
#[derive(Debug)]
pub struct LinearRegression(Coefficients);

impl LinearRegression {
    /// What was fitted.
    #[must_use]
    pub fn coefficients(&self) -> &Coefficients {
        &self.0
    }
}

impl Model for LinearRegression {
    type Params = RegressionParams;

    const INFO: Info = Info::new(
        "linear_regression",
        "Least squares without a penalty or with L2 (ridge), L1 (lasso) or both (elastic net)",
    )
    .tasks(&[Task::Regression])
    .caps(&[Cap::Save, Cap::Importance, Cap::Weights]);

    fn fit(params: &Self::Params, train: &Train<'_>, ctx: &mut FitCtx<'_>) -> Result<Self> {
        let y = train.values()?;
        let table = Table::new(train.x(), train.weights(), params.fit_intercept)?;
        let (weights, intercept, residual) = match params.penalties() {
            Err(alpha) => {
                let (weights, b) = least_squares::solve(&table, y, alpha, params.fit_intercept)?;
                (weights, b, 0.0)
            }
            // Without an L1 part it is a ridge regression: a sum of errors, not half their mean.
            Ok(Penalties { l1: 0.0, l2 }) => {
                let alpha = l2 * table.total;
                let (weights, b) = least_squares::solve(&table, y, alpha, params.fit_intercept)?;
                (weights, b, 0.0)
            }
            Ok(penalties) => {
                let stopping =
                    Stopping { tolerance: params.tol, sweeps_max: params.max_iter as usize };
                let stop = &mut || ctx.should_stop();
                let found =
                    lasso::solve(&table, y, penalties, params.fit_intercept, stopping, stop)?;
                (found.weights, found.intercept, found.gap)
            }
        };
        Coefficients {
            n_features: table.n_features,
            weights,
            intercepts: vec![intercept],
            deviations: table.deviations(),
            residual,
        }
        .checked()
        .map(Self)
    }

    fn predict(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        self.0.each(x, |i, outputs| out[i] = outputs[0])
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

impl RegressionParams {
    /// The penalties of coordinate descent, or the one that is solved directly.
    fn penalties(&self) -> Result<Penalties, f64> {
        let alpha = self.alpha;
        match self.penalty {
            RegressionPenalty::None => Err(0.0),
            RegressionPenalty::L2 => Err(alpha),
            RegressionPenalty::L1 => Ok(Penalties { l1: alpha, l2: 0.0 }),
            RegressionPenalty::ElasticNet => {
                Ok(Penalties { l1: alpha * self.l1_ratio, l2: alpha * (1.0 - self.l1_ratio) })
            }
        }
    }
}
