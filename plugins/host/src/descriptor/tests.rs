//! Good and bad descriptors.

use serde_json::json;

use super::*;

fn with_settings(settings: &Value) -> Value {
    json!({
        "schema": 1,
        "plugin": { "id": "org.example.ridge", "name": "Ridge", "version": "1.2.0" },
        "models": [{
            "id": "ridge",
            "tasks": ["regression", "forecasting"],
            "layouts": ["csr_f32", "rows_f64"],
            "caps": ["predict_proba", "something_newer"],
            "hyperparameters": settings,
        }],
        "newer": true,
    })
}

fn problem(descriptor: &Value) -> String {
    parse(&descriptor.to_string()).expect_err("refused")
}

#[test]
fn a_good_descriptor_is_read_and_newer_fields_are_ignored() {
    let settings = json!([
        { "name": "solver", "type": "choice", "choices": ["sgd", "adam"], "default": "adam" },
        { "name": "momentum", "type": "float", "low": 0.0, "high": 0.999, "default": 0.9,
          "when": { "solver": ["sgd"] }, "help": "how much\u{7} of the last step" },
        { "name": "epochs", "type": "int", "low": 1, "high": 10, "fidelity": true },
    ]);
    let descriptor = parse(&with_settings(&settings).to_string()).expect("good");
    assert_eq!(
        (descriptor.id.as_str(), descriptor.version.as_str()),
        ("org.example.ridge", "1.2.0")
    );
    let info = &descriptor.models[0];
    assert_eq!(info.tasks, [Task::Regression]);
    assert!(info.probabilities && !info.parallel_instances && !info.missing);
    assert_eq!((info.layout(), info.categories), (Layout::CsrF32, false));
    assert_eq!(info.layouts, [Layout::CsrF32, Layout::RowsF64]);
    assert!(!info.save);
    assert_eq!(info.deterministic, Deterministic::No, "what is not promised does not hold");
    let momentum = &info.component.settings[1];
    let when = When { setting: "solver".into(), values: vec![json!("sgd")] };
    assert_eq!(momentum.when.as_ref(), Some(&when));
    assert_eq!(momentum.help, "how much of the last step");
    assert_eq!(info.component.settings[2].default, None);
    assert_eq!(info.fidelity.as_deref(), Some("epochs"));
    assert!(info.fits_itself && info.gradient.is_empty() && !info.weights && !info.importance);
}

#[test]
fn what_probabilities_take_is_a_yes_or_no_hyperparameter() {
    let with = |switch: &str| {
        let mut descriptor = with_settings(&json!([
            { "name": "sure", "type": "bool", "default": false },
            { "name": "rate", "type": "float", "low": 0.0, "high": 1.0, "default": 0.5 },
        ]));
        descriptor["models"][0]["probabilities_if"] = json!(switch);
        parse(&descriptor.to_string()).map(|read| read.models[0].probabilities_if.clone())
    };
    assert_eq!(with("sure"), Ok(Some("sure".to_owned())));
    for switch in ["rate", "unsure", "\u{1b}[2J"] {
        assert!(with(switch).expect_err("refused").contains("yes-or-no"), "{switch}");
    }
}

#[test]
fn one_of_several_models_may_be_the_default() {
    let default_of = |defaults: &[Value]| {
        let mut descriptor = with_settings(&json!([]));
        let entry = descriptor["models"][0].clone();
        let models = defaults.iter().enumerate().map(|(k, default)| {
            let mut entry = entry.clone();
            entry["id"] = json!(format!("m{k}"));
            entry["default"] = default.clone();
            entry
        });
        descriptor["models"] = models.collect();
        parse(&descriptor.to_string()).map(|descriptor| descriptor.default)
    };
    assert_eq!(default_of(&[json!(false)]), Ok(Some(0)), "the only one");
    assert_eq!(default_of(&[json!(false), json!(false)]), Ok(None));
    assert_eq!(default_of(&[json!(false), json!(true)]), Ok(Some(1)));
    let several = default_of(&[json!(true), json!(true)]).expect_err("refused");
    assert_eq!(several, "has several default models");
}

#[test]
fn categories_come_as_columns() {
    let with = |layouts: Value| {
        let mut descriptor = with_settings(&json!([]));
        descriptor["models"][0]["layouts"] = layouts;
        descriptor["models"][0]["categorical"] = json!(true);
        parse(&descriptor.to_string())
    };
    let descriptor = with(json!(["newer", "columns", "rows_f64"])).expect("good");
    assert!(descriptor.models[0].categories);
    let problem = with(json!(["rows_f64", "columns"])).expect_err("rows hold numbers");
    assert!(problem.ends_with("takes categories, but prefers the layout rows_f64 to columns"));
}

