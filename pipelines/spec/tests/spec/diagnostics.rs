//! How problems are told.

use surmise_core::component::Task;
use surmise_spec::Code;

use crate::common::{PLAIN, loaded, messages, refused, refused_with, study};

#[test]
fn ten_mistakes_give_ten_diagnostics() {
    let text = r#"surmise: 1
name: my pipeline
seed: 42
data:
  source: { csv: iris.csv, headers: yes }
  task: clasification
stages:
  - imputer: {}
  - pca: { components: 1_000 }
model:
  plugin: svm
  params: { C: 1.0, kernel: rbg }
training: { epochs: 5 }
evaluation:
  resample: { kfold: 1 }
  metric: acuracy
search:
  sampler: { type: nsga2 }
  tirals: 60
  space:
    model.params.gamma: { min: 10, max: 0.1 }
    stages.pca.componets: { min: 5, max: 40 }
    model.params.shrinking: { min: 0, max: 1 }
    data.target: [a, b]
"#;
    let found = refused(text);
    insta::assert_snapshot!(found.render(false));
    insta::assert_json_snapshot!(found.to_json()["diagnostics"][0]);
}

#[test]
fn weights_are_a_column_of_their_own_for_a_model_that_takes_them() {
    let text = PLAIN.replace("target: species", "target: species\n  weights: w");
    assert_eq!(messages(&text), ["`svm` takes no row weights"]);
    let text = text.replace("plugin: svm", "plugin: weighing");
    let spec = loaded(&text);
    assert_eq!(spec.data.weights.as_deref(), Some("w"));
    assert_eq!(loaded(&spec.to_yaml()), spec);
    assert_ne!(loaded(&text.replace("weights: w", "weights: v")), spec);
    let listed = text.replace("weights: w", "weights: w\n  columns: { drop: [w] }");
    let said = "the column `w` holds the rows' weights, and is no feature anyway";
    assert_eq!(messages(&listed), [said]);
    let target = text.replace("weights: w", "weights: species");
    assert_eq!(messages(&target), ["the target cannot be the rows' weights as well"]);
}

#[test]
fn colours_are_for_terminals_only() {
    let found = refused("surmise: 2");
    assert!(found.render(true).contains("\u{1b}["));
    insta::assert_snapshot!(found.render(false));
}

#[test]
fn another_version_is_not_picked_to_pieces() {
    assert_eq!(
        messages("surmise: 2\nwhatever: 1"),
        ["this version of Surmise reads format 1 only"]
    );
    assert!(messages("name: x").contains(&"the pipeline needs the key `surmise`".to_owned()));
}

#[test]
fn what_later_versions_have_is_not_unknown() {
    let text = PLAIN
        .replace("{ csv: iris.csv }", "{ parquet: iris.parquet }")
        .replace("resample: { kfold: 5 }", "resample: { kfold: 5, repeats: 2 }");
    let found = refused(&text);
    let later: Vec<&str> = found
        .iter()
        .filter(|d| d.code() == Code::NotYet)
        .map(|d| d.message().split('`').nth(1).unwrap())
        .collect();
    assert_eq!(later, ["parquet", "repeats"]);
    let search = study("{type: nsga2}", "    model.params.c: [1, 10]")
        .replace("  trials: 20", "  trials: 20\n  pruner: {type: asha}\n  stop: {time: 10m}");
    assert_eq!(refused(&search).iter().filter(|d| d.code() == Code::NotYet).count(), 3);
}

#[test]
fn an_unknown_model_hides_nothing_else() {
    let text = study("{type: gp}", "    model.params.x: {min: 2, max: 1}\n    stages.pca: [1]")
        .replace("plugin: svm", "plugin: smv");
    assert_eq!(
        messages(&text),
        [
            "no plugin called `smv` was found",
            "`model.params.x` needs min < max, not 2 and 1",
            "`stages.pca` is `null` or a mapping of settings, not the number 1",
        ]
    );
}

