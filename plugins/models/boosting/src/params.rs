//! The hyperparameters as a pipeline file names them.

use surmise_plugin_sdk::prelude::*;

use crate::loss::Loss;
use crate::settings::{Settings, Stopping};

/// What is minimized.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum LossChoice {
    /// log_loss for classes, squared_error for numbers
    Auto,
    /// the log loss of two or more classes
    LogLoss,
    /// the squared error
    SquaredError,
    /// the absolute error, which medians minimize
    AbsoluteError,
    /// the pinball loss, which the quantile `quantile` minimizes
    Quantile,
    /// half the Poisson deviance, for counts and other numbers that are not negative
    Poisson,
    /// half the gamma deviance, for numbers above zero
    Gamma,
}

/// How much the classes count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ClassWeight {
    /// as much as their rows
    None,
    /// all the same
    Balanced,
}

/// The hyperparameters. Names and defaults are those of scikit-learn's
/// `HistGradientBoostingClassifier` and `HistGradientBoostingRegressor`, but for `n_iterations`,
/// which is `max_iter` there, and `early_stopping`, which is off here until it is asked for.
#[derive(Debug, Clone, PartialEq, Hyperparams)]
pub struct Params {
    /// What is minimized
    #[hp(default = LossChoice::Auto)]
    pub loss: LossChoice,
    /// The quantile to predict
    #[hp(default = 0.5, range = 0.0..=1.0, when(loss = Quantile))]
    pub quantile: f64,
    /// Trees, for each class if there are more than two
    #[hp(default = 100, range = 1..=100_000, log, fidelity)]
    pub n_iterations: u32,
    /// What part of a tree's predictions is added
    #[hp(default = 0.1, range = 1e-6..=10.0, log)]
    pub learning_rate: f64,
    /// Leaves of a tree, grown by the most useful split first; null for no bound
    #[hp(default = Some(31), range = 2..=1_000_000_000, log)]
    pub max_leaf_nodes: Option<u32>,
    /// Splits above one another; null for no bound
    #[hp(default = None, range = 1..=1_000_000, log)]
    pub max_depth: Option<u32>,
    /// Fewest rows of a leaf; where all weights are whole numbers, a row counts as that many
    #[hp(default = 20, range = 1..=1_000_000_000, log)]
    pub min_samples_leaf: u32,
    /// L2 penalty of what leaves predict
    #[hp(default = 0.0, range = 0.0..=1e9)]
    pub l2_regularization: f64,
    /// Share of the features that is drawn for a split
    #[hp(default = 1.0, range = 1e-9..=1.0)]
    pub max_features: f64,
    /// Most bins of a feature's values; missing ones have a bin of their own
    #[hp(default = 255, range = 2..=255)]
    pub max_bins: u32,
    /// For each feature whether predictions may only fall (-1) or rise (1) with it, or both (0);
    /// empty for no constraint. Of two classes those of the second's probability
    #[hp(default = [], range = -1..=1)]
    pub monotonic_cst: Vec<i32>,
    /// How much the classes count
    #[hp(default = ClassWeight::None)]
    pub class_weight: ClassWeight,
    /// Whether to end where the loss of held-out rows does not improve, and keep the best
    #[hp(default = false)]
    pub early_stopping: bool,
    /// Share of the rows that is held out, where no validation rows are given
    #[hp(default = 0.1, range = 0.001..=0.999, when(early_stopping = true))]
    pub validation_fraction: f64,
    /// Iterations without improvement after which to end
    #[hp(default = 10, range = 1..=100_000, log, when(early_stopping = true))]
    pub n_iter_no_change: u32,
    /// Smallest improvement of the loss
    #[hp(default = 1e-7, range = 0.0..=1e9, when(early_stopping = true))]
    pub tol: f64,
}

impl Params {
    /// What they mean for so many classes, or for numbers.
    #[must_use]
    pub fn settings(&self, n_classes: Option<usize>) -> Settings {
        let stopping = Stopping {
            validation_fraction: self.validation_fraction,
            patience: self.n_iter_no_change as usize,
            tolerance: self.tol,
        };
        Settings {
            loss: self.loss(n_classes),
            n_iterations: self.n_iterations as usize,
            learning_rate: self.learning_rate,
            max_leaf_nodes: self.max_leaf_nodes.map(|leaves| leaves as usize),
            max_depth: self.max_depth.map(|depth| depth as usize),
            min_samples_leaf: self.min_samples_leaf,
            l2: self.l2_regularization,
            max_features: self.max_features,
            max_bins: self.max_bins as usize,
            monotone: self.monotonic_cst.iter().map(|sign| *sign as i8).collect(),
            is_balanced: self.class_weight == ClassWeight::Balanced,
            stopping: self.early_stopping.then_some(stopping),
        }
    }

    fn loss(&self, n_classes: Option<usize>) -> Loss {
        match (self.loss, n_classes) {
            (LossChoice::Auto, None) | (LossChoice::SquaredError, _) => Loss::SquaredError,
            (LossChoice::Auto | LossChoice::LogLoss, Some(n_classes)) if n_classes != 2 => {
                Loss::Multinomial(n_classes)
            }
            (LossChoice::Auto | LossChoice::LogLoss, _) => Loss::Binomial,
            (LossChoice::AbsoluteError, _) => Loss::AbsoluteError,
            (LossChoice::Quantile, _) => Loss::Quantile(self.quantile),
            (LossChoice::Poisson, _) => Loss::Poisson,
            (LossChoice::Gamma, _) => Loss::Gamma,
        }
    }
}
