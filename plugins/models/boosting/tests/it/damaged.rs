//! Saved bytes that were cut or changed: an error, or a booster that predicts.

use std::sync::LazyLock;

use proptest::prelude::*;
use surmise_boosting::{GradientBoosting, Params};
use surmise_plugin_sdk::testing::{Data, fit, load};

const ROWS: [[f64; 2]; 6] =
    [[0.0, 0.5], [1.0, 0.0], [0.5, f64::NAN], [5.0, 6.0], [6.0, 5.0], [-4.0, 9.0]];

/// A booster for classes and one for numbers.
static SAVED: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    let classes = Data::classification(&ROWS, &[0, 0, 0, 1, 1, 2], &["a", "b", "c"]);
    let numbers = Data::regression(&ROWS, &[1.0, 2.0, 1.5, 7.0, 8.0, -3.0]);
    [classes, numbers].map(|data| {
        let params = Params { n_iterations: 2, min_samples_leaf: 1, ..Params::default() };
        fit::<GradientBoosting>(&params, &data, 0).unwrap().save().unwrap()
    })
});

/// Loads and predicts; what matters is that it returns.
fn use_it(bytes: &[u8]) -> Result<Vec<f64>, String> {
    let loaded = load::<GradientBoosting>(bytes).map_err(|e| e.to_string())?;
    let predicted = loaded.predict(&ROWS).map_err(|e| e.to_string())?;
    loaded.importance().map_err(|e| e.to_string())?;
    Ok(predicted)
}

#[test]
fn bytes_cut_anywhere_are_an_error() {
    for saved in &*SAVED {
        assert!(use_it(saved).is_ok());
        for len in 0..saved.len() {
            assert!(use_it(&saved[..len]).is_err(), "cut at {len} of {}", saved.len());
        }
    }
}

#[test]
fn any_one_flipped_bit_is_survived() {
    for saved in &*SAVED {
        for bit in 0..8 * saved.len() {
            let mut bytes = saved.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            if let Ok(predicted) = use_it(&bytes) {
                assert_eq!(predicted.len(), ROWS.len(), "bit {bit}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn flipped_bits_are_survived(
        which in 0..2_usize,
        flips in prop::collection::vec(any::<prop::sample::Index>(), 2..20),
    ) {
        let mut bytes = SAVED[which].clone();
        for flip in flips {
            let bit = flip.index(8 * bytes.len());
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        if let Ok(predicted) = use_it(&bytes) {
            prop_assert_eq!(predicted.len(), ROWS.len());
        }
    }
}
