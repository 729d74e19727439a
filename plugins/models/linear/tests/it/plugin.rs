//! The models as the host meets them.

use surmise_linear::{
    HuberParams, HuberRegression, LinearRegression, LogisticParams, LogisticPenalty,
    LogisticRegression, PoissonParams, PoissonRegression, RegressionParams, RegressionPenalty,
};
use surmise_plugin_sdk::Model;
use surmise_plugin_sdk::testing::{Data, check, fit, fit_predict};

use surmise_test_models::{Table, classification};

fn rows_and_values() -> (Vec<Vec<f64>>, Vec<f64>) {
    let table = Table::read("diabetes");
    let values = table.values();
    (table.rows[..60].to_vec(), values[..60].to_vec())
}

/// To tolerances at which a row twice is a row of weight 2 to six digits.
#[test]
fn models_keep_what_they_promise() {
    let (rows, values) = rows_and_values();
    let data = Data::regression(&rows, &values);
    for penalty in [
        RegressionPenalty::None,
        RegressionPenalty::L2,
        RegressionPenalty::L1,
        RegressionPenalty::ElasticNet,
    ] {
        let params = RegressionParams { penalty, tol: 1e-12, ..RegressionParams::default() };
        check::<LinearRegression>(&params, &data).unwrap();
    }
    check::<PoissonRegression>(&PoissonParams { tol: 1e-9, ..PoissonParams::default() }, &data)
        .unwrap();
    check::<HuberRegression>(&HuberParams { tol: 1e-9, ..HuberParams::default() }, &data).unwrap();
    let iris = Table::read("iris");
    let all = classification(&iris.rows, &iris.codes());
    let two = classification(&iris.rows[50..], &[vec![0; 50], vec![1; 50]].concat());
    for penalty in [LogisticPenalty::L2, LogisticPenalty::L1, LogisticPenalty::ElasticNet] {
        let params = LogisticParams { penalty, tol: 1e-9, ..LogisticParams::default() };
        check::<LogisticRegression>(&params, &all).unwrap();
        check::<LogisticRegression>(&params, &two).unwrap();
    }
}

#[test]
fn decisions_and_probabilities_agree_with_classes() {
    let iris = Table::read("iris");
    let data = classification(&iris.rows, &iris.codes());
    let fitted = fit::<LogisticRegression>(&LogisticParams::default(), &data, 0).unwrap();
    let classes = fitted.predict(&iris.rows).unwrap();
    let decisions = fitted.decision(&iris.rows).unwrap();
    let proba = fitted.predict_proba(&iris.rows).unwrap();
    for (i, class) in classes.iter().enumerate() {
        for outputs in [&decisions, &proba] {
            let outputs = &outputs[3 * i..][..3];
            let most = outputs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            assert_eq!(outputs[*class as usize], most);
        }
    }
}

#[test]
fn a_class_without_rows_is_never_predicted() {
    let rows = [[0.0], [1.0], [5.0], [6.0]];
    let data = Data::classification(&rows, &[2, 2, 0, 0], &["a", "b", "c"]);
    let fitted = fit::<LogisticRegression>(&LogisticParams::default(), &data, 0).unwrap();
    assert_eq!(fitted.predict(&[[0.5], [5.5]]).unwrap(), [2.0, 0.0]);
    let proba = fitted.predict_proba(&[[0.5], [5.5]]).unwrap();
    assert_eq!((proba[1], proba[4]), (0.0, 0.0));
    let decisions = fitted.decision(&[[0.5]]).unwrap();
    assert!(decisions[1] < decisions[0] && decisions[0] < decisions[2], "{decisions:?}");
}

/// Of a feature that is there twice, both have half of the coefficient; a feature that never
/// changes has none.
#[test]
fn dependent_features_share_the_shortest_solution() {
    let rows: Vec<[f64; 3]> = (0..9).map(|i| [f64::from(i), f64::from(i), 0.1]).collect();
    let values: Vec<f64> = (0..9).map(|i| 3.0 * f64::from(i) - 1.0).collect();
    let params =
        RegressionParams { penalty: RegressionPenalty::None, ..RegressionParams::default() };
    let fitted = fit::<LinearRegression>(&params, &Data::regression(&rows, &values), 0).unwrap();
    let found = fitted.model().coefficients();
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
    near(found.weights()[0], 1.5);
    near(found.weights()[1], 1.5);
    assert_eq!(found.weights()[2], 0.0);
    near(found.intercepts()[0], -1.0);
}

