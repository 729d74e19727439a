//! What must hold of any forest, whatever the rows.

use proptest::collection::vec;
use proptest::prelude::*;
use surmise_forest::{Forest, Measure, Params, Settings, Splitter, Target};

use crate::data::{fit, predictions, single_tree};

/// Rows of two features, one coarse and one fine, of which some values are missing; a class and a
/// weight each.
#[derive(Debug, Clone)]
struct Problem {
    rows: Vec<Vec<f64>>,
    codes: Vec<u32>,
    weights: Vec<f64>,
}

fn problems(missing: bool, n: std::ops::Range<usize>) -> impl Strategy<Value = Problem> {
    let coarse = (0_u8..12, any::<bool>()).prop_map(move |(value, gap)| {
        if missing && gap && value < 3 { f64::NAN } else { value.into() }
    });
    let row = (coarse, -4000_i32..4000, 0_u32..100, 1_u8..4);
    vec(row, n).prop_map(|rows| Problem {
        codes: rows.iter().map(|r| u32::from(i64::from(r.2) * 40 > i64::from(r.1.abs()))).collect(),
        weights: rows.iter().map(|r| r.3.into()).collect(),
        rows: rows.into_iter().map(|r| vec![r.0, f64::from(r.1) / 8.0]).collect(),
    })
}

impl Problem {
    fn slices(&self) -> Vec<&[f64]> {
        self.rows.iter().map(Vec::as_slice).collect()
    }

    fn target(&self) -> Target<'_> {
        Target::Classes { codes: &self.codes, n_classes: 2 }
    }

    fn fit(&self, settings: &Settings, seed: u64) -> Forest {
        fit(&self.slices(), self.target(), Some(&self.weights), settings, seed)
    }

    fn at(&self, order: &[usize]) -> Self {
        Self {
            rows: order.iter().map(|&i| self.rows[i].clone()).collect(),
            codes: order.iter().map(|&i| self.codes[i]).collect(),
            weights: order.iter().map(|&i| self.weights[i]).collect(),
        }
    }

    /// `Σ w × Gini` over both sides of a split.
    fn loss(&self, is_left: impl Fn(&[f64]) -> bool) -> f64 {
        let mut sums = [[0.0; 2]; 2];
        for ((row, code), weight) in self.rows.iter().zip(&self.codes).zip(&self.weights) {
            sums[usize::from(is_left(row))][*code as usize] += weight;
        }
        let gini = |[a, b]: [f64; 2]| if a + b > 0.0 { 2.0 * a * b / (a + b) } else { 0.0 };
        gini(sums[0]) + gini(sums[1])
    }

    /// The smallest loss of any split.
    fn least_loss(&self) -> f64 {
        let mut least = f64::INFINITY;
        for feature in 0..2 {
            let there = self.rows.iter().map(|row| row[feature]).filter(|value| !value.is_nan());
            for threshold in there {
                for missing_left in [false, true] {
                    let is_left = |row: &[f64]| match row[feature].is_nan() {
                        true => missing_left,
                        false => row[feature] <= threshold,
                    };
                    least = least.min(self.loss(is_left));
                }
            }
        }
        least
    }
}

fn forest(n_trees: u32) -> Settings {
    let params = Params { n_estimators: n_trees, ..Params::default() };
    params.settings(2, true)
}

/// The loss of a tree's leaves.
fn loss_of(problem: &Problem, forest: &Forest) -> f64 {
    let shares = predictions(forest, &problem.slices());
    let halves = shares.chunks_exact(2).map(|shares| 2.0 * shares[0] * shares[1]);
    halves.zip(&problem.weights).map(|(gini, weight)| gini * weight).sum()
}

