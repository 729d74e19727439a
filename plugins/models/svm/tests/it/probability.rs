//! Probabilities as the host meets them.

use surmise_plugin_sdk::Model;
use surmise_plugin_sdk::testing::{Data, fit};
use surmise_svm::{NuSvc, NuSvcParams, Params, Svc};
use surmise_test_models::{Classes, classification};

fn asked() -> Params {
    Params { probability: true, ..Params::default() }
}

fn log_loss(probabilities: &[f64], codes: &[u32]) -> f64 {
    let n = probabilities.len() / codes.len();
    let of_truth = codes.iter().enumerate().map(|(i, code)| probabilities[i * n + *code as usize]);
    -of_truth.map(f64::ln).sum::<f64>() / codes.len() as f64
}

/// Two halves of a standardized data set: rows in turn.
fn halves(name: &str) -> (Data, Vec<Vec<f64>>, Vec<u32>) {
    let table = Classes::read(name).standardized();
    let half = |odd| table.select(move |i| (i % 2 == 1) == odd);
    let ((rows, codes), (others, held_out)) = (half(false), half(true));
    let owned = |rows: Vec<&[f64]>| rows.into_iter().map(<[f64]>::to_vec).collect::<Vec<_>>();
    (classification(&owned(rows), &codes), owned(others), held_out)
}

/// What scikit-learn 1.9.1 reaches on the same halves, with folds of its own:
/// `log_loss(y[1::2], model.fit(X[::2], y[::2]).predict_proba(X[1::2]))` for
/// `SVC(probability=True, random_state=0)` and the same with `NuSVC(nu=0.2, ..)`.
#[test]
fn they_are_as_good_as_scikit_learns() {
    let nu = NuSvcParams { nu: 0.2, probability: true, ..NuSvcParams::default() };
    check_loss::<Svc>(&asked(), "breast_cancer", 0.1003);
    check_loss::<Svc>(&asked(), "digits", 0.1837);
    check_loss::<NuSvc>(&nu, "breast_cancer", 0.1012);
    check_loss::<NuSvc>(&nu, "digits", 0.1934);
}

fn check_loss<M: Model>(params: &M::Params, name: &str, theirs: f64) {
    let (data, rows, codes) = halves(name);
    let fitted = fit::<M>(params, &data, 0).unwrap();
    let loss = log_loss(&fitted.predict_proba(&rows).unwrap(), &codes);
    assert!((loss / theirs - 1.0).abs() < 0.1, "{name}: {loss}, not {theirs}");
}

#[test]
fn they_change_no_prediction_and_follow_the_seed() {
    let (data, rows, _) = halves("wine");
    let without = fit::<Svc>(&Params::default(), &data, 0).unwrap();
    let with = fit::<Svc>(&asked(), &data, 0).unwrap();
    assert_eq!(without.predict(&rows).unwrap(), with.predict(&rows).unwrap());
    let proba = |seed| fit::<Svc>(&asked(), &data, seed).unwrap().predict_proba(&rows).unwrap();
    assert_eq!(proba(0), with.predict_proba(&rows).unwrap());
    assert_ne!(proba(0), proba(1));
    assert_eq!(with.reload().unwrap().predict_proba(&rows).unwrap(), proba(0));
    for row in proba(0).chunks_exact(3) {
        assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}

#[test]
fn without_being_asked_for_there_are_none() {
    let (data, rows, _) = halves("iris");
    let fitted = fit::<Svc>(&Params::default(), &data, 0).unwrap();
    let error = fitted.predict_proba(&rows).unwrap_err();
    assert!(error.message().contains("`probability: true`"), "{error}");
}

#[test]
fn a_class_without_rows_has_the_probability_0() {
    let rows: Vec<[f64; 1]> = (0..20).map(|k| [f64::from(k)]).collect();
    let codes: Vec<u32> = (0..20).map(|k| if k < 10 { 3 } else { 1 }).collect();
    let data = Data::classification(&rows, &codes, &["a", "b", "c", "d"]);
    let proba = fit::<Svc>(&asked(), &data, 0).unwrap().predict_proba(&[[0.0], [19.0]]).unwrap();
    assert_eq!([proba[0], proba[2], proba[4], proba[6]], [0.0; 4]);
    assert!(proba[3] > 0.8 && proba[5] > 0.8, "{proba:?}");
}

/// One row of a class: the fold that holds it knows the other class only.
#[test]
fn classes_of_few_rows_have_probabilities() {
    let rows: Vec<[f64; 1]> = (0..9).map(|k| [f64::from(k)]).collect();
    let codes: Vec<u32> = (0..9).map(|k| u32::from(k == 8) + u32::from(k > 5)).collect();
    let data = Data::classification(&rows, &codes, &["a", "b", "c"]);
    let proba = fit::<Svc>(&asked(), &data, 0).unwrap().predict_proba(&rows).unwrap();
    assert!(proba.iter().all(|p| (0.0..=1.0).contains(p)), "{proba:?}");
}
