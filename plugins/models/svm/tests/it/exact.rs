//! Every kind of machine against the exact solutions of `svm_exact.json`.

use serde_json::Value;
use surmise_svm::{ClassWeight, Classifier, Kernel, Regressor, Settings, Training, Tube};
use surmise_test_models::{Classes, Table, check_close, floats, golden};

/// Numbers of the size of a decision; targets of diabetes are hundreds.
const TOLERANCE: f64 = 1e-9;

fn settings(params: &Value) -> Settings {
    let kernel = match params["kernel"].as_str().unwrap() {
        "linear" => Kernel::Linear,
        _ => Kernel::Rbf { gamma: params["gamma"].as_f64().unwrap() },
    };
    let c = params["C"].as_f64().unwrap_or(1.0);
    Settings { c, kernel, tolerance: TOLERANCE, shrinking: true, cache_bytes: 200_000_000 }
}

fn weights(case: &Value) -> Option<Vec<f64>> {
    case["weights"].is_array().then(|| floats(&case["weights"]))
}

/// `β` of every row.
fn spread(support: &[u32], coefficients: &[f64], n_rows: usize) -> Vec<f64> {
    let mut betas = vec![0.0; n_rows];
    for (&row, &beta) in support.iter().zip(coefficients) {
        betas[row as usize] = beta;
    }
    betas
}

fn check_regression(case: &Value, tube: Tube) {
    let table = Table::read("diabetes").standardized();
    let rows: Vec<&[f64]> = table.rows.iter().map(Vec::as_slice).collect();
    let (values, weights) = (table.values(), weights(case));
    let what = format!("{} {tube:?}", case["params"]);
    let fit = |shrinking, tolerance| {
        let settings = Settings { shrinking, tolerance, ..settings(&case["params"]) };
        let weights = weights.as_deref();
        Regressor::fit(&rows, &values, weights, tube, &settings, &mut || false).unwrap()
    };
    let predict = |regressor: &Regressor| {
        let mut predicted = Vec::new();
        regressor.predict(rows.iter().copied(), |value| predicted.push(value));
        predicted
    };
    for shrinking in [true, false] {
        let found = fit(shrinking, TOLERANCE);
        let betas = spread(found.support(), found.coefficients(), rows.len());
        check_close(&betas, &floats(&case["beta"]), 1e-6, &what);
        check_close(&[found.bias()], &[case["bias"].as_f64().unwrap()], 1e-7, &what);
        check_close(&predict(&found), &floats(&case["predicted"]), 1e-8, &what);
    }
    // Where users leave it.
    check_close(&predict(&fit(true, 1e-3)), &floats(&case["predicted"]), 1e-4, &what);
}

#[test]
fn regressions_are_the_exact_ones() {
    let golden = golden("svm_exact.json");
    for case in golden["svr"].as_array().unwrap() {
        check_regression(case, Tube::Epsilon(case["epsilon"].as_f64().unwrap()));
    }
    for case in golden["nu_svr"].as_array().unwrap() {
        check_regression(case, Tube::Nu(case["nu"].as_f64().unwrap()));
    }
}

fn check_classification(name: &str, case: &Value) {
    let table = Table::read(name).standardized();
    let rows: Vec<&[f64]> = table.rows.iter().map(Vec::as_slice).collect();
    let (codes, weights) = (table.codes(), weights(case));
    let is_balanced = case["class_weight"] == "balanced";
    let training = Training {
        weights: weights.as_deref(),
        class_weight: if is_balanced { ClassWeight::Balanced } else { ClassWeight::None },
        nu: case["nu"].as_f64(),
        ..Training::new(&rows, &codes)
    };
    let what = format!("{name} {} {:?}", case["params"], case["nu"]);
    for shrinking in [true, false] {
        let settings = Settings { shrinking, ..settings(&case["params"]) };
        let found = Classifier::train(&training, &settings, &mut || false).unwrap();
        check_close(found.biases(), &floats(&case["bias"]), 1e-6, &what);
        let mut decisions = Vec::new();
        found.decide(rows.iter().copied(), |row| decisions.push(row.to_vec()));
        for (pair, wanted) in case["decisions"].as_array().unwrap().iter().enumerate() {
            let of_pair: Vec<f64> = decisions.iter().map(|row| row[pair]).collect();
            check_close(&of_pair, &floats(wanted), 1e-6, &what);
        }
        let labels: Vec<f64> =
            found.predict(rows.iter().copied()).iter().map(|&code| f64::from(code)).collect();
        assert_eq!(labels, floats(&case["labels"]), "{what}");
        check_betas(&found, &codes, case, &what);
    }
}

fn check_betas(found: &Classifier, codes: &[u32], case: &Value, what: &str) {
    let n_classes = found.classes().len();
    let n_support = found.support().len();
    let pairs = (0..n_classes).flat_map(|a| (a + 1..n_classes).map(move |b| (a, b)));
    for ((a, b), wanted) in pairs.zip(case["beta"].as_array().unwrap()) {
        let against = |row: usize| &found.coefficients()[row * n_support..][..n_support];
        let of = |class: usize, row: usize| {
            let mut betas = spread(found.support(), against(row), codes.len());
            betas.iter_mut().zip(codes).filter(|(_, code)| **code != class as u32).for_each(
                |(beta, _)| {
                    *beta = 0.0;
                },
            );
            betas
        };
        let both = of(a, b - 1).into_iter().zip(of(b, a)).map(|(a, b)| a + b);
        check_close(&both.collect::<Vec<_>>(), &floats(wanted), 1e-5, what);
    }
}

#[test]
fn classifications_are_the_exact_ones() {
    let golden = golden("svm_exact.json");
    for kind in ["svc", "nu_svc"] {
        for name in ["wine", "breast_cancer"] {
            for case in golden[kind][name].as_array().unwrap() {
                check_classification(name, case);
            }
        }
    }
}

/// The golden codes are those of scikit-learn's data sets.
#[test]
fn codes_are_scikit_learns() {
    assert_eq!(Table::read("wine").codes(), Classes::read("wine").codes);
    let codes = Table::read("breast_cancer").codes();
    assert_eq!(codes.iter().filter(|code| **code == 0).count(), 212);
}
