//! Linear models as a Surmise model plugin.
//!
//! The library holds the models [`LinearRegression`], [`LogisticRegression`],
//! [`PoissonRegression`] and [`HuberRegression`].
//! Hyperparameters have scikit-learn's names and meanings.
//!
//! | symbol | meaning |
//! |---|---|
//! | `x`, `y` | rows of `p` features, and what is predicted |
//! | `s` | weights of the rows |
//! | `w`, `b` | coefficients and intercept |
//! | `η` | linear predictor `w·x + b`, of each class for several |
//! | `α`, `C` | strength of the penalty, and its inverse |
//! | `λ₁`, `λ₂` | L1 and L2 penalty beside a mean loss |
//!
//! Sums run in a written order, exponentials and logarithms are `libm`'s or plain
//! arithmetic, nothing is random, and
//! one thread works: the same rows give the same bits on every processor.

mod gram;
mod math;
mod product;
mod simd;
mod table;

mod coefficients;
mod lasso;
mod least_squares;

mod glm;
mod lbfgs;
mod loss;
mod sparse;

mod huber_regression;
mod linear_regression;
mod logistic_regression;
mod poisson_regression;

pub use coefficients::Coefficients;
pub use huber_regression::{HuberParams, HuberRegression};
pub use linear_regression::{LinearRegression, RegressionParams, RegressionPenalty};
pub use logistic_regression::{ClassWeight, LogisticParams, LogisticPenalty, LogisticRegression};
pub use poisson_regression::{PoissonParams, PoissonRegression};

surmise_plugin_sdk::export_model!(
    LinearRegression,
    LogisticRegression,
    PoissonRegression,
    HuberRegression
);
