//! What must hold whatever the numbers.

use proptest::collection::vec;
use proptest::prelude::*;
use surmise_linear::{
    HuberParams, HuberRegression, LinearRegression, LogisticParams, LogisticPenalty,
    LogisticRegression, PoissonParams, PoissonRegression, RegressionParams, RegressionPenalty,
};
use surmise_plugin_sdk::Model;
use surmise_plugin_sdk::testing::{Data, fit};

use surmise_test_models::classification;

#[derive(Debug, Clone)]
struct Problem {
    rows: Vec<Vec<f64>>,
    values: Vec<f64>,
    codes: Vec<u32>,
    weights: Vec<f64>,
}

fn problems() -> impl Strategy<Value = Problem> {
    let point = (vec(-8_i8..8, 4), -8_i8..8, 0_u32..3, 1_u8..4);
    vec(point, 12..60).prop_map(|points| {
        let row = |values: &[i8]| values.iter().map(|v| f64::from(*v) / 4.0).collect::<Vec<f64>>();
        let rows: Vec<Vec<f64>> = points.iter().map(|(values, ..)| row(values)).collect();
        let noise = points.iter().map(|(_, noise, ..)| f64::from(*noise) / 8.0);
        let values = rows.iter().zip(noise).map(|(x, e)| x[0] - 2.0 * x[1] + e).collect();
        let mut codes: Vec<u32> = points.iter().map(|(_, _, code, _)| *code).collect();
        codes[..3].copy_from_slice(&[0, 1, 2]);
        let weights = points.iter().map(|(.., weight)| f64::from(*weight)).collect();
        Problem { rows, values, codes, weights }
    })
}

impl Problem {
    fn regression(&self) -> Data {
        Data::regression(&self.rows, &self.values).weighted(&self.weights)
    }

    fn counts(&self) -> Data {
        let counts: Vec<f64> = self.values.iter().map(|v| v.abs()).collect();
        Data::regression(&self.rows, &counts).weighted(&self.weights)
    }

    fn classification(&self) -> Data {
        classification(&self.rows, &self.codes).weighted(&self.weights)
    }

