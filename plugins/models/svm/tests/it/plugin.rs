//! The model as the host meets it.

use surmise_plugin_sdk::testing::{Data, fit, fit_predict};
use surmise_svm::{KernelChoice, Params, Svc};

use crate::data::fit as fit_slices;
use surmise_test_models::Classes;

fn iris() -> (Classes, Data) {
    let table = Classes::read("iris");
    let names: Vec<&str> = table.names.iter().map(String::as_str).collect();
    let data = Data::classification(&table.rows, &table.codes, &names);
    (table, data)
}

fn accuracy(params: &Params) -> f64 {
    let (table, data) = iris();
    let predicted = fit_predict::<Svc, _>(params, &data, &table.rows).unwrap();
    let right = predicted.iter().zip(&table.codes).filter(|(p, c)| **p == f64::from(**c)).count();
    right as f64 / table.codes.len() as f64
}

/// scikit-learn 1.9.1: `SVC(...).fit(X, y).score(X, y)` for the default, for `kernel="linear"` and
/// for `C=0.01, gamma=0.1`.
#[test]
fn hyperparameters_reach_the_solver() {
    assert_eq!(accuracy(&Params::default()), 146.0 / 150.0);
    let linear = Params { kernel: KernelChoice::Linear, ..Params::default() };
    assert_eq!(accuracy(&linear), 149.0 / 150.0);
    let soft = Params { C: 0.01, gamma: 0.1, ..Params::default() };
    assert_eq!(accuracy(&soft), 141.0 / 150.0);
}

#[test]
fn gamma_is_accepted_and_ignored_by_the_linear_kernel() {
    let linear = Params { kernel: KernelChoice::Linear, ..Params::default() };
    assert_eq!(accuracy(&Params { gamma: 1e-4, ..linear.clone() }), accuracy(&linear));
}

#[test]
fn a_reloaded_model_predicts_the_same() {
    let (table, data) = iris();
    for kernel in
        [KernelChoice::Linear, KernelChoice::Rbf, KernelChoice::Poly, KernelChoice::Sigmoid]
    {
        let fitted = fit::<Svc>(&Params { kernel, ..Params::default() }, &data, 0).unwrap();
        let reloaded = fitted.reload().unwrap();
        let (before, after) = (fitted.model().classifier(), reloaded.model().classifier());
        assert_eq!(before.coefficients(), after.coefficients());
        assert_eq!(before.biases(), after.biases());
        assert_eq!(before.support(), after.support());
        assert_eq!(fitted.predict(&table.rows).unwrap(), reloaded.predict(&table.rows).unwrap());
    }
}

#[test]
fn a_class_without_rows_is_never_predicted() {
    let data = Data::classification(&[[0.0], [1.0], [5.0], [6.0]], &[2, 2, 0, 0], &["a", "b", "c"]);
    let predicted = fit_predict::<Svc, _>(&Params::default(), &data, &[[0.5], [5.5]]).unwrap();
    assert_eq!(predicted, [2.0, 0.0]);
}

fn check_refused(rows: &[&[f64]], codes: &[u32], message: &str) {
    let settings = Params::default().settings(rows);
    let error = fit_slices(rows, codes, &settings).unwrap_err();
    assert_eq!(error.to_string(), message);
}

#[test]
fn unusable_data_is_refused() {
    check_refused(&[&[1.0], &[2.0]], &[1, 1], "needs rows of at least two classes, found 1");
    check_refused(&[], &[], "needs at least one row and one feature");
    check_refused(&[&[], &[]], &[0, 1], "needs at least one row and one feature");
    check_refused(&[&[1.0], &[2.0]], &[0], "2 rows have 1 labels");
    check_refused(&[&[1.0], &[2.0, 3.0]], &[0, 1], "row 1 has 2 features, row 0 has 1");
    check_refused(&[&[1.0], &[f64::NAN]], &[0, 1], "feature 0 of row 1 is NaN");
}

#[test]
fn too_large_features_are_an_error_and_no_model() {
    let data = Data::classification(&[[1e300], [-1e300]], &[0, 1], &["a", "b"]);
    let linear = Params { kernel: KernelChoice::Linear, ..Params::default() };
    let error = fit::<Svc>(&linear, &data, 0).map(|_| ()).unwrap_err();
    assert!(error.message().contains("too large"), "{error}");
}
