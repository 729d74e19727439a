//! Saved bytes that were cut or changed: an error, or a model that predicts.

use surmise_plugin_sdk::testing::load;
use surmise_plugin_sdk::{Model, Random};

/// How many times several bits are flipped at once.
const N_DRAWS: usize = 256;

/// Asserts that a model whose saved bytes were cut anywhere is refused, and that one with flipped
/// bits is refused or answers for each of `rows`: any one bit, and some twenty at random.
pub fn survives_damage<M: Model>(saved: &[u8], rows: &[impl AsRef<[f64]>]) {
    assert_eq!(load::<M>(saved).unwrap().predict(rows).unwrap().len(), rows.len());
    for len in 0..saved.len() {
        assert!(load::<M>(&saved[..len]).is_err(), "cut at {len} of {}", saved.len());
    }
    for bit in 0..8 * saved.len() {
        answers::<M>(saved, &[bit], rows);
    }
    let mut random = Random::named(0, "flips");
    for _ in 0..N_DRAWS {
        let n_flips = 2 + random.below(18);
        let bits: Vec<usize> = (0..n_flips).map(|_| random.below(8 * saved.len())).collect();
        answers::<M>(saved, &bits, rows);
    }
}

/// Loads bytes with flipped bits; what matters is that everything returns, and so many numbers if
/// any.
fn answers<M: Model>(saved: &[u8], bits: &[usize], rows: &[impl AsRef<[f64]>]) {
    let mut bytes = saved.to_vec();
    for bit in bits {
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
    let Ok(loaded) = load::<M>(&bytes) else { return };
    if let Ok(predicted) = loaded.predict(rows) {
        assert_eq!(predicted.len(), rows.len(), "bits {bits:?}");
    }
    // Before that stands the shape of the data, which says how much room these outputs need.
    let is_shape_whole = bits.iter().all(|bit| head(saved) <= bit / 8);
    if is_shape_whole {
        for outputs in [loaded.predict_proba(rows), loaded.decision(rows)].into_iter().flatten() {
            assert_eq!(outputs.len() % rows.len(), 0, "bits {bits:?}");
        }
        let _told_or_not = loaded.importance();
    }
}

/// Where the bytes of the model itself begin, after its name and the shape of its data.
fn head(saved: &[u8]) -> usize {
    let name = b"n_classes";
    let found = saved.windows(name.len()).position(|window| window == name);
    found.unwrap() + name.len() + 1 + 8 + 8
}
