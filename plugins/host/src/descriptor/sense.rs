//! What a descriptor that was accepted must keep, for property tests and for the fuzzer.

use std::collections::BTreeSet;

use serde_json::Map;

use super::*;

/// Any outcome is fine but a panic: what is refused is explained, what is accepted makes sense.
pub(crate) fn survives(text: &str) {
    match parse(text) {
        Err(problem) => assert!(!problem.trim().is_empty()),
        Ok(descriptor) => {
            assert!(is_id(&descriptor.id) && text::is_plain(&descriptor.version));
            all_differ(descriptor.models.iter().map(|model| model.component.name.as_str()));
            descriptor.models.iter().for_each(makes_sense);
        }
    }
}

fn all_differ<'a>(names: impl Iterator<Item = &'a str>) {
    let mut seen = BTreeSet::new();
    for name in names {
        assert!(seen.insert(name), "{name:?} is there twice");
    }
}

fn makes_sense(model: &ModelInfo) {
    let settings = &model.component.settings;
    assert!(is_id(&model.component.name) && !model.tasks.is_empty());
    assert!(model.fits_itself || !model.gradient.is_empty());
    all_differ(model.regularization.iter().map(String::as_str));
    all_differ(settings.iter().map(|setting| setting.name.as_str()));
    let named = |name: &String| settings.iter().find(|setting| setting.name == *name);
    if let Some(fidelity) = &model.fidelity {
        let kind = named(fidelity).expect("one of its settings").kind.value_kind();
        assert!(matches!(kind, SettingKind::Float { .. } | SettingKind::Int { .. }));
    }
    for setting in settings {
        assert!(text::is_plain(&setting.help), "{setting:?}");
        is_in_order(&setting.kind);
        setting.default.iter().for_each(|value| setting.kind.check(value).expect("a default"));
        if let Some(When { setting, values }) = &setting.when {
            let parent = named(setting).expect("one of its settings");
            values.iter().for_each(|value| parent.kind.check(value).expect("a value of it"));
        }
    }
    if let Ok(complete) = model.component.resolve(&Map::new()) {
        assert_eq!(model.component.resolve(&complete), Ok(complete));
    }
}

fn is_in_order(kind: &SettingKind) {
    match kind {
        SettingKind::Float { low, high, log } => {
            assert!(low.is_finite() && high.is_finite() && low <= high && (!log || 0.0 < *low));
        }
        SettingKind::Int { low, high, log } => assert!(low <= high && (!log || 0 < *low)),
        SettingKind::Ints { low, high } => assert!(low <= high),
        SettingKind::Choice { choices } => assert!(!choices.is_empty()),
        SettingKind::Bool => {}
        SettingKind::Optional { of } => is_in_order(of),
        SettingKind::Or { of, word } => {
            assert!(!word.is_empty() && text::is_plain(word));
            is_in_order(of);
        }
    }
}
