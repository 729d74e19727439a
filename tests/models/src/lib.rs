//! What the tests of first-party models share: example data, golden numbers, damaged states.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod damage;
mod golden;
mod table;

pub use damage::survives_damage;
pub use golden::{check_close, floats, golden, indices, places};
pub use table::{Classes, Table, classification, split};

use std::path::{Path, PathBuf};

/// The root of the repository.
fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
