//! What must hold whatever the numbers: the optimality conditions, and that speed settings change
//! nothing.

use proptest::collection::vec;
use proptest::prelude::*;
use surmise_svm::{Classifier, Kernel, Settings};

use crate::data::fit;

/// A problem of two or three classes whose points overlap, some of them twice.
#[derive(Debug, Clone)]
struct Problem {
    rows: Vec<Vec<f64>>,
    codes: Vec<u32>,
    settings: Settings,
}

fn problems() -> impl Strategy<Value = Problem> {
    let kernel = prop_oneof![
        Just(Kernel::Linear),
        (-2.0..1.0).prop_map(|e: f64| Kernel::Rbf { gamma: 10_f64.powf(e) })
    ];
    let point = (vec(-8_i8..8, 3), 0_u32..3);
    (vec(point, 6..90), kernel, -2.0..1.5).prop_map(|(points, kernel, c_exponent): (_, _, f64)| {
        let (rows, mut codes): (Vec<Vec<i8>>, Vec<u32>) = points.into_iter().unzip();
        codes[0] = 0;
        codes[1] = 1;
        let row = |row: Vec<i8>| row.into_iter().map(|v| f64::from(v) / 4.0).collect();
        Problem {
            rows: rows.into_iter().map(row).collect(),
            codes,
            settings: Settings {
                c: 10_f64.powf(c_exponent),
                kernel,
                tolerance: 1e-6,
                shrinking: true,
                cache_bytes: 1_000_000,
            },
        }
    })
}

impl Problem {
    fn slices(&self) -> Vec<&[f64]> {
        self.rows.iter().map(Vec::as_slice).collect()
    }

    fn fit(&self, settings: &Settings) -> Classifier {
        fit(&self.slices(), &self.codes, settings).unwrap()
    }

    fn decisions(&self, classifier: &Classifier) -> Vec<f64> {
        let mut all = Vec::new();
        classifier.decide(self.slices(), |decisions| all.extend_from_slice(decisions));
        all
    }
}

/// `β` of each training row against another class, 0 for those that are no support vectors.
fn betas(classifier: &Classifier, n_rows: usize, class: usize, other: usize) -> Vec<f64> {
    let place = if other > class { other - 1 } else { other };
    let n_support = classifier.support().len();
    let mut betas = vec![0.0; n_rows];
    let coefficients = &classifier.coefficients()[place * n_support..];
    for (&row, &beta) in classifier.support().iter().zip(coefficients) {
        betas[row as usize] = beta;
    }
    betas
}

/// The Karush-Kuhn-Tucker conditions of the pair `(a, b)`: `y f(x) >= 1` where `α = 0`, `<= 1`
/// where `α = C`, `= 1` between, each to the tolerance; `Σ β = 0`.
fn check_conditions(
    problem: &Problem,
    classifier: &Classifier,
    pair: usize,
    (a, b): (usize, usize),
) {
    let n_pairs = classifier.biases().len();
    let decisions = problem.decisions(classifier);
    let slack = problem.settings.tolerance * 1.01;
    let mut sum = 0.0;
    for (class, other, y) in [(a, b, 1.0), (b, a, -1.0)] {
        let betas = betas(classifier, problem.rows.len(), class, other);
        for (row, beta) in betas.into_iter().enumerate() {
            if problem.codes[row] != classifier.classes()[class] {
                continue;
            }
            sum += beta;
            let (alpha, margin) = (y * beta, y * decisions[row * n_pairs + pair]);
            assert!((0.0..=problem.settings.c).contains(&alpha), "α = {alpha}");
            assert!(alpha == problem.settings.c || margin >= 1.0 - slack, "α = {alpha}: {margin}");
            assert!(alpha == 0.0 || margin <= 1.0 + slack, "α = {alpha}: {margin}");
        }
    }
    assert!(sum.abs() < 1e-9 * problem.settings.c.max(1.0), "Σ β = {sum}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn optimality_conditions_hold(problem in problems()) {
        let classifier = problem.fit(&problem.settings);
        let k = classifier.classes().len();
        let pairs = (0..k).flat_map(|a| (a + 1..k).map(move |b| (a, b)));
        for (pair, classes) in pairs.enumerate() {
            check_conditions(&problem, &classifier, pair, classes);
        }
    }

    #[test]
    fn shrinking_changes_decisions_within_the_tolerance_only(problem in problems()) {
        let tight = Settings { tolerance: 1e-9, ..problem.settings };
        let with = problem.decisions(&problem.fit(&tight));
        let without = problem.decisions(&problem.fit(&Settings { shrinking: false, ..tight }));
        for (with, without) in with.iter().zip(&without) {
            prop_assert!((with - without).abs() < 1e-4, "{with} and {without}");
        }
    }

    #[test]
    fn a_cache_of_two_rows_changes_no_bit(problem in problems()) {
        let roomy = problem.fit(&problem.settings);
        let cramped = problem.fit(&Settings { cache_bytes: 0, ..problem.settings });
        prop_assert_eq!(roomy.support(), cramped.support());
        prop_assert_eq!(bits(roomy.coefficients()), bits(cramped.coefficients()));
        prop_assert_eq!(bits(roomy.biases()), bits(cramped.biases()));
    }

    #[test]
    fn moving_all_points_moves_the_rbf_machine_along(problem in problems(), by in -8_i8..8) {
        let rbf = Settings { kernel: Kernel::Rbf { gamma: 0.5 }, ..problem.settings };
        let mut moved = problem.clone();
        moved.rows.iter_mut().flatten().for_each(|value| *value += f64::from(by));
        prop_assert_eq!(
            bits(&problem.decisions(&problem.fit(&rbf))),
            bits(&moved.decisions(&moved.fit(&rbf)))
        );
    }
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}
