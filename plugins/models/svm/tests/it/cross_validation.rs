//! Cross-validated scores of scikit-learn's `SVC` on four data sets: `svc_cv.json`.

use serde_json::Value;
use surmise_svm::Params;

use crate::data::{fit, settings};
use surmise_test_models::{Classes, floats, golden, places};

fn check(name: &str) {
    let golden = golden("svc_cv.json");
    let golden = &golden[name];
    let table = Classes::read(name);
    let is_standardized = golden["standardized_on_all_rows"].as_bool().unwrap();
    let table = if is_standardized { table.standardized() } else { table };
    let folds = places(&golden["folds"]);
    let is_ours =
        |row: &&Value| row["params"]["kernel"] == "linear" || row["params"]["kernel"] == "rbf";
    let rows: Vec<&Value> = golden["rows"].as_array().unwrap().iter().filter(is_ours).collect();
    assert_eq!(rows.len(), 3);
    for row in rows {
        for (held_out, wanted) in folds.iter().zip(floats(&row["split_scores"])) {
            assert_eq!(score(&table, held_out, &row["params"]), wanted, "{name} {}", row["params"]);
        }
    }
}

fn score(table: &Classes, held_out: &[usize], params: &Value) -> f64 {
    let (rows, codes) = table.select(|i| !held_out.contains(&i));
    let (test_rows, test_codes) = table.select(|i| held_out.contains(&i));
    // No `gamma` means scikit-learn's "scale".
    let scaled = Params::default().settings(&rows).kernel;
    let settings = surmise_svm::Settings {
        kernel: if params["kernel"] == "rbf" { scaled } else { surmise_svm::Kernel::Linear },
        ..settings(params, 1.0, 1e-3)
    };
    let predicted = fit(&rows, &codes, &settings).unwrap().predict(test_rows);
    let right = predicted.iter().zip(&test_codes).filter(|(a, b)| a == b).count();
    right as f64 / test_codes.len() as f64
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
