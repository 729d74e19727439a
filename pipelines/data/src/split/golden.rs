//! Folds against scikit-learn, and what holds of every split.

use proptest::prelude::*;
use serde::Deserialize;
use surmise_core::seed::Seed;

use super::{Fold, holdout, kfold, stratified_kfold};
use crate::dataset::Target;
use crate::error::Kind;

/// `tests/golden/splits_sklearn.json`, made by the script beside it.
#[derive(Deserialize)]
struct Golden {
    kfold: Vec<Plain>,
    stratified: Vec<Stratified>,
}

#[derive(Deserialize)]
struct Plain {
    n_rows: usize,
    k: usize,
    test: Vec<Vec<usize>>,
}

#[derive(Deserialize)]
struct Stratified {
    codes: Vec<u32>,
    k: usize,
    test: Vec<Vec<usize>>,
}

fn golden() -> Golden {
    let text = include_str!("../../tests/golden/splits_sklearn.json");
    serde_json::from_str(text).unwrap()
}

fn tests_of(folds: Vec<Fold>) -> Vec<Vec<usize>> {
    folds.into_iter().map(|fold| fold.test).collect()
}

fn classes(codes: &[u32]) -> Target {
    let n_classes = codes.iter().max().map_or(0, |c| c + 1);
    Target::Classes {
        codes: codes.to_vec(),
        names: (0..n_classes).map(|i| i.to_string()).collect(),
    }
}

fn count(codes: &[u32], rows: &[usize], code: u32) -> usize {
    rows.iter().filter(|row| codes[**row] == code).count()
}

/// Both parts ascending, not empty, and together every row once.
fn is_partition(fold: &Fold, n_rows: usize) -> bool {
    let mut all: Vec<usize> = fold.train.iter().chain(&fold.test).copied().collect();
    all.sort_unstable();
    fold.train.is_sorted()
        && fold.test.is_sorted()
        && !fold.train.is_empty()
        && !fold.test.is_empty()
        && all == (0..n_rows).collect::<Vec<_>>()
}

#[test]
fn folds_are_scikit_learns() {
    for case in golden().kfold {
        let folds = kfold(case.n_rows, case.k, None).unwrap();
        assert_eq!(tests_of(folds), case.test);
    }
}

#[test]
fn stratified_folds_are_scikit_learns() {
    for case in golden().stratified {
        let folds = stratified_kfold(&case.codes, case.k, None).unwrap();
        assert_eq!(tests_of(folds), case.test);
    }
}

#[test]
fn a_seed_shuffles_and_repeats() {
    let seed = |n| Some(Seed::root(n));
    let codes = [0, 1].repeat(20);
    for split in [
        |seed| kfold(40, 4, seed).unwrap(),
        |seed| stratified_kfold(&[0, 1].repeat(20), 4, seed).unwrap(),
    ] {
        assert_eq!(split(seed(1)), split(seed(1)));
        assert_ne!(split(seed(1)), split(seed(2)));
        assert_ne!(split(seed(1)), split(None));
    }
    let half = |n| holdout(&classes(&codes), 0.5, true, Seed::root(n)).unwrap();
    assert_eq!(half(1), half(1));
    assert_ne!(half(1), half(2));
}

#[test]
fn a_holdout_has_the_size_asked_for() {
    let check = |codes: &[u32], fraction: f64, expected: &[usize]| {
        let fold = holdout(&classes(codes), fraction, true, Seed::root(0)).unwrap();
        let found: Vec<usize> =
            (0..expected.len() as u32).map(|code| count(codes, &fold.test, code)).collect();
        assert_eq!(found, expected);
    };
    check(&[0, 1].repeat(50), 0.2, &[10, 10]);
    check(&[vec![0; 50], vec![1; 30], vec![2; 20]].concat(), 0.25, &[13, 7, 5]);
    check(&[vec![0; 98], vec![1; 2], vec![2; 1]].concat(), 0.05, &[6, 1, 0]);
    check(&[0, 0, 1, 1], 0.99, &[1, 1]);
    let values = Target::Values(vec![0.0; 10]);
    let fold = holdout(&values, 0.25, false, Seed::root(0)).unwrap();
    assert_eq!(fold.test.len(), 3);
}

#[test]
fn impossible_splits_are_refused() {
    let check = |split: crate::Result<()>, expected: &str| {
        let error = split.unwrap_err();
        assert_eq!(error.kind(), Kind::Split);
        assert!(error.to_string().contains(expected), "{error}");
    };
    check(kfold(10, 1, None).map(drop), "at least 2 are needed");
    check(kfold(3, 4, None).map(drop), "use at most 3");
    check(kfold(0, 2, None).map(drop), "2 folds of 0 rows");
    let codes = [0, 0, 1, 1];
    check(stratified_kfold(&codes, 3, None).map(drop), "the largest class has 2");
    let hold = |codes: &[u32], fraction, stratify| {
        holdout(&classes(codes), fraction, stratify, Seed::root(0)).map(drop)
    };
    for fraction in [0.0, 1.0, -0.5, f64::NAN] {
        check(hold(&codes, fraction, false), "between 0 and 1");
    }
    check(hold(&[0], 0.5, false), "a single row");
    check(hold(&[0, 1, 2], 0.5, true), "a class with at least two rows");
    let values = Target::Values(vec![1.0, 2.0]);
    let stratified = holdout(&values, 0.5, true, Seed::root(0));
    check(stratified.map(drop), "only classes can be stratified");
}

proptest! {
    #[test]
    fn every_row_is_tested_once(n_rows in 2..60_usize, k in 2..12_usize, seed: Option<u64>) {
        prop_assume!(k <= n_rows);
        let folds = kfold(n_rows, k, seed.map(Seed::root)).unwrap();
        prop_assert!(folds.iter().all(|fold| is_partition(fold, n_rows)));
        let mut tested = tests_of(folds).concat();
        tested.sort_unstable();
        prop_assert_eq!(tested, (0..n_rows).collect::<Vec<_>>());
    }

    /// Of each class, every fold tests as many rows as any other, give or take one.
    #[test]
    fn stratified_folds_share_every_class(
        codes in prop::collection::vec(0..4_u32, 12..60),
        k in 2..4_usize,
        seed: Option<u64>,
    ) {
        let folds = stratified_kfold(&codes, k, seed.map(Seed::root)).unwrap();
        for code in 0..4 {
            let counts: Vec<usize> = folds.iter().map(|f| count(&codes, &f.test, code)).collect();
            let (least, most) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
            prop_assert!(most - least <= 1, "{:?}", counts);
        }
        prop_assert!(folds.iter().all(|fold| is_partition(fold, codes.len())));
    }

    /// A class of two rows or more is in both parts, and its share is off by less than two rows.
    #[test]
    fn a_stratified_holdout_keeps_every_class(
        codes in prop::collection::vec(0..5_u32, 6..80),
        fraction in 0.01..0.99_f64,
        seed: u64,
    ) {
        let fold = holdout(&classes(&codes), fraction, true, Seed::root(seed)).unwrap();
        prop_assert!(is_partition(&fold, codes.len()));
        for code in 0..5 {
            let (train, test) = (count(&codes, &fold.train, code), count(&codes, &fold.test, code));
            let size = train + test;
            prop_assert!(size < 2 || (0 < train && 0 < test));
            prop_assert!((test as f64 - fraction * size as f64).abs() < 2.0);
        }
    }
}
