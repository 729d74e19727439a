//! Every metric against scikit-learn 1.9.1 (numpy 2.4.6): the functions named on the metrics, with
//! `labels` of all classes for `log_loss`. And every metric against what it must refuse.

use surmise_data::Target;

use super::*;

const METRICS: &[&dyn Metric] =
    &[&Accuracy, &BalancedAccuracy, &F1Macro, &LogLoss, &Rmse, &Mae, &R2];

fn classes(codes: &[u32], n_classes: u32) -> Target {
    Target::Classes {
        codes: codes.to_vec(),
        names: (0..n_classes).map(|i| i.to_string()).collect(),
    }
}

fn chances(rows: &[[f64; 3]]) -> Predicted {
    Predicted::Probabilities { n_classes: 3, rows: rows.concat() }
}

#[track_caller]
fn check(metric: &dyn Metric, truth: &Target, predicted: &Predicted, expected: f64) {
    let score = metric.score(truth, predicted).unwrap();
    let close = (score - expected).abs() <= 2e-15 * expected.abs();
    assert!(close, "{}: {score} is not {expected}", metric.info().name);
}

#[test]
fn class_metrics_are_scikit_learns() {
    let truth = classes(&[0, 0, 1, 1, 2, 2, 2, 0, 1, 2], 3);
    let predicted = Predicted::Classes(vec![0, 1, 1, 1, 2, 0, 2, 0, 2, 2]);
    check(&Accuracy, &truth, &predicted, 0.7);
    check(&BalancedAccuracy, &truth, &predicted, 0.6944444444444443);
    check(&F1Macro, &truth, &predicted, 0.6944444444444443);
}

/// Class 1 is predicted but never true; class 3 is neither.
#[test]
fn absent_classes_count_as_in_scikit_learn() {
    let truth = classes(&[0, 0, 2, 2, 2], 4);
    let predicted = Predicted::Classes(vec![0, 1, 2, 2, 0]);
    check(&Accuracy, &truth, &predicted, 0.6);
    check(&BalancedAccuracy, &truth, &predicted, 0.5833333333333333);
    check(&F1Macro, &truth, &predicted, 0.43333333333333335);
}

#[test]
fn log_loss_is_scikit_learns_clipping_too() {
    let rows = [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.25, 0.25, 0.5], [1.0, 0.0, 0.0]];
    let truth = classes(&[0, 1, 2, 1], 3);
    check(&LogLoss, &truth, &chances(&rows), 9.32915476623251);
    let truth = classes(&[0, 1, 2], 3);
    check(&LogLoss, &truth, &chances(&rows[..3]), 0.4243218919376292);
    let sure = Predicted::Probabilities { n_classes: 2, rows: vec![1.0, 0.0, 0.0, 1.0] };
    check(&LogLoss, &classes(&[0, 1], 2), &sure, 2.220446049250313e-16);
}

#[test]
fn value_metrics_are_scikit_learns() {
    let truth = Target::Values(vec![3.0, -0.5, 2.0, 7.0, 4.25]);
    let predicted = Predicted::Values(vec![2.5, 0.0, 2.0, 8.0, 4.0]);
    check(&Rmse, &truth, &predicted, 0.5590169943749475);
    check(&Mae, &truth, &predicted, 0.45);
    check(&R2, &truth, &predicted, 0.9491042345276873);
}

#[test]
fn perfect_predictions_score_best() {
    for metric in METRICS {
        let info = metric.info();
        let (truth, predicted) = match (info.task, info.needs_probabilities) {
            (surmise_core::component::Task::Regression, _) => {
                let values = vec![1.0, 2.0, 4.0];
                (Target::Values(values.clone()), Predicted::Values(values))
            }
            (_, true) => (classes(&[0, 2], 3), chances(&[[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])),
            (_, false) => (classes(&[0, 2], 3), Predicted::Classes(vec![0, 2])),
        };
        let best = match info.direction {
            surmise_core::study::Direction::Maximize => 1.0,
            surmise_core::study::Direction::Minimize => 0.0,
        };
        let score = metric.score(&truth, &predicted).unwrap();
        assert!((score - best).abs() < 1e-15, "{}: {score}", info.name);
    }
}

#[track_caller]
fn refuse(metric: &dyn Metric, truth: &Target, predicted: &Predicted, expected: &str) {
    let error = metric.score(truth, predicted).unwrap_err().to_string();
    let name = metric.info().name;
    assert!(error.starts_with(&name), "{error}");
    assert!(error.contains(expected), "{name}: {error}");
}

#[test]
fn metrics_refuse_what_they_do_not_measure() {
    let two = classes(&[0, 1], 3);
    let numbers = Target::Values(vec![1.0, 2.0]);
    let codes = Predicted::Classes(vec![0, 1]);
    let values = Predicted::Values(vec![0.0, 1.0]);
    let sure = chances(&[[1.0, 0.0, 0.0]; 2]);
    refuse(&Accuracy, &numbers, &codes, "measures a classification");
    refuse(&Rmse, &two, &values, "measures a regression");
    refuse(&Accuracy, &two, &sure, "needs predicted classes");
    refuse(&LogLoss, &two, &codes, "not predicted classes");
    refuse(&Mae, &numbers, &codes, "needs predicted values");
    let other = "another number of classes";
    refuse(&LogLoss, &classes(&[0, 1], 2), &sure, other);
}

#[test]
fn class_metrics_refuse_impossible_predictions() {
    let two = classes(&[0, 1], 3);
    let codes = |codes: &[u32]| Predicted::Classes(codes.to_vec());
    let one = codes(&[0]);
    refuse(&F1Macro, &two, &one, "expected 2 predicted numbers, got 1");
    refuse(&F1Macro, &two, &codes(&[0, 3]), "row 1, counted from 0, is class 3");
    refuse(&BalancedAccuracy, &classes(&[], 3), &codes(&[]), "no rows");
    refuse(&Accuracy, &classes(&[7], 3), &one, "without a class name");
    let rows = |row: [f64; 3]| chances(&[[0.5, 0.5, 0.0], row]);
    refuse(&LogLoss, &two, &rows([0.9, 0.9, 0.2]), "row 1, counted from 0, has");
    refuse(&LogLoss, &two, &rows([-0.5, 1.5, 0.0]), "not between 0 and 1");
    refuse(&LogLoss, &two, &rows([f64::NAN, 1.0, 0.0]), "probability NaN");
}

/// A model in single precision is forgiven here what the host forgives it.
#[test]
fn probabilities_that_are_off_by_rounding_are_scored() {
    let rows = [[1.0 + 5e-7, -5e-7, 0.0], [0.0, 1.0, 0.0]];
    check(&LogLoss, &classes(&[0, 1], 3), &chances(&rows), 2.220446049250313e-16);
    refuse(&LogLoss, &classes(&[0], 3), &chances(&[[1.0 + 2e-6, -2e-6, 0.0]]), "not between");
}

#[test]
fn value_metrics_refuse_what_has_no_score() {
    let numbers = Target::Values(vec![1.0, 2.0]);
    let values = |values: &[f64]| Predicted::Values(values.to_vec());
    let infinite = values(&[0.0, f64::INFINITY]);
    refuse(&Mae, &numbers, &infinite, "is inf, not a finite number");
    refuse(&Rmse, &numbers, &values(&[1e200, 0.0]), "overflows");
    let constant = "the same in all scored rows";
    refuse(&R2, &Target::Values(vec![3.0; 2]), &values(&[3.0; 2]), constant);
    refuse(&R2, &Target::Values(vec![3.0]), &values(&[3.0]), constant);
}
