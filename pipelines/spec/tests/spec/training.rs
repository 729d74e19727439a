//! Models that are trained through their gradient: `training` and `regularization`.

use serde_json::{Value, json};
use surmise_core::space::Domain;
use surmise_core::trial::Params;
use surmise_spec::{Catalog, IsolationSpec, ModelRef, Override, Spec, json_schema, load};

use crate::common::{PLAIN, catalog, file, loaded, messages, of_plugin, refused, refused_with};

const TRAINED: &str = "\
training:
  epochs: 60
  optimizer: { type: sgd, learning_rate: 0.1, momentum: 0.9 }
  batch: { size: full }
regularization:
  early_stopping: { patience: 5 }
  l2: {}
  dropout: null
";

/// The plain run with this model, and what is added to the file.
fn with(model: &str, more: &str) -> String {
    let plugin = format!("plugin: {model}");
    PLAIN.replace("plugin: svm", &plugin).replace("  params: { c: 10 }\n", "") + more
}

fn study(more: &str, space: &str) -> String {
    let head = "seed: 7\nsearch:\n  sampler: {type: gp}\n  trials: 20\n  space:\n";
    with("mlp", &format!("{more}{head}{space}\n"))
}

fn told(spec: &Spec, params: &[(&str, Value)]) -> Value {
    let params: Params = params.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
    json!(spec.configure(&params).expect("a configuration").training)
}

fn when(spec: &Spec, path: &str) -> Option<(String, Value)> {
    let parameters = spec.search.iter().flat_map(|s| s.space.parameters());
    let when = parameters.filter(|p| p.name == path).find_map(|p| p.when.as_ref());
    when.map(|w| (w.parameter.clone(), json!(w.values)))
}

/// Messages and what to do about them.
fn helped(text: &str) -> Vec<(String, String)> {
    let told = |d: &surmise_spec::Diagnostic| {
        (d.message().to_owned(), d.help_text().unwrap_or_default().to_owned())
    };
    refused(text).iter().map(told).collect()
}

#[test]
fn a_trained_model_is_told_everything_about_its_training() {
    let run = told(&loaded(&with("mlp", TRAINED)), &[]);
    let expected = json!({
        "epochs": 60, "precision": "f64",
        "optimizer": { "type": "sgd", "learning_rate": 0.1, "momentum": 0.9 },
        "batch": { "size": "full" },
        "schedule": { "type": "constant" },
        "clip": { "norm": null },
        "regularization": {
            "l2": { "strength": 1e-4 }, "early_stopping": { "patience": 5, "restore_best": true },
        },
    });
    assert_eq!(run, expected);
}

#[test]
fn what_is_not_written_has_its_default() {
    let spec = loaded(&with("mlp", ""));
    let run = told(&spec, &[]);
    assert_eq!(run["epochs"], 50);
    assert_eq!(run["optimizer"], json!({"type": "sgd", "learning_rate": 0.01, "momentum": 0.0}));
    assert_eq!(run["regularization"], json!({}));
    assert_eq!(loaded(&with("mlp", "training: {}\nregularization: {l2: null}\n")), spec);
    let dropout = loaded(&with("mlp", "regularization: {dropout: {rate: 0.25}}\n"));
    assert_eq!(told(&dropout, &[])["regularization"], json!({"dropout": {"rate": 0.25}}));
    assert_ne!(dropout, spec);
}

#[test]
fn a_model_that_can_do_both_is_trained_if_the_file_asks_for_it() {
    assert_eq!(loaded(&with("logistic", "")).training, None);
    assert_eq!(loaded(PLAIN).training, None);
    let asked = loaded(&with("logistic", "training: {}\n"));
    assert_eq!(told(&asked, &[])["epochs"], 50);
    assert_eq!(loaded(&asked.to_yaml()), asked);
    let add = "add `training: {}` to train it through its gradient";
    let message = |what: &str| format!("`{what}` is not for `logistic` as long as it fits itself");
    let found = helped(&with("logistic", "regularization: { l2: {} }\n"));
    assert_eq!(found, [(message("regularization"), add.into())]);
    let searched = study("", "    training.epochs: [10, 50]").replace("mlp", "logistic");
    assert_eq!(helped(&searched), [(message("training.epochs"), add.into())]);
}

