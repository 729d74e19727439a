//! The hyperparameters as a pipeline file names them.

use surmise_plugin_sdk::prelude::*;

use crate::fit::{ClassWeight, Measure, Settings, Splitter};

/// The impurity that splits lower.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Criterion {
    /// gini for classes, squared_error for numbers
    Auto,
    /// the Gini index, for classes
    Gini,
    /// the entropy, for classes
    Entropy,
    /// another name of entropy
    LogLoss,
    /// the variance, for numbers
    SquaredError,
    /// half the Poisson deviance, for counts and other numbers that are not negative
    Poisson,
}

impl Criterion {
    fn measure(self, is_classes: bool) -> Measure {
        match self {
            Self::Auto if is_classes => Measure::Gini,
            Self::Auto | Self::SquaredError => Measure::SquaredError,
            Self::Gini => Measure::Gini,
            Self::Entropy | Self::LogLoss => Measure::Entropy,
            Self::Poisson => Measure::Poisson,
        }
    }
}

/// How many features are drawn for a split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum MaxFeatures {
    /// sqrt for classes, all for numbers
    Auto,
    /// the square root of their number
    Sqrt,
    /// the binary logarithm of their number
    Log2,
    /// all of them
    All,
    /// the share that max_features_fraction says
    Fraction,
}

impl MaxFeatures {
    /// Of `n` features, at least one. Fractions of a feature are dropped, as in scikit-learn.
    fn of(self, n: usize, fraction: f64, is_classes: bool) -> usize {
        let drawn = match self {
            Self::Auto if !is_classes => n,
            Self::Auto | Self::Sqrt => (n as f64).sqrt() as usize,
            Self::Log2 => (n.max(1)).ilog2() as usize,
            Self::All => n,
            Self::Fraction => (fraction * n as f64) as usize,
        };
        drawn.clamp(1, n.max(1))
    }
}

/// How much the classes count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ClassWeightChoice {
    /// as much as their rows
    None,
    /// all the same
    Balanced,
    /// all the same among the rows that each tree has drawn
    BalancedSubsample,
}

impl ClassWeightChoice {
    fn class_weight(self) -> ClassWeight {
        match self {
            Self::None => ClassWeight::Rows,
            Self::Balanced => ClassWeight::Balanced,
            Self::BalancedSubsample => ClassWeight::BalancedSubsample,
        }
    }
}

/// What a forest and extremely randomized trees both have, which differ in their defaults and in
/// fields of their `own`.
macro_rules! params {
    (
        $(#[$about:meta])*
        $name:ident { $($own:tt)* }
        bootstrap: $bootstrap:literal,
        splitter: $splitter:expr
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Hyperparams)]
        pub struct $name {
            /// Trees
            #[hp(default = 100, range = 1..=100_000, log, fidelity)]
            pub n_estimators: u32,
            $($own)*
            /// Impurity that splits lower
            #[hp(default = Criterion::Auto)]
            pub criterion: Criterion,
            /// Splits above one another; null for no bound
            #[hp(default = None, range = 1..=1_000_000, log)]
            pub max_depth: Option<u32>,
            /// Nodes of fewer rows are not split
            #[hp(default = 2, range = 2..=1_000_000_000, log)]
            pub min_samples_split: u32,
            /// Fewest rows of a leaf
            #[hp(default = 1, range = 1..=1_000_000_000, log)]
            pub min_samples_leaf: u32,
            /// Smallest share of the rows' weight in a leaf
            #[hp(default = 0.0, range = 0.0..=0.5)]
            pub min_weight_fraction_leaf: f64,
            /// Features drawn for a split
            #[hp(default = MaxFeatures::Auto)]
            pub max_features: MaxFeatures,
            /// Share of the features that is drawn for a split
            #[hp(default = 1.0, range = 0.0..=1.0, when(max_features = Fraction))]
            pub max_features_fraction: f64,
            /// Leaves of a tree, grown by the most useful split first; null for no bound
            #[hp(default = None, range = 2..=1_000_000_000, log)]
            pub max_leaf_nodes: Option<u32>,
            /// Smallest decrease of impurity by a split, weighted by its share of the rows
            #[hp(default = 0.0, range = 0.0..=1e300)]
            pub min_impurity_decrease: f64,
            /// What a leaf costs: minimal cost-complexity pruning
            #[hp(default = 0.0, range = 0.0..=1e300)]
            pub ccp_alpha: f64,
            /// Whether each tree draws rows with replacement; otherwise it sees all
            #[hp(default = $bootstrap)]
            pub bootstrap: bool,
            /// How many rows are drawn, as a share of all
            #[hp(default = 1.0, range = 0.0..=1.0, when(bootstrap = true))]
            pub max_samples: f64,
            /// How much the classes count
            #[hp(default = ClassWeightChoice::None)]
            pub class_weight: ClassWeightChoice,
            /// Whether to report how well rows are predicted by the trees that have not drawn them
            #[hp(default = false, when(bootstrap = true))]
            pub oob_score: bool,
        }

        impl $name {
            /// What they mean for rows of so many features.
            #[must_use]
            pub fn settings(&self, n_features: usize, is_classes: bool) -> Settings {
                let fraction = self.max_features_fraction;
                Settings {
                    n_trees: self.n_estimators as usize,
                    measure: self.criterion.measure(is_classes),
                    splitter: ($splitter)(self),
                    max_features: self.max_features.of(n_features, fraction, is_classes),
                    max_depth: self.max_depth.map(|depth| depth as usize),
                    min_samples_split: self.min_samples_split as usize,
                    min_samples_leaf: self.min_samples_leaf as usize,
                    min_weight_fraction_leaf: self.min_weight_fraction_leaf,
                    max_leaf_nodes: self.max_leaf_nodes.map(|leaves| leaves as usize),
                    min_impurity_decrease: self.min_impurity_decrease,
                    ccp_alpha: self.ccp_alpha,
                    bootstrap: self.bootstrap.then_some(self.max_samples),
                    class_weight: self.class_weight.class_weight(),
                    oob_score: self.oob_score,
                }
            }
        }
    };
}

params! {
    /// The hyperparameters of a forest. Names and defaults are those of scikit-learn's
    /// `RandomForestClassifier` and `RandomForestRegressor`.
    Params {
        /// Thresholds that are looked at: with `random` and without `bootstrap` it is extra_trees
        #[hp(default = Splitter::Best)]
        pub splitter: Splitter,
    }
    bootstrap: true,
    splitter: |params: &Self| params.splitter
}

params! {
    /// The hyperparameters of extremely randomized trees. Names and defaults are those of
    /// scikit-learn's `ExtraTreesClassifier` and `ExtraTreesRegressor`.
    ExtraParams {}
    bootstrap: false,
    splitter: |_| Splitter::Random
}
