//! Saved bytes that were cut or changed: an error, or a model that predicts.

use proptest::prelude::*;
use surmise_linear::{
    HuberParams, HuberRegression, LinearRegression, LogisticParams, LogisticRegression,
    PoissonParams, PoissonRegression, RegressionParams,
};
use surmise_plugin_sdk::Model;
use surmise_plugin_sdk::testing::{Data, fit, load};

const ROWS: [[f64; 2]; 7] =
    [[0.0, 0.5], [1.0, 0.0], [0.5, 1.0], [5.0, 6.0], [6.0, 5.0], [-4.0, 9.0], [-4.5, 8.0]];
const VALUES: [f64; 7] = [1.0, 2.0, 0.0, 7.0, 9.0, 1.5, 2.0];

fn saved<M: Model>(params: &M::Params, data: &Data) -> Vec<u8> {
    fit::<M>(params, data, 0).unwrap().save().unwrap()
}

/// The bytes before those of the model itself: its name and the shape of its data, which say how
/// much room outputs need.
fn head(bytes: &[u8]) -> usize {
    let name = b"n_classes";
    let found = bytes.windows(name.len()).position(|window| window == name);
    found.unwrap() + name.len() + 1 + 8 + 8
}

/// Loads and predicts; what matters is that it returns, and so many numbers if any.
fn try_all<M: Model>(bytes: &[u8], is_shape_whole: bool) {
    let Ok(loaded) = load::<M>(bytes) else { return };
    let mut found = vec![loaded.predict(&ROWS)];
    if is_shape_whole {
        found.extend([loaded.predict_proba(&ROWS), loaded.decision(&ROWS)]);
        let _ = loaded.importance();
    }
    for outputs in found.into_iter().flatten() {
        assert_eq!(outputs.len() % ROWS.len(), 0);
    }
}

fn check<M: Model>(params: &M::Params, data: &Data) {
    let bytes = saved::<M>(params, data);
    assert!(load::<M>(&bytes).unwrap().predict(&ROWS).is_ok());
    for len in 0..bytes.len() {
        assert!(load::<M>(&bytes[..len]).is_err(), "cut at {len} of {}", bytes.len());
    }
    let head = head(&bytes);
    for bit in 0..8 * bytes.len() {
        let mut bytes = bytes.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        try_all::<M>(&bytes, head <= bit / 8);
    }
}

fn classes() -> Data {
    Data::classification(&ROWS, &[0, 0, 0, 1, 1, 3, 3], &["a", "b", "c", "d"])
}

#[test]
fn damaged_states_are_survived() {
    let values = Data::regression(&ROWS, &VALUES);
    check::<LinearRegression>(&RegressionParams::default(), &values);
    check::<PoissonRegression>(&PoissonParams::default(), &values);
    check::<HuberRegression>(&HuberParams::default(), &values);
    check::<LogisticRegression>(&LogisticParams::default(), &classes());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn flipped_bits_are_survived(
        flips in prop::collection::vec(any::<prop::sample::Index>(), 2..20),
    ) {
        let mut bytes = saved::<LogisticRegression>(&LogisticParams::default(), &classes());
        let head = head(&bytes);
        for flip in flips {
            let bit = 8 * head + flip.index(8 * (bytes.len() - head));
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        try_all::<LogisticRegression>(&bytes, true);
    }
}
