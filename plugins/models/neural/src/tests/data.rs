//! The example data and the golden numbers, which `tests/golden/neural.py` made with PyTorch 2.15.

use std::path::{Path, PathBuf};

use serde_json::Value;
use surmise_plugin_sdk::GradientModel;
use surmise_plugin_sdk::testing::{Data, Trained};

/// Rows and their classes.
pub(super) struct Table {
    pub(super) rows: Vec<Vec<f64>>,
    pub(super) codes: Vec<u32>,
    pub(super) n_classes: usize,
}

impl Table {
    /// An example data set whose last column is the class, coded as scikit-learn does.
    pub(super) fn read(name: &str, classes: &[&str]) -> Self {
        let file = repository().join("pipelines/examples/data").join(format!("{name}.csv"));
        let text = std::fs::read_to_string(file).expect("the example data");
        let (mut rows, mut codes) = (Vec::new(), Vec::new());
        for line in text.lines().skip(1) {
            let (values, class) = line.rsplit_once(',').expect("columns");
            rows.push(values.split(',').map(|v| v.parse().expect("a number")).collect());
            codes.push(classes.iter().position(|c| *c == class).expect("a class") as u32);
        }
        Self { rows, codes, n_classes: classes.len() }
    }

    pub(super) fn batch(&self, rows: &[usize]) -> Data {
        let names: Vec<String> = (0..self.n_classes).map(|class| class.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let x: Vec<&[f64]> = rows.iter().map(|i| self.rows[*i].as_slice()).collect();
        let codes: Vec<u32> = rows.iter().map(|i| self.codes[*i]).collect();
        Data::classification(&x, &codes, &names)
    }
}

/// Digits of 8 × 8 pixels in [0, 1].
pub(super) fn digits() -> Table {
    let names: Vec<String> = (0..10).map(|digit| digit.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut table = Table::read("digits", &names);
    table.rows.iter_mut().flatten().for_each(|value| *value /= 16.0);
    table
}

/// Breast cancers, each feature with mean 0 and (population) variance 1.
pub(super) fn breast_cancers() -> Table {
    let mut table = Table::read("breast_cancer", &["malignant", "benign"]);
    let n = table.rows.len() as f64;
    for feature in 0..table.rows[0].len() {
        let mean = table.rows.iter().map(|row| row[feature]).sum::<f64>() / n;
        let squares = table.rows.iter().map(|row| (row[feature] - mean).powi(2));
        let deviation = (squares.sum::<f64>() / n).sqrt();
        table.rows.iter_mut().for_each(|row| row[feature] = (row[feature] - mean) / deviation);
    }
    table
}

pub(super) fn golden() -> Value {
    let file = repository().join("tests/golden/neural.json");
    let text = std::fs::read_to_string(file).expect("the golden numbers");
    serde_json::from_str(&text).expect("JSON")
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

pub(super) fn floats(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|v| v.as_f64().expect("a number")).collect()
}

pub(super) fn indices(value: &Value) -> Vec<usize> {
    floats(value).into_iter().map(|v| v as usize).collect()
}

/// Steps of gradient descent with momentum, whose losses must be those of a run; `pass` gives loss
/// and gradient of a step. Returns the parameters.
pub(super) fn follow<M: GradientModel>(
    run: &Value,
    trained: &mut Trained<M>,
    tolerance: f64,
    mut pass: impl FnMut(&mut Trained<M>, usize) -> (f64, Vec<f64>),
) -> Vec<f64> {
    let rate = run["lr"].as_f64().expect("a rate");
    let momentum = run["momentum"].as_f64().expect("a momentum");
    let mut velocity = vec![0.0; trained.params().all().len()];
    for (step, expected) in floats(&run["losses"]).into_iter().enumerate() {
        let (loss, gradient) = pass(trained, step);
        assert!((loss - expected).abs() <= tolerance, "step {step}: {loss}, not {expected}");
        let mut params = trained.params_mut();
        let values = params.all().iter_mut().zip(&mut velocity).zip(&gradient);
        for ((value, velocity), slope) in values {
            *velocity = momentum * *velocity + slope;
            *value -= rate * *velocity;
        }
    }
    trained.params().all().to_vec()
}

/// Every seventh parameter is as it should be.
pub(super) fn check_params(params: &[f64], run: &Value, tolerance: f64) {
    let expected = floats(&run["every_seventh"]);
    assert_eq!(expected.len(), params.len().div_ceil(7));
    for (i, (found, expected)) in params.iter().step_by(7).zip(&expected).enumerate() {
        assert!((found - expected).abs() <= tolerance, "{i}: {found}, not {expected}");
    }
}
