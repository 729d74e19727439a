//! The convolutional network against PyTorch, which lays out channels before rows.

use surmise_plugin_sdk::testing::{Data, Trained, start};

use super::data::{check_params, digits, floats, follow, golden, indices};
use crate::{Cnn, CnnParams, Pooling};

const LOSS: f64 = 1e-12;
const WEIGHT: f64 = 1e-10;

fn params() -> CnnParams {
    CnnParams { filters: vec![8, 16], padding: 1, ..CnnParams::default() }
}

/// Where PyTorch's parameters lie in ours, layer by layer, weights before biases; `extra`
/// parameters of a normalization follow each convolution, and the last image has `side` pixels.
fn places(extra: usize, side: (usize, usize)) -> Vec<usize> {
    let kernels = |from: usize, n_out: usize, n_in: usize| {
        (0..n_out * n_in * 9).map(move |i| {
            let (place, channel, out) = (i % 9, i / 9 % n_in, i / 9 / n_in);
            from + (out * 9 + place) * n_in + channel
        })
    };
    let second = 80 + 2 * extra;
    let last = second + 1168 + 4 * extra;
    let (n_pixels, n) = (side.0 * side.1, 16 * side.0 * side.1);
    let flat = (0..10 * n).map(|i| {
        let (pixel, channel, out) = (i % n_pixels, i / n_pixels % 16, i / n);
        last + out * n + pixel * 16 + channel
    });
    kernels(0, 8, 1)
        .chain(72..80)
        .chain(kernels(second, 16, 8))
        .chain(second + 1152..second + 1168)
        .chain(flat)
        .chain(last + 10 * n..last + 10 * n + 10)
        .collect()
}

/// The network with the golden weights, and where PyTorch's parameters lie in it.
fn begin(params: &CnnParams, data: &Data, side: (usize, usize)) -> (Trained<Cnn>, Vec<usize>) {
    let golden = &golden()["digits"];
    let mut trained = start::<Cnn>(params, data, 7).expect("a start");
    let n = 16 * side.0 * side.1;
    let flat: Vec<f64> =
        floats(&golden["fw"]).chunks_exact(64).flat_map(|w| w[..n].to_vec()).collect();
    let zeros = |n: usize| vec![0.0; n];
    let (first, second) = (floats(&golden["c1w"]), floats(&golden["c2w"]));
    let theirs = [first, zeros(8), second, zeros(16), flat, zeros(10)].concat();
    let places = places(if params.batch_norm { 8 } else { 0 }, side);
    for (value, place) in theirs.iter().zip(&places) {
        trained.params_mut().all()[*place] = *value;
    }
    (trained, places)
}

#[test]
fn training_is_followed() {
    let (golden, table) = (&golden()["digits"], digits());
    let order = indices(&golden["order"]);
    let batches: Vec<Data> = order.chunks(32).map(|rows| table.batch(rows)).collect();
    let (mut trained, places) = begin(&params(), &batches[0], (2, 2));
    let end = follow(&golden["run"], &mut trained, LOSS, |trained, step| {
        trained.loss_and_gradient(&batches[step], true, 0).expect("a pass")
    });
    let end: Vec<f64> = places.iter().map(|place| end[*place]).collect();
    check_params(&end, &golden["run"], WEIGHT);
}

/// Loss, and the sum of squared slopes of each of PyTorch's parameters.
fn check_first(name: &str, params: &CnnParams, data: &Data, side: (usize, usize)) {
    let (mut trained, places) = begin(params, data, side);
    let (loss, gradient) = trained.loss_and_gradient(data, true, 0).expect("a pass");
    let expected = &golden()["digits"]["first"][name];
    let expected_loss = expected["loss"].as_f64().expect("a loss");
    assert!((loss - expected_loss).abs() < LOSS, "{name}: {loss}, not {expected_loss}");
    let gradient: Vec<f64> = places.iter().map(|place| gradient[*place]).collect();
    let mut rest = &gradient[..];
    let sizes = [72, 8, 1152, 16, 160 * side.0 * side.1, 10];
    for (size, expected) in sizes.into_iter().zip(floats(&expected["squares"])) {
        let (part, others) = rest.split_at(size);
        let found: f64 = part.iter().map(|slope| slope * slope).sum();
        let near = (found - expected).abs() <= 1e-11 * expected.max(1e-12);
        assert!(near, "{name}, {size} slopes: {found}, not {expected}");
        rest = others;
    }
}

#[test]
fn poolings_and_normalization_have_the_golden_slopes() {
    let order = indices(&golden()["digits"]["order"]);
    let data = digits().batch(&order[..32]);
    check_first("max", &params(), &data, (2, 2));
    check_first("average", &CnnParams { pooling: Pooling::Average, ..params() }, &data, (2, 2));
    check_first("batch_norm", &CnnParams { batch_norm: true, ..params() }, &data, (2, 2));
}

/// Images of 23 × 21 pixels, each of nine copies of a digit side by side, cut.
#[test]
fn strides_that_leave_pixels_out_have_the_golden_slopes() {
    let order = indices(&golden()["digits"]["order"]);
    let mut table = digits();
    for row in &mut table.rows {
        let pixel = |i: usize| row[(i / 21 % 8) * 8 + i % 21 % 8];
        *row = (0..23 * 21).map(pixel).collect();
    }
    let params = CnnParams { stride: 2, height: Some(23), width: None, ..params() };
    // 23 × 21 → 12 × 11 → 6 × 5 → 3 × 3 → 1 × 1.
    check_first("stride_2", &params, &table.batch(&order[..32]), (1, 1));
}

#[test]
fn images_that_the_features_are_not_are_refused() {
    let refused = |params: &CnnParams, n: usize| {
        let data = Data::classification(&[vec![0.5; n]], &[0], &["a", "b"]);
        start::<Cnn>(params, &data, 0).map(|_| ()).expect_err("refused").to_string()
    };
    let channels = CnnParams { channels: 2, ..CnnParams::default() };
    let five = refused(&channels, 5);
    assert!(five.contains("5 features are no image of 1 × 2 pixels with 2 channels"), "{five}");
    let high = CnnParams { height: Some(3), width: Some(3), channels: 2, ..CnnParams::default() };
    assert!(refused(&high, 9).contains("3 × 3 pixels with 2 channels"));
}
