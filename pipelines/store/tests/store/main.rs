//! Tests of the store as others see it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod conformance;
mod crash;
mod creation;
mod hostile;
mod views;
