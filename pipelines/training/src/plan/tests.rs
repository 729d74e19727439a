//! Plans that are built, and what is wrong with those that are not.

use serde_json::json;

use super::*;

fn plan(value: Value) -> Plan {
    serde_json::from_value(value).unwrap()
}

#[test]
fn everything_in_the_registries_is_built_from_its_defaults() {
    for entry in OPTIMIZERS {
        let mut plan = plan(json!({ "optimizer": { "type": (entry.component)().name } }));
        plan.regularization = STAGES.iter().map(|e| Choice::new((e.component)().name)).collect();
        for schedule in SCHEDULES {
            plan.schedule = Choice::new(schedule.component().name);
            assert_eq!(plan.build::<f32>().unwrap().stages.len(), STAGES.len());
            plan.build::<f64>().unwrap();
        }
    }
}

#[test]
fn every_problem_is_told_at_once() {
    let wrong = plan(json!({
        "optimizer": { "type": "adma", "learning_rate": 1 },
        "training": { "epochs": 0, "batchsize": 3 },
        "schedule": { "type": "step", "gamma": 2.0 },
        "regularization": [{ "type": "l2", "strength": -1 }, { "type": "l2" }],
    }));
    let Err(Error::Plan(problems)) = wrong.check() else { panic!("it is wrong") };
    let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
    for expected in [
        "adma is no optimizer; did you mean `adam`?",
        "training.batchsize training has no such setting",
        "training.epochs must lie between 1 and",
        "step.gamma must lie between 0 and 1, not 2",
        "l2.strength must lie between",
        "l2 is there more than once",
    ] {
        assert!(said.iter().any(|s| s.starts_with(expected)), "{expected}: {said:#?}");
    }
}

#[test]
fn a_plan_survives_a_round_trip() {
    let written = json!({
        "optimizer": { "type": "adam", "learning_rate": 0.01 },
        "training": { "batch_size": "full" },
        "schedule": { "type": "cosine" },
        "regularization": [{ "type": "augment", "image": true, "height": 8, "width": 8 }],
    });
    let read = plan(written.clone());
    assert_eq!(serde_json::to_value(&read).unwrap(), written);
    assert_eq!(read.build::<f64>().unwrap().settings.batch_size, BatchSize::Full);
}

#[test]
fn stages_act_in_the_order_of_the_registry() {
    let plan = plan(json!({
        "optimizer": { "type": "sgd" },
        "regularization": [{ "type": "label_smoothing" }, { "type": "mixup" }],
    }));
    let names = plan.build::<f64>().unwrap().stages.into_iter().map(|stage| stage.name);
    assert_eq!(names.collect::<Vec<_>>(), ["mixup", "label_smoothing"]);
}
