//! Unit tests of settings.

use serde_json::{Map, json};

use super::*;

/// A kernel machine: `degree` belongs to one kernel, `shift` to one degree.
fn machine() -> Component {
    let setting = |name: &str, kind, default: Option<Value>| Setting {
        name: name.into(),
        kind,
        default,
        when: None,
        help: String::new(),
    };
    let when = |mut s: Setting, parent: &str, value: Value| {
        s.when = Some(When { setting: parent.into(), values: vec![value] });
        s
    };
    let int = |low, high| SettingKind::Int { low, high, log: false };
    let float = SettingKind::Float { low: 0.0, high: 10.0, log: false };
    let kernels = SettingKind::Choice { choices: vec![json!("rbf"), json!("poly")] };
    Component {
        name: "machine".into(),
        help: String::new(),
        settings: vec![
            setting("c", float.clone(), None),
            setting("kernel", kernels, Some(json!("rbf"))),
            when(setting("degree", int(1, 5), Some(json!(3))), "kernel", json!("poly")),
            when(setting("shift", float, Some(json!(0.5))), "degree", json!(2)),
            setting("verbose", SettingKind::Bool, Some(json!(false))),
            setting("layers", SettingKind::Ints { low: 1, high: 64 }, Some(json!([8]))),
            setting("depth", SettingKind::Optional { of: Box::new(int(1, 9)) }, Some(Value::Null)),
        ],
    }
}

fn resolve(given: Value) -> Result<Value, Vec<String>> {
    let given: Map<String, Value> = serde_json::from_value(given).unwrap();
    machine()
        .resolve(&given)
        .map(Value::Object)
        .map_err(|all| all.iter().map(|p| format!("{} {}", p.setting, p.message)).collect())
}

#[test]
fn defaults_complete_what_was_given_and_inactive_settings_are_left_out() {
    assert_eq!(
        resolve(json!({ "c": 1.5 })),
        Ok(json!({ "c": 1.5, "kernel": "rbf", "verbose": false, "layers": [8], "depth": null }))
    );
    assert_eq!(
        resolve(json!({ "c": 1, "kernel": "poly", "degree": 2 })),
        Ok(json!({
            "c": 1, "kernel": "poly", "degree": 2, "shift": 0.5, "verbose": false, "layers": [8],
            "depth": null,
        }))
    );
    // `degree` alone brings `shift` into play, but not while `degree` itself has no part.
    let resolved = resolve(json!({ "c": 1, "degree": 2 })).unwrap();
    assert!(resolved.get("shift").is_none() && resolved.get("degree").is_none());
}

#[test]
fn every_problem_is_named_at_once() {
    let problems = resolve(json!({
        "gamma": 1, "kernel": "poly", "degree": 9, "verbose": "yes", "layers": [8, 0, 2],
    }));
    assert_eq!(
        problems.unwrap_err(),
        [
            "gamma machine has no such setting",
            "c is required",
            "degree must lie between 1 and 5, not 9",
            "verbose expected true or false, found the text \"yes\"",
            "layers entry 2: must lie between 1 and 64, not 0",
        ]
    );
}

#[test]
fn values_of_a_wrong_type_are_described() {
    let found = |given| resolve(given).unwrap_err().remove(0);
    assert_eq!(found(json!({ "c": "1" })), "c expected a number, found the text \"1\"");
    assert_eq!(found(json!({ "c": 11 })), "c must lie between 0 and 10, not 11");
    assert_eq!(
        found(json!({ "c": 1, "kernel": "cubic" })),
        "kernel must be one of \"rbf\", \"poly\", not \"cubic\""
    );
    assert_eq!(
        found(json!({ "c": 1, "kernel": "poly", "degree": 2.0 })),
        "degree expected an integer, found the number 2.0"
    );
    assert_eq!(
        found(json!({ "c": 1, "layers": 3 })),
        "layers expected a list of integers, found the number 3"
    );
}

#[test]
fn a_word_may_stand_in_the_place_of_a_number() {
    let of = Box::new(SettingKind::Int { low: 1, high: 9, log: false });
    let kind = SettingKind::Or { of, word: "full".into() };
    assert_eq!([json!("full"), json!(3)].map(|v| kind.check(&v)), [Ok(()), Ok(())]);
    assert_eq!(
        kind.check(&json!("ful")),
        Err("expected an integer, found the text \"ful\" (\"full\" is allowed too)".into())
    );
    assert!(matches!(kind.value_kind(), SettingKind::Int { high: 9, .. }));
    let text = serde_json::to_string(&kind).unwrap();
    assert_eq!(serde_json::from_str::<SettingKind>(&text).unwrap(), kind);
}

#[test]
fn long_values_are_cut_in_messages() {
    let text = describe(&json!("é".repeat(500)));
    assert!(text.chars().count() < 60 && text.ends_with('…'));
}

#[test]
fn a_descriptor_whose_conditions_turn_in_a_circle_ends() {
    let mut component = machine();
    component.settings[1].when = Some(When { setting: "shift".into(), values: vec![json!(0.5)] });
    let given: Map<String, Value> =
        serde_json::from_value(json!({ "c": 1, "kernel": "poly", "degree": 2 })).unwrap();
    let resolved = component.resolve(&given).unwrap();
    assert!(!resolved.contains_key("kernel"));
}

#[test]
fn a_description_survives_json() {
    let text = serde_json::to_string(&machine()).unwrap();
    assert_eq!(serde_json::from_str::<Component>(&text).unwrap(), machine());
}

#[test]
fn an_optional_setting_may_be_null() {
    let depth = |depth: Value| resolve(json!({ "c": 1, "depth": depth }));
    assert_eq!(depth(json!(3)).unwrap()["depth"], 3);
    assert_eq!(depth(Value::Null).unwrap()["depth"], Value::Null);
    assert_eq!(depth(json!(10)), Err(vec!["depth must lie between 1 and 9, not 10".to_owned()]));
    assert_eq!(
        resolve(json!({ "c": null })),
        Err(vec!["c expected a number, found nothing (null)".to_owned()])
    );
    let setting = machine().setting("depth").unwrap().clone();
    let text = serde_json::to_string(&setting).unwrap();
    assert_eq!(serde_json::from_str::<Setting>(&text).unwrap(), setting);
    let required = machine().setting("c").unwrap().clone();
    let text = serde_json::to_string(&required).unwrap();
    assert_eq!(serde_json::from_str::<Setting>(&text).unwrap(), required);
}