#[test]
fn a_study_needs_a_seed() {
    let text = study("{type: gp}", "    model.params.c: [1, 10]").replace("seed: 7\n", "");
    assert_eq!(messages(&text), ["a study needs the key `seed`"]);
}

#[test]
fn a_written_value_outside_its_range_is_told_where_it_is_written() {
    let text = study(
        "{type: gp}",
        "    model.params.c: {min: 0.1, max: 5}\n    stages.pca: [null, {components: 30}]",
    );
    insta::assert_snapshot!(refused(&text).render(false));
}

#[test]
fn overrides_are_shown_as_they_were_typed() {
    let found = refused_with(PLAIN, &["model.params.c=high", "sed=7", "seed"]);
    insta::assert_snapshot!(found.render(false));
}

#[test]
fn probabilities_have_to_be_asked_for_where_they_cost() {
    let text = PLAIN.replace("metric: accuracy", "metric: log_loss");
    let written = "plugin: svm\n  params: { c: 10 }";
    let with = |params: &str| text.replace(written, &format!("plugin: sure{params}"));
    let message = "`log_loss` needs probabilities, which `sure` predicts only with \
                   `probability: true`";
    assert_eq!(messages(&with("")), [message]);
    assert_eq!(messages(&with("\n  params: { probability: false }")), [message]);
    loaded(&with("\n  params: { probability: true }"));
    let search = "\
seed: 1
search:
  sampler: { type: random }
  trials: 2
  space: { model.params.probability: [true, false] }
";
    loaded(&(with("") + search));
}

#[test]
fn parts_must_go_together() {
    let text = PLAIN
        .replace(
            "target: species",
            "target: species\n  task: regression\n  columns: {drop: [species, a, a]}",
        )
        .replace("kfold: 5", "kfold: 5, stratified: true");
    assert_eq!(
        messages(&text),
        [
            "the target cannot be dropped",
            "the column `a` is listed twice",
            "`svm` does not do regression",
            "only classes can be stratified, but the task is regression",
            "`accuracy` measures classification, but the task is regression",
        ]
    );
    let text = PLAIN.replace("metric: accuracy", "metric: log_loss");
    assert_eq!(messages(&text), ["`log_loss` needs probabilities, which `svm` does not predict"]);
}

#[test]
fn stages_are_lists_of_one_key_mappings() {
    let text = PLAIN
        .replace("- standardize: {}", "- standardize")
        .replace("- impute: { strategy: median }", "- impute:")
        .replace("- pca: { components: 20 }", "- pca: 20\n  - pca: {}");
    let found = refused(&text);
    let told: Vec<_> = found.iter().map(|d| (d.message(), d.help_text().unwrap_or(""))).collect();
    assert_eq!(
        told,
        [
            (
                "the stage `impute` has no settings",
                "write `impute: {}` to use its defaults, or `impute: null` to switch it off"
            ),
            (
                "expected one stage and its settings, found the text `standardize`",
                "write `- standardize: {}`"
            ),
            ("expected a mapping of settings, found the number `20`", ""),
            ("the stage `pca` is here twice", ""),
        ]
    );
}

#[test]
fn stages_as_a_mapping_are_told_to_be_a_list() {
    let stages = "  - impute: { strategy: median }\n  - standardize: {}\n";
    let told = |mapping: &str| {
        let text = PLAIN.replace(stages, mapping).replace("  - pca: { components: 20 }\n", "");
        let found = refused(&text);
        assert_eq!(found.len(), 1, "{found}");
        found.iter().next().unwrap().help_text().unwrap().to_owned()
    };
    assert_eq!(told("  standardize: {}\n"), "write `- standardize: {}`");
    assert_eq!(told("  impute: {strategy: mean}\n"), "write `- impute: {…}`");
}

