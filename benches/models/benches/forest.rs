//! Random forests: fits and predictions of 50,000 × 20 made rows, and of digits.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use surmise_forest::{Forest, Params, Settings, Splitter, Target};

mod table;

use table::Table;

const N_FEATURES: usize = 20;
const N_TRAIN: usize = 50_000;

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
