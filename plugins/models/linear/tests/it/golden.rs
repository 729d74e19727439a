//! scikit-learn's solutions.

use serde_json::Value;
use surmise_linear::{
    Coefficients, HuberParams, HuberRegression, LinearRegression, LogisticParams, LogisticPenalty,
    LogisticRegression, PoissonParams, PoissonRegression, RegressionParams, RegressionPenalty,
};
use surmise_plugin_sdk::testing::{Data, fit};

use surmise_test_models::{Table, check_close, classification, floats, golden, places, split};

fn r2(predicted: &[f64], y: &[f64]) -> f64 {
    let mean = y.iter().sum::<f64>() / y.len() as f64;
    let rest: f64 = y.iter().zip(predicted).map(|(y, p)| (y - p).powi(2)).sum();
    1.0 - rest / y.iter().map(|y| (y - mean).powi(2)).sum::<f64>()
}

/// `linear_diabetes.json`: coefficients, intercepts and cross-validated scores of `Ridge`, `Lasso`
/// and `ElasticNet`.
#[test]
fn ridge_lasso_and_elastic_net_have_scikit_learns_coefficients() {
    let golden = golden("linear_diabetes.json");
    let table = Table::read("diabetes");
    let y = table.values();
    let models = [
        ("ridge", RegressionPenalty::L2),
        ("lasso", RegressionPenalty::L1),
        ("elastic_net_l1_ratio_0.5", RegressionPenalty::ElasticNet),
    ];
    for (name, penalty) in models {
        for row in golden[name].as_array().unwrap() {
            let alpha = row["alpha"].as_f64().unwrap();
            let params =
                RegressionParams { penalty, alpha, tol: 1e-13, ..RegressionParams::default() };
            let what = format!("{name} {alpha}");
            let data = Data::regression(&table.rows, &y);
            let fitted = fit::<LinearRegression>(&params, &data, 0).unwrap();
            let found = fitted.model().coefficients();
            check_close(found.weights(), &floats(&row["coef"]), 1e-6, &what);
            check_close(found.intercepts(), &floats(&row["intercept"]), 1e-6, &what);
            let nonzero = found.weights().iter().filter(|w| **w != 0.0).count();
            assert_eq!(nonzero as u64, row["nonzero"].as_u64().unwrap(), "{what}");
            for (fold, score) in places(&golden["folds"]).iter().zip(floats(&row["cv_r2"])) {
                let (held_out, rows) = split(&table.rows, fold);
                let (truth, values) = split(&y, fold);
                let data = Data::regression(&rows, &values);
                let fitted = fit::<LinearRegression>(&params, &data, 0).unwrap();
                let found = r2(&fitted.predict(&held_out).unwrap(), &truth);
                assert!((found - score).abs() < 1e-6, "{what}: {found} and {score}");
            }
        }
    }
}

/// The objective of `logistic.json`, `Σ -log p + |w|² / (2 C)`, or with `|w|₁ / C`.
fn objective(proba: &[f64], codes: &[u32], penalty: f64) -> f64 {
    let width = proba.len() / codes.len();
    let losses = codes.iter().enumerate().map(|(i, code)| -proba[i * width + *code as usize].ln());
    losses.sum::<f64>() + penalty
}

fn check_logistic(name: &str) {
    let golden = golden("logistic.json");
    let golden = &golden[name];
    let table = Table::read(name).standardized();
    let codes = table.codes();
    for row in golden["rows"].as_array().unwrap() {
        let c = row["C"].as_f64().unwrap();
        let what = format!("{name} {c}");
        let params = LogisticParams { C: c, tol: 1e-11, ..LogisticParams::default() };
        let data = classification(&table.rows, &codes);
        let fitted = fit::<LogisticRegression>(&params, &data, 0).unwrap();
        let found = fitted.model().coefficients();
        check_close(found.weights(), &floats(&row["coef"]), 1e-6, &what);
        check_close(found.intercepts(), &floats(&row["intercept"]), 1e-6, &what);
        let squares: f64 = found.weights().iter().map(|w| w * w).sum();
        let proba = fitted.predict_proba(&table.rows).unwrap();
        let value = objective(&proba, &codes, squares / (2.0 * c));
        let wanted = row["objective"].as_f64().unwrap();
        assert!((value / wanted - 1.0).abs() < 1e-8, "{what}: {value} and {wanted}");
        for (fold, score) in places(&golden["folds"]).iter().zip(floats(&row["cv_scores"])) {
            let (held_out, rows) = split(&table.rows, fold);
            let (truth, rest) = split(&codes, fold);
            let params = LogisticParams { tol: 1e-8, ..params.clone() };
            let fitted =
                fit::<LogisticRegression>(&params, &classification(&rows, &rest), 0).unwrap();
            let predicted = fitted.predict(&held_out).unwrap();
            let right = predicted.iter().zip(&truth).filter(|(p, t)| **p == f64::from(**t));
            assert_eq!(right.count() as f64 / truth.len() as f64, score, "{what}");
        }
    }
}

#[test]
fn logistic_iris() {
    check_logistic("iris");
}

#[test]
fn logistic_wine() {
    check_logistic("wine");
}

#[test]
fn logistic_breast_cancer() {
    check_logistic("breast_cancer");
}

#[test]
fn logistic_digits() {
    check_logistic("digits");
}

