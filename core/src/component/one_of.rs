//! Several components as one that says by a setting which of them it is.

use super::{Component, Setting, SettingKind, When};

/// The setting that says which one.
const TYPE: &str = "type";

impl Component {
    /// One component that is any of `components`: its setting `type` is the name of one, the first
    /// unless something else is given, and each setting takes part for the types that have it.
    ///
    /// What several of them call the same is of the same kind; where only its default differs, it
    /// is described once for each default. A setting that has a condition keeps it, and is called
    /// as no setting of another component.
    #[must_use]
    pub fn one_of(name: &str, help: &str, components: &[Self]) -> Self {
        let helps: Vec<String> =
            components.iter().map(|c| format!("{}: {}", c.name, c.help)).collect();
        let choices: Vec<_> = components.iter().map(|c| c.name.clone().into()).collect();
        let mut settings = vec![Setting {
            name: TYPE.to_owned(),
            default: choices.first().cloned(),
            kind: SettingKind::Choice { choices },
            when: None,
            help: helps.join("; "),
        }];
        for component in components {
            for setting in &component.settings {
                add(&mut settings, setting, &component.name);
            }
        }
        Self { name: name.to_owned(), help: help.to_owned(), settings }
    }
}

/// Adds a setting of the component `of` to those that are there.
fn add(settings: &mut Vec<Setting>, setting: &Setting, of: &str) {
    let mut setting = setting.clone();
    if setting.when.is_none() {
        let mut named = settings.iter_mut().filter(|known| known.name == setting.name);
        if let Some(Setting { when: Some(when), .. }) =
            named.find(|known| known.default == setting.default)
        {
            when.values.push(of.into());
            return;
        }
        setting.when = Some(When { setting: TYPE.to_owned(), values: vec![of.into()] });
    }
    let mut named = settings.iter().filter(|known| known.name == setting.name);
    debug_assert!(named.all(|known| known.kind == setting.kind), "two kinds of {}", setting.name);
    settings.push(setting);
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::*;

    fn optimizer() -> Component {
        let setting = |name: &str, default: f64| Setting {
            name: name.into(),
            kind: SettingKind::Float { low: 0.0, high: 1.0, log: false },
            default: Some(json!(default)),
            when: None,
            help: format!("the {name}"),
        };
        let component = |name: &str, settings| Component {
            name: name.into(),
            help: format!("{name}, for tests"),
            settings,
        };
        Component::one_of(
            "optimizer",
            "how steps are made",
            &[
                component("sgd", vec![setting("rate", 0.1), setting("momentum", 0.0)]),
                component("nesterov", vec![setting("rate", 0.1), setting("momentum", 0.9)]),
                component("adam", vec![setting("rate", 0.01), setting("beta", 0.9)]),
            ],
        )
    }

    fn resolved(given: Value) -> Result<Value, String> {
        let given: Map<String, Value> = serde_json::from_value(given).unwrap();
        optimizer().resolve(&given).map(Value::Object).map_err(|all| all[0].message.clone())
    }

    #[test]
    fn each_type_has_its_own_settings_and_defaults() {
        let sgd = json!({"type": "sgd", "rate": 0.1, "momentum": 0.0});
        assert_eq!(resolved(json!({})), Ok(sgd));
        let nesterov = json!({"type": "nesterov", "rate": 0.1, "momentum": 0.9});
        assert_eq!(resolved(json!({"type": "nesterov"})), Ok(nesterov));
        let adam = json!({"type": "adam", "rate": 0.5, "beta": 0.9});
        assert_eq!(resolved(json!({"type": "adam", "rate": 0.5, "momentum": 0.5})), Ok(adam));
        let message = "must lie between 0 and 1, not 2";
        assert_eq!(resolved(json!({"type": "adam", "rate": 2})), Err(message.into()));
    }

    #[test]
    fn what_is_the_same_is_described_once() {
        let optimizer = optimizer();
        let rates: Vec<&Setting> = optimizer.variants("rate").collect();
        let types = |setting: &Setting| json!(setting.when.as_ref().unwrap().values);
        assert_eq!(types(rates[0]), json!(["sgd", "nesterov"]));
        assert_eq!(types(rates[1]), json!(["adam"]));
        assert_eq!(optimizer.variants("momentum").count(), 2);
        let help = &optimizer.settings[0].help;
        assert_eq!(
            help,
            "sgd: sgd, for tests; nesterov: nesterov, for tests; adam: adam, for tests"
        );
    }
}
