//! Which rows train and which rows test.
//!
//! Splits are lists of row indices and know nothing of features. Unshuffled folds are those of
//! scikit-learn, index for index; shuffled ones are Surmise's own, from a named seed stream, since
//! NumPy's generator is not part of the contract.

mod folds;
mod holdout;

pub use folds::{kfold, stratified_kfold};
pub use holdout::holdout;

use rand::Rng;
use surmise_core::seed::Seed;

/// One division of rows 0 to n − 1: every row is in exactly one of the two parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// The rows to fit on, ascending; at least one.
    pub train: Vec<usize>,
    /// The rows to score on, ascending; at least one.
    pub test: Vec<usize>,
}

impl Fold {
    fn from_mask(is_test: impl Iterator<Item = bool>) -> Self {
        let mut fold = Self { train: Vec::new(), test: Vec::new() };
        for (row, is_test) in is_test.enumerate() {
            if is_test {
                fold.test.push(row);
            } else {
                fold.train.push(row);
            }
        }
        fold
    }
}

/// A uniformly random order, by Fisher and Yates.
///
/// Written out rather than taken from `rand`, which does not promise the same order in its next
/// release, because a saved run must give the same folds for ever.
fn shuffle<T>(items: &mut [T], seed: Seed) {
    let mut rng = seed.rng();
    for last in (1..items.len()).rev() {
        let bound = last as u64 + 1;
        // Rejects the remainder that would favour small numbers.
        let limit = u64::MAX - u64::MAX % bound;
        let drawn = loop {
            let drawn = rng.next_u64();
            if drawn < limit {
                break drawn % bound;
            }
        };
        items.swap(last, drawn as usize); // below a length, so it fits
    }
}

#[cfg(test)]
mod golden;

#[cfg(test)]
mod tests {
    use super::*;

    /// Frozen: a change here breaks the reproduction of every saved run. The order was computed
    /// independently in Python: hashlib's SHA-256 for the key, ChaCha8 after its paper (Bernstein,
    /// 2008), and the loop above.
    #[test]
    fn the_shuffle_is_frozen() {
        let mut items: Vec<usize> = (0..10).collect();
        shuffle(&mut items, Seed::root(42));
        assert_eq!(items, [8, 2, 0, 1, 6, 7, 3, 9, 4, 5]);
    }

    /// Each of the 6 orders of 3 items is as likely: χ² with 5 degrees of freedom, 0.1 % point
    /// 20.5.
    #[test]
    fn every_order_is_as_likely() {
        let mut counts = std::collections::BTreeMap::new();
        for n in 0..6000 {
            let mut items = [0, 1, 2];
            shuffle(&mut items, Seed::root(1).child(n));
            *counts.entry(items).or_insert(0_u32) += 1;
        }
        let chi2: f64 = counts.values().map(|&n| (f64::from(n) - 1000.0).powi(2) / 1000.0).sum();
        assert!(counts.len() == 6 && chi2 < 20.5, "{chi2}");
    }
}