#[test]
fn an_optional_number_may_be_null() {
    let of = json!({ "type": "int", "low": 1, "high": 9 });
    let depth = json!({ "name": "depth", "type": "optional", "of": of, "default": null });
    let descriptor = parse(&with_settings(&json!([depth])).to_string()).expect("good");
    let setting = &descriptor.models[0].component.settings[0];
    assert_eq!(setting.default, Some(Value::Null));
    assert!(matches!(setting.kind.value_kind(), SettingKind::Int { low: 1, high: 9, .. }));
}

#[test]
fn a_word_may_stand_for_a_number() {
    let of = json!({ "type": "float", "low": 0.1, "high": 9.0 });
    let gamma =
        json!({ "name": "gamma", "type": "or", "of": of, "word": "scale", "default": "scale" });
    let descriptor = parse(&with_settings(&json!([gamma])).to_string()).expect("good");
    let setting = &descriptor.models[0].component.settings[0];
    assert_eq!(setting.default, Some(json!("scale")));
    assert!(setting.kind.check(&json!(0.5)).is_ok() && setting.kind.check(&json!("auto")).is_err());
}

#[test]
fn a_model_may_leave_its_training_to_the_host() {
    let with = |gradient: Value, fit: Value| {
        let rate = json!({ "name": "dropout", "type": "float", "low": 0, "high": 0.9 });
        let mut descriptor = with_settings(&json!([rate]));
        descriptor["models"][0]["gradient"] = gradient;
        descriptor["models"][0]["fit"] = fit;
        descriptor["models"][0]["regularization"] = json!(["dropout"]);
        parse(&descriptor.to_string())
    };
    let descriptor = with(json!(["bf16", "f32", "f64"]), json!("host")).expect("good");
    let info = &descriptor.models[0];
    assert!(!info.fits_itself);
    assert_eq!(info.gradient, [Precision::F32, Precision::F64]);
    assert!(with(json!(["f64"]), json!("self")).expect("good").models[0].fits_itself);
    assert_eq!(info.regularization, ["dropout"]);
    assert!(with(json!(["bf16"]), json!("host")).expect_err("none").contains("no gradient"));
    assert!(with(json!(["f64"]), json!("us")).expect_err("who").contains("neither by itself"));
}

#[test]
fn contradictions_in_hyperparameters_are_refused() {
    let float = |more: Value| {
        let mut entry = json!({ "name": "a", "type": "float", "low": 0.0, "high": 1.0 });
        entry.as_object_mut().expect("an object").extend(more.as_object().expect("one").clone());
        entry
    };
    let condition = |name: &str, on: &str| json!({ "name": name, "type": "bool", "default": true, "when": { on: [true] } });
    let cases = [
        (json!([float(json!({ "default": 2.0 }))]), "its default must lie between"),
        (json!([float(json!({ "low": 2.0 }))]), "its range is empty"),
        (json!([float(json!({ "log": true }))]), "above zero"),
        (json!([float(json!({})), float(json!({}))]), "described twice"),
        (json!([float(json!({ "name": "\u{1b}[0m" }))]), "is no name"),
        (json!([{ "name": "a", "type": "int", "low": 0, "high": 9007199254740993_i64 }]), "2^53"),
        (json!([{ "name": "a", "type": "ints", "low": 0, "high": 9007199254740993_i64 }]), "2^53"),
        (json!([{ "name": "a", "type": "choice", "choices": [] }]), "has no choices"),
        (
            json!([{ "name": "a", "type": "choice", "choices": ["x", "y", "x"] }]),
            "\"x\" is there twice",
        ),
        (
            json!([{ "name": "a", "type": "choice", "choices": ["a\u{9b}31m"] }]),
            "control or invisible",
        ),
        (
            json!([{ "name": "a", "type": "choice", "choices": [["\u{202e}"]] }]),
            "control or invisible",
        ),
        (json!([{ "name": "a", "type": "colour" }]), "unknown variant"),
        (
            json!([{ "name": "a", "type": "optional", "of": { "type": "bool" } }]),
            "only a number can be optional",
        ),
        (
            json!([{ "name": "a", "type": "optional", "of": { "type": "int", "low": 2, "high": 1 } }]),
            "its range is empty",
        ),
        (
            json!([{ "name": "a", "type": "or", "of": { "type": "bool" }, "word": "b" }]),
            "only a number can be a word instead",
        ),
        (
            json!([{ "name": "a", "type": "or", "word": "\u{9b}31m",
                     "of": { "type": "int", "low": 1, "high": 2 } }]),
            "its word is none",
        ),
        (
            json!([{ "name": "a", "type": "bool", "default": true, "fidelity": true }]),
            "only a number is a fidelity",
        ),
        (
            json!([
                float(json!({ "fidelity": true })),
                float(json!({ "name": "b", "fidelity": true }))
            ]),
            "a second fidelity, \"b\"",
        ),
        (json!([condition("a", "b")]), "an unknown one"),
        (json!([condition("a", "a")]), "depends on itself"),
        (json!([condition("a", "b"), condition("b", "a")]), "depends on itself"),
        (json!([float(json!({})), condition("b", "a")]), "its condition expected a number"),
    ];
    for (settings, expected) in cases {
        let found = problem(&with_settings(&settings));
        assert!(found.contains(expected), "{found:?} should contain {expected:?}");
    }
}

