//! Finding the best: of the surrogate's parameters given the data, of the acquisition over a space.

mod acquisition;
mod bounded;
mod candidates;
mod fit;
mod local;
mod representatives;

pub use acquisition::{Candidate, Search};
pub use bounded::{Bounds, Limits, Minimum, minimize};
pub use fit::{Fit, Hyperparameters, fit};
