//! Models that are trained through their gradient, from the pipeline file to the saved model.

use serde_json::Value;

use crate::support::Bench;

/// A model of sixty lines that knows nothing of training (`tests/fixtures/softmax`).
const THIRD_PARTY: &str = "\
surmise: 1
name: study
seed: 3
data: { source: { csv: data/iris.csv }, target: species }
stages:
  - standardize: {}
model: { plugin: softmax }
training:
  epochs: 15
  validation: { fraction: 0.25 }
evaluation: { resample: { kfold: 3, shuffle: true }, metric: accuracy }
";

const OPTIMIZERS: &str = "[sgd, momentum, nesterov, adagrad, adadelta, rmsprop, adam, amsgrad, \
                          adamw, nadam, radam, adamax, lion, lbfgs, gradient_descent]";

/// Each stage of the loop with settings that let it do something.
const STAGES: &[(&str, &str)] = &[
    ("l1", "{ strength: 0.01 }"),
    ("l2", "{ strength: 0.01 }"),
    ("elastic", "{ strength: 0.01 }"),
    ("weight_decay", "{ strength: 0.01 }"),
    ("class_weights", "{}"),
    ("augment", "{ noise: 0.1 }"),
    ("input_dropout", "{ rate: 0.2 }"),
    ("mixup", "{}"),
    ("label_smoothing", "{}"),
    ("gradient_noise", "{}"),
    ("max_norm", "{ bound: 0.5 }"),
    ("stochastic_weight_averaging", "{}"),
    ("early_stopping", "{ patience: 1, min_delta: 0.5 }"),
];

fn outcomes(bench: &Bench, run: &str) -> Vec<Value> {
    let outcome = |trial: &Value| trial.get("outcome").cloned();
    bench.events(run).iter().filter_map(outcome).collect()
}

#[test]
fn a_model_of_sixty_lines_has_every_optimizer() {
    let search = format!(
        "search:\n  sampler: {{ type: grid }}\n  space:\n    training.optimizer.type: {OPTIMIZERS}\n"
    );
    let bench = Bench::with(&format!("{THIRD_PARTY}{search}"));
    bench.ok(&["run", "study.yaml", "--quiet"]);
    let all = outcomes(&bench, "study-1");
    assert_eq!(all.len(), 15);
    for (i, outcome) in all.iter().enumerate() {
        assert_eq!(outcome["state"], "complete", "optimizer {i}: {outcome}");
    }
    let best = all.iter().filter_map(|outcome| outcome["value"].as_f64()).fold(0.0, f64::max);
    assert!(0.9 < best, "{best}");
}

#[test]
fn a_model_of_sixty_lines_has_every_stage_of_the_loop() {
    let bench = Bench::with(THIRD_PARTY);
    bench.ok(&["run", "study.yaml", "--quiet"]);
    let plain = bench.read("runs/study-1/model.bin");
    for (i, (stage, settings)) in STAGES.iter().enumerate() {
        let set = format!("regularization={{ {stage}: {settings} }}");
        bench.ok(&["run", "study.yaml", "--quiet", "--set", &set]);
        let run = format!("study-{}", i + 2);
        let outcome = &outcomes(&bench, &run)[0];
        assert_eq!(outcome["state"], "complete", "{stage}: {outcome}");
        let model = bench.read(&format!("runs/{run}/model.bin"));
        assert_ne!(model, plain, "{stage}");
    }
}

#[test]
fn a_training_repeats_itself_anywhere() {
    let bench = Bench::with(&THIRD_PARTY.replace("plugin: softmax", "plugin: network"));
    let set = ["--set", "training.precision=f64", "--set", "model.params={ dropout: 0.2 }"];
    let run = |more: &[&str]| {
        let args = [&["run", "study.yaml", "--quiet"], &set[..], more].concat();
        bench.ok(&args);
    };
    run(&["--threads", "2"]);
    run(&["--threads", "1"]);
    run(&["--set", "isolation=in-process"]);
    let model = bench.read("runs/study-1/model.bin");
    for other in ["study-2", "study-3"] {
        assert_eq!(outcomes(&bench, other), outcomes(&bench, "study-1"), "{other}");
        assert_eq!(bench.read(&format!("runs/{other}/model.bin")), model, "{other}");
    }
    bench.ok(&["reproduce", "study-1"]);
    bench.ok(&["reproduce", "study-3"]);
}

#[test]
fn a_training_that_diverges_says_where() {
    let bench = Bench::with(THIRD_PARTY);
    let set = ["training.parameter_bound=1.0", "training.optimizer={ learning_rate: 10.0 }"];
    let finished = bench.run(&["run", "study.yaml", "--quiet", "--set", set[0], "--set", set[1]]);
    assert_eq!(finished.code, 7, "{}", finished.err);
    let outcome = &outcomes(&bench, "study-1")[0];
    assert_eq!(outcome["state"], "diverged", "{outcome}");
    let step = outcome["step"].as_u64().unwrap();
    let error = outcome["error"].as_str().unwrap();
    let said = "fold 1 of 3: model `softmax`: training diverged in epoch ";
    assert!(error.starts_with(said), "{error}");
    assert!(error.contains(&format!("step {step}: ")), "{error}");
}

