//! What each stage does by itself.

use serde_json::{Value, json};

use super::*;
use crate::testing::{classes, values};
use crate::{Outputs, Target};

fn make(settings: &Value) -> Box<dyn Regularizer<f64>> {
    let name = settings["type"].as_str().unwrap().to_owned();
    let entry = STAGES.iter().find(|e| (e.component)().name == name).unwrap();
    let mut settings = settings.as_object().unwrap().clone();
    settings.remove("type");
    let settings = (entry.component)().resolve(&settings).unwrap();
    (entry.f64)(&settings).unwrap()
}

fn setup<'a>(train: &'a Batch<'a, f64>, outputs: Outputs) -> Setup<'a, f64> {
    let shape = Shape { n_features: 1, outputs };
    Setup { shape, train, has_validation: false, has_metric: false, full_batch: false, epochs: 1 }
}

#[test]
fn stages_for_classes_refuse_values() {
    let batch = Batch { x: &[0.0], target: Target::Values(&[0.0]), weights: None };
    for name in ["class_weights", "label_smoothing"] {
        let prepared = make(&json!({ "type": name })).prepare(&setup(&batch, Outputs::Values(1)));
        let error = prepared.unwrap_err().to_string();
        assert_eq!(error, format!("{name} is for classification only"));
    }
}

/// scikit-learn's formula n/(k nᶜ): 6/(2 · 4) and 6/(2 · 2).
#[test]
fn classes_are_weighed_by_how_rare_they_are() {
    let y = [0, 2, 0, 0, 2, 0];
    let batch = Batch { x: &[0.0; 6], target: Target::Classes(&y), weights: None };
    let mut stage = make(&json!({ "type": "class_weights" }));
    stage.prepare(&setup(&batch, Outputs::Classes(3))).unwrap();
    let mut rows = classes(&[0.0, 1.0], &[2, 0]);
    rows.weights = Some(vec![1.0, 2.0]);
    stage.on_rows(&mut rows, Seed::root(1));
    assert_eq!(rows.weights, Some(vec![1.5, 1.5]));
}

#[test]
fn dropped_inputs_are_made_up_for() {
    let mut rows = values(&[1.0; 10_000], &[0.0; 10_000]);
    make(&json!({ "type": "input_dropout", "rate": 0.25 })).on_rows(&mut rows, Seed::root(1));
    let dropped = rows.x.iter().filter(|x| **x == 0.0).count();
    assert!((2300..2700).contains(&dropped), "{dropped}");
    assert!(rows.x.iter().all(|x| *x == 0.0 || *x == 1.0 / 0.75));
}

/// Within four standard deviations of η/(1 + t)^γ at t = 3: 0.04/4^0.5.
#[test]
fn noise_on_slopes_fades() {
    let mut gradient = vec![1.0; 10_000];
    let stage = make(&json!({ "type": "gradient_noise", "eta": 0.04, "gamma": 0.5 }));
    stage.on_gradient(4, &mut gradient, Seed::root(1));
    let variance = gradient.iter().map(|g| (g - 1.0) * (g - 1.0)).sum::<f64>() / 1e4;
    assert!((variance / 0.02 - 1.0).abs() < 0.06, "{variance}");
}

#[test]
fn weights_add_up_when_stages_are_combined() {
    let mut rows = classes(&[0.0, 8.0, 4.0], &[2, 1, 0]);
    rows.weights = Some(vec![1.0, 2.0, 3.0]);
    for stage in [json!({ "type": "mixup" }), json!({ "type": "label_smoothing" })] {
        make(&stage).on_rows(&mut rows, Seed::root(3));
    }
    let sum: f64 = rows.weights.as_ref().unwrap().iter().sum();
    assert!(rows.len() == 18 && rows.x.len() == 18 && (sum - 6.0).abs() < 1e-12);
}
