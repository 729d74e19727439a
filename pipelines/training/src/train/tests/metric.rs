//! A metric of the validation data instead of their loss.

use super::*;

/// How many rows lie in their own class.
fn n_right(outputs: &[f64], truth: &[u32]) -> f64 {
    let is_right =
        |(row, class): (&[f64], &u32)| row.iter().all(|output| *output <= row[*class as usize]);
    outputs.chunks(3).zip(truth).filter(|pair| is_right(*pair)).count() as f64
}

fn reports(higher_is_better: bool, monitor: &str, keep: &str) -> Trained<f64> {
    let (plane, others) = (Plane::new(60), Plane::new(1500));
    let sign = if higher_is_better { 1.0 } else { -1.0 };
    let score = |outputs: Vec<f64>| Ok(sign * n_right(&outputs, &others.y));
    let metric = Some(Metric { higher_is_better, score: &score });
    let data = Data { metric, ..plane.data(Some(&others)) };
    let plan = plan(json!({
        "optimizer": { "type": "momentum", "learning_rate": 0.6 },
        "training": { "epochs": 40, "batch_size": 4, "keep": keep },
        "regularization": [{ "type": "early_stopping", "monitor": monitor, "patience": 6 }],
    }));
    run(&plan, &data)
}

/// The same outputs are asked for in parts, and scored whole: a score is that of the point.
#[test]
fn progress_is_judged_by_the_metric_in_its_direction() {
    let up = reports(true, "validation_metric", "last");
    let scores: Vec<f64> = up.reports.iter().map(|r| r.validation_metric.unwrap()).collect();
    assert!(up.reports.iter().zip(&scores).all(|(r, score)| r.judged == -score));
    let most = scores.iter().copied().fold(f64::MIN, f64::max);
    let best = scores.iter().position(|score| *score == most).unwrap();
    assert_eq!(up.best.as_ref().unwrap().epoch, best as u64 + 1);
    assert_eq!((up.ended, scores.len()), (Ended::Stopped, best + 1 + 6));
    assert_eq!(up.point, up.best.unwrap().point, "early stopping goes back to the best epoch");

    let down = reports(false, "validation_metric", "last");
    assert_eq!(down.point, up.point, "turned over, it is the same metric");
    let losses: Vec<f64> = up.reports.iter().map(|r| r.validation_loss.unwrap()).collect();
    let least = losses.iter().copied().fold(f64::MAX, f64::min);
    assert_ne!(losses[best], least, "else the loss would do as well");
}

#[test]
fn the_best_epoch_is_kept_if_it_is_asked_for() {
    let plane = Plane::new(60);
    let of = |keep: &str| {
        let plan = plan(json!({
            "optimizer": { "type": "sgd", "learning_rate": 3.0 },
            "training": { "epochs": 12, "batch_size": 4, "keep": keep },
        }));
        run(&plan, &plane.data(None))
    };
    let (last, best) = (of("last"), of("best"));
    assert_eq!(best.point, best.best.unwrap().point);
    assert_ne!(best.point, last.point, "its last epoch is not its best");
}

#[test]
fn a_metric_that_is_missing_or_fails_is_an_error() {
    let (plane, others) = (Plane::new(20), Plane::new(20));
    let train = |data: &Data<'_, f64>, stages: Value| {
        let plan = plan(json!({ "optimizer": { "type": "sgd" }, "regularization": stages }));
        train(&mut network(), data, &plan, RUN(1), &mut go_on).unwrap_err().to_string()
    };
    let stops = json!([{ "type": "early_stopping", "monitor": "validation_metric" }]);
    let error = train(&plane.data(Some(&others)), stops);
    assert!(error.contains("there is none"), "{error}");
    for (score, expected) in
        [(Ok(f64::NAN), "the validation metric is NaN"), (Err(()), "the model failed")]
    {
        let score = |_| score.map_err(|()| ModelError::Failed("no score of one class".into()));
        let metric = Some(Metric { higher_is_better: true, score: &score });
        let error = train(&Data { metric, ..plane.data(Some(&others)) }, json!([]));
        assert!(error.contains(expected), "{error}");
    }
}
