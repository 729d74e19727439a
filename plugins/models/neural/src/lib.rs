//! Neural networks as a Surmise model plugin.
//!
//! The library holds two models whose training the host drives: `mlp`, a multilayer perceptron, and
//! `cnn`, a small convolutional network for images. Both give the same bits on every processor and
//! for every number of threads: products are chains of fused operations in a written order
//! (`product`), and functions are those of `libm`.
//!
//! | symbol | meaning |
//! |---|---|
//! | `x` | inputs of a layer |
//! | `W`, `b` | weights, a row for each unit, and biases |
//! | `z` | what goes into the activation, `W x + b`, normalized if asked |
//! | `h` | what comes out of it |
//! | `d` | slopes of the loss by whatever is at hand |
//!
//! Sources: Goodfellow, Bengio & Courville, "Deep learning", MIT Press 2016, chapters 6, 8 and 9.

mod product;

mod math;
mod shelf;

mod activation;
mod dense;
mod loss;
mod norm;
mod start;

mod stack;

mod conv;
mod image;
mod pool;

mod features;

mod cnn;
mod mlp;

pub use activation::Activation;
pub use cnn::{Cnn, CnnParams};
pub use mlp::{Mlp, MlpParams};
pub use pool::Pooling;
pub use start::Initialization;

surmise_plugin_sdk::export_model!(Mlp, Cnn);

#[cfg(test)]
mod tests;
