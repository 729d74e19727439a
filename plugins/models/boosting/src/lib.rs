//! Histogram gradient boosting as a Surmise model plugin.
//!
//! The library holds one model, `gradient_boosting`, for classes and for numbers. A pipeline names
//! it `plugin: boosting`. The algorithm is [`Booster`], safe Rust on slices, and can be used
//! without the plugin around it.
//!
//! Values become at most 255 bins a feature, and missing ones another. A tree grows by the split
//! that gains most; a split is searched for in histograms of gradients and hessians over bins. What
//! makes it fast:
//!
//! - the bins of four features of a row are one load, and a bin's sums one addition of two lanes;
//! - only the smaller of two children is counted: the other's histogram is what it leaves;
//! - a split that does not beat the best so far costs no division.
//!
//! Gradients and hessians are summed as whole numbers, multiples of powers of 2 that are chosen for
//! each tree such that no sum overflows: of 100,000 rows gradients have 45 bits, hessians 30. So
//! sums are exact, and results are the same bits for any number of threads, each of which counts
//! rows of its own and searches features of its own. Exponentials and logarithms are the library's
//! own, so that they are the same bits on every machine, too.
//!
//! | symbol | meaning |
//! |---|---|
//! | `f`, `y` | a raw prediction and its target |
//! | `g`, `h` | first and second derivative of the loss by `f`, times the row's weight |
//! | `G`, `H` | their sums over the rows of a node |
//! | gain | `G_l² / (H_l + l2) + G_r² / (H_r + l2) - G² / (H + l2)` |
//! | value of a leaf | `-learning_rate G / (H + l2)` |
//!
//! Sources: Friedman, "Greedy function approximation: a gradient boosting machine", Annals of
//! Statistics 29, 2001; the gain and the regularization: Chen & Guestrin, "XGBoost: a scalable tree
//! boosting system", KDD 2016, equation 7; histograms, their subtraction and growth by leaves: Ke et
//! al., "LightGBM: a highly efficient gradient boosting decision tree", NIPS 2017; whole numbers for
//! gradients: Shi et al., "Quantized training of gradient boosting decision trees", NeurIPS 2022
//! (with far fewer bits); hyperparameters, bins and monotone constraints: scikit-learn 1.9.

mod math;
mod moment;
mod threads;

mod histogram;
mod split;
mod table;

mod team;

mod grow;
mod loss;
mod tree;

mod booster;
mod fit;
mod prepare;
mod settings;

mod params;
mod plugin;
mod state;

pub use booster::Booster;
pub use fit::Report;
pub use loss::Loss;
pub use params::{ClassWeight, LossChoice, Params};
pub use plugin::GradientBoosting;
pub use settings::{Data, Settings, Stopping, Target};

surmise_plugin_sdk::export_model!(GradientBoosting);
