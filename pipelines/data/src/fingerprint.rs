//! What identifies the data a study was run on.

use std::fmt::Write;

use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::csv::CsvOptions;
use crate::dataset::{ColumnValues, Dataset, Target};

/// Identifies a file's bytes, and separately what they were understood to mean.
///
/// The same bytes read with other options give the same `sha256` and another `schema_sha256`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// SHA-256 of the bytes that were read, in hexadecimal.
    pub sha256: String,
    /// How many bytes these are.
    pub bytes: u64,
    /// Rows of data, without the header.
    pub rows: u64,
    /// Columns of the file, counting the target and those dropped.
    pub columns: u64,
    /// SHA-256, in hexadecimal, of the compact JSON list of the features in order, each
    /// `[name, "number"]` or `[name, "category", levels]`, then the target:
    /// `[name, "classes", names]` or `[name, "values"]`, and `[name, "weights"]` if there are any.
    pub schema_sha256: String,
}

impl Fingerprint {
    pub(crate) fn of(
        bytes: &[u8],
        columns: usize,
        options: &CsvOptions,
        dataset: &Dataset,
    ) -> Self {
        Self {
            sha256: hex_sha256(bytes),
            bytes: bytes.len() as u64,
            rows: dataset.n_rows() as u64,
            columns: columns as u64,
            schema_sha256: hex_sha256(schema(options, dataset).as_bytes()),
        }
    }
}

fn schema(options: &CsvOptions, dataset: &Dataset) -> String {
    let target_name = &options.target;
    let features = dataset.columns().iter().map(|column| match &column.values {
        ColumnValues::Number(_) => json!([column.name, "number"]),
        ColumnValues::Category { levels, .. } => json!([column.name, "category", levels]),
    });
    let target = match dataset.target() {
        Target::Classes { names, .. } => json!([target_name, "classes", names]),
        Target::Values(_) => json!([target_name, "values"]),
    };
    let weights = options.weights.as_ref().map(|name| json!([name, "weights"]));
    serde_json::Value::Array(features.chain([target]).chain(weights).collect()).to_string()
}

fn hex_sha256(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vector "abc" of FIPS 180-4.
    #[test]
    fn sha256_is_sha256() {
        assert_eq!(
            hex_sha256(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
