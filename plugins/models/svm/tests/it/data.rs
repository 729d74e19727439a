//! The example data and the golden numbers.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;
use surmise_svm::{Classifier, Kernel, Settings, SvmError};

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
        let is_data = |line: &&str| line.split(',').next().unwrap().parse::<f64>().is_ok();
        let lines = text.lines().filter(is_data).map(|line| line.rsplit_once(',').unwrap());
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

    /// Gives every feature the mean 0 and the (population) variance 1.
    pub(crate) fn standardized(mut self) -> Self {
        let n = self.rows.len() as f64;
        for feature in 0..self.rows[0].len() {
            let mean = self.rows.iter().map(|row| row[feature]).sum::<f64>() / n;
            let squares = self.rows.iter().map(|row| (row[feature] - mean).powi(2));
            let deviation = (squares.sum::<f64>() / n).sqrt();
            for row in &mut self.rows {
                row[feature] = (row[feature] - mean) / deviation;
            }
        }
        self
    }

    pub(crate) fn select(&self, chosen: &[usize]) -> (Vec<&[f64]>, Vec<u32>) {
        chosen.iter().map(|&i| (self.rows[i].as_slice(), self.codes[i])).unzip()
    }

    /// All rows but these.
    pub(crate) fn without(&self, held_out: &[usize]) -> (Vec<&[f64]>, Vec<u32>) {
        let rest: Vec<usize> = (0..self.rows.len()).filter(|i| !held_out.contains(i)).collect();
        self.select(&rest)
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

/// A list of whole numbers.
pub(crate) fn indices(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|v| v.as_u64().unwrap() as usize).collect()
}

/// A list of such lists.
pub(crate) fn index_lists(value: &Value) -> Vec<Vec<usize>> {
    value.as_array().unwrap().iter().map(indices).collect()
}

/// The settings of scikit-learn's `SVC` with these parameters, to the tolerance `tol`.
pub(crate) fn settings(params: &Value, gamma: f64, tol: f64) -> Settings {
    let kernel = match params["kernel"].as_str().unwrap() {
        "linear" => Kernel::Linear,
        "rbf" => Kernel::Rbf { gamma },
        other => panic!("no kernel `{other}` here"),
    };
    let c = params["C"].as_f64().unwrap();
    Settings { c, kernel, tolerance: tol, shrinking: true, cache_bytes: 200_000_000 }
}

pub(crate) fn fit(
    rows: &[&[f64]],
    codes: &[u32],
    settings: &Settings,
) -> Result<Classifier, SvmError> {
    Classifier::fit(rows, codes, settings, &mut || false)
}
