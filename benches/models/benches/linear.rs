//! Linear models, nearest neighbours and naive Bayes: fits, or predictions, of 50,000 made rows,
//! and of digits.

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use surmise_bayes::{GaussianNb, GaussianParams};
use surmise_linear::{
    LinearRegression, LogisticParams, LogisticPenalty, LogisticRegression, RegressionParams,
    RegressionPenalty,
};
use surmise_neighbors::{KNeighbors, Params};
use surmise_plugin_sdk::Model;
use surmise_plugin_sdk::testing::{Data, fit};

/// Numbers of [0, 1) of SplitMix64, as in `sklearn_linear.py`.
fn uniform(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Features that are sums of `n_features / 4` common factors and noise; the target is a sum of
/// every third feature and noise, the class its sign.
fn made(n_rows: usize, n_features: usize) -> (Vec<Vec<f64>>, Vec<f64>) {
    let mut state = 0;
    let n_factors = n_features / 4;
    let mix: Vec<f64> =
        (0..n_factors * n_features).map(|_| 2.0 * uniform(&mut state) - 1.0).collect();
    let effects: Vec<f64> = (0..n_features)
        .map(|j| (2.0 * uniform(&mut state) - 1.0) * f64::from(u8::from(j % 3 == 0)))
        .collect();
    let (mut rows, mut targets) = (Vec::new(), Vec::new());
    for _ in 0..n_rows {
        let factors: Vec<f64> = (0..n_factors).map(|_| 2.0 * uniform(&mut state) - 1.0).collect();
        let mut row: Vec<f64> = (0..n_features).map(|_| 2.0 * uniform(&mut state) - 1.0).collect();
        for (factor, mix) in factors.iter().zip(mix.chunks_exact(n_features)) {
            for (x, mix) in row.iter_mut().zip(mix) {
                *x += factor * mix;
            }
        }
        let noise = 4.0 * uniform(&mut state) - 2.0;
        targets.push(row.iter().zip(&effects).map(|(x, effect)| x * effect).sum::<f64>() + noise);
        rows.push(row);
    }
    (rows, targets)
}

fn signs(targets: &[f64]) -> Vec<u32> {
    targets.iter().map(|target| u32::from(*target > 0.0)).collect()
}

/// Digits with every feature at mean 0 and variance 1, if it changes; the last 1437 rows, and the
/// first 360.
fn digits() -> (Vec<Vec<f64>>, Vec<u32>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let file = root.join("pipelines/examples/data/digits.csv");
    let text = std::fs::read_to_string(file).expect("the example data is in the repository");
    let numbers = |line: &str| -> Vec<f64> {
        line.split(',').map(|value| value.parse().expect("a number")).collect()
    };
    let mut rows: Vec<Vec<f64>> = text.lines().skip(1).map(numbers).collect();
    let codes = rows.iter_mut().map(|row| row.pop().expect("a class") as u32).collect();
    let n = rows.len() as f64;
    for j in 0..64 {
        let mean = rows.iter().map(|row| row[j]).sum::<f64>() / n;
        let deviation = (rows.iter().map(|row| (row[j] - mean).powi(2)).sum::<f64>() / n).sqrt();
        for row in &mut rows {
            row[j] = (row[j] - mean) / if deviation > 0.0 { deviation } else { 1.0 };
        }
    }
    (rows, codes)
}

fn measure<M: Model>(criterion: &mut Criterion, name: &str, params: &M::Params, data: &Data) {
    criterion.bench_function(name, |b| {
        b.iter(|| fit::<M>(params, black_box(data), 0).expect("the data can be fitted"));
    });
}

fn regressions(criterion: &mut Criterion) {
    let (rows, targets) = made(50_000, 100);
    let data = Data::regression(&rows, &targets);
    for (name, penalty, alpha) in [
        ("ridge_50k100", RegressionPenalty::L2, 1.0),
        ("lasso_50k100", RegressionPenalty::L1, 0.01),
        ("elastic_net_50k100", RegressionPenalty::ElasticNet, 0.01),
    ] {
        let params = RegressionParams { penalty, alpha, ..RegressionParams::default() };
        measure::<LinearRegression>(criterion, name, &params, &data);
    }
}

fn classifications(criterion: &mut Criterion) {
    let params = LogisticParams::default();
    let names = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    for n_features in [20, 100] {
        let (rows, targets) = made(50_000, n_features);
        let data = Data::classification(&rows, &signs(&targets), &names[..2]);
        let name = |model: &str| format!("{model}_50k{n_features}");
        measure::<LogisticRegression>(criterion, &name("logistic"), &params, &data);
        measure::<GaussianNb>(criterion, &name("gaussian_nb"), &GaussianParams::default(), &data);
    }
    let (rows, codes) = digits();
    let data = Data::classification(&rows[360..], &codes[360..], &names);
    measure::<LogisticRegression>(criterion, "logistic_digits", &params, &data);
    let l1 = LogisticParams { penalty: LogisticPenalty::L1, C: 0.1, ..params };
    measure::<LogisticRegression>(criterion, "logistic_l1_digits", &l1, &data);
}

fn neighbours(criterion: &mut Criterion) {
    let names = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    let (rows, codes) = digits();
    let (made_rows, targets) = made(52_000, 20);
    let classes = signs(&targets);
    for (name, rows, codes, n_asked) in
        [("knn_digits_predict", rows, codes, 360), ("knn_50k20_predict", made_rows, classes, 2000)]
    {
        let data = Data::classification(&rows[n_asked..], &codes[n_asked..], &names);
        let fitted = fit::<KNeighbors>(&Params::default(), &data, 0).expect("the data can be kept");
        criterion.bench_function(name, |b| {
            b.iter(|| fitted.predict(black_box(&rows[..n_asked])).expect("neighbours"));
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = regressions, classifications, neighbours
}
criterion_main!(benches);
