//! scikit-learn's predictions.

use surmise_neighbors::{KNeighbors, MetricChoice, Params, Weighting};
use surmise_plugin_sdk::testing::{Data, Fit, fit};

use surmise_test_models::{Table, check_close, classification, floats, golden, places, split};

/// `knn.json`: out-of-fold labels of `KNeighborsClassifier`, told by where they are wrong.
/// Where neighbours are equally near it takes any of them.
fn check(name: &str) {
    let golden = golden("knn.json");
    let golden = &golden[name];
    let table = Table::read(name);
    let codes = table.codes();
    for row in golden["rows"].as_array().unwrap() {
        let params = Params {
            n_neighbors: row["k"].as_u64().unwrap() as u32,
            weights: match row["weights"].as_str().unwrap() {
                "uniform" => Weighting::Uniform,
                _ => Weighting::Distance,
            },
            ..Params::default()
        };
        let wrong = floats(&row["wrong_indices"]);
        let there = floats(&row["predicted_there"]);
        let mut wanted: Vec<f64> = codes.iter().map(|code| f64::from(*code)).collect();
        for (i, class) in wrong.iter().zip(there) {
            wanted[*i as usize] = class;
        }
        let mut n_tied = 0;
        for fold in places(&golden["folds"]) {
            let (held_out, rows) = split(&table.rows, &fold);
            let (_, known) = split(&codes, &fold);
            let fitted = fit::<KNeighbors>(&params, &classification(&rows, &known), 0).unwrap();
            let tied = tied(&fitted, &held_out, params.n_neighbors);
            let predicted = fitted.predict(&held_out).unwrap();
            for ((i, class), is_tied) in fold.iter().zip(predicted).zip(tied) {
                assert!(class == wanted[*i] || is_tied, "{name} {i} {params:?}");
                n_tied += usize::from(class != wanted[*i]);
            }
        }
        assert!(n_tied <= codes.len() / 200, "{name} {params:?}: {n_tied}");
    }
}

/// Whether the last neighbour of each row is as near as the first that is none: scikit-learn takes
/// either of them.
fn tied(fitted: &Fit<KNeighbors>, rows: &[Vec<f64>], k: u32) -> Vec<bool> {
    let mut tied = Vec::new();
    let (k, index) = (k as usize, fitted.model().index());
    let queries = rows.iter().map(Vec::as_slice);
    index.nearest(queries, k + 1, |_, found| tied.push(found[k - 1].0 == found[k].0)).unwrap();
    tied
}

#[test]
fn iris() {
    check("iris");
}

#[test]
fn digits() {
    check("digits");
}

/// `neighbors_exact.json`: see `neighbors_exact.py`.
#[test]
fn every_metric_predicts_scikit_learns_numbers() {
    let golden = golden("neighbors_exact.json");
    let table = Table::read("diabetes");
    let values: Vec<f64> = table.targets.iter().map(|value| value.parse().unwrap()).collect();
    let (rows, held_out) = table.rows.split_at(300);
    for case in golden["cases"].as_array().unwrap() {
        let params = Params {
            n_neighbors: case["n_neighbors"].as_u64().unwrap() as u32,
            weights: match case["weights"].as_str().unwrap() {
                "uniform" => Weighting::Uniform,
                _ => Weighting::Distance,
            },
            metric: match case["metric"].as_str().unwrap() {
                "euclidean" => MetricChoice::Euclidean,
                "manhattan" => MetricChoice::Manhattan,
                "chebyshev" => MetricChoice::Chebyshev,
                "minkowski" => MetricChoice::Minkowski,
                _ => MetricChoice::Cosine,
            },
            p: case["p"].as_f64().unwrap(),
        };
        let data = Data::regression(rows, &values[..300]);
        let fitted = fit::<KNeighbors>(&params, &data, 0).unwrap();
        let tied = tied(&fitted, held_out, params.n_neighbors);
        let found = fitted.predict(held_out).unwrap();
        let wanted = floats(&case["predictions"]);
        // Largest differences are often equal, by the feature that has two values.
        assert!(tied.iter().filter(|is_tied| **is_tied).count() < held_out.len() / 2);
        for ((found, wanted), is_tied) in found.iter().zip(&wanted).zip(tied) {
            if !is_tied {
                check_close(&[*found], &[*wanted], 1e-9, &format!("{params:?}"));
            }
        }
    }
}
