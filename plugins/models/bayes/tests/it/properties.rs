//! What must hold whatever the numbers.

use proptest::collection::vec;
use proptest::prelude::*;
use surmise_bayes::{GaussianNb, GaussianParams, MultinomialNb, MultinomialParams};
use surmise_plugin_sdk::Model;
use surmise_plugin_sdk::testing::{Data, fit};

#[derive(Debug, Clone)]
struct Problem {
    rows: Vec<Vec<f64>>,
    codes: Vec<u32>,
    weights: Vec<f64>,
}

fn problems() -> impl Strategy<Value = Problem> {
    let point = (vec(0_u8..9, 3), 0_u32..3, 1_u8..4);
    vec(point, 9..60).prop_map(|points| {
        let row = |values: &[u8]| values.iter().map(|v| f64::from(*v) / 2.0).collect();
        let mut rows: Vec<Vec<f64>> = points.iter().map(|(values, ..)| row(values)).collect();
        rows[0] = vec![0.0, 1.0, 2.0];
        rows[1] = vec![3.0, 2.5, 0.0];
        let codes = points.iter().map(|(_, code, _)| *code).collect();
        let weights = points.iter().map(|(.., weight)| f64::from(*weight)).collect();
        Problem { rows, codes, weights }
    })
}

impl Problem {
    fn data(&self) -> Data {
        Data::classification(&self.rows, &self.codes, &["a", "b", "c"]).weighted(&self.weights)
    }

    fn at(&self, places: &[usize]) -> Self {
        Self {
            rows: places.iter().map(|i| self.rows[*i].clone()).collect(),
            codes: places.iter().map(|i| self.codes[*i]).collect(),
            weights: places.iter().map(|i| self.weights[*i]).collect(),
        }
    }

    fn repeated(&self) -> Self {
        let times = |i: usize| std::iter::repeat_n(i, self.weights[i] as usize);
        let places: Vec<usize> = (0..self.rows.len()).flat_map(times).collect();
        let mut repeated = self.at(&places);
        repeated.weights.fill(1.0);
        repeated
    }
}

fn decisions<M: Model>(params: &M::Params, problem: &Problem, at: &[Vec<f64>]) -> Vec<f64> {
    fit::<M>(params, &problem.data(), 0).unwrap().decision(at).unwrap()
}

fn check_same<M: Model>(params: &M::Params, a: &Problem, b: &Problem, tolerance: f64) {
    let (x, y) = (decisions::<M>(params, a, &a.rows), decisions::<M>(params, b, &a.rows));
    for (x, y) in x.iter().zip(&y) {
        assert!((x - y).abs() <= tolerance * x.abs().max(1.0), "{x} and {y}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn weights_are_repeated_rows(problem in problems()) {
        let params = MultinomialParams::default();
        check_same::<MultinomialNb>(&params, &problem, &problem.repeated(), 1e-9);
        // What is added to variances is measured without weights, as in scikit-learn; so little
        // that only classes of one value would tell.
        let params = GaussianParams { var_smoothing: 1e-15, ..GaussianParams::default() };
        let repeated = problem.repeated();
        let (mut one, mut other) = (problem.clone(), repeated);
        for p in [&mut one, &mut other] {
            // Two rows of each class that differ in every feature.
            for code in 0..3 {
                for at in [0.0, 4.0] {
                    p.rows.push(vec![at + 0.25; 3]);
                    p.codes.push(code);
                    p.weights.push(1.0);
                }
            }
        }
        check_same::<GaussianNb>(&params, &one, &other, 1e-6);
    }

    #[test]
    fn the_order_of_rows_does_not_matter(problem in problems(), shift in 1..40_usize) {
        let n = problem.rows.len();
        let places: Vec<usize> = (0..n).map(|i| (i + shift) % n).collect();
        let other = problem.at(&places);
        let params = GaussianParams { var_smoothing: 0.01, ..GaussianParams::default() };
        check_same::<GaussianNb>(&params, &problem, &other, 1e-9);
        check_same::<MultinomialNb>(&MultinomialParams::default(), &problem, &other, 1e-9);
    }

    /// Every density has the same factor, so that no probability is another.
    #[test]
    fn units_do_not_matter_to_the_normal_densities(problem in problems()) {
        let mut scaled = problem.clone();
        scaled.rows.iter_mut().flatten().for_each(|x| *x = 8.0 * *x - 3.0);
        let params = GaussianParams { var_smoothing: 0.01, ..GaussianParams::default() };
        let proba = |p: &Problem| {
            fit::<GaussianNb>(&params, &p.data(), 0).unwrap().predict_proba(&p.rows).unwrap()
        };
        for (a, b) in proba(&problem).iter().zip(proba(&scaled)) {
            prop_assert!((a - b).abs() < 1e-9, "{a} and {b}");
        }
    }
}
