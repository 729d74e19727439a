//! Fits and predictions as these tests want them.

use surmise_forest::{Forest, Params, Settings, Target};

/// One tree on all rows and features.
pub(crate) fn single_tree(n_features: usize, is_classes: bool) -> Settings {
    let params = Params { bootstrap: false, n_estimators: 1, ..Default::default() };
    Settings { max_features: n_features, ..params.settings(n_features, is_classes) }
}

/// A forest on one thread, whose fit is not interrupted.
pub(crate) fn fit(
    rows: &[&[f64]],
    target: Target<'_>,
    weights: Option<&[f64]>,
    settings: &Settings,
    seed: u64,
) -> Forest {
    Forest::fit(rows, target, weights, settings, (seed, 1), &mut || false).unwrap().0
}

/// What it predicts, row after row.
pub(crate) fn predictions(forest: &Forest, rows: &[&[f64]]) -> Vec<f64> {
    let mut all = Vec::new();
    forest.predict(rows.iter().copied(), |values| all.extend_from_slice(values));
    all
}

/// The place of the largest.
pub(crate) fn largest(values: &[f64]) -> usize {
    (0..values.len()).rev().max_by(|&a, &b| values[a].total_cmp(&values[b])).unwrap()
}