    fn at(&self, places: &[usize]) -> Self {
        Self {
            rows: places.iter().map(|i| self.rows[*i].clone()).collect(),
            values: places.iter().map(|i| self.values[*i]).collect(),
            codes: places.iter().map(|i| self.codes[*i]).collect(),
            weights: places.iter().map(|i| self.weights[*i]).collect(),
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
}

fn outputs<M: Model>(params: &M::Params, data: &Data, rows: &[Vec<f64>]) -> Vec<f64> {
    let fitted =
        fit::<M>(params, data, 0).unwrap_or_else(|e| panic!("{}: {e}", std::any::type_name::<M>()));
    // Probabilities where there are any: classes would hide a difference.
    fitted.predict_proba(rows).unwrap_or_else(|_| fitted.predict(rows).unwrap())
}

/// Predictions of every model on the rows of `at`, fitted to `problem`.
fn all(problem: &Problem, at: &[Vec<f64>]) -> Vec<f64> {
    let mut found = Vec::new();
    for penalty in [RegressionPenalty::L2, RegressionPenalty::L1, RegressionPenalty::ElasticNet] {
        let params = RegressionParams { penalty, alpha: 0.1, tol: 1e-13, ..Default::default() };
        found.extend(outputs::<LinearRegression>(&params, &problem.regression(), at));
    }
    for penalty in [LogisticPenalty::L2, LogisticPenalty::L1, LogisticPenalty::ElasticNet] {
        let params = LogisticParams { penalty, tol: 1e-10, ..Default::default() };
        found.extend(outputs::<LogisticRegression>(&params, &problem.classification(), at));
    }
    let params = PoissonParams { alpha: 0.1, tol: 1e-10, ..Default::default() };
    found.extend(outputs::<PoissonRegression>(&params, &problem.counts(), at));
    let params = HuberParams { alpha: 0.1, epsilon: 2.5, tol: 1e-9, ..Default::default() };
    found.extend(outputs::<HuberRegression>(&params, &problem.regression(), at));
    found
}

fn check_same(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    for (i, (a, b)) in a.iter().zip(b).enumerate() {
        assert!((a - b).abs() <= 1e-5 * a.abs().max(1.0), "output {i}: {a} and {b}");
    }
}

/// The violation of the optimality conditions of `mean loss + λ₁ |w|₁ + λ₂ |w|² / 2`, from slopes
/// of the loss of each row: written apart from the solvers.
fn violation(problem: &Problem, slopes: &[f64], w: &[f64], (l1, l2): (f64, f64)) -> f64 {
    let total: f64 = problem.weights.iter().sum();
    let mean = |factor: &dyn Fn(usize) -> f64| {
        let terms = (0..slopes.len()).map(|i| problem.weights[i] * slopes[i] * factor(i));
        terms.sum::<f64>() / total
    };
    let mut worst = mean(&|_| 1.0).abs();
    for (j, w) in w.iter().enumerate() {
        let slope = mean(&|i| problem.rows[i][j]) + l2 * w;
        let excess = if *w == 0.0 { slope.abs() - l1 } else { (slope + l1 * w.signum()).abs() };
        worst = worst.max(excess);
    }
    worst
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn weights_are_repeated_rows(problem in problems()) {
        check_same(&all(&problem, &problem.rows), &all(&problem.repeated(), &problem.rows));
    }

    #[test]
    fn the_order_of_rows_does_not_matter(problem in problems(), shift in 1..40_usize) {
        let n = problem.rows.len();
        let places: Vec<usize> = (0..n).map(|i| (i + shift) % n).collect();
        check_same(&all(&problem, &problem.rows), &all(&problem.at(&places), &problem.rows));
    }

    #[test]
    fn predictions_do_not_depend_on_where_features_begin(problem in problems()) {
        let mut moved = problem.clone();
        for row in &mut moved.rows {
            row[1] += 100.0;
            row[2] -= 3.0;
        }
        check_same(&all(&problem, &problem.rows), &all(&moved, &moved.rows));
    }

    #[test]
    fn without_a_penalty_units_do_not_matter(problem in problems()) {
        let mut scaled = problem.clone();
        for row in &mut scaled.rows {
            row[0] *= 1000.0;
            row[3] *= 1e-3;
        }
        let params = RegressionParams { penalty: RegressionPenalty::None, ..Default::default() };
        let fitted = |p: &Problem| outputs::<LinearRegression>(&params, &p.regression(), &p.rows);
        check_same(&fitted(&problem), &fitted(&scaled));
    }

    #[test]
    fn solutions_are_optimal(problem in problems(), e in -2.0..1.0) {
        let strength = 10_f64.powf(e);
        let total: f64 = problem.weights.iter().sum();
        use RegressionPenalty::{ElasticNet, L1, L2};
        for penalty in [L2, L1, ElasticNet] {
            let (alpha, tol) = (strength, 1e-13);
            let params = RegressionParams { penalty, alpha, tol, ..Default::default() };
            let fitted = fit::<LinearRegression>(&params, &problem.regression(), 0).unwrap();
            let predicted = fitted.predict(&problem.rows).unwrap();
            let pairs = predicted.iter().zip(&problem.values);
            let slopes: Vec<f64> = pairs.map(|(p, y)| p - y).collect();
            let both = match penalty {
                RegressionPenalty::L1 => (strength, 0.0),
                RegressionPenalty::ElasticNet => (0.5 * strength, 0.5 * strength),
                _ => (0.0, strength / total),
            };
            let w = fitted.model().coefficients().weights();
            let found = violation(&problem, &slopes, w, both);
            prop_assert!(found < 1e-6, "{penalty:?} {found}");
        }
        for penalty in [LogisticPenalty::L2, LogisticPenalty::L1, LogisticPenalty::ElasticNet] {
            let (c, tol) = (1.0 / strength, 1e-9);
            // Where few rows tell classes apart, an L1 part is nearly flat, and steps are small.
            let max_iter = 10_000;
            let params = LogisticParams { penalty, C: c, tol, max_iter, ..Default::default() };
            let fitted = fit::<LogisticRegression>(&params, &problem.classification(), 0).unwrap();
            let proba = fitted.predict_proba(&problem.rows).unwrap();
            let per_row = strength / total;
            let both = match penalty {
                LogisticPenalty::L1 => (per_row, 0.0),
                LogisticPenalty::ElasticNet => (0.5 * per_row, 0.5 * per_row),
                _ => (0.0, per_row),
            };
            for (class, w) in fitted.model().coefficients().weights().chunks(4).enumerate() {
                let is = |i: usize| f64::from(u8::from(problem.codes[i] as usize == class));
                let slopes: Vec<f64> =
                    (0..problem.rows.len()).map(|i| proba[3 * i + class] - is(i)).collect();
                let found = violation(&problem, &slopes, w, both);
                prop_assert!(found < 1e-7, "{penalty:?} {class}: {found}");
            }
        }
    }

    /// More features than rows: the solution of a part is the solution of the whole.
    #[test]
    fn wide_lassos_are_optimal(problem in problems(), e in -2.0..0.0) {
        let mut wide = problem.at(&(0..8).collect::<Vec<_>>());
        for (i, row) in wide.rows.iter_mut().enumerate() {
            for k in 0..8 {
                row.push(row[k % 4] * row[(k + 1) % 4] + ((i * 5 + k * 3) % 7) as f64 / 3.0);
            }
        }
        let alpha = 10_f64.powf(e);
        let params = RegressionParams {
            penalty: RegressionPenalty::L1,
            alpha,
            tol: 1e-12,
            max_iter: 1_000_000,
            ..Default::default()
        };
        let fitted = fit::<LinearRegression>(&params, &wide.regression(), 0).unwrap();
        let predicted = fitted.predict(&wide.rows).unwrap();
        let slopes: Vec<f64> = predicted.iter().zip(&wide.values).map(|(p, y)| p - y).collect();
        let w = fitted.model().coefficients().weights();
        let found = violation(&wide, &slopes, w, (alpha, 0.0));
        prop_assert!(found < 1e-4, "{found}");
    }
}
