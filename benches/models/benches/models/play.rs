//! Does a work with Surmise: through the host and the plugin's C ABI, as a pipeline does.

use std::path::Path;

use serde_json::{Map, Value, json};
use surmise_plugin_host::{
    FitOptions, Fitted, Library, Model, PredictKind, Table, Verdict, search,
};

use crate::data::Rows;
use crate::measure::{Taken, least, peak};
use crate::networks;
use crate::score::{self, Score};
use crate::work::{Does, Work};

pub(crate) fn play(work: &Work, n_threads: u32) -> Taken {
    let (rows, fitted) = work.source.rows();
    let model = load(work.plugin, work.model);
    let options = FitOptions { seed: 1, n_threads };
    let params = object(&work.params);
    let (train, others) = (rows.table(fitted.clone()), 0..fitted.start);
    let ([cpu, wall], outcome) = match work.does {
        Does::Grid => least(work.repeats, || grid(&model, &rows, options)),
        Does::Epoch(size) => networks::epochs(&model, params, &rows, (size, work.repeats), options),
        Does::Fit => {
            let (seconds, mut fitted) =
                least(work.repeats, || fit(&model, params, &train, options));
            (seconds, predict(&mut fitted, &rows.table(others.clone()), work.score))
        }
        Does::Predict => {
            let mut fitted = fit(&model, params, &train, options);
            let others = rows.table(others.clone());
            least(work.repeats, || predict(&mut fitted, &others, work.score))
        }
    };
    let truth = match work.does {
        Does::Grid => &rows.y,
        _ => &rows.y[others],
    };
    let score = match work.score {
        Score::Accuracy => score::accuracy(&outcome, truth),
        Score::Auc => score::auc(&outcome, truth),
        Score::R2 => score::r2(&outcome, truth),
        Score::Loss => outcome.last().copied().expect("a loss"),
    };
    let library = format!("Surmise {}", env!("CARGO_PKG_VERSION"));
    let bits = outcome.iter().fold(0_u64, |sum, value| sum.rotate_left(1) ^ value.to_bits());
    Taken { library, cpu, wall, score, peak: peak(), bits }
}

fn load(plugin: &str, model: &str) -> Model {
    let exe = std::env::current_exe().expect("a path");
    let path = search::SearchPath { data_home: None, exe_dir: exe.parent().map(Path::to_owned) };
    let file =
        search::find(plugin, Path::new("/no/pipeline/here"), &path).expect("built with this");
    Library::open(&file).expect("a plugin").model(Some(model)).expect("a model of it")
}

fn object(params: &Value) -> &Map<String, Value> {
    params.as_object().expect("hyperparameters")
}

fn fit(
    model: &Model,
    params: &Map<String, Value>,
    train: &Table<'_>,
    options: FitOptions,
) -> Fitted {
    model.fit(params, train, options, &mut |_| Verdict::Continue).expect("rows that can be fitted")
}

/// What the score is taken of: classes, values, or the second class's probability.
fn predict(fitted: &mut Fitted, x: &Table<'_>, score: Score) -> Vec<f64> {
    match score {
        Score::Auc => {
            let shares = fitted.predict(x, PredictKind::Proba).expect("probabilities");
            shares.iter().skip(1).step_by(2).copied().collect()
        }
        _ => fitted.predict(x, PredictKind::Value).expect("predictions"),
    }
}

/// A fold of iris.
struct Fold {
    number: usize,
    train: Rows,
    others: Rows,
}

/// Which fold a row of iris is left out in. The classes come in three blocks of 50, and the folds
/// are scikit-learn's `StratifiedKFold(5)`: the k-th ten rows of each block.
fn fold_of(row: usize) -> usize {
    row % 50 / 10
}

/// The classes that the best cell predicts. As a run does, it makes the tables of the folds once.
fn grid(model: &Model, iris: &Rows, options: FitOptions) -> Vec<f64> {
    let fold = |number| Fold {
        number,
        train: iris.select(|i| fold_of(i) != number),
        others: iris.select(|i| fold_of(i) == number),
    };
    let folds: Vec<Fold> = (0..5).map(fold).collect();
    let mut best = (0.0, Vec::new());
    for c in [0.1, 1.0, 10.0, 100.0] {
        for gamma in [0.1, 0.01, 0.001, 0.0001] {
            let rbf = json!({ "C": c, "kernel": "rbf", "gamma": gamma });
            for params in [rbf, json!({ "C": c, "kernel": "linear" })] {
                let predicted = out_of_fold(model, object(&params), &folds, options);
                let accuracy = score::accuracy(&predicted, &iris.y);
                if best.0 < accuracy {
                    best = (accuracy, predicted);
                }
            }
        }
    }
    best.1
}

fn out_of_fold(
    model: &Model,
    params: &Map<String, Value>,
    folds: &[Fold],
    options: FitOptions,
) -> Vec<f64> {
    let mut predicted = vec![0.0; 150];
    for Fold { number, train, others } in folds {
        let mut fitted = fit(model, params, &train.table(0..train.y.len()), options);
        let classes = predict(&mut fitted, &others.table(0..others.y.len()), Score::Accuracy);
        let places = (0..150).filter(|i| fold_of(*i) == *number);
        places.zip(classes).for_each(|(i, class)| predicted[i] = class);
    }
    predicted
}
