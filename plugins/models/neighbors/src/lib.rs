//! Nearest neighbours as a Surmise model plugin.
//!
//! The library holds one model, `k_neighbors`, for classes and numbers. A pipeline names it
//! `plugin: neighbors`. Hyperparameters have scikit-learn's names and meanings. The search is
//! [`Index`], safe Rust on slices: exact, and with ties broken by the lowest row, so its results
//! are the same bits on every processor.

mod index;
mod metric;
mod nearest;
mod screen;
mod simd;

mod params;
mod plugin;

pub use index::Index;
pub use metric::Metric;
pub use params::{MetricChoice, Params, Weighting};
pub use plugin::KNeighbors;

surmise_plugin_sdk::export_model!(KNeighbors);
