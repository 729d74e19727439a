//! The neighbours against scikit-learn's numbers, against a plain search, and as a plugin model.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod damaged;
mod golden;
mod plugin;
mod search;
