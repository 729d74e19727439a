//! What a pipeline file may say of a training: sections and kinds of regularization.

use serde_json::{Map, Value};
use surmise_core::component::{Component, Setting, SettingKind};
use surmise_training::optimize::OPTIMIZERS;
use surmise_training::regularize::STAGES;
use surmise_training::schedule::{Entry as Schedule, SCHEDULES};
use surmise_training::{Choice, Plan};

use crate::metric::Metric;

/// Where the loop's settings stand in a file: the section, the name there, and the loop's own name.
const PLACES: &[(&str, &str, &str)] = &[
    ("batch", "size", "batch_size"),
    ("batch", "shuffle", "shuffle"),
    ("batch", "drop_last", "drop_last"),
    ("batch", "accumulate", "accumulate"),
    ("clip", "norm", "clip_norm"),
    ("clip", "value", "clip_value"),
];

/// The largest share of the training rows that may be held out to judge progress by.
const VALIDATION_MAX: f64 = 0.9;

/// The sections of `training`, each at its path; `metrics` may judge validation rows.
#[must_use]
pub fn sections(metrics: &[&dyn Metric]) -> Vec<(String, Component)> {
    let plan = Plan::component();
    let place = |name: &str| PLACES.iter().find(|(_, _, known)| *known == name);
    let mut own = component("training", "How long a training goes on", Vec::new());
    let mut batch = component("batch", "How rows are grouped for a step", Vec::new());
    let mut clip = component("clip", "Bounds of a gradient", Vec::new());
    for setting in plan.settings {
        match place(&setting.name) {
            Some((section, name, _)) => {
                let part = if *section == "batch" { &mut batch } else { &mut clip };
                part.settings.push(Setting { name: (*name).to_owned(), ..setting });
            }
            None => own.settings.push(setting),
        }
    }
    let choices = ["f32", "f64"].map(Value::from).to_vec();
    let kind = SettingKind::Choice { choices };
    own.settings.push(setting("precision", kind, "f32".into(), "the numbers it computes with"));
    let kind = SettingKind::Float { low: 0.0, high: VALIDATION_MAX, log: false };
    let help = "share of the training rows that is held out to judge progress by";
    let fraction = setting("fraction", kind, 0.0.into(), help);
    let names = metrics.iter().map(|metric| metric.info().name.into()).collect();
    let kind = SettingKind::Optional { of: Box::new(SettingKind::Choice { choices: names }) };
    let help = "what progress is judged by there, instead of the loss";
    let metric = setting("metric", kind, Value::Null, help);
    let help = "Rows that progress is judged by";
    let validation = component("validation", help, vec![fraction, metric]);
    let optimizers: Vec<Component> = OPTIMIZERS.iter().map(|o| (o.component)()).collect();
    let schedules: Vec<Component> = SCHEDULES.iter().map(Schedule::component).collect();
    let optimizer = Component::one_of("optimizer", "How parameters follow slopes", &optimizers);
    let schedule =
        Component::one_of("schedule", "What the learning rate is multiplied by", &schedules);
    let parts = [optimizer, batch, schedule, clip, validation];
    let below = |part: Component| (format!("training.{}", part.name), part);
    std::iter::once(("training".to_owned(), own)).chain(parts.into_iter().map(below)).collect()
}

/// The kinds of regularization that the loop does for every model.
#[must_use]
pub fn stages() -> Vec<Component> {
    STAGES.iter().map(|stage| (stage.component)()).collect()
}

/// The kinds of regularization that work inside of models, of those that say so. Each sets the
/// hyperparameter of its name: to its only setting, or to true where it has none.
#[must_use]
pub fn inside() -> Vec<Component> {
    let rate = SettingKind::Float { low: 0.0, high: 0.95, log: false };
    let rate = setting("rate", rate, 0.5.into(), "share of the outputs that is dropped");
    vec![
        component("dropout", "Drops outputs of layers at random while training", vec![rate]),
        component("batch_norm", "Normalizes layers over the rows of a batch", Vec::new()),
        component("layer_norm", "Normalizes layers over the units of a row", Vec::new()),
    ]
}

/// The loop's plan, and the precision to compute with, from complete settings.
pub(super) fn plan(settings: &Map<String, Value>) -> serde_json::Result<(Plan, String)> {
    let section = |name: &str| settings.get(name).and_then(Value::as_object);
    let choice = |name: &str| -> serde_json::Result<Choice> {
        serde_json::from_value(settings.get(name).cloned().unwrap_or_default())
    };
    let mut training = Map::new();
    for Setting { name, .. } in Plan::component().settings {
        let place = PLACES.iter().find(|(_, _, known)| *known == name);
        let value = match place {
            Some((part, key, _)) => section(part).and_then(|part| part.get(*key)),
            None => settings.get(&name),
        };
        training.extend(value.map(|value| (name, value.clone())));
    }
    let names: Vec<String> = stages().into_iter().map(|stage| stage.name).collect();
    let on = section("regularization").into_iter().flatten();
    let regularization = on.filter(|(name, _)| names.contains(name)).map(|(name, stage)| {
        let settings = stage.as_object().cloned().unwrap_or_default();
        Choice { name: name.clone(), settings }
    });
    let plan = Plan {
        optimizer: choice("optimizer")?,
        training,
        schedule: choice("schedule")?,
        regularization: regularization.collect(),
    };
    let precision = settings.get("precision").and_then(Value::as_str).unwrap_or("f32");
    Ok((plan, precision.to_owned()))
}

/// The share of the training rows that a training holds out; none if it is 0.
pub(crate) fn held_out(settings: &Map<String, Value>) -> Option<f64> {
    let fraction = settings.get("validation")?.get("fraction")?.as_f64()?;
    (fraction > 0.0).then_some(fraction)
}

fn component(name: &str, help: &str, settings: Vec<Setting>) -> Component {
    Component { name: name.into(), help: help.into(), settings }
}

fn setting(name: &str, kind: SettingKind, default: Value, help: &str) -> Setting {
    Setting { name: name.into(), kind, default: Some(default), when: None, help: help.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::Accuracy;

    /// What is described is understood: the defaults of all sections are a plan.
    #[test]
    fn the_defaults_of_all_sections_are_a_plan() {
        let mut settings = Map::new();
        for (path, component) in sections(&[&Accuracy]) {
            let resolved = component.resolve(&Map::new()).unwrap();
            match path.strip_prefix("training.") {
                None => settings.extend(resolved),
                Some(key) => drop(settings.insert(key.to_owned(), resolved.into())),
            }
        }
        let all = stages().into_iter().map(|stage| (stage.name, Value::Object(Map::new())));
        settings.insert("regularization".into(), Value::Object(all.collect()));
        let (plan, precision) = plan(&settings).unwrap();
        plan.check().unwrap();
        assert_eq!((plan.training.len(), precision.as_str()), (10, "f32"));
        assert_eq!(plan.regularization.len(), STAGES.len());
        assert_eq!(held_out(&settings), None);
    }

    #[test]
    fn every_place_is_a_setting_of_the_loop() {
        let plan = Plan::component();
        assert!(PLACES.iter().all(|(_, _, name)| plan.setting(name).is_some()));
    }
}
