//! The JSON Schema of the format, for editors that complete and check as one types.

use serde_json::Value;

use crate::catalog::Catalog;
use crate::decode::Decode;
use crate::document::Document;

/// The JSON Schema (draft 2020-12) of the pipeline file, with the stages, samplers and metrics of
/// the catalog. It comes from the very types that read the file. A model's own hyperparameters are
/// not in it, since the file may name any model.
#[must_use]
pub fn json_schema(catalog: &Catalog<'_>) -> Value {
    let mut schema = Document::schema(catalog);
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = "Surmise pipeline".into();
    schema
}
