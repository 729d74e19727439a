//! Support-vector machines as a Surmise model plugin.
//!
//! The library holds the models `svc` and `nu_svc`, which tell classes apart, and `svr` and
//! `nu_svr`, which predict numbers. A pipeline names one by `plugin: svm` and `name: svr`; without
//! a name it is `svc`. The algorithms are [`Classifier`] and [`Regressor`], safe Rust on slices,
//! and can be used without the plugin around them.
//!
//! | symbol | meaning |
//! |---|---|
//! | `x`, `z` | rows of `p` features |
//! | `k(x, z)`, `K` | the kernel and its matrix over the training rows |
//! | `y` | labels of a two-class problem, 1 or -1, or targets |
//! | `C` | penalty of the slack; `C_i` that of a row, `C` × its weight × its class's weight |
//! | `ν` | upper bound of the share of rows with slack, lower bound of that of support vectors |
//! | `ε` | half the width of the tube in which a regression's targets cost nothing |
//! | `β` | dual variables with their sign, `β_i = y_i α_i` or `α_i - α*_i` |
//! | `p`, `g` | linear part of the dual, and its gradient `p - Kβ` |
//! | `b`, `ρ` | bias of the decision `f(x) = Σ β_i k(x_i, x) + b`, and margin of a ν machine |
//!
//! One solver serves all of them, exact to the hyperparameter `tol`: the largest violation of the
//! optimality conditions that is left, in units of `f` (for `nu_svc`, of `f` before its margin is
//! scaled to 1). Sums run in a written order and one thread works: the same rows give the same bits
//! on every processor. Only the folds of `probability` are random, and come from the seed. A fit
//! that is told to stop is the machine that was reached, within its bounds but not optimal.
//!
//! Kernels are `linear`, `rbf`, `poly` and `sigmoid`, as in scikit-learn, in `f64` throughout; the
//! sigmoid is not positive semidefinite, and its machines are stationary points. Small problems
//! that are fitted again with another penalty find their kernel matrix as the last fit left it: up
//! to 8 MiB are kept in the process, compared to the last bit, and change no result.
//!
//! Row weights count as if a row were there so often, and `class_weight: balanced` multiplies them,
//! as in scikit-learn; there, however, its sums ignore row weights and `NuSVC` ignores it.
//!
//! Sources: Chang & Lin, "LIBSVM: a library for support vector machines", ACM TIST 2(3), 2011; Fan,
//! Chen & Lin, "Working set selection using second order information for training support vector
//! machines", JMLR 6, 2005; Chen, Lin & Schölkopf, "A tutorial on ν-support vector machines",
//! Applied Stochastic Models in Business and Industry 21, 2005; probabilities: Lin, Lin & Weng, "A
//! note on Platt's probabilistic outputs for support vector machines", Machine Learning 68, 2007;
//! Wu, Lin & Weng, "Probability estimates for multi-class classification by pairwise coupling",
//! JMLR 5, 2004.

mod lanes;

mod exp;
mod kernel;
mod rows;

mod cache;
mod gram;
mod source;
mod store;

mod active;
mod dual;
mod passes;
mod smo;

mod error;
mod multiclass;
mod sample;

mod calibrate;
mod classifier;
mod coupling;
mod pair;
mod regressor;
mod sigmoid;
mod train;

mod classification;
mod hyperparams;
mod regression;
mod state;

mod nu_svc;
mod nu_svr;
mod svc;
mod svr;

pub use classification::{Classification, Classifies};
pub use classifier::{Classifier, Settings};
pub use error::SvmError;
pub use hyperparams::{KernelChoice, Machine};
pub use kernel::Kernel;
pub use nu_svc::{NuSvc, NuSvcParams};
pub use nu_svr::{NuSvr, NuSvrParams};
pub use regression::{Regresses, Regression};
pub use regressor::{Regressor, Tube};
pub use sample::ClassWeight;
pub use sigmoid::Sigmoid;
pub use svc::{Params, Svc};
pub use svr::{Svr, SvrParams};
pub use train::Training;

surmise_plugin_sdk::export_model!(Svc, NuSvc, Svr, NuSvr);
