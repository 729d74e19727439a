//! The linear models against scikit-learn's numbers, against the theory, and as plugin models.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod damaged;
mod golden;
mod plugin;
mod properties;
