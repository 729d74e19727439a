//! The model as the host meets it.

use surmise_neighbors::{KNeighbors, MetricChoice, Params, Weighting};
use surmise_plugin_sdk::testing::{Data, check, fit, fit_predict};

use surmise_test_models::{Table, classification};

#[test]
fn the_model_keeps_what_it_promises() {
    let iris = Table::read("iris");
    let classes = classification(&iris.rows, &iris.codes());
    let values: Vec<f64> = iris.rows.iter().map(|row| row[3]).collect();
    let values = Data::regression(&iris.rows, &values);
    for metric in [
        MetricChoice::Euclidean,
        MetricChoice::Manhattan,
        MetricChoice::Chebyshev,
        MetricChoice::Minkowski,
        MetricChoice::Cosine,
    ] {
        for weights in [Weighting::Uniform, Weighting::Distance] {
            let params = Params { metric, weights, p: 3.0, ..Params::default() };
            check::<KNeighbors>(&params, &classes).unwrap();
            check::<KNeighbors>(&params, &values).unwrap();
        }
    }
}

#[test]
fn ties_go_to_the_lowest_row_and_class() {
    let rows = [[0.0], [2.0], [0.0], [2.0]];
    let data = Data::classification(&rows, &[1, 0, 2, 2], &["a", "b", "c"]);
    let predict = |k: u32, at: f64| {
        let params = Params { n_neighbors: k, ..Params::default() };
        fit_predict::<KNeighbors, _>(&params, &data, &[[at]]).unwrap()[0]
    };
    assert_eq!(predict(1, 0.0), 1.0);
    assert_eq!(predict(1, 1.0), 1.0);
    assert_eq!(predict(2, 1.0), 0.0);
    assert_eq!(predict(1000, 1.0), 2.0);
}

#[test]
fn neighbours_at_no_distance_are_the_only_ones_that_count() {
    let data = Data::regression(&[[0.0], [0.0], [1.0]], &[2.0, 4.0, 100.0]);
    let params = Params { n_neighbors: 3, weights: Weighting::Distance, ..Params::default() };
    let predicted = fit_predict::<KNeighbors, _>(&params, &data, &[[0.0], [0.5]]).unwrap();
    assert_eq!(predicted, [3.0, 106.0 / 3.0]);
}

#[test]
fn features_beyond_finite_arithmetic_are_refused() {
    let data = Data::regression(&[[1e200], [0.0]], &[1.0, 2.0]);
    let error = fit::<KNeighbors>(&Params::default(), &data, 0).map(|_| ()).unwrap_err();
    assert!(error.message().contains("too large"), "{error}");
    let data = Data::regression(&[[1.0], [0.0]], &[1.0, 2.0]);
    let fitted = fit::<KNeighbors>(&Params::default(), &data, 0).unwrap();
    assert!(fitted.predict(&[[1e200]]).unwrap_err().message().contains("too large"));
}
