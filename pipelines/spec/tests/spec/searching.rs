//! Search spaces: what may vary, when, and what a trial then runs.

use serde_json::{Value, json};
use surmise_core::space::Domain;
use surmise_core::trial::Params;
use surmise_spec::Spec;

use crate::common::{PLAIN, loaded, messages, refused, study};

fn searching(space: &str) -> Spec {
    loaded(&study("{type: gp}", space))
}

fn refusals(space: &str) -> Vec<String> {
    messages(&study("{type: gp}", space))
}

fn when(spec: &Spec, path: &str) -> Option<(String, Value)> {
    let parameters = spec.search.iter().flat_map(|s| s.space.parameters());
    let when = parameters.filter(|p| p.name == path).find_map(|p| p.when.as_ref());
    when.map(|w| (w.parameter.clone(), json!(w.values)))
}

fn params(pairs: &[(&str, Value)]) -> Params {
    pairs.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect()
}

#[test]
fn the_settings_kind_decides_the_domain() {
    let spec = searching(
        "    model.params.c: {min: 1, max: 100}
    stages.pca.components: {min: 10, max: 50, step: 5}
    model.params.shrinking: [true, false]",
    );
    let search = spec.search.unwrap();
    let domains: Vec<&Domain> = search.space.parameters().iter().map(|p| &p.domain).collect();
    let c = Domain::Float { low: 1.0, high: 100.0, log: false, step: None };
    assert_eq!(*domains[0], c);
    assert!(matches!(domains[1], Domain::Int { step: 5, .. }));
    let first = search.first.unwrap();
    assert_eq!(first.get("model.params.c"), Some(&json!(10.0)));
    assert_eq!(first.get("stages.pca.components"), Some(&json!(20)));
    assert_eq!(first.get("model.params.shrinking"), Some(&json!(true)));
}

#[test]
fn a_model_setting_follows_its_description() {
    let spec = searching(
        "    model.params.gamma: {min: 0.001, max: 1}
    model.params.kernel: [linear, rbf]",
    );
    let condition = ("model.params.kernel".to_owned(), json!(["rbf"]));
    assert_eq!(when(&spec, "model.params.gamma"), Some(condition));
    let linear = spec.configure(&params(&[("model.params.kernel", json!("linear"))])).unwrap();
    assert_eq!(linear.model.get("gamma"), None);
}

#[test]
fn a_setting_that_cannot_take_part_is_refused() {
    let found = refusals("    model.params.degree: [2, 3]");
    assert_eq!(found, ["`model.params.degree` would never take part"]);
    let text = study("{type: gp}", "    stages.pca.components: [20, 30]")
        .replace("- pca: { components: 20 }", "- pca: null");
    assert_eq!(messages(&text), ["`stages.pca.components` would never take part"]);
}

#[test]
fn a_stage_can_be_switched_off_and_searched_inside() {
    let spec = searching(
        "    stages.pca: [null, {}, {components: 30}]
    stages.pca.components: {min: 5, max: 40}",
    );
    let condition = ("stages.pca".to_owned(), json!([{}]));
    assert_eq!(when(&spec, "stages.pca.components"), Some(condition));
    let first = spec.search.as_ref().unwrap().first.clone().unwrap();
    assert_eq!(first, params(&[("stages.pca", json!({})), ("stages.pca.components", json!(20))]));
    let run = |p: &[(&str, Value)]| spec.configure(&params(p)).unwrap().stages;
    assert_eq!(run(&[("stages.pca", json!(null))]).len(), 2);
    let fixed = run(&[("stages.pca", json!({"components": 30}))]);
    assert_eq!(fixed[2].settings["components"], 30);
    let inside = run(&[("stages.pca", json!({})), ("stages.pca.components", json!(7))]);
    assert_eq!(inside[2].settings["components"], 7);
    let both = [("stages.pca", json!(null)), ("stages.pca.components", json!(7))];
    assert!(spec.configure(&params(&both)).is_err());
}

#[test]
fn a_stage_that_every_choice_settles_cannot_be_searched_inside() {
    let text = study(
        "{type: gp}",
        "    stages.pca: [null, {components: 20}]\n    stages.pca.components: {min: 5, max: 40}",
    );
    assert_eq!(messages(&text), ["`stages.pca.components` would never take part"]);
}

#[test]
fn choices_are_laid_over_what_is_written() {
    let text = study("{type: gp}", "    stages.pca: [null, {components: 20}, {components: 9}]")
        .replace("{ components: 20 }", "{ components: 20, whiten: true }");
    let spec = loaded(&text);
    let run = spec.configure(&params(&[("stages.pca", json!({"components": 9}))])).unwrap();
    assert_eq!(run.stages[2].settings["whiten"], true);
    assert_eq!(run.stages[2].settings["components"], 9);
}

#[test]
fn conditions_chain_through_a_stage() {
    let spec = searching(
        "    stages.pca: [null, {}]
    stages.pca.solver: [full, randomized]
    stages.pca.power: {min: 0, max: 4}",
    );
    let solver = ("stages.pca.solver".to_owned(), json!(["randomized"]));
    assert_eq!(when(&spec, "stages.pca.power"), Some(solver));
    let switch = ("stages.pca".to_owned(), json!([{}]));
    assert_eq!(when(&spec, "stages.pca.solver"), Some(switch));
}

