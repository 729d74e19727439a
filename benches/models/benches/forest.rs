//! Random forests: fits and predictions of 50,000 × 20 made rows, and of digits.

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use surmise_forest::{Forest, Params, Settings, Splitter, Target};

const N_FEATURES: usize = 20;
const N_TRAIN: usize = 50_000;

/// Rows and class codes.
struct Table {
    rows: Vec<Vec<f64>>,
    codes: Vec<u32>,
    n_classes: usize,
}

/// SplitMix64, as in `sklearn_forest.py`.
fn uniform(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

impl Table {
    /// Two classes of 16 clouds each in 10 dimensions, 5 sums of those and 5 of noise; of a
    /// hundred rows one has the wrong class.
    fn made(n_rows: usize) -> Self {
        let mut state = 0;
        let centers: Vec<f64> = (0..32 * 10).map(|_| 4.0 * uniform(&mut state) - 2.0).collect();
        let mixes: Vec<f64> = (0..5 * 10).map(|_| 2.0 * uniform(&mut state) - 1.0).collect();
        let (mut rows, mut codes) = (Vec::new(), Vec::new());
        for _ in 0..n_rows {
            let draws: Vec<f64> = (0..2 + 15 * 4).map(|_| uniform(&mut state)).collect();
            let cloud = (draws[0] * 32.0) as usize;
            let normal = |i: usize| 1.7 * (draws[2 + 4 * i..][..4].iter().sum::<f64>() - 2.0);
            let mut row: Vec<f64> = (0..10).map(|i| centers[cloud * 10 + i] + normal(i)).collect();
            for mix in mixes.chunks_exact(10) {
                row.push(mix.iter().zip(&row).map(|(a, b)| a * b).sum());
            }
            row.extend((10..15).map(normal));
            rows.push(row);
            codes.push(u32::from(cloud.is_multiple_of(2)) ^ u32::from(draws[1] < 0.01));
        }
        Self { rows, codes, n_classes: 2 }
    }

    fn digits() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let file = root.join("pipelines/examples/data/digits.csv");
        let text = std::fs::read_to_string(file).expect("the example data is in the repository");
        let numbers = |line: &str| -> Vec<f64> {
            line.split(',').map(|value| value.parse().expect("a number")).collect()
        };
        let mut rows: Vec<Vec<f64>> = text.lines().skip(1).map(numbers).collect();
        let codes = rows.iter_mut().map(|row| row.pop().expect("a class") as u32).collect();
        Self { rows, codes, n_classes: 10 }
    }

    fn slices(&self) -> Vec<&[f64]> {
        self.rows.iter().map(Vec::as_slice).collect()
    }
}

fn fit(rows: &[&[f64]], codes: &[u32], n_classes: usize, settings: &Settings) -> Forest {
    let n_threads = std::env::var("THREADS").map_or(1, |n| n.parse().expect("a number"));
    let target = Target::Classes { codes, n_classes };
    let fitted = Forest::fit(rows, target, None, settings, (0, n_threads), &mut || false);
    fitted.expect("the data can be fitted").0
}

fn bench(criterion: &mut Criterion, name: &str, table: &Table, train: std::ops::Range<usize>) {
    let rows = table.slices();
    let n_features = rows[0].len();
    let (fitted, codes) = (&rows[train.clone()], &table.codes[train.clone()]);
    let held_out: Vec<&[f64]> =
        (0..rows.len()).filter(|i| !train.contains(i)).map(|i| rows[i]).collect();
    let settings = Params::default().settings(n_features, true);
    let extra = Params { splitter: Splitter::Random, bootstrap: false, ..Params::default() };
    let extra = extra.settings(n_features, true);
    let mut group = criterion.benchmark_group("forest");
    group.sample_size(10);
    for (kind, settings) in [("forest", &settings), ("extra_trees", &extra)] {
        group.bench_function(format!("{kind}_{name}_fit"), |b| {
            b.iter(|| fit(black_box(fitted), codes, table.n_classes, settings));
        });
    }
    let forest = fit(fitted, codes, table.n_classes, &settings);
    group.bench_function(format!("forest_{name}_predict"), |b| {
        b.iter(|| {
            let mut sum = 0.0;
            forest.predict(black_box(&held_out).iter().copied(), |shares| sum += shares[0]);
            sum
        });
    });
    group.finish();
}

fn bench_made(criterion: &mut Criterion) {
    let table = Table::made(N_TRAIN + 10_000);
    assert_eq!(table.rows[0].len(), N_FEATURES);
    bench(criterion, "50k", &table, 0..N_TRAIN);
}

fn bench_digits(criterion: &mut Criterion) {
    let table = Table::digits();
    bench(criterion, "digits", &table, 360..table.rows.len());
}

criterion_group!(benches, bench_made, bench_digits);
criterion_main!(benches);
