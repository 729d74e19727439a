//! Fits and predictions as these tests want them.

use surmise_boosting::{Booster, Data, Settings, Target};
use surmise_plugin_sdk::Random;

/// A booster on one thread, whose fit is not interrupted.
pub(crate) fn fit(
    rows: &[&[f64]],
    target: Target<'_>,
    weights: Option<&[f64]>,
    settings: &Settings,
) -> Booster {
    let train = Data { rows, target, weights };
    Booster::fit(&train, None, settings, (0, 1), &mut |_, _| false).unwrap()
}

/// What it predicts, row after row.
pub(crate) fn predictions(booster: &Booster, rows: &[&[f64]]) -> Vec<f64> {
    let mut all = Vec::new();
    booster.predict(rows.iter().copied(), |values| all.extend_from_slice(values));
    all
}

/// Rows of features that matter and some that do not, NaN among them, and scores within 0 and 3.
pub(crate) fn made(n_rows: usize, n_features: usize, seed: u64) -> (Vec<Vec<f64>>, Vec<f64>) {
    let mut random = Random::named(seed, "rows");
    let one = |_| {
        let mut row: Vec<f64> = (0..n_features).map(|_| random.uniform()).collect();
        let score = row[0] + (4.0 * row[1] - 2.0).abs() * row[2 % n_features] + random.uniform();
        row[0] = (row[0] * 40.0).floor();
        if random.below(10) == 0 {
            row[1] = f64::NAN;
        }
        (row, score / 4.0 * 3.0)
    };
    (0..n_rows).map(one).unzip()
}

pub(crate) fn slices(rows: &[Vec<f64>]) -> Vec<&[f64]> {
    rows.iter().map(Vec::as_slice).collect()
}
