//! The optimality conditions of regressions and ν machines, what weights mean, and what no order of
//! rows changes.

use proptest::collection::vec;
use proptest::prelude::*;
use surmise_svm::{Classifier, Kernel, Regressor, Settings, SvmError, Training, Tube};

const TOLERANCE: f64 = 1e-6;

/// Points of two classes that overlap, with targets and whole weights, some of them twice.
#[derive(Debug, Clone)]
struct Problem {
    rows: Vec<Vec<f64>>,
    codes: Vec<u32>,
    values: Vec<f64>,
    weights: Vec<f64>,
    settings: Settings,
}

fn problems() -> impl Strategy<Value = Problem> {
    let kernel = prop_oneof![
        Just(Kernel::Linear),
        (-2.0..0.5).prop_map(|e: f64| Kernel::Rbf { gamma: 10_f64.powf(e) })
    ];
    let point = (vec(-8_i8..8, 3), 0_u32..2, -8_i8..8, 1_u8..4);
    (vec(point, 6..60), kernel, -1.5..0.0).prop_map(|(points, kernel, c_exponent): (_, _, f64)| {
        let row = |row: &[i8]| row.iter().map(|v| f64::from(*v) / 4.0).collect::<Vec<f64>>();
        let rows: Vec<Vec<f64>> = points.iter().map(|(values, ..)| row(values)).collect();
        let mut codes: Vec<u32> = points.iter().map(|(_, code, ..)| *code).collect();
        codes[..2].copy_from_slice(&[0, 1]);
        let noise = points.iter().map(|(_, _, noise, _)| f64::from(*noise) / 8.0);
        Problem {
            values: rows.iter().zip(noise).map(|(x, e)| x[0] - x[1] * x[2] + e).collect(),
            weights: points.iter().map(|(.., weight)| f64::from(*weight)).collect(),
            rows,
            codes,
            settings: Settings {
                c: 10_f64.powf(c_exponent),
                kernel,
                tolerance: TOLERANCE,
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

    fn regress(&self, tube: Tube) -> (Regressor, Vec<f64>) {
        let (rows, weights) = (self.slices(), Some(self.weights.as_slice()));
        let fit = |settings| {
            Regressor::fit(&rows, &self.values, weights, tube, settings, &mut || false).unwrap()
        };
        let regressor = fit(&self.settings);
        let mut predicted = Vec::new();
        regressor.predict(rows.iter().copied(), |value| predicted.push(value));
        (regressor, predicted)
    }

    /// The largest feasible `ν`.
    fn nu_max(&self) -> f64 {
        let of = |class| -> f64 {
            let rows = self.codes.iter().zip(&self.weights);
            rows.filter(|(code, _)| **code == class).map(|(_, weight)| weight).sum()
        };
        2.0 * f64::min(of(0), of(1)) / (of(0) + of(1))
    }

    /// The classifier and its decisions, unless there is no margin to speak of.
    fn classify(&self, nu: Option<f64>) -> Option<(Classifier, Vec<f64>)> {
        let rows = self.slices();
        let weights = Some(self.weights.as_slice());
        let training = Training { weights, nu, ..Training::new(&rows, &self.codes) };
        let classifier = match Classifier::train(&training, &self.settings, &mut || false) {
            Err(SvmError::NoMargin { margin }) => {
                assert!(nu.is_some() && margin <= TOLERANCE);
                return None;
            }
            fitted => fitted.unwrap(),
        };
        let mut decisions = Vec::new();
        classifier.decide(rows.iter().copied(), |decision| decisions.push(decision[0]));
        let is_wide = nu.is_none_or(|nu| self.margin(nu, &classifier) > 0.01);
        is_wide.then_some((classifier, decisions))
    }

    /// `ρ`: each class has `ν / 2` of the weights before the machine is divided by it.
    fn margin(&self, nu: f64, classifier: &Classifier) -> f64 {
        let n_first = classifier.n_support()[0];
        let sum: f64 = classifier.coefficients()[..n_first].iter().sum();
        0.5 * nu * self.weights.iter().sum::<f64>() / sum
    }

    fn at(&self, places: &[usize]) -> Self {
        Self {
            rows: places.iter().map(|&i| self.rows[i].clone()).collect(),
            codes: places.iter().map(|&i| self.codes[i]).collect(),
            values: places.iter().map(|&i| self.values[i]).collect(),
            weights: places.iter().map(|&i| self.weights[i]).collect(),
            settings: self.settings,
        }
    }

    /// Each row as often as its weight says.
    fn repeated(&self) -> Self {
        let times = |i: usize| std::iter::repeat_n(i, self.weights[i] as usize);
        let places: Vec<usize> = (0..self.rows.len()).flat_map(times).collect();
        let mut repeated = self.at(&places);
        repeated.weights.fill(1.0);
        repeated
    }

    /// `β` and the most that it may be, of the first of rows that are equal.
    fn betas(&self, support: &[u32], coefficients: &[f64]) -> Vec<(usize, f64, f64)> {
        let n = self.rows.len();
        let same =
            |i: usize, j: usize| self.rows[i] == self.rows[j] && self.values[i] == self.values[j];
        let firsts = (0..n).filter(|&i| (0..i).all(|j| !same(i, j)));
        let beta = |row: usize| {
            let place = support.iter().position(|s| *s as usize == row);
            place.map_or(0.0, |place| coefficients[place])
        };
        let cost = |i: usize| -> f64 {
            let equal = (0..n).filter(|&j| same(i, j));
            self.settings.c * equal.map(|j| self.weights[j]).sum::<f64>()
        };
        firsts.map(|i| (i, beta(i), cost(i))).collect()
    }

    /// The width of the tube lies between the distances of rows that want it to be as wide and of
    /// those that want it to be as narrow: `|y - f| <= ε` where `|β|` is below its bound, `>= ε`
    /// where `β` is not 0.
    fn tube_of(&self, regressor: &Regressor, predicted: &[f64]) -> (f64, f64) {
        let (mut least, mut most) = (0.0_f64, f64::INFINITY);
        let mut sum = 0.0;
        for (row, beta, cost) in self.betas(regressor.support(), regressor.coefficients()) {
            let off = self.values[row] - predicted[row];
            assert!(beta.abs() <= cost, "β = {beta} of at most {cost}");
            sum += beta;
            if beta.abs() < cost {
                least = least.max(off.abs());
            }
            if beta != 0.0 {
                most = most.min(off * beta.signum());
            }
        }
        assert!(sum.abs() < 1e-9 * self.settings.c.max(1.0), "Σ β = {sum}");
        (least, most)
    }
}

fn check_near(a: &[f64], b: &[f64], bound: f64) {
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        assert!((a - b).abs() < bound * a.abs().max(1.0), "{a} and {b}");
    }
}

/// Outputs but for `b` and, in ν-SVC, the margin: where no variable is free these may be any of an
/// interval, and rounding decides.
fn shape(outputs: &[f64]) -> Vec<f64> {
    let mean = outputs.iter().sum::<f64>() / outputs.len() as f64;
    let centered: Vec<f64> = outputs.iter().map(|d| d - mean).collect();
    let largest = centered.iter().fold(0.0_f64, |most, d| most.max(d.abs()));
    centered.iter().map(|d| if largest > 1e-3 { d / largest } else { 0.0 }).collect()
}

const SLACK: f64 = 2.02 * TOLERANCE;

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_tube_of_given_width_holds(problem in problems(), epsilon in 0.0..2.0_f64) {
        let (regressor, predicted) = problem.regress(Tube::Epsilon(epsilon));
        let (least, most) = problem.tube_of(&regressor, &predicted);
        prop_assert!(least <= epsilon + SLACK, "{least} is outside of {epsilon}");
        prop_assert!(most >= epsilon - SLACK, "{most} is inside of {epsilon}");
    }

    #[test]
    fn a_tube_for_a_share_of_rows_holds(problem in problems(), nu in 0.02..1.0_f64) {
        let (regressor, predicted) = problem.regress(Tube::Nu(nu));
        let (least, most) = problem.tube_of(&regressor, &predicted);
        prop_assert!(least <= most + 2.0 * SLACK, "{least} beyond {most}");
        // No more of `Σ |β|` than `C ν` of the weights, and all of it unless the tube is closed.
        let sum: f64 = regressor.coefficients().iter().map(|beta| beta.abs()).sum();
        let share = problem.settings.c * nu * problem.weights.iter().sum::<f64>();
        prop_assert!(sum <= share * (1.0 + 1e-9), "{sum} of {share}");
        prop_assert!(sum >= share * (1.0 - 1e-9) || least <= SLACK, "{sum} of {share}");
    }

    /// `y f >= ρ` where `α = 0`, `<= ρ` where it is at its bound, `= ρ` between.
    #[test]
    fn a_margin_for_a_share_of_rows_holds(problem in problems(), share in 0.05..0.9_f64) {
        let nu = share * problem.nu_max();
        let fitted = problem.classify(Some(nu));
        let Some((classifier, decisions)) = fitted else { return Ok(()) };
        let margin = problem.margin(nu, &classifier);
        let sum: f64 = classifier.coefficients().iter().map(|beta| beta * margin).sum();
        prop_assert!(sum.abs() <= 1e-9 * problem.weights.iter().sum::<f64>(), "Σ β = {sum}");
        for (row, decision) in decisions.iter().enumerate() {
            let y = if problem.codes[row] == 0 { 1.0 } else { -1.0 };
            let place = classifier.support().iter().position(|s| *s as usize == row);
            let beta = place.map_or(0.0, |place| classifier.coefficients()[place]);
            let (alpha, f) = (y * beta * margin, y * decision * margin);
            let bound = problem.weights[row];
            prop_assert!((0.0..=bound * (1.0 + 1e-9)).contains(&alpha), "α = {alpha}");
            prop_assert!(alpha >= bound * (1.0 - 1e-9) || f >= margin - SLACK, "α = {alpha}: {f}");
            prop_assert!(alpha == 0.0 || f <= margin + SLACK, "α = {alpha}: {f}");
        }
    }

    #[test]
    fn a_row_of_weight_two_is_two_rows(problem in problems(), nu in 0.1..0.9_f64) {
        let repeated = problem.repeated();
        let firsts: Vec<usize> = (0..problem.rows.len())
            .map(|i| problem.weights[..i].iter().sum::<f64>() as usize)
            .collect();
        let at_firsts = |all: &[f64]| firsts.iter().map(|&i| all[i]).collect::<Vec<f64>>();
        for tube in [Tube::Epsilon(0.3), Tube::Nu(nu)] {
            let (once, often) = (problem.regress(tube).1, repeated.regress(tube).1);
            prop_assert_eq!(once, at_firsts(&often));
        }
        for nu in [None, Some(nu * problem.nu_max())] {
            if let (Some(once), Some(often)) = (problem.classify(nu), repeated.classify(nu)) {
                check_near(&shape(&once.1), &shape(&at_firsts(&often.1)), 1e-2);
            }
        }
    }

    #[test]
    fn the_order_of_rows_changes_predictions_within_the_tolerance_only(
        problem in problems(),
        nu in 0.1..0.9_f64,
    ) {
        let places: Vec<usize> = (0..problem.rows.len()).rev().collect();
        let turned = problem.at(&places);
        for tube in [Tube::Epsilon(0.3), Tube::Nu(nu)] {
            let (there, mut back) = (problem.regress(tube).1, turned.regress(tube).1);
            back.reverse();
            check_near(&shape(&there), &shape(&back), 1e-2);
        }
    }
}
