//! The example data and the golden numbers.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;
use surmise_forest::{Forest, Params, Settings, Target};

/// Rows and their class codes, numbered in the order of the classes' names.
pub(crate) struct Table {
    pub(crate) rows: Vec<Vec<f64>>,
    pub(crate) codes: Vec<u32>,
    pub(crate) names: Vec<String>,
}

impl Table {
    /// An example data set whose last column is the class.
    pub(crate) fn read(name: &str) -> Self {
        let file = repository().join("pipelines/examples/data").join(format!("{name}.csv"));
        let text = std::fs::read_to_string(file).unwrap();
        let lines = text.lines().skip(1).map(|line| line.rsplit_once(',').unwrap());
        let (rows, classes): (Vec<&str>, Vec<&str>) = lines.unzip();
        let names: BTreeSet<&str> = classes.iter().copied().collect();
        let code = |class: &&str| names.iter().position(|name| name == class).unwrap() as u32;
        Self {
            rows: rows
                .iter()
                .map(|row| row.split(',').map(|value| value.parse().unwrap()).collect())
                .collect(),
            codes: classes.iter().map(code).collect(),
            names: names.into_iter().map(str::to_owned).collect(),
        }
    }

    /// Of the rows that are of this fold or of the others.
    pub(crate) fn select(&self, keep: impl Fn(usize) -> bool) -> (Vec<&[f64]>, Vec<u32>) {
        let chosen = (0..self.rows.len()).filter(|&i| keep(i));
        chosen.map(|i| (self.rows[i].as_slice(), self.codes[i])).unzip()
    }
}

/// A file of `tests/golden`.
pub(crate) fn golden(name: &str) -> Value {
    let file = repository().join("tests/golden").join(name);
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

/// A list of numbers.
pub(crate) fn floats(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

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
