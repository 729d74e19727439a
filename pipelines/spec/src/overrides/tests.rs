//! What overrides change, and what they refuse.

use super::*;
use crate::diagnostic::Diagnostics;
use serde_json::{Value, json};

use crate::decode::Decode;

fn changed(yaml: &str, set: &str) -> Result<Value, Box<Diagnostics>> {
    let file = Source { name: "p.yaml".into(), text: yaml.into() };
    let sources = [file, Override::new(set).source()];
    let mut sink = Sink::default();
    let input = Input { source: 0, text: &sources[0].text, start: 0 };
    let mut root = parse(&input, &mut sink).unwrap();
    apply(&mut root, 1, &sources[1].text, &mut sink);
    let value = Value::decode(&root, &mut sink);
    match sink.finish(sources.into()) {
        Some(diagnostics) => Err(Box::new(diagnostics)),
        None => Ok(value.unwrap()),
    }
}

#[test]
fn replaces_and_adds() {
    assert_eq!(changed("a: 1", "a=2").unwrap(), json!({"a": 2}));
    assert_eq!(
        changed("a: {b: 1}", "a.c.d=[x, 1e3]").unwrap(),
        json!({"a": {"b": 1, "c": {"d": ["x", 1000.0]}}})
    );
    assert_eq!(changed("a: null", "a.b=1").unwrap(), json!({"a": {"b": 1}}));
}

#[test]
fn enters_stages_by_name_and_the_space_by_path() {
    let stages = "stages: [{impute: {}}, {pca: {components: 3}}]";
    assert_eq!(
        changed(stages, "stages.pca.components=5").unwrap(),
        json!({"stages": [{"impute": {}}, {"pca": {"components": 5}}]})
    );
    let space = "search: {space: {model.params.c: [1]}}";
    assert_eq!(
        changed(space, "search.space.model.params.c=[2]").unwrap(),
        json!({"search": {"space": {"model.params.c": [2]}}})
    );
    assert_eq!(
        changed(space, "search.space.model.params.d=[2]").unwrap(),
        json!({"search": {"space": {"model.params.c": [1], "model.params.d": [2]}}})
    );
}

#[test]
fn null_leaves_a_key_out_but_switches_a_stage_off() {
    assert_eq!(changed("a: 1\nb: {c: 1, d: 2}", "a=null").unwrap(), json!({"b": {"c": 1, "d": 2}}));
    assert_eq!(changed("b: {c: 1, d: 2}", "b.d=~").unwrap(), json!({"b": {"c": 1}}));
    let stages = "stages: [{impute: {fill: 1}}, {pca: {}}]";
    assert_eq!(
        changed(stages, "stages.pca=null").unwrap(),
        json!({"stages": [{"impute": {"fill": 1}}, {"pca": null}]})
    );
    assert_eq!(
        changed(stages, "stages.impute.fill=null").unwrap(),
        json!({"stages": [{"impute": {}}, {"pca": {}}]})
    );
    let space = "search: {space: {model.params.c: [1], model.params.d: [2]}}";
    assert_eq!(
        changed(space, "search.space.model.params.c=null").unwrap(),
        json!({"search": {"space": {"model.params.d": [2]}}})
    );
}

#[test]
fn refuses_parts_of_what_is_not_there() {
    let refused = |yaml, set: &str| {
        let found = changed(yaml, set).unwrap_err();
        let first = found.iter().next().unwrap();
        (first.message().to_owned(), first.help_text().unwrap_or_default().to_owned())
    };
    for yaml in ["a: 1", "stages: [{pca: {}}]"] {
        for set in ["stages.impute={}", "stages.impute.fill=1"] {
            let (message, help) = refused(yaml, set);
            assert_eq!(message, "the file has no stage `impute`");
            let whole = "give all stages in order: `--set 'stages=[{impute: {}}, …]'`";
            assert_eq!(help, whole);
        }
    }
    for yaml in ["a: 1", "search: {space: {model.params.d: [2]}}"] {
        for set in ["min=1", "when.model.params.d=2"] {
            let (message, help) = refused(yaml, &format!("search.space.model.params.c.{set}"));
            assert_eq!(message, "the space does not have `model.params.c` yet");
            let domain = "search.space.model.params.c={min: …, max: …}";
            assert_eq!(help, format!("write its whole domain: `--set '{domain}'`"));
        }
    }
    assert_eq!(refused("a: 1", "b.c=null").0, "there is no `b.c` to leave out");
}

#[test]
fn refuses_what_has_no_place() {
    let message = |yaml, set: &str| {
        let found = changed(yaml, set).unwrap_err();
        found.iter().next().unwrap().message().to_owned()
    };
    assert_eq!(message("a: 1", "a"), "not an override");
    assert_eq!(message("a: 1", "=2"), "not an override");
    assert_eq!(message("a: 1", &"a.".repeat(100_000)), "not an override");
    assert!(message("a: 1", "a.b=2").contains("`a` is a single value"));
    assert!(message("s: [{x: {}}]", "s.y=2").contains("`s` has no entry `y`"));
    assert_eq!(message("a: 1", "a="), "there is no value after `a=`");
    assert_eq!(message("a: 1", "a= # nothing"), "there is no value after `a=`");
    assert!(message("a: 1", "a=[").contains("invalid YAML"));
}
