//! Random forests and extremely randomized trees as a Surmise model plugin.
//!
//! The library holds two models for classes and for numbers, `random_forest` and `extra_trees`.
//! They differ in their defaults; `random_forest` has a `splitter`, too, so that a search can
//! choose between the two. A pipeline names them by `model.name`. The algorithm is [`Forest`], safe
//! Rust on slices, and can be used without the plugin around it.
//!
//! Splits are exact: every threshold between two values of a node is accounted for, as in
//! scikit-learn, in the data's own f64. What makes the search fast changes no split:
//!
//! - each column is sorted once for the whole forest and becomes dense ranks (16 bits where they
//!   suffice); only ranks are compared afterwards, in nodes by counting or bucket sort;
//! - a large node of few classes is first counted into ranges of ranks. Impurity is concave in the
//!   class weights, so that its values at the corners of a range bound everything within; only
//!   ranges whose bound reaches the best split so far are sorted;
//! - in a node of few rows each row's place in order is counted by comparing it with all, which
//!   needs no branch, and all gains are computed side by side;
//! - nodes are partitioned in place, depth first, and columns known to be constant are left out.
//!
//! Rows are first put into an order that depends on what is in them only. So a forest does not
//! depend on the order of its rows, and a row of weight 2 counts as the same row twice. Each tree
//! draws from a stream of its own: results are the same bits for any number of threads.
//!
//! | symbol | meaning |
//! |---|---|
//! | `n`, `p`, `K` | rows, features, classes |
//! | `w`, `w_c` | weight of a set of rows, and of those in class `c` |
//! | score | `-w × impurity`, up to a term linear in the rows; large for the best split |
//!
//! Sources: Breiman, "Random forests", Machine Learning 45, 2001; Geurts, Ernst & Wehenkel,
//! "Extremely randomized trees", Machine Learning 63, 2006; the bounds: Alsabti, Ranka & Singh,
//! "CLOUDS: a decision tree classifier for large datasets", KDD 1998; pruning: Breiman,
//! Friedman, Olshen & Stone, "Classification and Regression Trees", 1984; hyperparameters and
//! stopping rules: scikit-learn 1.9.

mod table;
mod threads;

mod criterion;
mod few;
mod order;
mod search;

mod draw;
mod grow;
mod prune;
mod tree;

mod fit;
mod forest;

mod params;
mod plugin;
mod state;

pub use fit::{ClassWeight, Measure, Settings, Splitter, Target};
pub use forest::Forest;
pub use params::{ClassWeightChoice, Criterion, ExtraParams, MaxFeatures, Params};
pub use plugin::{ExtraTrees, Planted, Planting, RandomForest};

surmise_plugin_sdk::export_model!(RandomForest, ExtraTrees);
