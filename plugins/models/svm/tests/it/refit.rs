//! Support vectors, duals and biases on all of iris, against the exact ones of `svc_exact.json`.

use crate::data::{fit, settings};
use surmise_test_models::{Classes, floats, golden, indices};

fn check_close(ours: &[f64], theirs: &[f64], tolerance: f64, what: &str) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (ours, theirs) in ours.iter().zip(theirs) {
        assert!((ours - theirs).abs() <= tolerance, "{what}: {ours} and {theirs}");
    }
}

#[test]
fn the_solution_is_the_exact_one() {
    let iris = Classes::read("iris");
    let rows: Vec<&[f64]> = iris.rows.iter().map(Vec::as_slice).collect();
    for refit in golden("svc_exact.json")["refits"].as_array().unwrap() {
        let params = &refit["params"];
        let what = params.to_string();
        let settings = settings(params, params["gamma"].as_f64().unwrap_or(1.0), 1e-10);
        let classifier = fit(&rows, &iris.codes, &settings).unwrap();

        let support: Vec<usize> = classifier.support().iter().map(|&s| s as usize).collect();
        assert_eq!(support, indices(&refit["support"]), "{what}");
        let duals: Vec<f64> =
            refit["dual_coef"].as_array().unwrap().iter().flat_map(floats).collect();
        check_close(classifier.coefficients(), &duals, 1e-8, &what);
        check_close(classifier.biases(), &floats(&refit["intercept"]), 1e-8, &what);
    }
}

#[test]
fn the_grids_best_cell_is_refitted() {
    let golden = golden("gridsearch_iris_svc.json");
    let refit = &golden["refit"];
    let params = &golden["best_params"];
    let iris = Classes::read("iris");
    let rows: Vec<&[f64]> = iris.rows.iter().map(Vec::as_slice).collect();
    let settings = settings(params, params["gamma"].as_f64().unwrap(), 1e-3);
    let classifier = fit(&rows, &iris.codes, &settings).unwrap();
    assert_eq!(classifier.n_support(), indices(&refit["n_support"]));
    let support: Vec<usize> = classifier.support().iter().map(|&s| s as usize).collect();
    assert_eq!(support, indices(&refit["support"]));
    let predicted = classifier.predict(rows.iter().copied());
    let right = predicted.iter().zip(&iris.codes).filter(|(a, b)| a == b).count();
    assert_eq!(right as f64 / 150.0, refit["train_accuracy"].as_f64().unwrap());
}
