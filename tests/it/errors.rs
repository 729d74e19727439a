//! Bad input of every kind: a clear error, the documented exit code, no panic, nothing left behind.

use crate::support::{Bench, STUDY};

/// Runs `study.yaml` and insists on an error with that code that says all of `words`.
fn refused(bench: &Bench, code: i32, words: &[&str]) -> String {
    let finished = bench.run(&["run", "study.yaml"]);
    let said = bench.tidy(&finished.err);
    assert_eq!(finished.code, code, "{said}{}", finished.out);
    for word in words {
        assert!(said.contains(word), "`{word}` in\n{said}");
    }
    assert!(!said.contains("panicked"), "{said}");
    assert!(!bench.path().join("runs").exists(), "a run that cannot begin leaves nothing");
    said
}

fn replaced(from: &str, to: &str) -> Bench {
    assert!(STUDY.contains(from), "{from}");
    Bench::with(&STUDY.replace(from, to))
}

/// A study over a table of our own.
fn over(csv: impl AsRef<[u8]>) -> Bench {
    let bench = replaced("data/iris.csv", "data/own.csv");
    bench.write("data/own.csv", csv);
    bench
}

#[test]
fn ten_mistakes_are_ten_diagnostics() {
    let bench = Bench::with(
        "\
surmise: 1
name: bad name!
seed: -1
data:
  source: { csv: data/iris.csv }
  traget: species
  split: { test: { fraction: 1.5 } }
stages:
  - standardise: {}
model:
  plugin: svm
  params: { C: -1.0, gama: 0.1 }
evaluation:
  resample: { kfold: 1 }
  metric: acuracy
search:
  sampler: { type: gpp }
  trials: 0
  space:
    model.params.C: { min: 10.0, max: 0.1, log: true }
",
    );
    let said = refused(&bench, 3, &["did you mean"]);
    insta::assert_snapshot!("ten_mistakes", said);
    let finished = bench.run(&["run", "study.yaml", "--json"]);
    let line: serde_json::Value = serde_json::from_str(finished.out.trim()).unwrap();
    assert!(line["diagnostics"].as_array().unwrap().len() >= 10, "{line}");
}

#[test]
fn a_file_that_is_not_there() {
    let bench = Bench::new();
    refused(&bench, 3, &["study.yaml"]);
}

#[test]
fn a_plugin_that_is_not_there() {
    let bench = replaced("plugin: svm", "plugin: swm");
    refused(&bench, 5, &["study.yaml:", "swm", "svm"]);
}

#[test]
fn a_plugin_of_several_models_without_the_name_of_one() {
    let bench = replaced("plugin: svm", "plugin: linear");
    refused(&bench, 5, &["name one of", "logistic_regression", "poisson_regression"]);
    let bench = replaced("plugin: svm", "plugin: linear\n  name: probit");
    refused(&bench, 5, &["it has no model `probit`", "logistic_regression"]);
}

#[test]
fn a_file_that_is_no_plugin() {
    let bench = replaced("plugin: svm", "plugin: ./text.so");
    bench.write("text.so", "not a library".repeat(200));
    refused(&bench, 5, &["text.so", "not a shared library"]);
    bench.write("text.so", "");
    refused(&bench, 5, &["text.so", "empty"]);
}

#[test]
fn a_library_that_is_no_plugin() {
    let bench = replaced("plugin: svm", "plugin: no_entry");
    refused(&bench, 5, &["not a Surmise plugin"]);
}

#[test]
fn a_plugin_of_another_abi() {
    let bench = replaced("plugin: svm", "plugin: other_abi");
    refused(&bench, 5, &["ABI 2"]);
}

#[test]
fn a_ragged_row() {
    let bench = over("a,b,species\n1,2,x\n3,4\n5,6,y\n");
    refused(&bench, 4, &["own.csv", "line 3"]);
}

