//! Saved bytes that were cut or changed: an error, or a classifier that predicts.

use std::sync::LazyLock;

use proptest::prelude::*;
use surmise_plugin_sdk::testing::{Data, fit, load};
use surmise_svm::{KernelChoice, Params, Svc};

const ROWS: [[f64; 2]; 6] =
    [[0.0, 0.5], [1.0, 0.0], [0.5, 1.0], [5.0, 6.0], [6.0, 5.0], [-4.0, 9.0]];

/// Three classes, so that there is more than one pair, with each kernel.
static SAVED: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    let data = Data::classification(&ROWS, &[0, 0, 0, 1, 1, 2], &["a", "b", "c"]);
    [KernelChoice::Rbf, KernelChoice::Linear].map(|kernel| {
        let fitted = fit::<Svc>(&Params { kernel, ..Params::default() }, &data, 0).unwrap();
        fitted.save().unwrap()
    })
});

/// Loads and predicts; what matters is that it returns.
fn use_it(bytes: &[u8]) -> Result<Vec<f64>, String> {
    let loaded = load::<Svc>(bytes).map_err(|e| e.to_string())?;
    loaded.predict(&ROWS).map_err(|e| e.to_string())
}

#[test]
fn whole_bytes_are_a_classifier() {
    for saved in &*SAVED {
        assert_eq!(use_it(saved), Ok(vec![0.0, 0.0, 0.0, 1.0, 1.0, 2.0]));
    }
}

#[test]
fn bytes_cut_anywhere_are_an_error() {
    for saved in &*SAVED {
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
