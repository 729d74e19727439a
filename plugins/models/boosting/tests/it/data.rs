//! The example data and the golden numbers.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;
use surmise_boosting::{Booster, Data, Settings, Target};
use surmise_plugin_sdk::Random;

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
