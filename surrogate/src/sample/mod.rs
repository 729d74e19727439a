//! Samplers that learn from the history.

pub mod gp;

mod belief;
mod evidence;
mod untried;
