//! The example data and the golden numbers, which `tests/golden/neural.py` made with PyTorch 2.15.

use serde_json::Value;
use surmise_plugin_sdk::GradientModel;
use surmise_plugin_sdk::testing::{Data, Trained};
pub(super) use surmise_test_models::{floats, indices};

/// Rows and their classes.
pub(super) struct Table {
    pub(super) rows: Vec<Vec<f64>>,
    pub(super) codes: Vec<u32>,
    pub(super) n_classes: usize,
}

impl Table {
    fn new(table: surmise_test_models::Table, n_classes: usize) -> Self {
        Self { codes: table.codes(), rows: table.rows, n_classes }
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
    let mut table = surmise_test_models::Table::read("digits");
    table.rows.iter_mut().flatten().for_each(|value| *value /= 16.0);
    Table::new(table, 10)
}

/// Breast cancers, each feature with mean 0 and (population) variance 1.
pub(super) fn breast_cancers() -> Table {
    Table::new(surmise_test_models::Table::read("breast_cancer").standardized(), 2)
}

pub(super) fn golden() -> Value {
    surmise_test_models::golden("neural.json")
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
