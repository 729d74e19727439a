//! Write a model plugin for Surmise in safe Rust.
//!
//! ```
//! use surmise_plugin_sdk::prelude::*;
//!
//! #[derive(Hyperparams)]
//! struct Params {
//!     /// How far the mean is pulled towards zero
//!     #[hp(default = 0.0, range = 0.0..=1.0)]
//!     shrink: f64,
//! }
//!
//! struct Mean(f64);
//!
//! impl Model for Mean {
//!     type Params = Params;
//!     const INFO: Info = Info::new("mean", "Predicts the mean of the training rows")
//!         .tasks(&[Task::Regression])
//!         .caps(&[Cap::Save]);
//!
//!     fn fit(params: &Params, train: &Train<'_>, _: &mut FitCtx<'_>) -> Result<Self> {
//!         let y = train.values()?;
//!         Ok(Self((1.0 - params.shrink) * y.iter().sum::<f64>() / y.len() as f64))
//!     }
//!
//!     fn predict(&self, _: Rows<'_>, out: &mut [f64]) -> Result<()> {
//!         out.fill(self.0);
//!         Ok(())
//!     }
//!
//!     fn save(&self, saver: &mut Saver) -> Result<()> {
//!         saver.f64("mean", self.0);
//!         Ok(())
//!     }
//!
//!     fn load(loader: &mut Loader<'_>) -> Result<Self> {
//!         Ok(Self(loader.f64("mean")?))
//!     }
//! }
//!
//! export_model!(Mean);
//! # fn main() {}
//! ```
//!
//! In `Cargo.toml`, `crate-type = ["cdylib", "rlib"]`: the first is the plugin, the second lets
//! `cargo test` run the model through [`testing`]. The crate may `#![forbid(unsafe_code)]`.
//!
//! # Which kind of model
//!
//! | | [`Model`] | [`GradientModel`] |
//! |---|---|---|
//! | for | a forest, a support-vector machine | a network, a regression |
//! | you write | `fit`, `predict` | `build`, `loss_and_gradient`, `forward` |
//! | the host does | early stopping, from reports | all of the training, saving |
//! | numbers | `f64` | `f32` or `f64`, as the host asks |
//! | tests | [`testing::check`] | [`testing::check_gradient`], [`testing::descend`] |
//! | a whole one | above | [`gradient`], in about 50 lines |
//!
//! A `Model` sees rows of `f64`. One that gains from single precision, from sparse rows or from
//! columns with categories is a [`LayoutModel`](layout) instead.
//!
//! A library may export several, of both kinds: `export_model!(Ridge, Network)`.
//!
//! # What may go wrong
//!
//! - Return an [`Error`] with a text for people. A panic is caught, too: that trial fails with the
//!   panic's text and place, and the instance is given up. Stack overflow and endless loops cannot
//!   be caught, nor what C code behind a binding does.
//! - All randomness comes from [`FitCtx::seed`] (see [`Random`]) or [`Step::random`]. Use no more
//!   threads than you are given, and join them before you return.
//! - The bytes that [`Model::load`] reads are untrusted: check what fits together.
//! - Every report of a fit reaches the host, whatever the time since the last: what a study does
//!   must not depend on how fast a machine is. So report after an epoch, not after a row.
//!
//! # Where to read on
//!
//! [`model`] and [`gradient`] (the two contracts), [`info`] and [`params`] (how a model describes
//! itself), [`data`] and [`context`] (what a fit is given), [`state`] (saving), [`testing`],
//! [`export`] (what [`export_model!`] does).

#![expect(unsafe_code, reason = "the shims in `export` face the C ABI; every block says why")]

// The derives name this crate by its path, also in its own tests.
extern crate self as surmise_plugin_sdk;

pub mod context;
pub mod data;
mod descriptor;
pub mod error;
pub mod export;
mod fitted;
pub mod gradient;
pub mod info;
pub mod layout;
pub mod model;
pub mod ops;
pub mod params;
pub mod prelude;
pub mod random;
pub mod state;
pub mod testing;

pub use context::{FitCtx, Verdict};
pub use data::{Classes, Rows, Target, Train};
pub use error::{Error, Result};
pub use gradient::{
    Batch, Block, Blocks, Eval, GradientModel, Init, Real, Role, Shape, Slice, SliceMut,
    StateBlock, Step, View, ViewMut,
};
pub use info::{Cap, Info, Missing, Repeat, Task};
pub use layout::{Categories, Column, Columns, LayoutModel, Sparse};
pub use model::Model;
pub use params::{Choice, Hyperparams};
pub use random::Random;
pub use state::{Loader, Saver};
pub use surmise_plugin_sdk_derive::{Choice, Hyperparams};
