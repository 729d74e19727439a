//! Few trees, whose bins and splits are determined by the data: they are scikit-learn's.

use serde_json::Value;
use surmise_boosting::{ClassWeight, LossChoice, Params, Settings, Target};
use surmise_plugin_sdk::Random;

use crate::data::{fit, predictions, slices};
use surmise_test_models::{floats, golden};

/// The rows of `boosting_exact.py`.
struct Case {
    rows: Vec<Vec<f64>>,
    scores: Vec<f64>,
    weights: Vec<f64>,
}

impl Case {
    fn new(seed: u64, n_rows: usize, has_missing: bool) -> Self {
        let mut random = Random::new(seed);
        let mut case = Self { rows: Vec::new(), scores: Vec::new(), weights: Vec::new() };
        for _ in 0..n_rows {
            let draws: [u64; 6] = std::array::from_fn(|_| random.bits());
            let fine = |i: usize| (draws[i] >> 48) as f64 / 64.0;
            let mut row = vec![fine(0), fine(1), (draws[2] >> 60) as f64, (draws[3] >> 62) as f64];
            let noise = (draws[4] >> 54) as f64;
            case.scores.push(row[0] + (row[1] - 512.0).abs() + row[2] * row[3] * 16.0 + noise);
            case.weights.push(((draws[5] >> 54) as f64 + 1.0) / 256.0);
            if has_missing && draws[4] & 7 == 0 {
                row[0] = f64::NAN;
            }
            if has_missing && draws[5] & 15 == 0 {
                row[2] = f64::NAN;
            }
            case.rows.push(row);
        }
        case
    }
}

fn settings(case: &Value, n_classes: Option<usize>) -> Settings {
    let defaults = Params::default();
    let whole = |name: &str, default: u32| case[name].as_u64().map_or(default, |v| v as u32);
    let signs = case["monotonic_cst"].as_array().cloned().unwrap_or_default();
    let params = Params {
        loss: match case["loss"].as_str().unwrap() {
            "squared_error" => LossChoice::SquaredError,
            "absolute_error" => LossChoice::AbsoluteError,
            "poisson" => LossChoice::Poisson,
            "gamma" => LossChoice::Gamma,
            _ => LossChoice::LogLoss,
        },
        n_iterations: whole("max_iter", 0),
        learning_rate: 0.5,
        max_leaf_nodes: match &case["max_leaf_nodes"] {
            Value::Number(n) => n.as_u64().map(|n| n as u32),
            Value::Null if case.get("max_leaf_nodes").is_some() => None,
            _ => defaults.max_leaf_nodes,
        },
        max_depth: case["max_depth"].as_u64().map(|depth| depth as u32),
        max_bins: whole("max_bins", 255),
        min_samples_leaf: whole("min_samples_leaf", 20),
        l2_regularization: case["l2_regularization"].as_f64().unwrap_or(0.0),
        monotonic_cst: signs.iter().map(|sign| sign.as_i64().unwrap() as i32).collect(),
        class_weight: match case["class_weight"].as_str() {
            Some(_) => ClassWeight::Balanced,
            None => ClassWeight::None,
        },
        ..defaults
    };
    params.settings(n_classes)
}

fn check(case: &Value, n_train: usize, n_test: usize) {
    let seed = case["seed"].as_u64().unwrap();
    let data = Case::new(seed, n_train + n_test, case["missing"] == true);
    let rows = slices(&data.rows);
    let weights = (case["weighted"] == true).then_some(&data.weights[..n_train]);
    let scores = &data.scores[..n_train];
    let booster = match case["n_classes"].as_u64().map(|n| n as usize) {
        None => {
            let values: Vec<f64> = scores.iter().map(|score| (score.floor() + 1.0) / 8.0).collect();
            fit(&rows[..n_train], Target::Numbers(&values), weights, &settings(case, None))
        }
        Some(n_classes) => {
            let code = |score: &f64| (score / 3072.0 * n_classes as f64) as u32;
            let codes: Vec<u32> =
                scores.iter().map(|score| code(score).min(n_classes as u32 - 1)).collect();
            let target = Target::Classes { codes: &codes, n_classes };
            fit(&rows[..n_train], target, weights, &settings(case, Some(n_classes)))
        }
    };
    let n_leaves: Vec<f64> = booster.n_leaves().iter().map(|n| *n as f64).collect();
    assert_eq!(n_leaves, floats(&case["n_leaves"]), "{seed}: {}", case["loss"]);
    let (ours, theirs) = (predictions(&booster, &rows[n_train..]), floats(&case["predictions"]));
    assert_eq!(ours.len(), theirs.len());
    for (i, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
        // Their gradients are f32.
        let tolerance = 2e-6 * theirs.abs().max(1.0);
        assert!((ours - theirs).abs() <= tolerance, "{seed}, {i}: {ours} and {theirs}");
    }
}

#[test]
fn few_trees_are_scikit_learns() {
    let golden = golden("boosting_exact.json");
    let n_train = golden["n_train"].as_u64().unwrap() as usize;
    let n_test = golden["n_test"].as_u64().unwrap() as usize;
    let cases = golden["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 16);
    cases.iter().for_each(|case| check(case, n_train, n_test));
}