#[test]
fn a_model_without_a_gradient_is_not_trained() {
    let text = with("svm", TRAINED)
        + "seed: 1\nsearch: {sampler: {type: random}, trials: 3, space: {training.epochs: [1]}}\n";
    let help = "its settings are under `model.params`".to_owned();
    let message = |what: &str| format!("`{what}` is not for `svm`, which fits itself");
    let expected = ["training", "regularization", "training.epochs"];
    assert_eq!(helped(&text), expected.map(|what| (message(what), help.clone())));
}

#[test]
fn a_loop_that_is_not_there_is_told_of() {
    let bare = || Catalog { training: vec![], regularization: vec![], ..catalog() };
    let found = load(&file(&with("mlp", TRAINED)), &[], &bare()).unwrap_err();
    let found: Vec<_> = found.iter().map(|d| d.message().split('`').nth(1).unwrap()).collect();
    assert_eq!(found, ["training", "regularization"]);
    let spec = of_plugin(load(&file(&with("mlp", "")), &[], &bare()).unwrap());
    assert_eq!(spec.training, None);
    let schema = json_schema(&bare(), None);
    assert!(schema["else"]["properties"].get("training").is_none());
}

#[test]
fn every_mistake_about_training_is_told_at_once_and_in_its_place() {
    let text = study(
        "training:
  epoch: 60
  optimizer: { type: adamm, momentum: 0.9 }
  batch: { size: ful }
  schedule: { warmup_epochs: 2 }
  clip: 1.0
regularization:
  l3: {}
  l2: { strenght: 0.1 }
  batch_norm: {}
  early_stopping:
",
        "    training.optimizer.learning_rate: { min: 1.0, max: 0.1 }
    training.optimizer.momentum: { min: 0.0, max: 0.9 }
    training.optimizer.type: { min: 0, max: 1 }
    training.batch.size: { min: 0, max: 64 }
    training.optimizer: [null]
    training.optimiser.type: [adam]
    regularization.dropout.rate: { min: 0.0, max: 0.5 }
    regularization.batch_norm: [null, {}]
    regularization.l2.strength: [1, 2]",
    );
    insta::assert_snapshot!(refused(&text).render(false));
}

#[test]
fn a_setting_of_another_optimizer_is_refused() {
    let text = with("mlp", "training: { optimizer: { type: adam, momentum: 0.9 } }\n");
    insta::assert_snapshot!(refused(&text).render(false));
    let overridden = refused_with(&with("mlp", TRAINED), &["training.optimizer.type=adam"]);
    assert_eq!(overridden.len(), 1, "{overridden}");
    let sets = ["training.optimizer.type=adam", "training.optimizer.momentum=null"];
    let sets = sets.map(Override::new);
    let spec = of_plugin(load(&file(&with("mlp", TRAINED)), &sets, &catalog()).unwrap());
    let adam = json!({"type": "adam", "learning_rate": 0.1, "beta1": 0.9});
    assert_eq!(told(&spec, &[])["optimizer"], adam);
}

#[test]
fn shapes_that_are_off_say_what_is_right() {
    for (more, message, help) in [
        ("training: fast\n", "expected a mapping of settings, found the text `fast`", ""),
        (
            "training: { optimizer: adam }\n",
            "expected a mapping of settings, found the text `adam`",
            "write `optimizer: { type: … }`",
        ),
        (
            "regularization:\n  - l2: {}\n",
            "kinds of regularization are a mapping, because their order means nothing, not a list",
            "write `l2: {…}` without the dash",
        ),
        (
            "regularization:\n  l2:\n",
            "the regularization `l2` has no settings",
            "write `l2: {}` to use its defaults, or `l2: null` to switch it off",
        ),
    ] {
        assert_eq!(helped(&with("mlp", more)), [(message.to_owned(), help.to_owned())]);
    }
}

#[test]
fn overrides_reach_what_the_file_does_not_have() {
    let sets = ["training.optimizer.type=adam", "regularization.dropout.rate=0.1"];
    let sets = sets.map(Override::new);
    let spec = of_plugin(load(&file(&with("mlp", "")), &sets, &catalog()).unwrap());
    let run = told(&spec, &[]);
    assert_eq!(run["optimizer"]["type"], "adam");
    assert_eq!(run["regularization"], json!({"dropout": {"rate": 0.1}}));
    let off = [Override::new("regularization.l2=null")];
    let spec = of_plugin(load(&file(&with("mlp", TRAINED)), &off, &catalog()).unwrap());
    assert!(told(&spec, &[])["regularization"].get("l2").is_none());
}

