//! What is measured.

use serde_json::{Value, json};

use crate::data::Source;
use crate::score::Score;

/// A piece of work that both sides do under this name.
#[derive(Debug, Clone)]
pub(crate) struct Work {
    pub(crate) name: &'static str,
    /// The plugin, the model in it, and its hyperparameters.
    pub(crate) plugin: &'static str,
    pub(crate) model: &'static str,
    pub(crate) params: Value,
    pub(crate) source: Source,
    pub(crate) does: Does,
    /// How well it is done.
    pub(crate) score: Score,
    /// How often it is done in a process, of which the least time counts.
    pub(crate) repeats: usize,
    /// How many times as fast as the fastest of the others it should be.
    pub(crate) aim: f64,
    /// Multiplications and additions of its matrix products, where the machine's best rate of these
    /// is to be told beside it.
    pub(crate) products: Option<f64>,
}

/// Of an epoch of 60,000 rows through two layers of 512 units: each layer is multiplied forward and
/// for the slopes of its weights, all but the first for those of its inputs, too.
const PRODUCTS_512: f64 = 2.0 * 60_000.0 * (2 * 784 * 512 + 3 * 512 * 512 + 3 * 512 * 10) as f64;

/// What is done with a model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Does {
    /// The tutorial's grid search: 32 cells × 5 folds, with the predictions of what is left out.
    Grid,
    Fit,
    /// Predictions of the rows that were not fitted.
    Predict,
    /// An epoch of training, in batches of so many rows.
    Epoch(usize),
}

/// The works of these names, or all.
pub(crate) fn chosen(names: &[String]) -> Vec<Work> {
    let all = all();
    let known: Vec<&str> = all.iter().map(|work| work.name).collect();
    for name in names {
        assert!(known.contains(&name.as_str()), "there is no work `{name}`, but {known:?}");
    }
    all.into_iter()
        .filter(|work| names.is_empty() || names.iter().any(|n| n == work.name))
        .collect()
}

#[rustfmt::skip]
fn all() -> Vec<Work> {
    use {Does::*, Score::*, Source::*};
    let row = |name, (plugin, model), params, source, (does, score), repeats, aim| Work {
        name, plugin, model, params, source, does, score, repeats, aim,
        products: (name == "mlp_512x512_b128").then_some(PRODUCTS_512),
    };
    let forest = ("forest", "random_forest");
    let boosting = ("boosting", "gradient_boosting");
    let logistic = ("linear", "logistic_regression");
    let linear = ("linear", "linear_regression");
    let knn = ("neighbors", "k_neighbors");
    let (svc, mlp) = (("svm", "svc"), ("neural", "mlp"));
    let none = || json!({});
    let line = || json!({ "kernel": "linear" });
    let penalty = |penalty: &str, alpha: f64| json!({ "penalty": penalty, "alpha": alpha });
    let elastic = || penalty("elastic_net", 0.01);
    let l1 = || json!({ "penalty": "l1", "C": 0.1 });
    let hidden = |widths: &[usize]| json!({ "hidden": widths });
    let filters = || json!({ "filters": [32, 64] });
    let bayes = ("bayes", "gaussian_nb");
    let cnn = ("neural", "cnn");
    vec![
        row("svc_iris_grid", svc, none(), Iris, (Grid, Accuracy), 30, 50.0),
        row("svc_digits_fit", svc, none(), Digits, (Fit, Accuracy), 20, 2.0),
        row("svc_digits_linear_fit", svc, line(), Digits, (Fit, Accuracy), 20, 2.0),
        row("svc_digits_predict", svc, none(), Digits, (Predict, Accuracy), 50, 3.0),
        row("forest_50k_fit", forest, none(), Clouds50k, (Fit, Accuracy), 1, 13.0),
        row("forest_50k_predict", forest, none(), Clouds50k, (Predict, Accuracy), 5, 2.0),
        row("forest_digits_fit", forest, none(), Digits, (Fit, Accuracy), 5, 4.0),
        row("forest_digits_predict", forest, none(), Digits, (Predict, Accuracy), 20, 2.0),
        row("boosting_100k_fit", boosting, none(), Clouds100k, (Fit, Auc), 2, 1.3),
        row("boosting_100k_predict", boosting, none(), Clouds100k, (Predict, Auc), 5, 1.0),
        row("boosting_digits_fit", boosting, none(), Digits, (Fit, Accuracy), 2, 1.0),
        row("ridge_50k100", linear, penalty("l2", 1.0), Factors100, (Fit, R2), 10, 1.5),
        row("lasso_50k100", linear, penalty("l1", 0.01), Factors100, (Fit, R2), 10, 10.0),
        row("elastic_net_50k100", linear, elastic(), Factors100, (Fit, R2), 5, 10.0),
        row("logistic_50k20", logistic, none(), FactorSigns20, (Fit, Accuracy), 20, 1.5),
        row("logistic_50k100", logistic, none(), FactorSigns100, (Fit, Accuracy), 10, 1.5),
        row("logistic_digits", logistic, none(), StandardDigits, (Fit, Accuracy), 20, 1.5),
        row("logistic_l1_digits", logistic, l1(), StandardDigits, (Fit, Accuracy), 2, 1.5),
        row("gaussian_nb_50k100", bayes, none(), FactorSigns100, (Fit, Accuracy), 20, 1.0),
        row("knn_digits_predict", knn, none(), Digits, (Predict, Accuracy), 50, 2.0),
        row("knn_50k20_predict", knn, none(), FactorSigns20, (Predict, Accuracy), 5, 2.0),
        row("mlp_128_b128", mlp, hidden(&[128]), Images, (Epoch(128), Loss), 3, 3.5),
        row("mlp_128_b32", mlp, hidden(&[128]), Images, (Epoch(32), Loss), 3, 5.0),
        row("mlp_512x512_b128", mlp, hidden(&[512, 512]), Images, (Epoch(128), Loss), 2, 2.5),
        row("cnn_32_64_b64", cnn, filters(), FewImages, (Epoch(64), Loss), 2, 1.5),
    ]
}