#[test]
fn a_cell_that_is_no_number() {
    let bench = over("a,b,species\n1,2,x\n3,oops,y\n5,6,y\n");
    refused(&bench, 4, &["own.csv", "line 3", "`b`", "oops"]);
}

#[test]
fn no_rows() {
    refused(&over("a,b,species\n"), 4, &["own.csv", "no rows"]);
    refused(&over(""), 4, &["own.csv", "empty"]);
}

#[test]
fn one_class_only() {
    let bench = over("a,b,species\n1,2,x\n3,4,x\n5,6,x\n7,8,x\n");
    refused(&bench, 4, &["own.csv", "class", "`x`"]);
}

#[test]
fn a_target_that_is_not_there() {
    let bench = replaced("target: species", "target: specie");
    refused(&bench, 4, &["study.yaml:6:11", "specie", "did you mean", "species"]);
}

#[test]
fn data_that_is_not_there() {
    let bench = replaced("data/iris.csv", "data/irish.csv");
    refused(&bench, 4, &["irish.csv"]);
}

#[test]
fn more_folds_than_rows() {
    let bench = replaced("kfold: 3", "kfold: 1000");
    refused(&bench, 4, &["1000"]);
}

#[test]
fn a_metric_for_another_task() {
    let bench = replaced("metric: accuracy", "metric: rmse");
    refused(&bench, 3, &["rmse", "classification"]);
}

#[test]
fn probabilities_that_the_model_does_not_give() {
    let bench = replaced("metric: accuracy", "metric: log_loss");
    refused(&bench, 3, &["log_loss", "probabilities"]);
}

#[test]
fn a_task_that_the_model_cannot_do() {
    let bench = replaced("data/iris.csv", "data/diabetes.csv");
    let text = String::from_utf8(bench.read("study.yaml")).unwrap();
    let text = text.replace("species", "progression").replace("accuracy", "rmse");
    bench.write("study.yaml", text);
    refused(&bench, 3, &["regression"]);
}

#[test]
fn a_grid_over_a_continuum() {
    let bench = replaced("type: gp", "type: grid");
    refused(&bench, 3, &["model.params.C", "grid"]);
}

#[test]
fn categories_that_no_stage_encodes() {
    let csv: String = (0..60)
        .map(|i| format!("{i},{},{}\n", ["red", "green"][i % 2], ["x", "y"][(i / 2) % 2]))
        .collect();
    let bench = over(format!("a,colour,species\n{csv}"));
    refused(&bench, 4, &["study.yaml:5:", "`colour`", "one_hot"]);
    let stages = "search.trials=2";
    let encoded = "stages=[{one_hot: {}}, {standardize: {}}]";
    bench.ok(&["run", "study.yaml", "--set", stages, "--set", encoded]);
}

#[test]
fn missing_values_that_no_stage_fills() {
    let csv: String = (0..60).map(|i| format!("{i},{},{}\n", i * i, ["x", "y"][i % 2])).collect();
    let bench = over(format!("a,b,species\n{}", csv.replace("\n7,49,", "\n7,,")));
    refused(&bench, 4, &["study.yaml:5:", "line 9", "`b`", "impute"]);
    let filled = "stages=[{impute: {}}, {standardize: {}}]";
    bench.ok(&["run", "study.yaml", "--set", "search.trials=2", "--set", filled]);
}

#[test]
fn a_class_too_small_for_the_folds_is_noted() {
    let csv: String =
        (0..60).map(|i| format!("{i},{}\n", if i < 4 { "rare" } else { "y" })).collect();
    let bench = over(format!("a,species\n{csv}"));
    let finished = bench.run(&[
        "run",
        "study.yaml",
        "--set",
        "evaluation.resample.kfold=5",
        "--set",
        "search.trials=2",
    ]);
    assert!(finished.err.contains("note: the class `rare`"), "{}", finished.err);
}

