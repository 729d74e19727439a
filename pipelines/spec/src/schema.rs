//! The JSON Schema of the format, for editors that complete and check as one types.

use serde_json::{Map, Value, json};
use surmise_core::component::{Component, ModelInfo};

use crate::catalog::{Catalog, RegularizationInfo};
use crate::check::GRID;
use crate::decode::Decode;
use crate::document::{
    CommandDocument, Document, DomainText, regularization_schema, settings_schema,
};
use crate::path::{self, REGULARIZATION};

/// The JSON Schema (draft 2020-12) of the pipeline file, with the stages, samplers and metrics of
/// the catalog. It comes from the very types that read the file; what one key asks of others, as
/// `search` does of `seed`, or excludes is added here. A file may name any model or command: with
/// `model`, the schema is that of files that name this one: it knows its hyperparameters and how it
/// is trained.
#[must_use]
pub fn json_schema(catalog: &Catalog<'_>, model: Option<&ModelInfo>) -> Value {
    let mut schema = Document::schema(catalog);
    relate(&mut schema);
    if catalog.training.is_empty() {
        leave_out_training(&mut schema);
    }
    if let Some(model) = model {
        name_model(&mut schema, model, catalog);
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

/// Narrows the schema down to files that name this model.
fn name_model(schema: &mut Value, model: &ModelInfo, catalog: &Catalog<'_>) {
    let able = |info: &&RegularizationInfo| {
        !info.needs_model || model.regularization.contains(&info.component.name)
    };
    let is_trained = !model.gradient.is_empty() && !catalog.training.is_empty();
    let mut parts = vec![("model.params".to_owned(), &model.component, false)];
    if is_trained {
        let sections = catalog.training.iter();
        parts.extend(sections.map(|section| (section.path.clone(), &section.component, false)));
        let known = || catalog.regularization.iter().filter(able);
        parts.extend(known().map(|info| {
            let RegularizationInfo { component, .. } = info;
            (REGULARIZATION.path(&component.name), component, true)
        }));
        let properties = &mut schema["properties"]["regularization"]["properties"];
        *properties = regularization_schema(known())["properties"].take();
        if model.fits_itself {
            schema["dependentRequired"]["regularization"] = json!(["training"]);
        }
    } else {
        leave_out_training(schema);
    }
    let document = &mut schema["properties"];
    document["model"]["properties"]["params"] = settings_schema(&model.component);
    document["search"]["properties"]["space"]["properties"] = searched(&parts, catalog).into();
}

fn leave_out_training(schema: &mut Value) {
    if let Some(properties) = schema["properties"].as_object_mut() {
        properties.retain(|key, _| !["training", "regularization"].contains(&key.as_str()));
    }
}

/// The paths in `search.space` of these parts: where each is, its component, and whether it can be
/// switched off.
fn searched(parts: &[(String, &Component, bool)], catalog: &Catalog<'_>) -> Map<String, Value> {
    let domain = DomainText::schema(catalog);
    let described = |help: &str| json!({"description": help, "oneOf": domain["oneOf"]});
    let mut paths = Map::new();
    for (path, component, is_switch) in parts {
        if *is_switch {
            paths.insert(path.clone(), described(&component.help));
        }
        for setting in &component.settings {
            paths.insert(path::join(path, &setting.name), described(&setting.help));
        }
    }
    paths
}