#[test]
fn settings_of_the_training_are_searched_where_they_take_part() {
    let spec = loaded(&study(
        "",
        "    training.optimizer.type: [sgd, adam]
    training.optimizer.learning_rate: {min: 1.0e-4, max: 0.3, log: true}
    training.optimizer.momentum: {min: 0.0, max: 0.99}
    training.epochs: {min: 10, max: 100}
    training.batch.size: [16, 32, full]",
    ));
    let domain = |name: &str| {
        let search = spec.search.as_ref().unwrap();
        search.space.parameters().iter().find(|p| p.name == name).unwrap().domain.clone()
    };
    assert!(matches!(domain("training.epochs"), Domain::Int { low: 10, high: 100, .. }));
    assert!(matches!(domain("training.batch.size"), Domain::Choice { .. }));
    let sgd = ("training.optimizer.type".to_owned(), json!(["sgd"]));
    assert_eq!(when(&spec, "training.optimizer.momentum"), Some(sgd));
    let first = spec.search.as_ref().unwrap().first.clone().unwrap();
    let expected = json!({
        "training.optimizer.type": "sgd", "training.optimizer.learning_rate": 0.01,
        "training.optimizer.momentum": 0.0, "training.epochs": 50, "training.batch.size": 32,
    });
    assert_eq!(json!(first), expected);
    let run = told(
        &spec,
        &[
            ("training.optimizer.type", json!("adam")),
            ("training.optimizer.learning_rate", json!(0.05)),
            ("training.epochs", json!(20)),
            ("training.batch.size", json!("full")),
        ],
    );
    let adam = json!({"type": "adam", "learning_rate": 0.05, "beta1": 0.9});
    assert_eq!((&run["optimizer"], &run["batch"]["size"]), (&adam, &json!("full")));
    assert_eq!(run["epochs"], 20);
    assert_eq!(loaded(&spec.to_yaml()), spec, "{}", spec.to_yaml());
}

#[test]
fn each_type_has_its_own_default() {
    let adam = loaded(&with("mlp", "training: { optimizer: { type: adam } }\n"));
    assert_eq!(told(&adam, &[])["optimizer"]["learning_rate"], 0.001);
    assert_eq!(loaded(&adam.to_yaml()), adam);
    let rate = "    training.optimizer.learning_rate: {min: 1.0e-4, max: 0.1, log: true}";
    let first = |more: &str, space: &str| {
        let first = loaded(&study(more, space)).search.unwrap().first.unwrap();
        first.get("training.optimizer.learning_rate").cloned()
    };
    let searched = format!("{rate}\n    training.optimizer.type: [adam, sgd]");
    assert_eq!(first("training: { optimizer: { type: adam } }\n", rate), Some(json!(0.001)));
    assert_eq!(first("training: { optimizer: { type: adam } }\n", &searched), Some(json!(0.001)));
    assert_eq!(first("", &searched), Some(json!(0.01)));
    // All types have one, so that it always takes part.
    let spec = loaded(&study("", &searched));
    assert_eq!(when(&spec, "training.optimizer.learning_rate"), None);
    let types = loaded(&study("", "    training.optimizer.type: [adam, sgd]"));
    for (kind, rate) in [("adam", 0.001), ("sgd", 0.01)] {
        let run = told(&types, &[("training.optimizer.type", json!(kind))]);
        assert_eq!(run["optimizer"]["learning_rate"], rate);
    }
    assert_eq!(loaded(&types.to_yaml()), types, "{}", types.to_yaml());
}

#[test]
fn a_hyperparameter_and_the_regularization_that_sets_it_are_one_or_the_other() {
    let params = |value: f64| format!("  params: {{ dropout: {value} }}");
    let file = |params: &str| {
        let text = with("dropping", "regularization: {dropout: {rate: 0.25}}\n");
        text.replace("plugin: dropping", &format!("plugin: dropping\n{params}"))
    };
    let spec = loaded(&file(""));
    assert_eq!(loaded(&spec.to_yaml()), spec, "{}", spec.to_yaml());
    assert_eq!(loaded(&file(&params(0.0))), spec);
    let message = "`model.params.dropout` and `regularization.dropout` are the same";
    assert_eq!(messages(&file(&params(0.5))), [message]);
}

