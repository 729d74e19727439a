//! The models as the host meets them.

use surmise_bayes::{GaussianNb, GaussianParams, MultinomialNb, MultinomialParams};
use surmise_plugin_sdk::Model;
use surmise_plugin_sdk::testing::{Data, check, fit};

use surmise_test_models::{Table, classification};

#[test]
fn models_keep_what_they_promise() {
    let iris = Table::read("iris");
    let data = classification(&iris.rows, &iris.codes());
    check::<GaussianNb>(&GaussianParams::default(), &data).unwrap();
    check::<MultinomialNb>(&MultinomialParams::default(), &data).unwrap();
    let two = classification(&iris.rows[..100], &iris.codes()[..100]);
    check::<GaussianNb>(&GaussianParams::default(), &two).unwrap();
    check::<MultinomialNb>(&MultinomialParams::default(), &two).unwrap();
}

fn check_absent<M: Model>(params: &M::Params) {
    let rows = [[0.0, 3.0], [1.0, 4.0], [5.0, 0.5], [6.0, 1.0]];
    let data = Data::classification(&rows, &[2, 2, 0, 0], &["a", "b", "c"]);
    let fitted = fit::<M>(params, &data, 0).unwrap();
    assert_eq!(fitted.predict(&rows).unwrap(), [2.0, 2.0, 0.0, 0.0]);
    assert_eq!(fitted.predict_proba(&rows[..1]).unwrap()[1], 0.0);
    let decisions = fitted.decision(&rows[..1]).unwrap();
    assert!(decisions[1] < decisions[0] && decisions[0] < decisions[2], "{decisions:?}");
}

#[test]
fn a_class_without_rows_is_never_predicted() {
    check_absent::<GaussianNb>(&GaussianParams::default());
    check_absent::<MultinomialNb>(&MultinomialParams::default());
}

fn refusal<M: Model>(params: &M::Params, rows: &[[f64; 1]]) -> String {
    let codes: Vec<u32> = (0..rows.len() as u32).map(|i| i % 2).collect();
    let data = Data::classification(rows, &codes, &["a", "b"]);
    fit::<M>(params, &data, 0).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn unusable_data_is_refused_with_words() {
    let told = refusal::<GaussianNb>(&GaussianParams::default(), &[[1.0], [1.0]]);
    assert_eq!(told, "needs a feature that changes from row to row");
    let told = refusal::<GaussianNb>(&GaussianParams::default(), &[[1e300], [-1e300]]);
    assert!(told.contains("too large"), "{told}");
    let told = refusal::<MultinomialNb>(&MultinomialParams::default(), &[[1.0], [-1.0]]);
    assert_eq!(told, "needs features that are not negative; feature 0 of row 1 is -1");
}
