//! Scores over folds, as near to scikit-learn's as its own are to one another.

use surmise_boosting::{Params, Target};

use crate::data::{fit, predictions};
use surmise_test_models::{Classes, floats, golden};

/// Mean accuracy over the five folds.
fn score(table: &Classes, folds: &[u8]) -> f64 {
    let n_classes = table.names.len();
    let settings = Params::default().settings(Some(n_classes));
    let one = |fold: u8| {
        let (rows, codes) = table.select(|i| folds[i] != fold);
        let booster = fit(&rows, Target::Classes { codes: &codes, n_classes }, None, &settings);
        let (rows, codes) = table.select(|i| folds[i] == fold);
        let shares = predictions(&booster, &rows);
        let is_right = |(shares, code): &(&[f64], &u32)| {
            let own = shares[**code as usize];
            shares.iter().all(|share| *share <= own)
        };
        let right = shares.chunks_exact(n_classes).zip(&codes).filter(is_right).count();
        right as f64 / codes.len() as f64
    };
    (b'0'..b'5').map(one).sum::<f64>() / 5.0
}

#[test]
fn defaults_score_as_scikit_learns() {
    let golden = golden("boosting_scores.json");
    for set in ["iris", "wine", "breast_cancer", "digits"] {
        let (table, golden) = (Classes::read(set), &golden["sets"][set]);
        let ours = score(&table, golden["folds"].as_str().unwrap().as_bytes());
        // Splits that are equally good are decided by the order of the features.
        let mut theirs = floats(&golden["orders_of_features"]["means"]);
        theirs.push(golden["mean"].as_f64().unwrap());
        let row = 1.01 / table.rows.len() as f64;
        let low = theirs.iter().copied().fold(1.0, f64::min) - row;
        let high = theirs.iter().copied().fold(0.0, f64::max) + row;
        assert!((low..=high).contains(&ours), "{set}: {ours} and {theirs:?}");
    }
}
