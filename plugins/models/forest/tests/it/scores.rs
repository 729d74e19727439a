//! Scores over folds and seeds, as near to scikit-learn's as its own from seed to seed.

use serde_json::Value;
use surmise_forest::{Forest, MaxFeatures, Params, Target};

use crate::data::largest;
use surmise_test_models::{Classes, golden};

/// Mean accuracy over the five folds.
fn score(table: &Classes, folds: &[u8], params: &Params, seed: u64) -> f64 {
    let settings = params.settings(table.rows[0].len(), true);
    let n_classes = table.names.len();
    let one = |fold: u8| {
        let (rows, codes) = table.select(|i| folds[i] != fold);
        let target = Target::Classes { codes: &codes, n_classes };
        let seed = 10 * seed + u64::from(fold);
        let fitted = Forest::fit(&rows, target, None, &settings, (seed, 2), &mut || false);
        let (rows, codes) = table.select(|i| folds[i] == fold);
        let mut predicted = Vec::new();
        fitted.unwrap().0.predict(rows, |shares| predicted.push(largest(shares) as u32));
        let right = predicted.iter().zip(&codes).filter(|(a, b)| a == b).count();
        right as f64 / codes.len() as f64
    };
    (b'0'..b'5').map(one).sum::<f64>() / 5.0
}

fn params(of: &Value) -> Params {
    let whole = |name: &str| of[name].as_u64().unwrap() as u32;
    Params {
        n_estimators: whole("n_estimators"),
        max_depth: Some(whole("max_depth")),
        min_samples_leaf: whole("min_samples_leaf"),
        min_samples_split: whole("min_samples_split"),
        max_features: MaxFeatures::Fraction,
        max_features_fraction: of["max_features"].as_f64().unwrap(),
        ..Params::default()
    }
}

/// The means differ by no more than four standard errors of their difference.
fn check(set: &str, theirs: &Value, params: &Params, n_seeds: u64) {
    let table = Classes::read(set);
    let golden = golden("forest_scores.json");
    let folds = golden["sets"][set]["folds"].as_str().unwrap().as_bytes();
    let scores: Vec<f64> = (0..n_seeds).map(|seed| score(&table, folds, params, seed)).collect();
    let ours = scores.iter().sum::<f64>() / n_seeds as f64;
    let number = |name: &str| theirs[name].as_f64().unwrap();
    let error = number("sd") * (1.0 / number("seeds") + 1.0 / n_seeds as f64).sqrt();
    let difference = (ours - number("mean")).abs();
    assert!(difference <= 4.0 * error, "{set}: {ours} and {}, {scores:?}", number("mean"));
}

#[test]
fn defaults_score_as_scikit_learns() {
    let golden = golden("forest_scores.json");
    for set in ["iris", "wine", "breast_cancer", "digits"] {
        let theirs = &golden["sets"][set]["default"];
        check(set, theirs, &Params::default(), 5);
    }
}

#[test]
fn the_best_of_a_random_search_scores_as_scikit_learns() {
    let golden = golden("forest_scores.json");
    for set in ["wine", "breast_cancer", "digits"] {
        let best = &golden["sets"][set]["best"];
        check(set, best, &params(&best["params"]), 8);
    }
}

/// One seed a configuration, so it is their mean that is compared.
#[test]
fn so_do_all_that_it_drew() {
    let golden = golden("forest_scores.json");
    for set in ["wine", "breast_cancer", "digits"] {
        let (table, golden) = (Classes::read(set), &golden["sets"][set]);
        let folds = golden["folds"].as_str().unwrap().as_bytes();
        let candidates = golden["candidates"].as_array().unwrap();
        let difference = |candidate: &Value| {
            score(&table, folds, &params(&candidate["params"]), 77)
                - candidate["mean"].as_f64().unwrap()
        };
        let mean = candidates.iter().map(difference).sum::<f64>() / candidates.len() as f64;
        let sd = golden["best"]["sd"].as_f64().unwrap();
        let error = sd * (2.0 / candidates.len() as f64).sqrt();
        assert!(mean.abs() <= 4.0 * error, "{set}: {mean} ± {error}");
    }
}
