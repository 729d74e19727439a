//! Support-vector machines as a Surmise model plugin

mod active;
mod cache;
mod classifier;
mod error;
mod exp;
mod gram;
mod kernel;
mod lanes;
mod multiclass;
mod rows;
mod smo;
mod train;

pub use classifier::{Classifier, Settings};
pub use error::SvmError;
pub use kernel::Kernel;
