//! Steps against golden numbers, and where settings and penalties act.

use serde_json::{Map, Value};

use super::*;
use crate::testing::{close, golden, numbers};

fn given(settings: &Value, learning_rate: &Value) -> Map<String, Value> {
    let mut settings = settings.as_object().unwrap().clone();
    settings.insert("learning_rate".into(), learning_rate.clone());
    settings
}

fn make<T: Real>(name: &str, settings: &Map<String, Value>) -> Box<dyn Optimizer<T>> {
    let entry = OPTIMIZERS.iter().find(|e| (e.component)().name == name).unwrap();
    let settings = (entry.component)().resolve(settings).unwrap();
    match T::method(entry, &settings).unwrap() {
        Method::Steps(optimizer) => optimizer,
        Method::Whole(_) => panic!("{name} makes no steps"),
    }
}

/// Parameters after each step of a case of the golden file.
fn steps<T: Real>(file: &Value, case: &Value) -> Vec<Vec<f64>> {
    let learning_rate = &file["learning_rate"];
    let name = case["optimizer"].as_str().unwrap();
    let mut optimizer = make::<T>(name, &given(&case["settings"], learning_rate));
    let decay = optimizer.weight_decay();
    let penalty = Penalty { l2: case["l2"].as_f64().unwrap(), decay, l1: 0.0 };
    let mut params: Vec<T> = numbers(&file["start"]).into_iter().map(T::of).collect();
    let groups = [Group { range: 0..params.len(), penalty }];
    let gradients = file["gradients"].as_array().unwrap();
    let rate = learning_rate.as_f64().unwrap();
    let mut step = |gradient: &Value| {
        let gradient: Vec<T> = numbers(gradient).into_iter().map(T::of).collect();
        optimizer.step(&mut params, &gradient, rate, &groups);
        params.iter().map(|p| p.wide()).collect()
    };
    gradients.iter().map(&mut step).collect()
}

const STEPS: &str = include_str!("../../../../tests/golden/training/steps.json");

/// `tests/golden/training/steps.py` with PyTorch 2.15: to the last bits in double precision, and as
/// near as single precision comes.
#[test]
fn steps_are_those_of_pytorch() {
    let file = golden(STEPS);
    for case in file["steps"].as_array().unwrap() {
        let what = format!("{} {} l2 {}", case["optimizer"], case["settings"], case["l2"]);
        let expected: Vec<Vec<f64>> =
            case["params"].as_array().unwrap().iter().map(numbers).collect();
        for (found, expected) in steps::<f64>(&file, case).iter().zip(&expected) {
            close(found, expected, 2e-14, &what);
        }
        for (found, expected) in steps::<f32>(&file, case).iter().zip(&expected) {
            close(found, expected, 2e-4, &what);
        }
    }
}

#[test]
fn every_optimizer_that_makes_steps_is_held_by_golden_numbers() {
    let file = golden(STEPS);
    let held: Vec<&Value> =
        file["steps"].as_array().unwrap().iter().map(|case| &case["optimizer"]).collect();
    for name in OPTIMIZERS.iter().map(|entry| (entry.component)().name) {
        let is_whole = ["lbfgs", "gradient_descent"].contains(&name.as_str());
        assert!(is_whole || held.contains(&&Value::from(name.as_str())), "{name}");
    }
}

/// Keras writes p − η √(1 − β₂ᵗ)/(1 − β₁ᵗ) · m/(√v + ε): in the first step m = (1 − β₁) g and
/// v = (1 − β₂) g², so with g = 1, β₂ = 0.99 and ε = 0.1 it is η · 0.1 · 1/(0.1 + 0.1) = η/2.
#[test]
fn epsilon_may_stand_where_keras_puts_it() {
    let group = [Group { range: 0..1, penalty: Penalty::default() }];
    let first = |name: &str, settings: Value| {
        let mut optimizer = make::<f64>(name, settings.as_object().unwrap());
        let mut params = [0.0];
        optimizer.step(&mut params, &[1.0], 1.0, &group);
        params[0]
    };
    let raw = serde_json::json!({ "beta2": 0.99, "epsilon": 0.1, "epsilon_beside": "raw" });
    assert!((first("adam", raw) + 0.5).abs() < 1e-14);
    let corrected = serde_json::json!({ "beta2": 0.99, "epsilon": 0.1 });
    assert!((first("adam", corrected) + 1.0 / 1.1).abs() < 1e-14);
    // v = (1 − ρ) g² = 0.25, and √(0.25 + 0.11) = 0.6.
    let inside = serde_json::json!({ "rho": 0.75, "epsilon": 0.11, "epsilon_placement": "inside" });
    assert!((first("rmsprop", inside) + 1.0 / 0.6).abs() < 1e-14);
    // s = g² = 1, and √(1 + 0.44) = 1.2.
    let inside = serde_json::json!({ "epsilon": 0.44, "epsilon_placement": "inside" });
    assert!((first("adagrad", inside) + 1.0 / 1.2).abs() < 1e-14);
}

/// With g = 0 only the penalties act: l1 · sign(p) on the slope, (1 − ηλ) on the parameter.
#[test]
fn penalties_act_on_their_group_alone() {
    let mut optimizer = make::<f64>("sgd", &Map::new());
    let shrunk = Penalty { l1: 0.5, l2: 0.25, decay: 0.125 };
    let groups = [
        Group { range: 0..3, penalty: shrunk },
        Group { range: 3..4, penalty: Penalty::default() },
    ];
    let mut params = [2.0, -2.0, 0.0, 2.0];
    optimizer.step(&mut params, &[0.0; 4], 1.0, &groups);
    assert_eq!(params, [0.75, -0.75, 0.0, 2.0]);
}