#[test]
fn a_range_of_what_may_be_a_word_is_of_numbers() {
    let space = "    training.batch.size: {min: 8, max: 64}";
    let spec = loaded(&study("", space));
    let domain = &spec.search.as_ref().unwrap().space.parameters()[0].domain;
    assert!(matches!(domain, Domain::Int { low: 8, high: 64, .. }));
    let written = study("training: { batch: { size: full } }\n", space);
    let message = "`training.batch.size` is written here as a value that is not searched";
    assert_eq!(messages(&written), [message]);
    let word = study("", "    training.batch.size: {min: 8, max: full}");
    assert_eq!(messages(&word), ["expected a number, found the text `full`"]);
}

#[test]
fn regularization_is_searched_as_stages_are() {
    let spec = loaded(&study(
        "regularization: { l2: { strength: 0.01 } }\n",
        "    regularization.l2: [null, {}]
    regularization.l2.strength: {min: 1.0e-6, max: 0.1, log: true}
    regularization.dropout: [null, {rate: 0.2}, {rate: 0.5}]
    training.epochs: {values: [10, 50], when: {regularization.dropout: [null]}}",
    ));
    let on = ("regularization.l2".to_owned(), json!([{}]));
    assert_eq!(when(&spec, "regularization.l2.strength"), Some(on));
    let first = json!(spec.search.as_ref().unwrap().first);
    let expected = json!({
        "regularization.l2": {}, "regularization.l2.strength": 0.01,
        "regularization.dropout": null, "training.epochs": 50,
    });
    assert_eq!(first, expected);
    let run = |l2: &[(&str, Value)], dropout: Value| {
        let mut params = l2.to_vec();
        params.push(("regularization.dropout", dropout));
        told(&spec, &params)["regularization"].clone()
    };
    let strong = [("regularization.l2", json!({})), ("regularization.l2.strength", json!(0.1))];
    let both = json!({"l2": {"strength": 0.1}, "dropout": {"rate": 0.2}});
    assert_eq!(run(&strong, json!({"rate": 0.2})), both);
    let off = [("regularization.l2", json!(null))];
    assert_eq!(run(&off, json!({"rate": 0.5})), json!({"dropout": {"rate": 0.5}}));
    assert_eq!(loaded(&spec.to_yaml()), spec, "{}", spec.to_yaml());
    insta::assert_snapshot!(spec.to_yaml());
}

#[test]
fn what_is_off_is_not_searched_inside() {
    let found = helped(&study("", "    regularization.l2.strength: [0.1, 0.2]"));
    let message = "`regularization.l2.strength` would never take part".to_owned();
    let help = "write `regularization.l2` as more than `null`, or search it too: \
                `regularization.l2: [null, {}]`";
    assert_eq!(found, [(message, help.to_owned())]);
    let found = helped(&study("", "    regularization.l2: [{}, {strength: 0.5}]"));
    let message = "`regularization.l2` is off by default, which the search does not allow";
    let help = "write `regularization.l2` in the file, or list `null` too";
    assert_eq!(found, [(message.to_owned(), help.to_owned())]);
}

#[test]
fn the_schema_of_a_trained_model_has_its_training() {
    let catalog = catalog();
    let schema = |plugin: &str| {
        let model =
            (catalog.model)(ModelRef { plugin, name: None }, &IsolationSpec::default()).unwrap();
        json_schema(&catalog, Some(&model))
    };
    let of = schema("mlp");
    let training = &of["properties"]["training"]["properties"];
    assert_eq!(training["epochs"]["default"], 50);
    let rate = &training["optimizer"]["properties"]["learning_rate"];
    assert!(rate["maximum"] == 10.0 && rate.get("default").is_none());
    let size = json!([{"type": "integer", "minimum": 1, "maximum": 1_000_000}, {"const": "full"}]);
    assert_eq!(training["batch"]["properties"]["size"]["anyOf"], size);
    let able = of["properties"]["regularization"]["properties"].as_object().unwrap();
    let able: Vec<&str> = able.keys().map(String::as_str).collect();
    assert_eq!(able, ["dropout", "early_stopping", "l2"]);
    let space =
        of["properties"]["search"]["properties"]["space"]["properties"].as_object().unwrap();
    for path in ["training.epochs", "training.optimizer.type", "regularization.l2.strength"] {
        assert!(space.contains_key(path), "{path}");
    }
    assert!(space.contains_key("regularization.l2") && !space.contains_key("training"));
    assert!(!space.contains_key("regularization.batch_norm"));
    assert!(of["dependentRequired"].get("regularization").is_none());
    let both = schema("logistic");
    assert_eq!(both["dependentRequired"]["regularization"], json!(["training"]));
    assert!(schema("svm")["properties"].get("training").is_none());
}