/// Without missing values large nodes are counted by ranges and bounded; with them they are sorted.
fn check_best_split(problem: &Problem, measure: Measure) -> Result<(), TestCaseError> {
    let settings = Settings { max_leaf_nodes: Some(2), measure, ..single_tree(2, true) };
    let found = loss_of(problem, &problem.fit(&settings, 0));
    let least = problem.least_loss().min(problem.loss(|_| true));
    prop_assert!((found - least).abs() <= 1e-9 * least.max(1.0), "{} and {}", found, least);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_split_is_better_than_the_best(problem in problems(false, 2..500)) {
        check_best_split(&problem, Measure::Gini)?;
    }

    #[test]
    fn nor_where_values_are_missing(problem in problems(true, 2..200)) {
        check_best_split(&problem, Measure::Gini)?;
    }

    #[test]
    fn the_order_of_rows_changes_nothing(problem in problems(true, 2..150), seed in any::<u64>()) {
        let n = problem.rows.len();
        let order: Vec<usize> = (0..n).map(|i| (i * 7 + seed as usize % n) % n).collect();
        prop_assume!(n % 7 != 0);
        let settings = Settings { oob_score: true, ..forest(4) };
        let one = problem.fit(&settings, seed);
        prop_assert_eq!(&one, &problem.at(&order).fit(&settings, seed));
    }

    #[test]
    fn threads_change_nothing(problem in problems(true, 2..150), seed in any::<u64>()) {
        let settings = Settings { oob_score: true, ..forest(7) };
        let fitted = |n_threads| {
            let around = (seed, n_threads);
            let (rows, weights) = (problem.slices(), Some(problem.weights.as_slice()));
            Forest::fit(&rows, problem.target(), weights, &settings, around, &mut || false).unwrap()
        };
        let one = fitted(1);
        for n_threads in [2, 5] {
            prop_assert_eq!(&one, &fitted(n_threads));
        }
    }

    #[test]
    fn a_weight_counts_rows(problem in problems(false, 2..150), is_random in any::<bool>()) {
        let splitter = if is_random { Splitter::Random } else { Splitter::Best };
        let times = |i: usize| std::iter::repeat_n(i, problem.weights[i] as usize);
        let order: Vec<usize> = (0..problem.rows.len()).flat_map(times).collect();
        let repeated = problem.at(&order);
        for bootstrap in [None, Some(1.0)] {
            let settings = Settings { splitter, bootstrap, ..forest(3) };
            let one = problem.fit(&settings, 5);
            let other = fit(&repeated.slices(), repeated.target(), None, &settings, 5);
            let rows = problem.slices();
            prop_assert_eq!(predictions(&one, &rows), predictions(&other, &rows));
        }
    }

    #[test]
    fn leaves_are_as_large_as_asked(problem in problems(true, 10..200), least in 1_usize..9) {
        // A value of its own for each row: leaves are told apart by their means.
        let values: Vec<f64> = (0..problem.rows.len()).map(|i| (i as f64).powf(1.37)).collect();
        for splitter in [Splitter::Best, Splitter::Random] {
            let settings = Settings { min_samples_leaf: least, splitter, ..single_tree(2, false) };
            let rows = problem.slices();
            let tree = fit(&rows, Target::Numbers(&values), None, &settings, 1);
            let mut found = predictions(&tree, &rows);
            found.sort_by(f64::total_cmp);
            let sizes: Vec<usize> = found.chunk_by(|a, b| a == b).map(<[f64]>::len).collect();
            prop_assert!(sizes.iter().all(|size| *size >= least), "{:?}", sizes);
            prop_assert_eq!(vec![sizes.len()], tree.n_leaves());
        }
    }

    #[test]
    fn depth_never_raises_the_impurity(problem in problems(true, 5..200)) {
        let at = |depth| {
            let settings = Settings { max_depth: Some(depth), ..single_tree(2, true) };
            loss_of(&problem, &problem.fit(&settings, 0))
        };
        let losses: Vec<f64> = (1..7).map(at).collect();
        prop_assert!(losses.is_sorted_by(|a, b| a + 1e-9 >= *b), "{:?}", losses);
    }

    #[test]
    fn importances_are_shares(problem in problems(true, 5..100), seed in any::<u64>()) {
        let forest = problem.fit(&forest(5), seed);
        let sum: f64 = forest.importance().iter().sum();
        let has_splits = forest.n_leaves().iter().any(|n| *n > 1);
        prop_assert!((sum - f64::from(has_splits)).abs() < 1e-9);
        prop_assert!(forest.importance().iter().all(|part| *part >= 0.0));
    }
}

/// The entropy's bound is held by another measure of the same split.
#[test]
fn the_entropys_split_is_the_best_too() {
    let n = 600;
    let rows: Vec<[f64; 1]> = (0..n).map(|i| [f64::from(i * 7919 % 6007)]).collect();
    let codes: Vec<u32> =
        (0..n).map(|i| u32::from(rows[i as usize][0] > 2600.0) ^ u32::from(i % 5 == 0)).collect();
    let slices: Vec<&[f64]> = rows.iter().map(<[f64; 1]>::as_slice).collect();
    let settings =
        Settings { max_leaf_nodes: Some(2), measure: Measure::Entropy, ..single_tree(1, true) };
    let tree = fit(&slices, Target::Classes { codes: &codes, n_classes: 2 }, None, &settings, 0);
    let entropy = |part: &[f64; 2]| {
        let all = part[0] + part[1];
        let term = |x: f64| if x > 0.0 { -x * (x / all).log2() } else { 0.0 };
        term(part[0]) + term(part[1])
    };
    let at = |threshold: f64| {
        let mut sums = [[0.0; 2]; 2];
        for (row, code) in rows.iter().zip(&codes) {
            sums[usize::from(row[0] <= threshold)][*code as usize] += 1.0;
        }
        sums.iter().map(entropy).sum::<f64>()
    };
    let least = rows.iter().map(|row| at(row[0])).fold(f64::INFINITY, f64::min);
    let shares = predictions(&tree, &slices);
    let found: f64 = shares.chunks_exact(2).map(|s| entropy(&[s[0], s[1]])).sum();
    assert!((found - least).abs() < 1e-9 * least, "{found} and {least}");
}
