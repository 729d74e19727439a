//! scikit-learn's numbers: `bayes_exact.json`, see `bayes_exact.py`.

use surmise_bayes::{GaussianNb, GaussianParams, GaussianPriors, MultinomialNb, MultinomialParams};
use surmise_plugin_sdk::Model;
use surmise_plugin_sdk::testing::{Data, Fit, fit};

use serde_json::Value;

use surmise_test_models::{Table, check_close, classification, floats, golden};

fn compare<M: Model>(fitted: &Fit<M>, table: &Table, case: &Value) {
    let what = format!("{} {} {}", case["model"], case["data"], case["weighted"]);
    let some: Vec<Vec<f64>> = table.rows.iter().step_by(97).cloned().collect();
    check_close(&fitted.decision(&some).unwrap(), &floats(&case["scores"]), 1e-9, &what);
    check_close(&fitted.predict_proba(&some).unwrap(), &floats(&case["proba"]), 1e-9, &what);
    let predicted = fitted.predict(&table.rows).unwrap();
    let codes = table.codes();
    let right = predicted.iter().zip(&codes).filter(|(p, c)| **p == f64::from(**c)).count();
    assert_eq!(right as f64 / codes.len() as f64, case["score"].as_f64().unwrap(), "{what}");
}

fn data_of(table: &Table, case: &Value) -> Data {
    let data = classification(&table.rows, &table.codes());
    let weights: Vec<f64> = (0..table.rows.len()).map(|i| 0.5 + (i % 3) as f64).collect();
    if case["weighted"].as_bool().unwrap() { data.weighted(&weights) } else { data }
}

#[test]
fn scores_probabilities_and_labels_are_scikit_learns() {
    let golden = golden("bayes_exact.json");
    let cases = golden["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 32);
    for case in cases {
        let table = Table::read(case["data"].as_str().unwrap());
        let data = data_of(&table, case);
        if case["model"] == "gaussian" {
            let params = GaussianParams {
                var_smoothing: case["smoothing"].as_f64().unwrap(),
                priors: match case["uniform"].as_bool().unwrap() {
                    true => GaussianPriors::Uniform,
                    false => GaussianPriors::Empirical,
                },
                class_priors: vec![],
            };
            compare(&fit::<GaussianNb>(&params, &data, 0).unwrap(), &table, case);
        } else {
            let params = MultinomialParams {
                alpha: case["alpha"].as_f64().unwrap(),
                fit_prior: case["fit_prior"].as_bool().unwrap(),
            };
            compare(&fit::<MultinomialNb>(&params, &data, 0).unwrap(), &table, case);
        }
    }
}

/// `GaussianNB(priors=[0.1, 0.7, 0.2])` of scikit-learn 1.9.1 on iris: joint log probabilities and
/// probabilities of rows 77 and 133.
#[test]
fn given_priors_are_scikit_learns() {
    let iris = Table::read("iris");
    let data = classification(&iris.rows, &iris.codes());
    let class_priors = vec![1, 7, 2];
    let params =
        GaussianParams { priors: GaussianPriors::Given, class_priors, ..Default::default() };
    let fitted = fit::<GaussianNb>(&params, &data, 0).unwrap();
    let some = [iris.rows[77].clone(), iris.rows[133].clone()];
    let scores = [
        [-321.236_820_212_401_4, -4.277_754_621_648_551, -3.022_084_959_729_515],
        [-304.337_994_824_141_16, -2.079_452_492_939_665, -4.240_481_180_698_525],
    ];
    let shares = [
        [0.0, 0.221_720_236_430_491_46, 0.778_279_763_569_508_7],
        [0.0, 0.896_694_878_046_829_3, 0.103_305_121_953_170_63],
    ];
    check_close(&fitted.decision(&some).unwrap(), scores.as_flattened(), 1e-9, "scores");
    check_close(&fitted.predict_proba(&some).unwrap(), shares.as_flattened(), 1e-9, "shares");
    let few = GaussianParams { class_priors: vec![1, 2], ..params };
    let refused = fit::<GaussianNb>(&few, &data, 0).map(|_| ()).unwrap_err().to_string();
    assert!(refused.contains("each of the 3 classes, and has 2"), "{refused}");
}
