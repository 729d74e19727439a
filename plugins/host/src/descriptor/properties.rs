//! What holds of every descriptor, whatever a plugin says.

use proptest::prelude::*;
use serde_json::json;

use super::sense::survives;
use super::*;

/// One that uses all there is.
fn whole() -> Value {
    let depth = json!({ "type": "int", "low": 1, "high": 9, "log": true });
    json!({
        "schema": 1,
        "plugin": { "id": "org.example.ridge", "version": "1.2.0" },
        "models": [
            { "id": "plain", "tasks": ["classification"], "layouts": ["rows_f64"] },
            {
                "id": "ridge", "help": "text", "tasks": ["regression"], "layouts": ["rows_f64"],
                "missing": "nan", "caps": ["predict_proba", "save"], "deterministic": "bitwise",
                "gradient": ["f32", "f64"], "fit": "host", "regularization": ["warm"],
                "hyperparameters": [
                    { "name": "solver", "type": "choice", "choices": ["sgd", 1, null] },
                    { "name": "rate", "type": "float", "low": 0.1, "high": 1e3, "default": 0.5,
                      "log": true, "when": { "solver": ["sgd", 1] } },
                    { "name": "epochs", "type": "int", "low": 1, "high": 9, "fidelity": true },
                    { "name": "depth", "type": "optional", "of": depth, "default": null },
                    { "name": "rows", "type": "or", "of": { "type": "int", "low": 1, "high": 9 },
                      "word": "full", "default": "full" },
                    { "name": "widths", "type": "ints", "low": 1, "high": 9, "default": [3, 4] },
                    { "name": "warm", "type": "bool", "default": true, "when": { "depth": [2] } },
                ],
            },
        ],
    })
}

/// All places below a value, as JSON pointers.
fn places(value: &Value, here: &str, found: &mut Vec<String>) {
    found.push(here.to_owned());
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, v)| places(v, &format!("{here}/{i}"), found));
        }
        Value::Object(entries) => {
            entries.iter().for_each(|(key, v)| places(v, &format!("{here}/{key}"), found));
        }
        _ => {}
    }
}

/// The text with another text in the place of one of its values.
fn with(place: usize, text: &str, instead: &str) -> String {
    const MARK: &str = "a place like no other";
    let Ok(mut value) = serde_json::from_str::<Value>(text) else { return text.to_owned() };
    let mut found = Vec::new();
    places(&value, "", &mut found);
    if let Some(slot) = value.pointer_mut(&found[place % found.len()]) {
        *slot = json!(MARK);
    }
    value.to_string().replacen(&format!("\"{MARK}\""), instead, 1)
}

fn any_value() -> impl Strategy<Value = Value> {
    let words = "solver|rate|depth|sgd|float|int|ints|bool|choice|optional|host|self|f64|ridge";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3i64..12).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        words.prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
        ".{0,4}".prop_map(Value::from),
    ];
    let keys = "[a-z]{1,6}|name|type|low|high|log|default|when|choices|of|solver";
    leaf.prop_recursive(3, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(keys, inner, 0..5)
                .prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

/// What stands in the place of a value: another one, or what no value is.
fn any_fragment() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => any_value().prop_map(|value| value.to_string()),
        1 => "-?[0-9]{1,40}(\\.[0-9]{1,5})?([eE][+-]?[0-9]{1,6})?",
        1 => "(1|null|\\[\\]), ?\"(low|high|name|type|id|when|schema)\": ?(1|\"rate\"|null)",
        1 => (0usize..200).prop_map(|n| "[".repeat(n) + &"]".repeat(n)),
        1 => (0usize..40).prop_map(|n| "{\"of\":".repeat(n) + "1" + &"}".repeat(n)),
        1 => "\\PC{0,8}",
    ]
}

#[test]
fn the_whole_descriptor_is_accepted() {
    assert_eq!(parse(&whole().to_string()).map(|descriptor| descriptor.models.len()), Ok(2));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_text_is_survived(text in "[{}\\[\\]:,\"\\\\a-cu0-9.eE+ \n-]{0,80}|\\PC{0,40}") {
        survives(&text);
    }

    #[test]
    fn any_json_is_survived(value in any_value()) {
        survives(&value.to_string());
    }

    #[test]
    fn any_hyperparameters_are_survived(values in prop::collection::vec(any_value(), 0..3)) {
        let mut descriptor = whole();
        descriptor["models"][1]["hyperparameters"] = values.into();
        survives(&descriptor.to_string());
    }

    #[test]
    fn anything_anywhere_is_survived(
        changes in prop::collection::vec((any::<usize>(), any_fragment()), 1..5),
    ) {
        let mut text = whole().to_string();
        for (place, instead) in changes {
            text = with(place, &text, &instead);
        }
        survives(&text);
    }

    #[test]
    fn any_damage_is_survived(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in 0usize..2000,
    ) {
        let mut bytes = whole().to_string().into_bytes();
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        survives(&String::from_utf8_lossy(&bytes));
        bytes.truncate(cut);
        survives(&String::from_utf8_lossy(&bytes));
    }
}
