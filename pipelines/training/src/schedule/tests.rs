//! Rates against golden numbers, and how time is counted.

use serde_json::Value;

use super::*;
use crate::testing::{close, golden, numbers};

fn clock(name: &str, settings: &Value) -> Clock {
    let entry = SCHEDULES.iter().find(|e| e.component().name == name).unwrap();
    let settings = entry.component().resolve(settings.as_object().unwrap()).unwrap();
    Clock::new(entry, &settings).unwrap()
}

fn at(t: u64, epochs: u64) -> Progress {
    Progress { epoch: t, step: t, epochs, steps: epochs, steps_per_epoch: 1 }
}

const STEPS: &str = include_str!("../../../../tests/golden/training/steps.json");

/// `tests/golden/training/steps.py` with PyTorch 2.15.
#[test]
fn rates_are_those_of_pytorch() {
    let file = golden(STEPS);
    let base = file["base"].as_f64().unwrap();
    let losses = numbers(&file["losses"]);
    let cases = |list: &str| file[list].as_array().unwrap().clone();
    for case in cases("schedules").iter().chain(&cases("plateaus")) {
        let name = case["schedule"].as_str().unwrap();
        let mut clock = clock(name, &case["settings"]);
        let expected = numbers(&case["rates"]);
        let mut rate = |t: usize| {
            let rate = base * clock.factor(at(t as u64, expected.len() as u64));
            clock.observe(losses[t]);
            rate
        };
        let found: Vec<f64> = (0..expected.len()).map(&mut rate).collect();
        close(&found, &expected, 1e-15, &format!("{name} {}", case["settings"]));
    }
    let held: Vec<String> = cases("schedules")
        .iter()
        .chain(&cases("plateaus"))
        .map(|case| case["schedule"].as_str().unwrap().to_owned())
        .collect();
    for entry in SCHEDULES {
        assert!(held.contains(&entry.component().name), "{}", entry.component().name);
    }
}

#[test]
fn time_may_be_counted_in_steps() {
    let settings = serde_json::json!({ "by": "step", "warmup_epochs": 1.5, "end": 0.0 });
    let mut clock = clock("polynomial", &settings);
    let mut factor = |step| {
        let progress = Progress { epoch: step / 4, step, epochs: 4, steps: 16, steps_per_epoch: 4 };
        clock.factor(progress)
    };
    // Six steps up, ten down.
    assert_eq!([0, 3, 6, 11].map(&mut factor), [0.0, 0.5, 1.0, 0.5]);
}

#[test]
fn every_schedule_stays_between_0_and_1_even_where_there_is_no_time() {
    for entry in SCHEDULES {
        let settings = entry.component().resolve(&Map::new()).unwrap();
        for epochs in [1, 2, 7] {
            let mut clock = Clock::new(entry, &settings).unwrap();
            for t in 0..=2 * epochs {
                let factor = clock.factor(at(t, epochs));
                assert!((0.0..=1.0).contains(&factor), "{} {factor}", entry.component().name);
            }
        }
    }
}
