//! Cross-validated scores of scikit-learn's `SVC` on four data sets: `svc_cv.json`, and with more
//! kernels `svc_sigmoid.json`.

use serde_json::Value;
use surmise_svm::{KernelChoice, Params};

use crate::data::fit;
use surmise_test_models::{Classes, floats, golden, places};

fn check(name: &str) {
    check_file("svc_cv.json", name, 4);
}

fn check_file(file: &str, name: &str, n_rows: usize) {
    let golden = golden(file);
    let golden = &golden[name];
    let table = Classes::read(name);
    let is_standardized = golden["standardized_on_all_rows"].as_bool().unwrap();
    let table = if is_standardized { table.standardized() } else { table };
    let folds = places(&golden["folds"]);
    let rows = golden["rows"].as_array().unwrap();
    assert_eq!(rows.len(), n_rows);
    for row in rows {
        for (held_out, wanted) in folds.iter().zip(floats(&row["split_scores"])) {
            assert_eq!(score(&table, held_out, &row["params"]), wanted, "{name} {}", row["params"]);
        }
    }
}

fn score(table: &Classes, held_out: &[usize], params: &Value) -> f64 {
    let (rows, codes) = table.select(|i| !held_out.contains(&i));
    let (test_rows, test_codes) = table.select(|i| held_out.contains(&i));
    // All have scikit-learn's gamma, "scale".
    let ours = Params {
        C: params["C"].as_f64().unwrap(),
        kernel: match params["kernel"].as_str().unwrap() {
            "linear" => KernelChoice::Linear,
            "rbf" => KernelChoice::Rbf,
            "poly" => KernelChoice::Poly,
            "sigmoid" => KernelChoice::Sigmoid,
            other => panic!("no kernel `{other}` here"),
        },
        degree: params["degree"].as_u64().unwrap_or(3) as u32,
        coef0: params["coef0"].as_f64().unwrap_or(0.0),
        ..Params::default()
    };
    let settings = ours.settings(&rows);
    let predicted = fit(&rows, &codes, &settings).unwrap().predict(test_rows);
    let right = predicted.iter().zip(&test_codes).filter(|(a, b)| a == b).count();
    right as f64 / test_codes.len() as f64
}

#[test]
fn sigmoid_and_polynomial_kernels() {
    check_file("svc_sigmoid.json", "iris", 4);
    check_file("svc_sigmoid.json", "wine", 3);
    check_file("svc_sigmoid.json", "breast_cancer", 2);
}

#[test]
fn iris() {
    check("iris");
}

#[test]
fn wine() {
    check("wine");
}

#[test]
fn breast_cancer() {
    check("breast_cancer");
}

#[test]
fn digits() {
    check("digits");
}
