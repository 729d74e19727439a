//! Support-vector machines as a Surmise model plugin.
//!
//! The library holds one model, `svc`: C-support-vector classification with a linear or an RBF
//! kernel. A pipeline names it `plugin: svm`. The algorithm is [`Classifier`], safe Rust on slices,
//! and can be used without the plugin around it.
//!
//! | symbol | meaning |
//! |---|---|
//! | `x`, `z` | rows of `p` features |
//! | `k(x, z)`, `K` | the kernel and its matrix over the training rows |
//! | `y` | labels of a two-class problem, 1 or -1 |
//! | `C` | penalty of the slack |
//! | `β` | dual variables with their sign, `β_i = y_i α_i` |
//! | `g` | gradient of the dual, `y - Kβ` |
//! | `b` | bias of the decision function `f(x) = Σ β_i k(x_i, x) + b` |
//!
//! Sources: Chang & Lin, "LIBSVM: a library for support vector machines", ACM TIST 2(3), 2011; Fan,
//! Chen & Lin, "Working set selection using second order information for training support vector
//! machines", JMLR 6, 2005.

mod lanes;

mod exp;
mod kernel;
mod rows;

mod cache;
mod gram;

mod active;
mod smo;

mod classifier;
mod error;
mod multiclass;
mod train;

mod params;
mod plugin;
mod state;

pub use classifier::{Classifier, Settings};
pub use error::SvmError;
pub use kernel::Kernel;
pub use params::{KernelChoice, Params};
pub use plugin::Svc;

surmise_plugin_sdk::export_model!(Svc);
