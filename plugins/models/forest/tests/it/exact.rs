//! Single trees on all rows and features: the search is exact, so they are scikit-learn's.

use serde_json::Value;
use surmise_forest::{Forest, Measure, Settings, Target};
use surmise_plugin_sdk::Random;

use crate::data::{fit, predictions, single_tree};
use surmise_test_models::{floats, golden};

const N_FEATURES: usize = 4;

/// The rows of `forest_exact.py`.
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
            let mut row: Vec<f64> =
                draws[..N_FEATURES].iter().map(|bits| (bits >> 48) as f64 / 64.0).collect();
            let noise = (draws[4] >> 54) as f64;
            case.scores.push(row[0] + (row[1] - 512.0).abs() + row[2] * row[3] / 1024.0 + noise);
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

fn settings(case: &Value) -> Settings {
    let whole = |name: &str| case[name].as_u64().map(|value| value as usize);
    let real = |name: &str| case[name].as_f64();
    let base = single_tree(N_FEATURES, case["n_classes"] != 0);
    Settings {
        measure: match case["criterion"].as_str().unwrap() {
            "gini" => Measure::Gini,
            "entropy" => Measure::Entropy,
            "poisson" => Measure::Poisson,
            _ => Measure::SquaredError,
        },
        max_depth: whole("max_depth"),
        max_leaf_nodes: whole("max_leaf_nodes"),
        min_samples_leaf: whole("min_samples_leaf").unwrap_or(1),
        min_samples_split: whole("min_samples_split").unwrap_or(2),
        min_weight_fraction_leaf: real("min_weight_fraction_leaf").unwrap_or(0.0),
        min_impurity_decrease: real("min_impurity_decrease").unwrap_or(0.0),
        ccp_alpha: real("ccp_alpha").unwrap_or(0.0),
        ..base
    }
}

fn grown(case: &Value, data: &Case, n_train: usize) -> Forest {
    let n_classes = case["n_classes"].as_u64().unwrap() as usize;
    let rows: Vec<&[f64]> = data.rows[..n_train].iter().map(Vec::as_slice).collect();
    let weights = Some(&data.weights[..n_train]);
    let scores = &data.scores[..n_train];
    if n_classes == 0 {
        let values: Vec<f64> = scores.iter().map(|score| score.floor() / 8.0).collect();
        return fit(&rows, Target::Numbers(&values), weights, &settings(case), 0);
    }
    let code = |score: &f64| (score / 3072.0 * n_classes as f64) as u32;
    let codes: Vec<u32> = scores.iter().map(|s| code(s).min(n_classes as u32 - 1)).collect();
    fit(&rows, Target::Classes { codes: &codes, n_classes }, weights, &settings(case), 0)
}

fn check_close(ours: &[f64], theirs: &[f64], what: &str) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (i, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        let tolerance = 1e-9 * theirs.abs().max(1.0);
        assert!((ours - theirs).abs() <= tolerance, "{what}, {i}: {ours} and {theirs}");
    }
}

#[test]
fn trees_are_scikit_learns() {
    let golden = golden("forest_exact.json");
    let n_train = golden["n_train"].as_u64().unwrap() as usize;
    let n_test = golden["n_test"].as_u64().unwrap() as usize;
    let cases = golden["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 18);
    for case in cases {
        let has_missing = case["missing"] == true;
        let data = Case::new(case["seed"].as_u64().unwrap(), n_train + n_test, has_missing);
        let forest = grown(case, &data, n_train);
        let what = format!("case {} ({})", case["seed"], case["criterion"]);
        assert_eq!(forest.n_leaves(), [case["n_leaves"].as_u64().unwrap() as usize], "{what}");
        let rows: Vec<&[f64]> = data.rows[n_train..].iter().map(Vec::as_slice).collect();
        check_close(&predictions(&forest, &rows), &floats(&case["predictions"]), &what);
        check_close(forest.importance(), &floats(&case["importance"]), &what);
    }
}
