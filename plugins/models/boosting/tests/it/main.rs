//! The boosters against scikit-learn's numbers, against what must hold of any, and as plugin
//! models.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod data;

mod damaged;
mod exact;
mod plugin;
mod properties;
mod scores;
