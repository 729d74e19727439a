//! Saved bytes that were cut or changed: an error, or a model that predicts.

use surmise_bayes::{GaussianNb, GaussianParams, MultinomialNb, MultinomialParams};
use surmise_plugin_sdk::Model;
use surmise_plugin_sdk::testing::{Data, fit, load};

const ROWS: [[f64; 2]; 6] =
    [[0.0, 0.5], [1.0, 0.0], [0.5, 1.0], [5.0, 6.0], [6.0, 5.0], [4.0, 9.0]];

fn check<M: Model>(params: &M::Params) {
    let data = Data::classification(&ROWS, &[0, 0, 0, 1, 1, 3], &["a", "b", "c", "d"]);
    let bytes = fit::<M>(params, &data, 0).unwrap().save().unwrap();
    assert!(load::<M>(&bytes).unwrap().predict(&ROWS).is_ok());
    for len in 0..bytes.len() {
        assert!(load::<M>(&bytes[..len]).is_err(), "cut at {len}");
    }
    // What follows the shape of the data, which says how much room outputs need.
    let name = b"n_classes";
    let shape = bytes.windows(name.len()).position(|window| window == name).unwrap();
    let head = shape + name.len() + 1 + 8 + 8;
    for bit in 0..8 * bytes.len() {
        let mut bytes = bytes.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let Ok(loaded) = load::<M>(&bytes) else { continue };
        if let Ok(predicted) = loaded.predict(&ROWS) {
            assert_eq!(predicted.len(), ROWS.len(), "bit {bit}");
        }
        if head <= bit / 8 {
            let _ = (loaded.predict_proba(&ROWS), loaded.decision(&ROWS));
        }
    }
}

#[test]
fn damaged_states_are_survived() {
    check::<GaussianNb>(&GaussianParams::default());
    check::<MultinomialNb>(&MultinomialParams::default());
}