/// `logistic_l1.json`: objectives of a stochastic method, which come with how far from optimal they
/// are. Ours must not be higher, and lower only by what that allows.
#[test]
fn l1_logistic_reaches_the_objective_of_scikit_learn() {
    let golden = golden("logistic_l1.json");
    for name in ["breast_cancer", "digits"] {
        let table = Table::read(name).standardized();
        let codes = table.codes();
        for row in golden[name].as_array().unwrap() {
            let c = row["C"].as_f64().unwrap();
            let params = LogisticParams {
                C: c,
                penalty: LogisticPenalty::L1,
                tol: 1e-9,
                ..LogisticParams::default()
            };
            let fitted =
                fit::<LogisticRegression>(&params, &classification(&table.rows, &codes), 0);
            let fitted = fitted.unwrap();
            let found = fitted.model().coefficients();
            assert!(found.residual() <= 1e-9);
            let length: f64 = found.weights().iter().map(|w| w.abs()).sum();
            let proba = fitted.predict_proba(&table.rows).unwrap();
            let value = objective(&proba, &codes, length / c);
            let wanted = row["objective"].as_f64().unwrap();
            let what = format!("{name} {c}: {value} and {wanted}");
            assert!(value <= wanted * (1.0 + 1e-9), "{what}");
            let residual = row["relative_kkt_residual"].as_f64().unwrap();
            if residual < 1e-4 {
                assert!((value / wanted - 1.0).abs() < 1e-6, "{what}");
                let nonzero = found.weights().iter().filter(|w| **w != 0.0).count() as u64;
                assert_eq!(nonzero, row["nonzero"].as_u64().unwrap(), "{what}");
            }
        }
    }
}

fn check_found(found: &Coefficients, wanted: &Value, tolerance: f64, what: &str) {
    check_close(found.weights(), &floats(&wanted["coef"]), tolerance, what);
    check_close(found.intercepts(), &floats(&wanted["intercept"]), tolerance, what);
}

/// `linear_exact.json`: see `linear_exact.py`.
#[test]
fn the_other_models_have_scikit_learns_coefficients() {
    let golden = golden("linear_exact.json");
    let table = Table::read("diabetes").standardized();
    let y = table.values();
    let weights = floats(&golden["sample_weight"]);
    let plain = Data::regression(&table.rows, &y);
    for case in golden["cases"].as_array().unwrap() {
        let what = case.to_string();
        let what = &what[..what.len().min(120)];
        let is_weighted = case["weighted"].as_bool().unwrap();
        let data = if is_weighted { plain.clone().weighted(&weights) } else { plain.clone() };
        let alpha = case["alpha"].as_f64().unwrap();
        let fit_intercept = case["fit_intercept"].as_bool().unwrap();
        match case["model"].as_str().unwrap() {
            "huber" => {
                let epsilon = case["epsilon"].as_f64().unwrap();
                let params =
                    HuberParams { epsilon, alpha, fit_intercept, tol: 1e-10, max_iter: 1000 };
                let fitted = fit::<HuberRegression>(&params, &data, 0).unwrap();
                check_found(fitted.model().coefficients(), case, 1e-5, what);
                let scale = case["scale"].as_f64().unwrap();
                check_close(&[fitted.model().scale()], &[scale], 1e-5, what);
            }
            "poisson" => {
                let params = PoissonParams { alpha, fit_intercept, tol: 1e-10, max_iter: 1000 };
                let fitted = fit::<PoissonRegression>(&params, &data, 0).unwrap();
                check_found(fitted.model().coefficients(), case, 1e-6, what);
            }
            model => {
                let penalty = match model {
                    "ols" => RegressionPenalty::None,
                    "ridge" => RegressionPenalty::L2,
                    "elastic_net" => RegressionPenalty::ElasticNet,
                    other => panic!("no model `{other}`"),
                };
                let l1_ratio = case["l1_ratio"].as_f64().unwrap_or(0.5);
                let params = RegressionParams {
                    penalty,
                    alpha,
                    l1_ratio,
                    fit_intercept,
                    tol: 1e-13,
                    ..RegressionParams::default()
                };
                let fitted = fit::<LinearRegression>(&params, &data, 0).unwrap();
                check_found(fitted.model().coefficients(), case, 1e-6, what);
            }
        }
    }
}

/// The same with weights of rows and classes, an elastic net, without an intercept.
#[test]
fn logistic_variants_have_scikit_learns_coefficients() {
    let golden = golden("linear_exact.json");
    for case in golden["logistic"].as_array().unwrap() {
        let table = Table::read(case["data"].as_str().unwrap()).standardized();
        let codes = table.codes();
        let mut data = classification(&table.rows, &codes);
        if case["weighted"].as_bool().unwrap() {
            let weights: Vec<f64> = (0..codes.len()).map(|i| 0.5 + (i % 3) as f64).collect();
            data = data.weighted(&weights);
        }
        let is_balanced = case["balanced"].as_bool().unwrap();
        let l1_ratio = case["l1_ratio"].as_f64().unwrap();
        let params = LogisticParams {
            penalty: match l1_ratio {
                0.0 => LogisticPenalty::L2,
                _ => LogisticPenalty::ElasticNet,
            },
            C: case["C"].as_f64().unwrap(),
            l1_ratio,
            fit_intercept: case["fit_intercept"].as_bool().unwrap(),
            class_weight: match is_balanced {
                true => surmise_linear::ClassWeight::Balanced,
                false => surmise_linear::ClassWeight::None,
            },
            tol: 1e-10,
            max_iter: 1000,
        };
        let fitted = fit::<LogisticRegression>(&params, &data, 0).unwrap();
        let what = case.to_string();
        check_found(fitted.model().coefficients(), case, 1e-6, &what[..what.len().min(160)]);
    }
}
