//! Hyperparameters to try: the least, the largest, and some at random.

use rand::{Rng, RngExt};
use serde_json::{Map, Value, json};
use surmise_core::component::{Component, Setting, SettingKind};

/// The defaults, completed with the least value of what has none.
pub(crate) fn given(component: &Component) -> Map<String, Value> {
    let required = component.settings.iter().filter(|setting| setting.default.is_none());
    required.map(|setting| (setting.name.clone(), edges(&setting.kind).swap_remove(0))).collect()
}

/// The values at the edges of a setting, and each of its choices; at least one.
pub(crate) fn edges(kind: &SettingKind) -> Vec<Value> {
    match kind {
        SettingKind::Float { low, high, .. } => vec![json!(low), json!(high)],
        SettingKind::Int { low, high, .. } => vec![json!(low), json!(high)],
        SettingKind::Bool => vec![json!(false), json!(true)],
        SettingKind::Choice { choices } => choices.clone(),
        SettingKind::Ints { low, high } => {
            vec![json!([]), json!([low]), json!([high]), json!([low, low])]
        }
        SettingKind::Optional { of } => {
            let mut values = edges(of);
            values.push(Value::Null);
            values
        }
        SettingKind::Or { of, word } => {
            let mut values = edges(of);
            values.push(json!(word));
            values
        }
    }
}

/// Complete, valid hyperparameters with `value` for one of them, and with what it depends on set
/// so that it takes part; `None` if that is refused.
pub(crate) fn with(
    component: &Component,
    setting: &Setting,
    value: Value,
) -> Option<Map<String, Value>> {
    let mut given = given(component);
    given.insert(setting.name.clone(), value);
    let mut current = setting;
    // Conditions form a tree, so this ends; the bound guards against a bad descriptor.
    for _ in 0..component.settings.len() {
        let Some(when) = &current.when else { break };
        given.insert(when.setting.clone(), when.values.first()?.clone());
        current = component.setting(&when.setting)?;
    }
    let resolved = component.resolve(&given).ok()?;
    resolved.contains_key(&setting.name).then_some(resolved)
}

/// Complete, valid hyperparameters at random.
pub(crate) fn random(component: &Component, rng: &mut impl Rng) -> Option<Map<String, Value>> {
    let drawn = component.settings.iter().map(|s| (s.name.clone(), draw(&s.kind, rng)));
    component.resolve(&drawn.collect()).ok()
}

fn draw(kind: &SettingKind, rng: &mut impl Rng) -> Value {
    let share: f64 = rng.random();
    match kind {
        SettingKind::Float { low, high, log } => {
            let log = *log && 0.0 < *low;
            let x = if log { low * (high / low).powf(share) } else { low + share * (high - low) };
            json!(if x.is_finite() { x.clamp(*low, *high) } else { *low })
        }
        SettingKind::Int { low, high, log } => {
            let (a, b) = (*low as f64, *high as f64);
            let log = *log && 0.0 < a;
            let x = if log { a * (b / a).powf(share) } else { a + share * (b - a) };
            json!((x.round() as i64).clamp(*low, *high))
        }
        SettingKind::Bool => json!(share < 0.5),
        SettingKind::Choice { choices } => choices[rng.random_range(0..choices.len())].clone(),
        SettingKind::Ints { low, high } => {
            let entry = SettingKind::Int {
                low: *low,
                high: (*high).min(low.saturating_add(64)),
                log: false,
            };
            (0..rng.random_range(0..4)).map(|_| draw(&entry, rng)).collect()
        }
        SettingKind::Optional { .. } if share < 0.25 => Value::Null,
        SettingKind::Or { word, .. } if share < 0.25 => json!(word),
        SettingKind::Optional { of } | SettingKind::Or { of, .. } => draw(of, rng),
    }
}

#[cfg(test)]
mod tests {
    use surmise_core::component::When;
    use surmise_core::seed::Seed;

    use super::*;

    fn component() -> Component {
        let setting = |name: &str, kind, when| Setting {
            name: name.to_owned(),
            kind,
            default: None,
            when,
            help: String::new(),
        };
        let when = When { setting: "solver".into(), values: vec![json!("sgd")] };
        let int = SettingKind::Int { low: 1, high: 1000, log: true };
        Component {
            name: "model".into(),
            help: String::new(),
            settings: vec![
                setting("C", SettingKind::Float { low: 1e-9, high: 1e9, log: true }, None),
                setting(
                    "gamma",
                    SettingKind::Float { low: -f64::MAX, high: 1.0, log: false },
                    None,
                ),
                setting(
                    "solver",
                    SettingKind::Choice { choices: vec![json!("lbfgs"), json!("sgd")] },
                    None,
                ),
                setting(
                    "momentum",
                    SettingKind::Float { low: 0.0, high: 1.0, log: false },
                    Some(when),
                ),
                setting("layers", SettingKind::Ints { low: 1, high: 512 }, None),
                setting("depth", SettingKind::Optional { of: Box::new(int.clone()) }, None),
                setting("rows", SettingKind::Or { of: Box::new(int), word: "full".into() }, None),
                setting("bias", SettingKind::Bool, None),
            ],
        }
    }

    #[test]
    fn what_is_drawn_is_valid() {
        let (component, mut rng) = (component(), Seed::root(1).rng());
        let drawn: Vec<_> = (0..500).filter_map(|_| random(&component, &mut rng)).collect();
        assert_eq!(drawn.len(), 500);
        assert!(drawn.iter().any(|params| params.contains_key("momentum")));
        assert!(drawn.iter().any(|params| params["depth"].is_null()));
        assert!(drawn.iter().any(|params| params["rows"] == "full"));
        assert!(drawn.iter().any(|params| params["rows"].is_i64()));
        assert!(drawn.iter().any(|params| params["C"].as_f64().is_some_and(|c| c < 1e-3)));
    }

    #[test]
    fn edges_are_valid_where_they_take_part() {
        let component = component();
        for setting in &component.settings {
            for value in edges(&setting.kind) {
                let params = with(&component, setting, value.clone()).expect("valid");
                assert_eq!(params[&setting.name], value);
            }
        }
        let momentum = component.setting("momentum").expect("there");
        let params = with(&component, momentum, json!(0.5)).expect("valid");
        assert_eq!(params["solver"], "sgd");
    }
}
