//! Samplers that learn from the history.

pub mod auto;
pub mod cma_es;
pub mod gp;
pub mod tpe;

mod belief;
mod boldness;
mod contenders;
mod design;
mod evidence;
mod fitted;
mod goal;
mod learner;
mod neighbourhood;
mod observations;
mod outlook;
mod outputs;
mod schedule;
mod standing;
mod steps;
mod targets;
mod untried;

pub(crate) use fitted::Fitted;