#[test]
fn hints_are_given_where_they_help() {
    let hint = |line: &str| {
        let found = refused(&format!("{PLAIN}{line}"));
        assert_eq!(found.len(), 1, "{found}");
        found.iter().next().unwrap().help_text().map(str::to_owned)
    };
    let told = |line: &str, expected: &str| assert_eq!(hint(line).as_deref(), Some(expected));
    assert_eq!(hint("seed: 1.5"), None);
    told("seed: 1e3", "write it without a fraction: 1000");
    told("seed: 1000.0", "write it without a fraction: 1000");
    told("seed: '7'", "remove the quotes");
    let study = study("{type: gp}", "    model.params.c: [1, 10]");
    let found = refused_with(&study, &["search.trials=1e3"]);
    let help: Vec<_> = found.iter().map(|d| d.help_text()).collect();
    assert_eq!(help, [Some("write it without a fraction: 1000")]);
    let integer = |value: &str| PLAIN.replace("components: 20", &format!("components: {value}"));
    let help = |text: &str| refused(text).iter().next().unwrap().help_text().map(str::to_owned);
    assert_eq!(help(&integer("2e1")).as_deref(), Some("write it without a fraction: 20"));
    assert_eq!(help(&integer("'20'")).as_deref(), Some("remove the quotes"));
    assert_eq!(help(&integer("200")), None);
}

#[test]
fn numbers_out_of_bounds_are_told_with_their_path() {
    let text = PLAIN
        .replace("kfold: 5", "kfold: 1")
        .replace("target: species", "target: species\n  split: { test: { fraction: 1.5 } }");
    assert_eq!(
        messages(&text),
        [
            "`data.split.test.fraction` must lie above 0 and below 1, not 1.5",
            "`evaluation.resample.kfold` must lie between 2 and 10000, not 1",
        ]
    );
    let found = refused_with(PLAIN, &["seed=18446744073709551615"]);
    let message = found.iter().next().unwrap().message();
    let range = "`seed` must lie between 0 and 9223372036854775807, not 18446744073709551615";
    assert_eq!(message, range);
}

#[test]
fn a_task_that_was_inferred_is_told_so() {
    let found = loaded(PLAIN).check_task(Task::Regression).unwrap_err();
    let told: Vec<_> = found.iter().map(|d| (d.message(), d.help_text())).collect();
    let inferred =
        "regression was inferred from the target `species`; set data.task if that is wrong";
    assert_eq!(told[0], ("`svm` does not do regression", Some(inferred)));
    let written = PLAIN.replace("target: species", "target: species\n  task: classification");
    let found = loaded(&written).check_task(Task::Regression).unwrap_err();
    assert!(found.iter().all(|d| d.help_text().is_none()), "{found}");
}

#[test]
fn problems_with_data_are_told_apart() {
    let spec = loaded(PLAIN);
    let code = |path: &str| spec.diagnose(path, "x", None).iter().next().unwrap().code();
    for path in ["data.source.csv", "data", "evaluation.resample.kfold"] {
        assert_eq!(code(path), Code::Data, "{path}");
    }
    for path in ["model.plugin", "database", "stages"] {
        assert_eq!(code(path), Code::Run, "{path}");
    }
}

#[test]
fn columns_count_characters_and_lines_end_anyhow() {
    let text =
        PLAIN.replace("target: species", "target: größe # ß\n  columns: { drop: [größe, ü, ü] }");
    for text in [text.replace('\n', "\r\n"), text] {
        let json = refused(&text).to_json();
        let places: Vec<_> = (0..2).map(|i| &json["diagnostics"][i]).collect();
        assert_eq!((&places[0]["line"], &places[0]["column"]), (&6.into(), &21.into()));
        assert_eq!((&places[1]["line"], &places[1]["column"]), (&6.into(), &31.into()));
    }
}

#[test]
fn booleans_are_true_and_false_only() {
    let text = PLAIN.replace("{ csv: iris.csv }", "{ csv: iris.csv, header: yes }");
    let found = refused(&text);
    let first = found.iter().next().unwrap();
    assert_eq!(first.message(), "expected `true` or `false`, found the text `yes`");
    assert_eq!(first.help_text(), Some("only `true` and `false` are booleans: write `true`"));
}
