//! The training loop: drives any model that tells its loss and the slopes of it.
//!
//! A model implements [`Differentiable`]; everything else is here: batches, the [`optimize`]rs,
//! [`schedule`]s of the learning rate, [`regularize`] stages, clipping, early stopping,
//! checkpoints, and the detection of trainings that diverge. No I/O, no threads, no clock: the
//! result is a function of model, data, [`Plan`] and seed.
//!
//! A training as a file describes it is a [`Plan`]: plain data. Each optimizer, schedule and stage
//! is one file with a [`Component`](surmise_core::component::Component) that describes its settings
//! and one line in the registry of its module.
//!
//! Numbers do not depend on the processor: no operation is fused, sums have a written order, and
//! vectors run across different numbers only.

pub mod error;
pub mod model;
pub mod optimize;
pub mod plan;
pub mod real;
pub mod regularize;
pub mod rows;
pub mod schedule;
pub mod setting;
pub mod train;

mod random;
#[cfg(test)]
mod testing;
mod vector;

pub use error::{Error, ModelError, Result};
pub use model::{Batch, Block, Differentiable, Layout, Outputs, Pass, Point, Role, Shape, Target};
pub use plan::{BatchSize, Choice, Loop, Plan};
pub use real::Real;
pub use train::range::{RangeCurve, RangeTest, range_test};
pub use train::{Best, Data, Ended, Observer, Report, Run, Trained, Verdict, train};
