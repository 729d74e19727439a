//! The rules of this repository, as ordinary tests: each says what to do when it fails.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod code;
mod dependencies;
mod edges;
mod functions;
mod plugins;
mod repository;
mod safety;
mod text;

/// Fails with the rule and every place that breaks it.
fn assert_none(broken: &[String], rule: &str) {
    assert!(broken.is_empty(), "{rule}\n  {}\n", broken.join("\n  "));
}
