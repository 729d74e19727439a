//! Every metric against scikit-learn 1.9.1 (numpy 2.4.6): the functions named on the metrics, with
//! `labels` of all classes for `log_loss`. And every metric against what it must refuse.

use surmise_data::Target;

use super::*;

const METRICS: &[&dyn Metric] = &[
    &Accuracy,
    &BalancedAccuracy,
    &F1Macro,
    &LogLoss,
    &Rmse,
    &Mae,
    &R2,
];

fn classes(codes: &[u32], n_classes: u32) -> Target {
    Target::Classes {
        codes: codes.to_vec(),
        names: (0..n_classes).map(|i| i.to_string()).collect(),
    }
}

fn chances(rows: &[[f64; 3]]) -> Predicted {
    Predicted::Probabilities {
        n_classes: 3,
        rows: rows.concat(),
    }
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
    let rows = [
        [0.7, 0.2, 0.1],
        [0.1, 0.8, 0.1],
        [0.25, 0.25, 0.5],
        [1.0, 0.0, 0.0],
    ];
    let truth = classes(&[0, 1, 2, 1], 3);
    check(&LogLoss, &truth, &chances(&rows), 9.32915476623251);
    let truth = classes(&[0, 1, 2], 3);
    check(&LogLoss, &truth, &chances(&rows[..3]), 0.4243218919376292);
    let sure = Predicted::Probabilities {
        n_classes: 2,
        rows: vec![1.0, 0.0, 0.0, 1.0],
    };
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
            (_, true) => (
                classes(&[0, 2], 3),
                chances(&[[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]),
            ),
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

/// Each case: a metric, truth, predictions, and what the error must say.
#[test]
fn what_is_no_score_is_an_error() {
    let two = classes(&[0, 1], 3);
    let numbers = Target::Values(vec![1.0, 2.0]);
    let codes = |codes: &[u32]| Predicted::Classes(codes.to_vec());
    let values = |values: &[f64]| Predicted::Values(values.to_vec());
    let cases: &[(&dyn Metric, &Target, Predicted, &str)] = &[
        (
            &Accuracy,
            &numbers,
            codes(&[0, 1]),
            "measures a classification",
        ),
        (&Rmse, &two, values(&[0.0, 1.0]), "measures a regression"),
        (
            &Accuracy,
            &two,
            chances(&[[1.0, 0.0, 0.0]; 2]),
            "needs predicted classes",
        ),
        (&LogLoss, &two, codes(&[0, 1]), "not predicted classes"),
        (
            &F1Macro,
            &two,
            codes(&[0]),
            "expected 2 predicted numbers, got 1",
        ),
        (
            &F1Macro,
            &two,
            codes(&[0, 3]),
            "row 1, counted from 0, is class 3",
        ),
        (&BalancedAccuracy, &classes(&[], 3), codes(&[]), "no rows"),
        (
            &Accuracy,
            &classes(&[7], 3),
            codes(&[0]),
            "without a class name",
        ),
        (
            &LogLoss,
            &two,
            chances(&[[0.5, 0.5, 0.0], [0.9, 0.9, 0.2]]),
            "row 1",
        ),
        (
            &LogLoss,
            &two,
            chances(&[[-0.5, 1.5, 0.0]; 2]),
            "between 0 and 1",
        ),
        (
            &LogLoss,
            &two,
            chances(&[[f64::NAN, 1.0, 0.0]; 2]),
            "probability NaN",
        ),
        (
            &LogLoss,
            &classes(&[0], 2),
            chances(&[[1.0, 0.0, 0.0]]),
            "another number of classes",
        ),
        (
            &Mae,
            &numbers,
            values(&[0.0, f64::INFINITY]),
            "is inf, not a finite number",
        ),
        (&Rmse, &numbers, values(&[1e200, 0.0]), "overflows"),
        (
            &R2,
            &Target::Values(vec![3.0; 2]),
            values(&[3.0, 3.0]),
            "the same in all",
        ),
        (
            &R2,
            &Target::Values(vec![3.0]),
            values(&[3.0]),
            "the same in all",
        ),
    ];
    for (metric, truth, predicted, expected) in cases {
        let error = metric.score(truth, predicted).unwrap_err().to_string();
        let name = metric.info().name;
        assert!(error.starts_with(&name), "{error}");
        assert!(error.contains(expected), "{name}: {error}");
    }
}