#[test]
fn written_conditions_join_the_implied_ones() {
    let spec = searching(
        "    model.params.kernel: [linear, poly, rbf]
    model.params.gamma: {min: 0.001, max: 1, when: {model.params.kernel: rbf}}",
    );
    let condition = ("model.params.kernel".to_owned(), json!(["rbf"]));
    assert_eq!(when(&spec, "model.params.gamma"), Some(condition));
    let contradiction = refusals(
        "    model.params.kernel: [linear, poly, rbf]
    model.params.gamma: {min: 0.001, max: 1, when: {model.params.kernel: linear}}",
    );
    assert_eq!(contradiction, ["`model.params.gamma` would never take part"]);
    let two = refusals(
        "    model.params.kernel: [linear, poly, rbf]
    model.params.shrinking: [true, false]
    model.params.gamma: {min: 0.001, max: 1, when: {model.params.shrinking: true}}",
    );
    assert!(two[0].contains("would depend on several paths at once"), "{two:?}");
}

#[test]
fn cycles_of_conditions_are_refused() {
    let found = refusals(
        "    model.params.c: {values: [1, 10], when: {model.params.shrinking: true}}
    model.params.shrinking: {values: [true, false], when: {model.params.c: 10}}",
    );
    assert_eq!(found.len(), 2);
    assert!(found[0].contains("depends on itself"), "{found:?}");
}

#[test]
fn without_a_written_value_the_default_comes_first() {
    let spec = searching("    model.params.gamma: {min: 0.001, max: 1}");
    let first = spec.search.unwrap().first.unwrap();
    assert_eq!(first, params(&[("model.params.gamma", json!(0.1))]));
}

#[test]
fn a_default_that_is_not_searched_is_refused() {
    let check = |space: &str, message: &str, help: &str| {
        for sampler in ["{type: gp}", "{type: random}"] {
            let found = refused(&study(sampler, &format!("    {space}")));
            let told: Vec<_> = found.iter().map(|d| (d.message(), d.help_text())).collect();
            let message = format!("{message} by default, which the search does not allow");
            assert_eq!(told, [(message.as_str(), Some(help))]);
        }
        let grid = format!("    {}", space.replace("max: 1}", "max: 1, step: 0.5}"));
        assert_eq!(loaded(&study("{type: grid}", &grid)).search.unwrap().first, None);
    };
    check(
        "model.params.gamma: {min: 0.5, max: 1}",
        "`gamma` is 0.1",
        "write a value between 0.5 and 1 under `model.params`, or widen the range",
    );
    check(
        "model.params.kernel: [linear, poly]",
        "`kernel` is \"rbf\"",
        "write one of the listed values under `model.params`, or list \"rbf\" too",
    );
    check(
        "stages.pca.whiten: [true]",
        "`whiten` is false",
        "write one of the listed values under `stages.pca`, or list false too",
    );
    check(
        "model.params.gamma: {min: 0.25, max: 0.75, step: 0.25}",
        "`gamma` is 0.1",
        "write a value between 0.25 and 0.75 in steps of 0.25 under `model.params`, or widen the \
         range",
    );
}

#[test]
fn a_default_that_takes_no_part_in_the_first_trial_may_lie_anywhere() {
    let spec = searching(
        "    model.params.kernel: [rbf, poly]
    model.params.degree: {min: 4, max: 9}",
    );
    let first = spec.search.unwrap().first.unwrap();
    assert_eq!(first, params(&[("model.params.kernel", json!("rbf"))]));
}

#[test]
fn a_grid_does_not_ask_for_the_written_values() {
    let space = "    model.params.c: [1, 100]\n    stages.pca: [null, {components: 30}]";
    let spec = loaded(&study("{type: grid}", space));
    assert_eq!(spec.search.unwrap().first, None);
    let found = refused(&study("{type: random}", space));
    assert_eq!(found.len(), 2, "{found}");
}

#[test]
fn a_condition_needs_values_that_come_again() {
    let space = |c: &str| {
        format!(
            "    model.params.c: {c}
    model.params.shrinking: {{values: [true, false], when: {{model.params.c: 10}}}}"
        )
    };
    let found = refused(&study("{type: gp}", &space("{min: 1, max: 100}")));
    let told: Vec<_> = found.iter().map(|d| (d.message(), d.help_text())).collect();
    let message = "a condition needs a value that the search can repeat";
    assert_eq!(told, [(message, Some("give `model.params.c` a step or a list"))]);
    assert_eq!(found.to_json()["diagnostics"][0]["line"], 22);
    for c in ["{min: 1, max: 100, step: 1}", "[1, 10]"] {
        searching(&space(c));
    }
}

#[test]
fn a_grid_tries_all_its_points() {
    let grid = |space: &str| study("{type: grid}", space).replace("  trials: 20\n", "");
    let spec = loaded(&grid("    model.params.c: [1, 10]\n    model.params.kernel: [linear, rbf]"));
    let search = spec.search.unwrap();
    assert_eq!((search.trials, search.first), (4, None));
    let continuous = messages(&grid("    model.params.c: {min: 1, max: 20}"));
    assert_eq!(continuous, ["a grid cannot try every value of `model.params.c`"]);
    let huge = messages(&grid(
        "    stages.pca.components: {min: 1, max: 100}
    model.params.c: {min: 0, max: 1000, step: 0.01}",
    ));
    assert_eq!(huge.len(), 1, "{huge:?}");
}

#[test]
fn a_required_setting_may_be_left_to_the_search() {
    let strict = PLAIN.replace("plugin: svm\n  params: { c: 10 }", "plugin: strict");
    assert!(messages(&strict)[0].contains("needs the setting `rate`"));
    let searched = format!(
        "{strict}seed: 1\nsearch: {{sampler: {{type: random}}, trials: 3, \
         space: {{model.params.rate: [0, 0.5]}}}}"
    );
    let spec = loaded(&searched);
    assert_eq!(spec.search.as_ref().unwrap().first, None);
    let run = spec.configure(&params(&[("model.params.rate", json!(0.0))])).unwrap();
    assert_eq!(json!(run.model), json!({"rate": 0.0}));
}
