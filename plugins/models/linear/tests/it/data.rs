//! The example data and the golden numbers.

use std::path::{Path, PathBuf};

use serde_json::Value;
use surmise_plugin_sdk::testing::Data;

/// Rows and the text of their last column.
pub(crate) struct Table {
    pub(crate) rows: Vec<Vec<f64>>,
    pub(crate) targets: Vec<String>,
}

impl Table {
    pub(crate) fn read(name: &str) -> Self {
        let file = repository().join("pipelines/examples/data").join(format!("{name}.csv"));
        let text = std::fs::read_to_string(file).unwrap();
        let lines = text.lines().skip(1).map(|line| line.rsplit_once(',').unwrap());
        let numbers = |row: &str| row.split(',').map(|value| value.parse().unwrap()).collect();
        let (rows, targets) = lines.map(|(row, target)| (numbers(row), target.to_owned())).unzip();
        Self { rows, targets }
    }

    /// Gives every feature the mean 0 and, if it changes, the (population) variance 1.
    pub(crate) fn standardized(mut self) -> Self {
        let n = self.rows.len() as f64;
        for feature in 0..self.rows[0].len() {
            let mean = self.rows.iter().map(|row| row[feature]).sum::<f64>() / n;
            let squares = self.rows.iter().map(|row| (row[feature] - mean).powi(2));
            let deviation = (squares.sum::<f64>() / n).sqrt();
            let deviation = if deviation == 0.0 { 1.0 } else { deviation };
            for row in &mut self.rows {
                row[feature] = (row[feature] - mean) / deviation;
            }
        }
        self
    }

    /// Class codes in the order of scikit-learn's data sets: that in which classes appear, but for
    /// digits, whose classes are numbers.
    pub(crate) fn codes(&self) -> Vec<u32> {
        let mut names: Vec<&String> = Vec::new();
        for name in &self.targets {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        if names.iter().all(|name| name.parse::<f64>().is_ok()) {
            names.sort();
        }
        let code = |name| names.iter().position(|known| *known == name).unwrap() as u32;
        self.targets.iter().map(code).collect()
    }

    pub(crate) fn values(&self) -> Vec<f64> {
        self.targets.iter().map(|value| value.parse().unwrap()).collect()
    }
}

/// The rows at these places, or all others.
pub(crate) fn split<T: Clone>(values: &[T], places: &[usize]) -> (Vec<T>, Vec<T>) {
    let chosen = places.iter().map(|i| values[*i].clone()).collect();
    let others = (0..values.len()).filter(|i| !places.contains(i));
    (chosen, others.map(|i| values[i].clone()).collect())
}

pub(crate) fn classification(rows: &[Vec<f64>], codes: &[u32]) -> Data {
    let n_classes = codes.iter().max().unwrap() + 1;
    let names: Vec<String> = (0..n_classes).map(|code| code.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Data::classification(rows, codes, &names)
}

/// A file of `tests/golden`.
pub(crate) fn golden(name: &str) -> Value {
    let file = repository().join("tests/golden").join(name);
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

/// The numbers of a list, or of a list of lists.
pub(crate) fn floats(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(floats).collect(),
        value => vec![value.as_f64().unwrap()],
    }
}

/// Lists of places.
pub(crate) fn places(value: &Value) -> Vec<Vec<usize>> {
    let list = |value: &Value| floats(value).into_iter().map(|v| v as usize).collect();
    value.as_array().unwrap().iter().map(list).collect()
}

pub(crate) fn check_close(ours: &[f64], theirs: &[f64], tolerance: f64, what: &str) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (ours, theirs) in ours.iter().zip(theirs) {
        let far = (ours - theirs).abs() / theirs.abs().max(1.0);
        assert!(far <= tolerance, "{what}: {ours} and {theirs}");
    }
}
