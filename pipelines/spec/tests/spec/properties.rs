//! What holds for every input.

use proptest::prelude::*;
use serde_json::{Value, json};
use surmise_spec::{Override, Source};

use crate::common::{PLAIN, loaded, study};
use crate::survives::survives;

fn whole() -> String {
    study(
        "{type: gp, start: 3}",
        "    model.params.c: &c {min: 1, max: 100, log: true}
    model.params.kernel: [linear, rbf]
    model.params.gamma: {min: 0.01, max: 1, when: {model.params.kernel: rbf}}
    stages.pca: [null, {}]
    stages.pca.components: {min: 5, max: 40, step: 5}
  constraints: [\"model.params.c <= stages.pca.components\", 'model.params.gamma < 0.5']
  forbidden: [{model.params.kernel: linear, stages.pca.components: 10}]",
    )
}

/// One whose model is trained through its gradient.
fn trained() -> String {
    let space = "    training.optimizer.type: [sgd, adam]
    training.optimizer.momentum: {min: 0.0, max: 0.9}
    training.batch.size: [16, full]
    regularization.l2: [null, {}, {strength: 0.5}]
    regularization.l2.strength: {min: 1.0e-6, max: 0.5, log: true}
    regularization.dropout.rate: {min: 0.1, max: 0.5, when: {regularization.l2: [null]}}";
    study("{type: gp}", space).replace("svm\n  params: { c: 10 }", "mlp")
        + "training: { epochs: 9, batch: { size: full } }\nregularization: { dropout: {} }\n"
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-(1i64 << 53)..=1 << 53).prop_map(Value::from),
        any::<f64>().prop_filter("finite", |x| x.is_finite()).prop_map(Value::from),
        "[ -~]{0,12}".prop_map(Value::from),
        "[0-9_.eExob+:~-]{1,8}".prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
        Just(json!("a\nb\n")),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-zA-Z0-9_.-]{1,6}", inner, 0..4)
                .prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

#[test]
fn what_is_damaged_was_right() {
    assert!(loaded(&whole()).search.is_some());
    assert!(loaded(&trained()).training.is_some());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(source) = Source::from_bytes("p.yaml", bytes) {
            survives(&source.text, &[]);
        }
    }

    #[test]
    fn any_text_is_survived(text in "[-:,\\[\\]{}&*!|>'\"%@`#?<~ a-c1-3.\n\t\r\u{e9}\u{feff}\u{2028}]{0,200}") {
        survives(&text, &[]);
    }

    #[test]
    fn any_damage_is_survived(at in 0usize..2000, length in 0usize..20, insert in "\\PC{0,6}") {
        for mut text in [whole(), trained()] {
            let start = at.min(text.len());
            let end = (start + length).min(text.len());
            text.replace_range(start..end, &insert);
            survives(&text, &[]);
        }
    }

    #[test]
    fn any_value_anywhere_is_survived(value in any_value(), line in 0usize..40) {
        for text in [whole(), trained()] {
            let lines: Vec<&str> = text.lines().collect();
            let line = lines[line % lines.len()];
            if let Some((key, _)) = line.split_once(": ") {
                survives(&text.replacen(line, &format!("{key}: {value}"), 1), &[]);
            }
        }
    }

    #[test]
    fn any_override_is_survived(path in "[a-z.]{0,12}|stages\\.pca[.a-z]{0,5}|search\\.space[.a-z]{0,9}|training[.a-z]{0,9}|regularization\\.l2[.a-z]{0,9}", value in "\\PC{0,12}") {
        survives(PLAIN, &[Override::new(format!("{path}={value}"))]);
        survives(&whole(), &[Override::new(format!("{path}{value}"))]);
        survives(&trained(), &[Override::new(format!("{path}={value}"))]);
    }
}
