//! The machines against scikit-learn's numbers, against the theory, and as a plugin model.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod data;

mod conditions;
mod cross_validation;
mod damaged;
mod exact;
mod iris_grid;
mod optimality;
mod plugin;
mod probability;
mod refit;