#[test]
fn contradictions_around_them_are_refused() {
    let change = |pointer: &str, value: Value| {
        let mut descriptor = with_settings(&json!([]));
        *descriptor.pointer_mut(pointer).expect("there") = value;
        problem(&descriptor)
    };
    for (names, expected) in [
        (json!(["drop out"]), "is no name of a regularization"),
        (json!(["warm", "warm"]), "`warm` is there twice"),
        (json!(["dropout"]), "`dropout` sets no hyperparameter of that name"),
    ] {
        let mut descriptor = with_settings(&json!([{ "name": "warm", "type": "bool" }]));
        descriptor["models"][0]["regularization"] = names;
        assert!(problem(&descriptor).contains(expected), "{expected}");
    }
    assert!(change("/schema", json!(2)).contains("schema 2"));
    assert!(change("/plugin/id", json!("No Id")).contains("is no id"));
    assert!(change("/models/0/id", json!("")).contains("is no id"));
    assert!(change("/models/0/tasks", json!(["forecasting"])).contains("no task known"));
    assert!(change("/models/0/layouts", json!(["csr_f16"])).contains("rows_f64"));
    let model = with_settings(&json!([])).pointer("/models/0").expect("there").clone();
    assert!(change("/models", json!([model, model])).contains("twice"));
    let mut descriptor = with_settings(&json!([]));
    descriptor["models"][0]["deterministic"] = json!("mostly");
    assert!(problem(&descriptor).contains("unknown variant `mostly`"));
    assert!(parse("{}").expect_err("empty").contains("missing field"));
    assert!(parse("[").expect_err("no JSON").contains("not usable JSON"));
}

#[test]
fn what_a_model_promises_is_read() {
    for (word, promise) in [
        ("bitwise", Deterministic::Bitwise),
        ("per_thread_count", Deterministic::PerThreadCount),
        ("no", Deterministic::No),
    ] {
        let mut descriptor = with_settings(&json!([]));
        descriptor["models"][0]["deterministic"] = json!(word);
        descriptor["models"][0]["caps"] = json!(["save"]);
        let descriptor = parse(&descriptor.to_string()).expect("good");
        let info = &descriptor.models[0];
        assert!(info.save && info.deterministic == promise, "{word}");
    }
}

/// A walk for each, with a search for each step of it, took minutes.
#[test]
fn a_long_chain_of_conditions_is_checked_at_once() {
    let chained = |n: usize| {
        let link = |i: usize| {
            let mut link = json!({ "name": format!("a{i}"), "type": "bool", "default": true });
            if 0 < i {
                link["when"] = json!({ format!("a{}", i - 1): [true] });
            }
            link
        };
        with_settings(&(0..n).map(link).collect::<Vec<_>>().into())
    };
    assert!(parse(&chained(1000).to_string()).is_ok());
    assert!(problem(&chained(5000)).contains("5000 hyperparameters, not up to 1000"));
}

/// The page that authors in other languages read.
#[test]
fn the_documented_descriptor_is_one() {
    let page = include_str!("../../../abi/DESCRIPTOR.md");
    let (_, rest) = page.split_once("```json\n").expect("an example");
    let (example, _) = rest.split_once("```").expect("an end");
    let descriptor = parse(example).expect("good");
    assert_eq!(descriptor.models[0].component.settings[0].name, "alpha");
}
