//! The JSON Schema of the format, for editors that complete and check as one types.

use serde_json::{Map, Value, json};
use surmise_core::component::ModelInfo;

use crate::catalog::Catalog;
use crate::check::GRID;
use crate::decode::Decode;
use crate::document::{CommandDocument, Document, DomainText, settings_schema};

/// The JSON Schema (draft 2020-12) of the pipeline file, with the stages, samplers and metrics of
/// the catalog. It comes from the very types that read the file; what one key asks of others, as
/// `search` does of `seed`, or excludes is added here. A file may name any model or command: with
/// `model`, the schema is that of files that name this one, and knows its hyperparameters.
#[must_use]
pub fn json_schema(catalog: &Catalog<'_>, model: Option<&ModelInfo>) -> Value {
    let mut schema = Document::schema(catalog);
    relate(&mut schema);
    if let Some(model) = model {
        let document = &mut schema["properties"];
        document["model"]["properties"]["params"] = settings_schema(&model.component);
        document["search"]["properties"]["space"]["properties"] = searched(model, catalog).into();
    } else {
        let mut command = CommandDocument::schema(catalog);
        relate(&mut command);
        command["properties"]["model"]["properties"]["command"]["minItems"] = 1.into();
        let is_command = json!({"properties": {"model": {"required": ["command"]}}});
        schema = json!({"if": is_command, "then": command, "else": schema});
    }
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = "Surmise pipeline".into();
    schema
}

/// Adds what one key asks of others, or excludes.
fn relate(schema: &mut Value) {
    schema["dependentRequired"] = json!({"search": ["seed"]});
    let is_grid = json!({"properties": {"sampler": {"properties": {"type": {"const": GRID}}}}});
    schema["properties"]["search"]["if"] = is_grid;
    schema["properties"]["search"]["else"] = json!({"required": ["trials"]});
    let one_of = ["metric", "objectives"].map(|key| json!({"required": [key]}));
    schema["properties"]["evaluation"]["oneOf"] = json!(one_of);
    let one_of = ["min", "max"].map(|key| json!({"required": [key]}));
    let evaluation = &mut schema["properties"]["evaluation"]["properties"];
    evaluation["objectives"]["minItems"] = 1.into();
    evaluation["constraints"]["items"]["oneOf"] = json!(one_of);
}

/// The paths of a model's hyperparameters in `search.space`.
fn searched(model: &ModelInfo, catalog: &Catalog<'_>) -> Map<String, Value> {
    let domain = DomainText::schema(catalog);
    let settings = model.component.settings.iter();
    settings
        .map(|setting| {
            let described = json!({"description": setting.help, "oneOf": domain["oneOf"]});
            (format!("model.params.{}", setting.name), described)
        })
        .collect()
}
