//! The model as the host meets it.

use surmise_plugin_sdk::testing::{Data, check, fit, fit_predict};
use surmise_svm::{
    ClassWeight, KernelChoice, NuSvc, NuSvcParams, NuSvr, NuSvrParams, Params, Svc, Svr, SvrParams,
};

use crate::data::fit as fit_slices;
use surmise_test_models::{Classes, Table};

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

#[test]
fn every_model_keeps_its_promises() {
    let (_, classes) = iris();
    check::<Svc>(&Params { probability: true, ..Params::default() }, &classes).unwrap();
    check::<Svc>(&Params::default(), &classes).unwrap();
    check::<NuSvc>(&NuSvcParams { probability: true, ..NuSvcParams::default() }, &classes).unwrap();
    let table = Table::read("diabetes").standardized();
    let values = Data::regression(&table.rows[..100], &table.values()[..100]);
    check::<Svr>(&SvrParams { C: 10.0, ..SvrParams::default() }, &values).unwrap();
    check::<NuSvr>(&NuSvrParams { C: 10.0, ..NuSvrParams::default() }, &values).unwrap();
}

/// scikit-learn 1.9.1: `SVR(C=100).fit(X, y).score(X, y)` and `NuSVR(C=100, nu=0.3)` on diabetes,
/// standardized with all rows.
#[test]
fn regressions_score_as_scikit_learns() {
    let table = Table::read("diabetes").standardized();
    let values = table.values();
    let data = Data::regression(&table.rows, &values);
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let check = |predicted: &[f64], theirs: f64| {
        let square = |found: &dyn Fn(usize) -> f64| -> f64 {
            values.iter().enumerate().map(|(i, y)| (y - found(i)).powi(2)).sum()
        };
        let r2 = 1.0 - square(&|i| predicted[i]) / square(&|_| mean);
        assert!((r2 - theirs).abs() < 1e-5, "{r2}, not {theirs}");
    };
    let svr = SvrParams { C: 100.0, ..SvrParams::default() };
    check(&fit_predict::<Svr, _>(&svr, &data, &table.rows).unwrap(), 0.665_362);
    let nu_svr = NuSvrParams { C: 100.0, nu: 0.3, ..NuSvrParams::default() };
    check(&fit_predict::<NuSvr, _>(&nu_svr, &data, &table.rows).unwrap(), 0.612_472);
}

/// 50 rows of each of three classes, of which one keeps 10.
#[test]
fn an_infeasible_nu_is_refused_with_the_largest_one() {
    let table = Classes::read("iris");
    let rows: Vec<&Vec<f64>> = table.rows[..110].iter().collect();
    let data = Data::classification(&rows, &table.codes[..110], &["a", "b", "c"]);
    let refusal = |nu, class_weight| {
        let params = NuSvcParams { nu, class_weight, ..NuSvcParams::default() };
        fit::<NuSvc>(&params, &data, 0).map(|_| ()).map_err(|e| e.message().to_owned())
    };
    let error = refusal(0.5, ClassWeight::None).unwrap_err();
    assert!(error.contains("`nu` = 0.5 is infeasible"), "{error}");
    assert!(error.contains("the largest `nu` is 0.333333"), "{error}");
    assert_eq!(refusal(1.0 / 3.0, ClassWeight::None), Ok(()));
    assert_eq!(refusal(1.0, ClassWeight::Balanced), Ok(()));
}

#[test]
fn classes_whose_hulls_meet_have_no_nu_margin() {
    let rows = [[0.0], [1.0], [0.0], [1.0]];
    let data = Data::classification(&rows, &[0, 0, 1, 1], &["a", "b"]);
    let error = fit::<NuSvc>(&NuSvcParams::default(), &data, 0).map(|_| ()).unwrap_err();
    assert!(error.message().contains("no margin is left"), "{error}");
}

/// A stop at the first question, and at later ones: always a model, and ever more of one.
#[test]
fn a_fit_that_is_stopped_predicts() {
    let table = Classes::read("breast_cancer").standardized();
    let rows: Vec<&[f64]> = table.rows.iter().map(Vec::as_slice).collect();
    let settings = Params::default().settings(&rows);
    let right = |n_looks: u32| {
        let mut looks = 0;
        let stop = &mut || {
            looks += 1;
            looks > n_looks
        };
        let fitted = surmise_svm::Classifier::fit(&rows, &table.codes, &settings, stop).unwrap();
        let predicted = fitted.predict(rows.iter().copied());
        predicted.iter().zip(&table.codes).filter(|(a, b)| a == b).count()
    };
    assert!(right(0) < right(u32::MAX));
    let tight = surmise_svm::Settings { tolerance: 1e-9, c: 100.0, ..settings };
    let fitted = surmise_svm::Classifier::fit(&rows, &table.codes, &tight, &mut || true).unwrap();
    assert_eq!(fitted.support(), [0; 0]);
}
