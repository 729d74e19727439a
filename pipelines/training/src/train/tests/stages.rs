//! Regularization stages within a training.

use super::*;

fn with(stages: &Value, training: &Value) -> Plan {
    plan(json!({ "optimizer": { "type": "sgd" }, "training": training, "regularization": stages }))
}

/// The losses of all passes that train.
fn seen(plan: &Plan) -> Vec<f64> {
    let (plane, mut network) = (Plane::new(40), network());
    train(&mut network, &plane.data(None), plan, RUN(1), &mut go_on).unwrap();
    network.seen.iter().map(|(loss, _)| *loss).collect()
}

fn refused(plan: &Plan, expected: &str) {
    let plane = Plane::new(40);
    let error = train(&mut network(), &plane.data(None), plan, RUN(1), &mut go_on).unwrap_err();
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn a_stage_moves_no_other_stages_draws() {
    let dropout = json!({ "type": "input_dropout" });
    let once = json!({ "epochs": 1, "batch_size": "full" });
    let alone = seen(&with(&json!([dropout]), &once));
    let beside = json!([{ "type": "gradient_noise" }, { "type": "mixup", "alpha": 0.3 }, dropout]);
    assert_eq!(alone, seen(&with(&json!([dropout, { "type": "gradient_noise" }]), &once)));
    assert_ne!(alone, seen(&with(&beside, &once)));
    assert_ne!(alone, seen(&with(&json!([]), &once)));
}

#[test]
fn every_stage_changes_a_training_or_ends_it() {
    let few = json!({ "epochs": 3, "batch_size": 10 });
    let plane = Plane::new(40);
    let run = |stages: Value| run(&with(&stages, &few), &plane.data(Some(&plane)));
    let plain = run(json!([])).point;
    for entry in crate::regularize::STAGES {
        let name = (entry.component)().name;
        let settings = match name.as_str() {
            "augment" => json!({ "type": name, "noise": 0.1 }),
            "max_norm" => json!({ "type": name, "bound": 0.5 }),
            "early_stopping" => json!({ "type": name, "patience": 1, "min_delta": 10.0 }),
            _ => json!({ "type": name }),
        };
        assert_ne!(run(json!([settings])).point, plain, "{name}");
    }
}

#[test]
fn averaged_parameters_are_the_mean_of_the_last_epochs() {
    let plane = Plane::new(40);
    let after = |epochs: u64, stages: Value| {
        let training = json!({ "epochs": epochs, "batch_size": "full" });
        run(&with(&stages, &training), &plane.data(None)).point
    };
    let averaging = json!([{ "type": "stochastic_weight_averaging", "start": 0.5 }]);
    let (third, fourth) = (after(3, json!([])).params, after(4, json!([])).params);
    let mean: Vec<f64> = third.iter().zip(&fourth).map(|(a, b)| 0.5 * (a + b)).collect();
    let averaged = after(4, averaging.clone());
    close(&averaged.params, &mean, 1e-15, "the mean");
    // The network counts its passes: four steps, and a hundred that recompute the state.
    assert_eq!(averaged.state, [104.0]);
    assert_eq!(after(1, averaging).params, after(1, json!([])).params);
}

#[test]
fn rows_of_weights_stay_within_the_norm() {
    let plane = Plane::new(40);
    let stages = json!([{ "type": "max_norm", "bound": 0.7 }]);
    let point = run(&with(&stages, &json!({ "epochs": 3 })), &plane.data(None)).point;
    let norm = |row: &[f64]| row.iter().map(|w| w * w).sum::<f64>().sqrt();
    assert!(point.params[..16].chunks(2).all(|row| norm(row) < 0.7 + 1e-12));
    assert!(point.params[24..48].chunks(8).all(|row| norm(row) < 0.7 + 1e-12));
}

#[test]
fn penalties_are_reported_beside_the_loss() {
    let plane = Plane::new(40);
    let stages = json!([{ "type": "elastic", "strength": 0.1, "l1_ratio": 0.25 }]);
    let trained = run(&with(&stages, &json!({ "epochs": 1 })), &plane.data(None));
    let weights = || trained.point.params[..16].iter().chain(&trained.point.params[24..48]);
    let absolute: f64 = weights().map(|w| w.abs()).sum();
    let squares: f64 = weights().map(|w| w * w).sum();
    let expected = 0.025 * absolute + 0.5 * 0.075 * squares;
    assert!((trained.reports[0].penalty - expected).abs() < 1e-12);
}

#[test]
fn what_does_not_go_together_is_refused_in_words() {
    let line_search = |stages: Value, training: Value| {
        plan(json!({
            "optimizer": { "type": "lbfgs" },
            "training": training,
            "regularization": stages,
        }))
    };
    for name in ["l1", "elastic", "weight_decay", "max_norm", "gradient_noise"] {
        refused(&line_search(json!([{ "type": name }]), json!({})), "has a line search");
    }
    refused(&line_search(json!([]), json!({ "clip_norm": 1.0 })), "clip_norm does not go");
    refused(&with(&json!([{ "type": "early_stopping" }]), &json!({})), "set some rows aside");
    let image = json!([{ "type": "augment", "image": true, "height": 3, "width": 1 }]);
    refused(&with(&image, &json!({})), "3 × 1 pixels in 1 channels are not 2 features");
}

#[test]
fn a_line_search_sees_the_same_draws_at_every_point() {
    let plane = Plane::new(40);
    let plan = plan(json!({
        "optimizer": { "type": "lbfgs" },
        "training": { "epochs": 30 },
        "regularization": [{ "type": "augment", "noise": 0.2 }, { "type": "l2", "strength": 0.01 }],
    }));
    let losses = run(&plan, &plane.data(None)).reports;
    let falls = |pair: &[Report]| {
        pair[1].train_loss + pair[1].penalty <= pair[0].train_loss + pair[0].penalty
    };
    assert!(losses.len() > 5 && losses.windows(2).all(falls), "{losses:#?}");
}
