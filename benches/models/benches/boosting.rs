//! Gradient boosting: fits and predictions of 100,000 × 20 made rows, and of digits.

#![expect(clippy::print_stdout, reason = "how well it predicts stands beside how long it took")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use surmise_boosting::{Booster, Data, Params, Target};

mod table;

use table::Table;

const N_TRAIN: usize = 100_000;

fn fit(rows: &[&[f64]], codes: &[u32], n_classes: usize) -> Booster {
    let n_threads = std::env::var("THREADS").map_or(1, |n| n.parse().expect("a number"));
    let train = Data { rows, target: Target::Classes { codes, n_classes }, weights: None };
    let settings = Params::default().settings(Some(n_classes));
    let fitted = Booster::fit(&train, None, &settings, (0, n_threads), &mut |_, _| false);
    fitted.expect("the data can be fitted")
}

/// The area under the ROC curve of the second class's probabilities.
fn auc(codes: &[u32], shares: &[f64]) -> f64 {
    let mut order: Vec<usize> = (0..codes.len()).collect();
    order.sort_by(|&a, &b| shares[a].total_cmp(&shares[b]));
    let ranks = order.iter().zip(1..).filter(|(i, _)| codes[**i] == 1);
    let (sum, n) = ranks.fold((0.0, 0.0), |(sum, n), (_, rank)| (sum + f64::from(rank), n + 1.0));
    (sum - n * (n + 1.0) / 2.0) / (n * (codes.len() as f64 - n))
}

fn bench(criterion: &mut Criterion, name: &str, table: &Table, train: std::ops::Range<usize>) {
    let rows = table.slices();
    let (fitted, codes) = (&rows[train.clone()], &table.codes[train.clone()]);
    let others: Vec<usize> = (0..rows.len()).filter(|i| !train.contains(i)).collect();
    let held_out: Vec<&[f64]> = others.iter().map(|&i| rows[i]).collect();
    let mut group = criterion.benchmark_group("boosting");
    group.sample_size(10);
    group.bench_function(format!("boosting_{name}_fit"), |b| {
        b.iter(|| fit(black_box(fitted), codes, table.n_classes));
    });
    let booster = fit(fitted, codes, table.n_classes);
    group.bench_function(format!("boosting_{name}_predict"), |b| {
        b.iter(|| {
            let mut sum = 0.0;
            booster.predict(black_box(&held_out).iter().copied(), |shares| sum += shares[0]);
            sum
        });
    });
    group.finish();
    let codes: Vec<u32> = others.iter().map(|&i| table.codes[i]).collect();
    judge(name, &booster, &held_out, &codes);
}

fn judge(name: &str, booster: &Booster, rows: &[&[f64]], codes: &[u32]) {
    let (mut seconds, mut n_right) = (Vec::new(), 0);
    booster.predict(rows.iter().copied(), |shares| {
        let own = shares[codes[seconds.len()] as usize];
        n_right += usize::from(shares.iter().all(|share| *share <= own));
        seconds.push(shares[1]);
    });
    if booster.n_outputs() == 1 {
        println!("boosting_{name}: AUC {:.5} of other rows", auc(codes, &seconds));
    } else {
        let accuracy = n_right as f64 / codes.len() as f64;
        println!("boosting_{name}: accuracy {accuracy:.4} of other rows");
    }
}

fn bench_made(criterion: &mut Criterion) {
    bench(criterion, "100k", &Table::made(N_TRAIN + 20_000), 0..N_TRAIN);
}

fn bench_digits(criterion: &mut Criterion) {
    let table = Table::digits();
    bench(criterion, "digits", &table, 360..table.rows.len());
}

criterion_group!(benches, bench_made, bench_digits);
criterion_main!(benches);
