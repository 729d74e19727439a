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
//!
//! ```
//! use surmise_core::seed::Seed;
//! use surmise_training::*;
//!
//! /// y = w x, with the mean of half the squared errors as its loss.
//! struct Line(Layout);
//!
//! impl Differentiable<f64> for Line {
//!     fn layout(&self) -> &Layout {
//!         &self.0
//!     }
//!
//!     fn init(&mut self, _seed: u64) -> Result<Point<f64>, ModelError> {
//!         Ok(Point { params: vec![0.0], state: vec![] })
//!     }
//!
//!     fn loss_and_gradient(
//!         &mut self,
//!         _pass: Pass,
//!         batch: &Batch<'_, f64>,
//!         params: &[f64],
//!         _state: &mut [f64],
//!         gradient: Option<&mut [f64]>,
//!     ) -> Result<f64, ModelError> {
//!         let Target::Values(y) = batch.target else { unreachable!("it was begun for values") };
//!         let n = y.len() as f64;
//!         let errors = batch.x.iter().zip(y).map(|(x, y)| params[0] * x - y);
//!         if let Some(gradient) = gradient {
//!             gradient[0] = errors.clone().zip(batch.x).map(|(e, x)| e * x).sum::<f64>() / n;
//!         }
//!         Ok(errors.map(|e| 0.5 * e * e).sum::<f64>() / n)
//!     }
//! }
//!
//! let block = Block { range: 0..1, rows: 1, cols: 1, role: Role::Weight };
//! let mut model = Line(Layout { blocks: vec![block], n_state: 0 });
//! let rows = Batch { x: &[1.0, 2.0], target: Target::Values(&[2.0, 4.0]), weights: None };
//! let shape = Shape { n_features: 1, outputs: Outputs::Values(1) };
//! let data = Data { shape, train: rows, validation: None, metric: None };
//! let plan = r#"{ "optimizer": { "type": "sgd", "learning_rate": 0.1 } }"#;
//! let plan: Plan = serde_json::from_str(plan)?;
//! let run = Run { seed: Seed::root(42), n_threads: 1 };
//! let mut watch = |report: &Report| match report.train_loss < 1e-12 {
//!     true => Verdict::Stop,
//!     false => Verdict::Continue,
//! };
//! let trained = train(&mut model, &data, &plan, run, &mut watch)?;
//! assert!((trained.point.params[0] - 2.0).abs() < 1e-5);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

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
pub use plan::{BatchSize, Choice, Keep, Loop, Plan};
pub use real::Real;
pub use train::range::{RangeCurve, RangeTest, range_test};
pub use train::{Best, Data, Ended, Metric, Observer, Report, Run, Trained, Verdict, train};
