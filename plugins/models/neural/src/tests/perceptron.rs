//! The multilayer perceptron, step by step with PyTorch.

use serde_json::Value;
use surmise_plugin_sdk::testing::{Data, Trained, start};

use super::data::{Table, breast_cancers, check_params, floats, follow, golden, indices};
use crate::{Activation, Mlp, MlpParams};

const LOSS: f64 = 1e-12;
const WEIGHT: f64 = 1e-11;

fn params() -> MlpParams {
    MlpParams { hidden: vec![16], ..MlpParams::default() }
}

/// The network of 30, 16 and 2 units with the golden weights.
fn begin(params: &MlpParams, table: &Table, golden: &Value) -> Trained<Mlp> {
    let mut trained = start::<Mlp>(params, &table.batch(&[0, 1]), 7).expect("a start");
    let (w0, w1) = (floats(&golden["w0"]), floats(&golden["w1"]));
    let all = trained.params().all().len();
    let mut at = trained.params_mut();
    at.all()[..480].copy_from_slice(&w0);
    at.all()[all - 34..all - 2].copy_from_slice(&w1);
    trained
}

/// The batches of some epochs; all rows where `size` is 0.
fn batches(golden: &Value, size: usize) -> Vec<Vec<usize>> {
    let train = indices(&golden["train"]);
    let size = if size == 0 { train.len() } else { size };
    let order = golden["order"].as_array().expect("epochs").iter().map(indices);
    // Full batches are only a few steps, but more than there are epochs: their order is no matter.
    let order: Vec<Vec<usize>> = order.cycle().take(40).collect();
    let rows = |batch: &[usize]| batch.iter().map(|i| train[*i]).collect();
    order.iter().flat_map(|epoch| epoch.chunks(size).map(rows)).collect()
}

fn check_run(name: &str, size: usize, params: &MlpParams) -> Trained<Mlp> {
    let (golden, table) = (&golden()["breast_cancer"], breast_cancers());
    let run = &golden["runs"][name];
    let batches = batches(golden, size);
    let mut trained = begin(params, &table, golden);
    let end = follow(run, &mut trained, LOSS, |trained, step| {
        let batch = table.batch(&batches[step]);
        trained.loss_and_gradient(&batch, true, 0).expect("a pass")
    });
    check_params(&end, run, WEIGHT);
    trained
}

#[test]
fn batches_of_any_size_are_followed() {
    check_run("mini_batches", 32, &params());
    check_run("full_batch", 0, &params());
    check_run("single_rows", 1, &params());
}

#[test]
fn batch_normalization_is_followed_with_its_running_statistics() {
    let normalized = MlpParams { batch_norm: true, ..params() };
    let trained = check_run("batch_norm", 32, &normalized);
    let run = &golden()["breast_cancer"]["runs"]["batch_norm"];
    let expected = [floats(&run["running_mean"]), floats(&run["running_variance"])].concat();
    for (found, expected) in trained.state().all().iter().zip(&expected) {
        assert!((found - expected).abs() <= WEIGHT, "{found}, not {expected}");
    }
}

#[test]
fn layer_normalization_is_followed() {
    check_run("layer_norm", 32, &MlpParams { layer_norm: true, ..params() });
}

/// The masks are the golden ones: each of their rows has a bit for each of 16 units.
#[test]
fn dropout_is_followed_with_given_masks() {
    let (golden, table) = (&golden()["breast_cancer"], breast_cancers());
    let run = &golden["runs"]["dropout"];
    let batches = batches(golden, 32);
    let mut trained = begin(&MlpParams { dropout: 0.5, ..params() }, &table, golden);
    let end = follow(run, &mut trained, LOSS, |trained, step| {
        let rows = &batches[step];
        let mask = golden["masks"][step].as_str().expect("a mask");
        let mut draw = |factors: &mut [f64]| {
            for (i, factor) in factors.iter_mut().enumerate() {
                let (unit, row) = (i / rows.len(), i % rows.len());
                let bits = u16::from_str_radix(&mask[4 * row..][..4], 16).expect("bits");
                *factor = f64::from(bits >> unit & 1) / 0.5;
            }
        };
        let pass = trained.pass(&table.batch(rows), true, 0, |mlp, step| mlp.pass(step, &mut draw));
        pass.expect("a pass")
    });
    check_params(&end, run, WEIGHT);
}

#[test]
fn dropout_keeps_the_mean_and_is_off_where_nobody_trains() {
    let table = breast_cancers();
    let batch = table.batch(&(0..500).collect::<Vec<_>>());
    let dropping = MlpParams { dropout: 0.5, hidden: vec![200], ..params() };
    let loss = |params: &MlpParams, train, seed| {
        let mut trained = start::<Mlp>(params, &batch, 3).expect("a start");
        trained.loss_and_gradient(&batch, train, seed).expect("a pass").0
    };
    let plain = loss(&MlpParams { dropout: 0.0, ..dropping.clone() }, true, 0);
    assert_eq!(loss(&dropping, false, 0), plain);
    let dropped: Vec<f64> = (0..20).map(|seed| loss(&dropping, true, seed)).collect();
    assert_eq!(dropped[3], loss(&dropping, true, 3));
    assert!(dropped[3] != dropped[4] && dropped[3] != plain);
    let mean = dropped.iter().sum::<f64>() / 20.0;
    assert!((mean / plain - 1.0).abs() < 0.25, "{mean} {plain}");
}

/// Three hidden layers and two targets: loss and slopes for every activation.
#[test]
fn every_activation_has_the_golden_loss_and_slopes() {
    let golden = &golden()["activations"];
    let x = floats(&golden["x"]);
    let data = Data::values(x.as_chunks::<4>().0, &floats(&golden["y"]));
    for (name, activation) in [
        ("relu", Activation::Relu),
        ("leaky_relu", Activation::LeakyRelu),
        ("elu", Activation::Elu),
        ("gelu", Activation::Gelu),
        ("silu", Activation::Silu),
        ("tanh", Activation::Tanh),
        ("sigmoid", Activation::Sigmoid),
        ("softplus", Activation::Softplus),
        ("identity", Activation::Identity),
    ] {
        let params = MlpParams { hidden: vec![5, 4, 3], activation, ..MlpParams::default() };
        let mut trained = start::<Mlp>(&params, &data, 0).expect("a start");
        trained.params_mut().all().copy_from_slice(&floats(&golden["params"]));
        let (loss, gradient) = trained.loss_and_gradient(&data, true, 0).expect("a pass");
        let expected = &golden["losses"][name];
        let expected_loss = expected["loss"].as_f64().expect("a loss");
        assert!((loss / expected_loss - 1.0).abs() < 1e-13, "{name}: {loss} {expected_loss}");
        for (slope, expected) in gradient.iter().step_by(7).zip(floats(&expected["gradient"])) {
            assert!((slope - expected).abs() < 1e-12, "{name}: {slope} {expected}");
        }
    }
}

/// In evaluation more rows than go through the layers together are what each is alone.
#[test]
fn many_rows_are_what_each_is_alone() {
    let table = breast_cancers();
    let trained = start::<Mlp>(&params(), &table.batch(&[0, 1]), 1).expect("a start");
    let rows: Vec<&[f64]> = table.rows.iter().map(Vec::as_slice).collect();
    let all = trained.forward(&[&rows[..], &rows[..50]].concat()).expect("outputs");
    for (i, row) in rows.iter().enumerate().step_by(37) {
        assert_eq!(trained.forward(&[row]).expect("an output"), all[2 * i..][..2], "row {i}");
    }
    assert_eq!(all[..100], all[2 * rows.len()..]);
}
