//! Fits as these tests want them.

use serde_json::Value;
use surmise_svm::{Classifier, Kernel, Settings, SvmError};

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