/// What only some trial would stumble over is found before the first one.
#[test]
fn what_a_search_may_switch_on_needs_its_rows_too() {
    let search = "search:\n  sampler: { type: grid }\n  space:\n    \
                  regularization.early_stopping: [null, { patience: 5 }]\n";
    let file = THIRD_PARTY.replace("fraction: 0.25", "fraction: 0.0");
    let bench = Bench::with(&format!("{file}{search}"));
    let finished = bench.run(&["run", "study.yaml", "--quiet"]);
    assert_eq!(finished.code, 3, "{}", finished.err);
    assert!(finished.err.contains("`early_stopping` watches the loss"), "{}", finished.err);
}

#[test]
fn validation_rows_may_be_judged_by_a_metric() {
    let file = THIRD_PARTY.replace("fraction: 0.25", "fraction: 0.25, metric: accuracy");
    let bench = Bench::with(&file);
    let stops = "regularization={ early_stopping: { monitor: validation_metric, patience: 2 } }";
    bench.ok(&["run", "study.yaml", "--quiet", "--set", stops, "--set", "training.epochs=200"]);
    bench.ok(&["run", "study.yaml", "--quiet", "--set", "training.keep=best"]);
    bench.ok(&["run", "study.yaml", "--quiet"]);
    let models: Vec<_> =
        (1..=3).map(|i| bench.read(&format!("runs/study-{i}/model.bin"))).collect();
    assert_ne!(models[0], models[1]);
    assert_ne!(models[1], models[2], "the best epoch by accuracy is an early one");
    bench.ok(&["reproduce", "study-1"]);
}

#[test]
fn a_range_test_tells_at_which_rates_the_loss_falls() {
    let bench = Bench::with(THIRD_PARTY);
    let stops = "regularization={ early_stopping: {} }";
    let args = ["range-test", "study.yaml", "--set", stops, "--steps", "80"];
    let json: Value = serde_json::from_str(&bench.ok(&[&args[..], &["--json"]].concat())).unwrap();
    let points = json["points"].as_array().unwrap();
    assert_eq!(points[0][0].as_f64(), Some(1e-7));
    assert!(20 < points.len() && points.len() <= 80, "{json}");
    let steepest = json["steepest"].as_f64().unwrap();
    assert!(1e-4 < steepest && steepest < 10.0, "{steepest}");
    let inside = [&args[..], &["--json", "--set", "isolation=in-process"]].concat();
    assert_eq!(serde_json::from_str::<Value>(&bench.ok(&inside)).unwrap(), json);

    let text = bench.ok(&args);
    assert!(text.contains("The loss falls fastest around"), "{text}");
    for (set, words) in [
        ("training.optimizer={ type: lbfgs }", "a line search finds its own step"),
        ("search={ sampler: { type: grid }, space: { training.epochs: [1, 2] } }", "is the first"),
    ] {
        let finished = bench.run(&["range-test", "study.yaml", "--set", set]);
        assert!(finished.code != 0 && finished.err.contains(words), "{}", finished.err);
    }
    let finished = bench.run(&["range-test", "study.yaml", "--lowest", "1", "--highest", "0.1"]);
    assert!(finished.err.contains("0 < lowest < highest"), "{}", finished.err);
    let (before, after) = THIRD_PARTY.split_once("training:").unwrap();
    let after = &after[after.find("evaluation:").unwrap()..];
    let bench = Bench::with(&format!("{}{after}", before.replace("softmax", "svm")));
    let finished = bench.run(&["range-test", "study.yaml"]);
    assert!(finished.err.contains("this model fits itself"), "{}", finished.err);
}

#[test]
fn what_does_not_go_together_is_told() {
    let bench = Bench::with(THIRD_PARTY);
    for (set, words) in [
        ("regularization={ early_stopping: {} }", "there are none"),
        ("training.validation.metric=accuracy", "there are none"),
        ("training.validation.metric=rmse", "take a metric for a classification"),
        ("regularization={ early_stopping: { monitor: validation_metric } }", "there is none"),
        ("regularization={ dropout: {} }", "dropout"),
        ("training.optimizer={ type: sdg }", "sgd"),
        ("training.optimizer={ type: adam, momentum: 0.5 }", "momentum"),
    ] {
        let no_rows = "training.validation.fraction=0.0";
        let finished = bench.run(&["run", "study.yaml", "--quiet", "--set", no_rows, "--set", set]);
        assert_ne!(finished.code, 0, "{set}");
        assert!(finished.err.contains(words), "{set}: {}", finished.err);
    }
}
