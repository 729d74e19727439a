//! Files that are right.

use serde_json::json;
use surmise_core::component::Task;
use surmise_core::trial::Params;
use surmise_spec::{Override, Source, load};

use crate::common::{PLAIN, catalog, file, loaded, of_plugin, study};

#[test]
fn a_plain_run_has_its_defaults() {
    let spec = loaded(PLAIN);
    assert_eq!((spec.name.as_str(), spec.seed), ("iris", 0));
    assert_eq!(spec.data.source.path, "iris.csv");
    assert!(spec.data.source.header);
    assert_eq!(spec.data.source.delimiter, ',');
    assert_eq!(spec.evaluation.folds, 5);
    assert_eq!(spec.evaluation.stratified, None);
    assert!(spec.search.is_none());
    let run = spec.configure(&Params::default()).unwrap();
    let names: Vec<&str> = run.stages.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["impute", "standardize", "pca"]);
    assert_eq!(
        json!(run.stages[2].settings),
        json!({"components": 20, "whiten": false, "solver": "full"})
    );
    assert_eq!(
        json!(run.model),
        json!({"c": 10.0, "kernel": "rbf", "gamma": 0.1, "shrinking": true, "hidden": [64]})
    );
}

#[test]
fn a_plain_run_takes_no_values() {
    let params = Params::from_iter([("model.params.c".to_owned(), json!(1.0))]);
    assert!(loaded(PLAIN).configure(&params).is_err());
}

#[test]
fn everything_optional_can_be_written() {
    let spec = loaded(
        r#"
surmise: 1
name: all_of-it.2
seed: 9223372036854775807
data:
  source: { csv: "a b.csv", header: false, delimiter: "\t" }
  target: "0"
  task: classification
  columns: { drop: [id], categorical: [ward, größe] }
  split: { test: { fraction: 0.2, stratify: true } }
stages: []
model: { plugin: svm, params: {} }
evaluation:
  resample: { kfold: 3, stratified: false, shuffle: true }
  metric: accuracy
search:
  sampler: { type: gp, start: 5 }
  trials: 9
  parallel: 4
  space:
    model.params.c: { min: 1, max: 10, log: true }
"#,
    );
    assert_eq!(spec.seed, i64::MAX as u64);
    assert_eq!(spec.data.source.delimiter, '\t');
    assert_eq!(spec.data.categorical, ["ward", "größe"]);
    assert_eq!(spec.data.test.as_ref().unwrap().stratify, Some(true));
    assert_eq!(spec.evaluation.stratified, Some(false));
    let search = spec.search.as_ref().unwrap();
    assert_eq!((search.trials, search.parallel), (9, 4));
    assert_eq!(json!(search.sampler.settings), json!({"start": 5}));
    assert!(spec.check_task(Task::Classification).is_ok());
    assert_eq!(spec.check_task(Task::Regression).unwrap_err().len(), 3);
}

#[test]
fn to_yaml_loads_to_an_equal_specification() {
    let searched = study(
        "{type: gp}",
        "    model.params.gamma: {min: 1.0e-5, max: 1, log: true}
    model.params.kernel: {values: [linear, rbf], ordered: true}
    model.params.hidden: [[64], [1, 2]]
    stages.pca: [null, {}, {components: 30, solver: randomized}]
    stages.pca.components: {min: 5, max: 40, step: 5}
    stages.pca.whiten: [true, false]",
    );
    let off = PLAIN.replace("{ components: 20 }", "null");
    let quoted = PLAIN.replace("iris.csv", "'0777'").replace("species", "'1e3'");
    for text in [PLAIN, &searched, &off, &quoted] {
        let spec = loaded(text);
        let again = loaded(&spec.to_yaml());
        assert_eq!(spec, again, "{}", spec.to_yaml());
        assert_eq!(spec.to_yaml(), again.to_yaml());
    }
    insta::assert_snapshot!(loaded(&searched).to_yaml());
}

#[test]
fn anchors_aliases_and_merges_work() {
    let text = PLAIN
        .replace("params: { c: 10 }", "params: { <<: [*a, {c: 5, gamma: 2}], gamma: 3 }")
        .replace("name: iris", "name: &n iris")
        .replace("target: species", "target: *n")
        .replace("- impute: { strategy: median }", "- pca: &a { c: 4, degree: 2 }")
        .replace("  - pca: { components: 20 }\n", "")
        .replace("- pca: &a { c: 4, degree: 2 }", "- impute: &b {}")
        .replace("[*a, {c: 5, gamma: 2}]", "[*b, {c: 5, gamma: 2}, {c: 6}]");
    let spec = loaded(&text);
    assert_eq!(spec.data.target, "iris");
    assert_eq!(spec.model.params["c"], json!(5.0));
    assert_eq!(spec.model.params["gamma"], json!(3.0));
}