/// Nearly dependent features: normal equations would lose every digit.
#[test]
fn ill_conditioned_features_keep_their_digits() {
    let rows: Vec<[f64; 2]> =
        (0..30).map(|i| [f64::from(i), f64::from(i) + 1e-6 * f64::from(i * i % 7)]).collect();
    let values: Vec<f64> = rows.iter().map(|row| 2.0 * row[0] - row[1]).collect();
    let params =
        RegressionParams { penalty: RegressionPenalty::None, ..RegressionParams::default() };
    let fitted = fit::<LinearRegression>(&params, &Data::regression(&rows, &values), 0).unwrap();
    let found = fitted.model().coefficients().weights();
    assert!((found[0] - 2.0).abs() < 1e-6 && (found[1] + 1.0).abs() < 1e-6, "{found:?}");
}

fn refusal<M: Model>(params: &M::Params, data: &Data) -> String {
    fit::<M>(params, data, 0).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn unusable_data_is_refused_with_words() {
    let one = Data::classification(&[[1.0], [2.0]], &[1, 1], &["a", "b"]);
    let told = refusal::<LogisticRegression>(&LogisticParams::default(), &one);
    assert_eq!(told, "needs rows of at least two classes, found 1");
    let negative = Data::regression(&[[1.0], [2.0]], &[1.0, -1.0]);
    let told = refusal::<PoissonRegression>(&PoissonParams::default(), &negative);
    assert_eq!(told, "needs targets that are not negative; that of row 1 is -1");
    let zero = Data::regression(&[[1.0], [2.0]], &[0.0, 0.0]);
    let told = refusal::<PoissonRegression>(&PoissonParams::default(), &zero);
    assert_eq!(told, "needs a target that is not 0 everywhere");
    let huge = Data::regression(&[[1e300], [-1e300], [3e300]], &[1.0, 2.0, 1e300]);
    for penalty in [RegressionPenalty::None, RegressionPenalty::L2, RegressionPenalty::L1] {
        let params = RegressionParams { penalty, ..RegressionParams::default() };
        let told = refusal::<LinearRegression>(&params, &huge);
        assert!(told.contains("too large for finite arithmetic"), "{penalty:?}: {told}");
    }
}

#[test]
fn running_out_of_steps_is_an_error() {
    let (rows, values) = rows_and_values();
    let data = Data::regression(&rows, &values);
    let lasso = RegressionParams {
        penalty: RegressionPenalty::L1,
        alpha: 1e-6,
        max_iter: 2,
        ..RegressionParams::default()
    };
    let told = refusal::<LinearRegression>(&lasso, &data);
    assert!(told.contains("not converged after 2 passes"), "{told}");
    let iris = Table::read("iris");
    let data = classification(&iris.rows, &iris.codes());
    for penalty in [LogisticPenalty::L2, LogisticPenalty::L1] {
        let params =
            LogisticParams { penalty, tol: 1e-12, max_iter: 1, ..LogisticParams::default() };
        let told = refusal::<LogisticRegression>(&params, &data);
        assert!(told.contains("not converged after 1 steps"), "{told}");
    }
}

/// An exact line has no residuals to separate outliers by.
#[test]
fn huber_takes_an_exact_line_as_it_is() {
    let rows: Vec<[f64; 1]> = (0..9).map(|i| [f64::from(i)]).collect();
    let values: Vec<f64> = (0..9).map(|i| 3.0 * f64::from(i) - 1.0).collect();
    let params = HuberParams { alpha: 0.0, ..HuberParams::default() };
    let data = Data::regression(&rows, &values);
    let found = fit_predict::<HuberRegression, _>(&params, &data, &[[10.0]]).unwrap();
    assert!((found[0] - 29.0).abs() < 1e-9, "{found:?}");
}