#[test]
fn a_model_that_panics_fails_its_trials_and_no_more() {
    let bench = Bench::with(
        "\
surmise: 1
name: study
seed: 3
data:
  source: { csv: data/iris.csv }
  target: species
model:
  plugin: majority
evaluation:
  resample: { kfold: 3 }
  metric: accuracy
search:
  sampler: { type: grid }
  space:
    model.params.misbehave:
      [none, panic, panic_any, panic_twice, panic_in_thread, panic_in_drop, error, nan]
",
    );
    let said = bench.ok(&["run", "study.yaml"]);
    assert!(said.contains("8 of 8 trials, 5 failed"), "{said}");
    let shown = bench.ok(&["show", "study-1"]);
    insta::assert_snapshot!("failed_trials", without_places(&bench.tidy(&shown)));
}

#[test]
fn a_study_in_which_every_trial_fails_says_why_once() {
    let bench = Bench::with(
        "\
surmise: 1
name: study
seed: 3
data: { source: { csv: data/iris.csv }, target: species }
model: { plugin: majority, params: { misbehave: error, smooth: 0.5 } }
evaluation: { resample: { kfold: 3 }, metric: accuracy }
search:
  sampler: { type: gp }
  trials: 8
  space: { model.params.smooth: { min: 0.0, max: 1.0 } }
",
    );
    let finished = bench.run(&["run", "study.yaml"]);
    assert_eq!(finished.code, 7, "{}{}", finished.out, finished.err);
    bench.write("runs/study-1/surmise.lock", "<<<<<<< mine");
    let shown = bench.ok(&["show", "study-1"]);
    assert_eq!(shown.matches("failed: fold 1 of 3").count(), 1, "{shown}");
    assert!(shown.contains("trials 0, 1, 2, 3, 4, 5, 6, 7 failed: "), "{shown}");
    assert!(shown.contains("cannot use the lock"), "{shown}");
}

/// `lib.rs:141:29` as `lib.rs:[place]`: where a fixture panics is not what is tested.
fn without_places(text: &str) -> String {
    let mut pieces = text.split("lib.rs:");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |all, piece| {
        let rest = piece.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':');
        format!("{all}lib.rs:[place]:{rest}")
    })
}

#[test]
fn unknown_runs_and_damaged_stores() {
    let bench = Bench::with(STUDY);
    for command in ["show", "resume", "reproduce"] {
        let finished = bench.run(&[command, "nothing-1"]);
        assert_eq!(finished.code, 6, "{}", finished.err);
        assert!(finished.err.contains("there is no run `nothing-1`"), "{}", finished.err);
    }
    bench.ok(&["run", "study.yaml", "--quiet", "--set", "search.trials=2"]);
    let near = bench.run(&["show", "study"]);
    assert!(near.err.contains("did you mean `study-1`?"), "{}", near.err);
    bench.write("runs/study-1/study.db", "this is no database".repeat(100));
    let finished = bench.run(&["show", "study-1"]);
    assert_eq!(finished.code, 6, "{}", finished.err);
    assert!(bench.ok(&["runs"]).contains("unreadable"));
}

#[test]
fn bad_overrides() {
    let bench = Bench::with(STUDY);
    for (set, word) in [
        ("search.trials", "write `--set path=value`"),
        ("search.trials=many", "integer"),
        ("search.trails=5", "did you mean `trials`"),
        ("model.params.C=[", "invalid YAML"),
    ] {
        let finished = bench.run(&["run", "study.yaml", "--set", set]);
        assert_eq!(finished.code, 3, "{set}: {}", finished.err);
        assert!(finished.err.contains(word), "{set}: {}", finished.err);
    }
}

/// Wrong command lines are the argument parser's business; the code is promised all the same.
#[test]
fn a_wrong_command_line() {
    let bench = Bench::new();
    assert_eq!(bench.run(&["rum"]).code, 2);
    assert!(bench.ok(&["--help"]).starts_with("Tune models from a YAML file"));
    assert_eq!(bench.run(&["run", "study.yaml", "--json", "--quiet"]).code, 2);
}