#[test]
fn line_endings_and_marks_do_not_matter() {
    let spec = loaded(PLAIN);
    assert_eq!(spec, loaded(&PLAIN.replace('\n', "\r\n")));
    assert_eq!(spec, loaded(&format!("---\n{PLAIN}...\n# the end\n")));
    let marked = Source::from_bytes("p", format!("\u{feff}{PLAIN}").into_bytes()).unwrap();
    assert_eq!(spec, of_plugin(load(&marked, &[], &catalog()).unwrap()));
}

#[test]
fn overrides_win() {
    let overrides = ["seed=3", "model.params.c=0.5", "stages.pca=null", "data.task=classification"];
    let overrides = overrides.map(Override::new);
    let spec = of_plugin(load(&file(PLAIN), &overrides, &catalog()).unwrap());
    assert_eq!(spec.seed, 3);
    let run = spec.configure(&Params::default()).unwrap();
    assert_eq!(run.model["c"], json!(0.5));
    assert_eq!(run.stages.len(), 2);
}

#[test]
fn overrides_leave_keys_out() {
    let study = study("{type: gp}", "    model.params.c: [1, 10]");
    let overrides = ["search=null", "stages=null", "seed=null", "model.params.c=null"];
    let overrides = overrides.map(Override::new);
    let spec = of_plugin(load(&file(&study), &overrides, &catalog()).unwrap());
    assert!(spec.search.is_none() && spec.stages.is_empty());
    assert_eq!((spec.seed, &spec.model.params["c"]), (0, &json!(1.0)));
}

#[test]
fn canonical_depends_on_meaning_alone() {
    let spelt_differently = PLAIN
        .replace("{ csv: iris.csv }", "\n    csv: 'iris.csv'\n    header: True")
        .replace("c: 10 ", "c: 1.0e+1, kernel: rbf ");
    assert_eq!(loaded(PLAIN).canonical(), loaded(&spelt_differently).canonical());
    let other = PLAIN.replace("c: 10 ", "c: 11 ");
    assert_ne!(loaded(PLAIN).canonical(), loaded(&other).canonical());
    let keys = loaded(PLAIN).canonical();
    let place = |key: &str| keys.find(key).unwrap();
    assert!(place("\"data\"") < place("\"evaluation\""), "keys must be sorted");
    assert!(place("\"evaluation\"") < place("\"name\""), "keys must be sorted");
}

#[test]
fn later_problems_are_shown_at_their_place() {
    let spec = loaded(PLAIN);
    let told = spec.diagnose("data.source.csv", "there is no such file", Some("check the path"));
    insta::assert_snapshot!(told.render(false));
    let column = |path: &str| spec.diagnose(path, "x", None).to_json()["diagnostics"][0].clone();
    assert_eq!(column("stages.pca.components")["line"], 9);
    assert_eq!(column("stages.pca.components")["column"], 24);
    assert_eq!(column("evaluation.resample.stratified")["line"], 14);
    assert_eq!(column("nowhere")["line"], 1);
}

#[test]
fn an_optional_number_may_be_null() {
    let bounded = |text: &str, params: &str| {
        text.replace("plugin: svm\n  params: { c: 10 }", &format!("plugin: bounded\n  {params}"))
    };
    let run = |params: &str| {
        json!(loaded(&bounded(PLAIN, params)).configure(&Params::default()).unwrap().model)
    };
    assert_eq!(run("params: {}"), json!({"depth": null}));
    assert_eq!(run("params: { depth: null }"), json!({"depth": null}));
    assert_eq!(run("params: { depth: 3 }"), json!({"depth": 3}));
    // The first trial is the written value, or the default.
    for (domain, params) in
        [("[null, 3, 5]", "params: {}"), ("{ min: 2, max: 9 }", "params: { depth: 4 }")]
    {
        let text = study("{ type: random }", &format!("    model.params.depth: {domain}"));
        assert!(loaded(&bounded(&text, params)).search.is_some(), "{domain}");
    }
}
