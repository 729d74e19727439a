//! The grid of every tutorial: 32 cells of a grid search on iris, cross-validated in five folds.
//!
//! `gridsearch_iris_svc.json` holds what scikit-learn's `GridSearchCV` finds at its default
//! tolerance; `svc_exact.json` the numbers of support vectors at a tolerance of 1e-10.

use serde_json::Value;
use surmise_svm::Classifier;

use crate::data::{fit, settings};
use surmise_test_models::{Classes, floats, golden, indices, places};

/// Calls `check` with each cell, each fold, the classifier fitted on the other rows, and the rows
/// held out.
fn for_each_fit(tol: f64, mut check: impl FnMut(usize, usize, &Value, &Classifier, &[usize])) {
    let golden = golden("gridsearch_iris_svc.json");
    let iris = Classes::read("iris");
    let folds = places(&golden["folds"]);
    let cells = golden["cells"].as_array().unwrap();
    assert_eq!((cells.len(), folds.len()), (32, 5));
    for (c, cell) in cells.iter().enumerate() {
        let params = &cell["params"];
        let settings = settings(params, params["gamma"].as_f64().unwrap(), tol);
        for (f, held_out) in folds.iter().enumerate() {
            let (rows, codes) = iris.select(|i| !held_out.contains(&i));
            let classifier = fit(&rows, &codes, &settings).unwrap();
            check(c, f, cell, &classifier, held_out);
        }
    }
}

fn check_labels(tol: f64) {
    let iris = Classes::read("iris");
    for_each_fit(tol, |_, f, cell, classifier, held_out| {
        let (rows, codes) = iris.select(|i| held_out.contains(&i));
        let predicted = classifier.predict(rows);
        let wanted = indices(&cell["predictions"]);
        let wanted: Vec<u32> = held_out.iter().map(|&i| wanted[i] as u32).collect();
        assert_eq!(predicted, wanted, "{} fold {f}", cell["params"]);

        let right = predicted.iter().zip(&codes).filter(|(a, b)| a == b).count();
        let score = right as f64 / codes.len() as f64;
        assert_eq!(score, floats(&cell["split_test_scores"])[f], "{} fold {f}", cell["params"]);
    });
}

#[test]
fn every_score_and_label_is_scikit_learns() {
    check_labels(1e-3);
}

#[test]
fn so_they_are_when_solved_exactly() {
    check_labels(1e-10);
}

#[test]
fn support_vectors_are_as_many_as_scikit_learns() {
    for_each_fit(1e-3, |_, f, cell, classifier, _| {
        // Here scikit-learn keeps a row that its own exact solution does without, as the next test
        // has it.
        let params = &cell["params"];
        let is_loose = f == 2 && params["kernel"] == "linear" && params["C"] == 100;
        if !is_loose {
            let wanted = places(&cell["n_support"]);
            assert_eq!(classifier.n_support(), wanted[f], "{params} fold {f}");
        }
    });
}

#[test]
fn so_they_are_in_the_exact_solutions() {
    let exact = golden("svc_exact.json");
    let wanted: Vec<Vec<Vec<usize>>> =
        exact["grid_n_support"].as_array().unwrap().iter().map(places).collect();
    for_each_fit(1e-10, |c, f, cell, classifier, _| {
        assert_eq!(classifier.n_support(), wanted[c][f], "{} fold {f}", cell["params"]);
    });
}
