//! The JSON Schema says what the reader does.

use serde_json::{Value, json};
use surmise_spec::{Code, Diagnostic, IsolationSpec, ModelRef, Source, Spec, json_schema, load};

use crate::common::{PLAIN, catalog, file, loaded, measured, study};

/// Checks a document against the few keywords of JSON Schema that the schema uses.
fn conforms(schema: &Value, value: &Value) -> Result<(), String> {
    let fail = |why: &str| Err(format!("{value}: {why}"));
    if let Some(all) = schema["enum"].as_array() {
        return if all.contains(value) { Ok(()) } else { fail("not in enum") };
    }
    if let Some(same) = schema.get("const") {
        return if same == value { Ok(()) } else { fail("not the constant") };
    }
    for keyword in ["oneOf", "anyOf"] {
        if let Some(options) = schema[keyword].as_array() {
            let fitting = options.iter().filter(|s| conforms(s, value).is_ok()).count();
            let good = fitting == 1 || (keyword == "anyOf" && fitting > 0);
            if !good {
                return fail(&format!("fits {fitting} of {keyword}"));
            }
        }
    }
    let good = match schema["type"].as_str() {
        Some("object") => return conforms_object(schema, value),
        None if value.is_object() => return conforms_object(schema, value),
        Some("array") => value.as_array().is_some_and(|items| {
            items.iter().all(|item| schema.get("items").is_none_or(|s| conforms(s, item).is_ok()))
        }),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64(),
        Some("number") => value.is_number(),
        Some("null") => value.is_null(),
        _ => true,
    };
    if good { Ok(()) } else { fail("wrong type") }
}

fn conforms_object(schema: &Value, value: &Value) -> Result<(), String> {
    let object = value.as_object().ok_or(format!("{value}: no object"))?;
    for key in schema["required"].as_array().into_iter().flatten() {
        object.get(key.as_str().unwrap_or_default()).ok_or(format!("{key} is missing"))?;
    }
    for (key, needed) in schema["dependentRequired"].as_object().into_iter().flatten() {
        if object.contains_key(key) {
            conforms_object(&json!({"required": needed}), value)?;
        }
    }
    if let Some(condition) = schema.get("if") {
        let branch = if conforms(condition, value).is_ok() { "then" } else { "else" };
        conforms(schema.get(branch).unwrap_or(&json!({})), value)?;
    }
    for (key, value) in object {
        match schema["properties"].get(key) {
            Some(schema) => conforms(schema, value)?,
            None if schema["additionalProperties"] == json!(false) => {
                return Err(format!("{key} is unknown"));
            }
            None => conforms(&schema["additionalProperties"], value)?,
        }
    }
    Ok(())
}

#[test]
fn what_loads_conforms() {
    let spec = loaded(&study(
        "{type: gp, start: 3}",
        "    model.params.c: {min: 1, max: 100, log: true}
    model.params.kernel: {values: [linear, rbf], ordered: true}
    model.params.gamma: {min: 0.01, max: 1, when: {model.params.kernel: [rbf]}}
    stages.pca: [null, {}]",
    ));
    let document: Value = serde_yaml::from_str(&spec.to_yaml()).unwrap();
    let schema = json_schema(&catalog(), None);
    conforms(&schema, &document).unwrap();
    for (path, wrong) in [
        ("/seed", json!("x")),
        ("/evaluation/metric", json!("speed")),
        ("/search/sampler/type", json!("nsga2")),
        ("/search/sampler/start", json!(true)),
        ("/stages/0", json!({"fly": {}})),
        ("/data/source", json!({"parquet": "x"})),
    ] {
        let mut document = document.clone();
        *document.pointer_mut(path).unwrap() = wrong;
        assert!(conforms(&schema, &document).is_err(), "{path}");
    }
}

#[test]
fn keys_ask_for_keys_as_the_reader_does() {
    let without = |document: &Value, pointer: &str, key: &str| {
        let mut document = document.clone();
        let parent = document.pointer_mut(pointer).and_then(Value::as_object_mut);
        assert!(parent.unwrap().remove(key).is_some(), "{key}");
        let text = serde_yaml::to_string(&document).unwrap();
        let fits = conforms(&json_schema(&catalog(), None), &document).is_ok();
        assert_eq!(load(&file(&text), &[], &catalog()).is_ok(), fits, "{text}");
        fits
    };
    let document = |spec: Spec| serde_yaml::from_str::<Value>(&spec.to_yaml()).unwrap();
    let space = "    model.params.c: [1, 10]";
    let gp = document(loaded(&study("{type: gp}", space)));
    assert!(!without(&gp, "", "seed"));
    assert!(!without(&gp, "/search", "trials"));
    let grid = document(loaded(&study("{type: grid}", space)));
    assert!(!without(&grid, "", "seed"));
    assert!(without(&grid, "/search", "trials"));
    assert!(without(&document(loaded(PLAIN)), "", "seed"));
    assert!(!without(&document(loaded(PLAIN)), "/evaluation", "metric"));
    let bounded = document(loaded(&measured("metric: accuracy", "{metric: accuracy, min: 0.9}")));
    assert!(without(&bounded, "/evaluation", "constraints"));
    assert!(!without(&bounded, "/evaluation/constraints/0", "min"));
    assert!(!without(&bounded, "/evaluation/constraints/0", "metric"));
}

#[test]
fn every_property_is_described() {
    fn walk(schema: &Value, path: &str) {
        for (key, property) in schema["properties"].as_object().into_iter().flatten() {
            let path = format!("{path}.{key}");
            let told = property["description"].as_str().is_some_and(|d| !d.is_empty());
            let told = told || property.get("const").is_some() || property.get("anyOf").is_some();
            assert!(told, "{path} has no description");
            walk(property, &path);
        }
    }
    walk(&json_schema(&catalog(), None), "");
}

#[test]
fn the_schema_is_as_published() {
    insta::assert_json_snapshot!(json_schema(&catalog(), None));
}

/// Whatever parts they name, the shipped examples have the shape that is read.
#[test]
fn shipped_examples_have_the_shape() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let examples: Vec<_> = paths.filter(|p| p.extension().is_some_and(|e| e == "yaml")).collect();
    assert!(!examples.is_empty());
    for path in examples {
        let source = Source::read(&path).unwrap();
        // The sections of a training are parts, too, and the catalog here has others.
        if source.text.lines().any(|line| line == "training:") {
            continue;
        }
        let Err(diagnostics) = load(&source, &[], &catalog()) else {
            continue;
        };
        let about_parts =
            [Code::UnknownName, Code::Plugin, Code::Value, Code::Space, Code::Mismatch];
        let odd: Vec<&Diagnostic> =
            diagnostics.iter().filter(|d| !about_parts.contains(&d.code())).collect();
        assert!(odd.is_empty(), "{diagnostics}");
    }
}

#[test]
fn a_models_own_hyperparameters_are_completed_too() {
    let catalog = catalog();
    let svm = ModelRef { plugin: "svm", name: None };
    let model = (catalog.model)(svm, &IsolationSpec::default()).unwrap();
    let schema = json_schema(&catalog, Some(&model));
    let document = &schema["properties"];
    let params = &document["model"]["properties"]["params"]["properties"];
    let space = &document["search"]["properties"]["space"]["properties"];
    assert!(!model.component.settings.is_empty());
    for setting in &model.component.settings {
        assert!(params[&setting.name].is_object(), "{}", setting.name);
        let path = format!("model.params.{}", setting.name);
        assert_eq!(space[&path]["description"], setting.help);
        assert!(space[&path]["oneOf"].is_array());
    }
}
