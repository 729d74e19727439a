//! The support-vector classifier: `iris_grid` is the 160 fits and predictions of the tutorial's
//! grid search, the rest one fit, or the predictions of one, on digits.

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use surmise_svm::{Classifier, Kernel, Params, Settings};

/// Rows and class codes; a class's code is its place in the order of first appearance.
struct Table {
    rows: Vec<Vec<f64>>,
    codes: Vec<u32>,
}

impl Table {
    fn read(name: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let file = root.join("pipelines/examples/data").join(name);
        let text = std::fs::read_to_string(file).expect("the example data is in the repository");
        let mut classes: Vec<&str> = Vec::new();
        let (mut rows, mut codes) = (Vec::new(), Vec::new());
        for line in text.lines().skip(1) {
            let (values, class) = line.rsplit_once(',').expect("the last column is the class");
            rows.push(values.split(',').map(|v| v.parse().expect("a number")).collect());
            let code = classes.iter().position(|c| *c == class).unwrap_or_else(|| {
                classes.push(class);
                classes.len() - 1
            });
            codes.push(code as u32);
        }
        Self { rows, codes }
    }

    fn select(&self, keep: impl Fn(usize) -> bool) -> (Vec<&[f64]>, Vec<u32>) {
        let chosen = (0..self.rows.len()).filter(|&i| keep(i));
        chosen.map(|i| (self.rows[i].as_slice(), self.codes[i])).unzip()
    }
}

fn settings(kernel: Kernel, c: f64) -> Settings {
    Settings { c, kernel, ..Params::default().settings(&[]) }
}

fn fit((rows, codes): &(Vec<&[f64]>, Vec<u32>), settings: &Settings) -> Classifier {
    Classifier::fit(rows, codes, settings, &mut || false).expect("the example data can be fitted")
}

/// Iris has its classes in three blocks of 50, and the folds are scikit-learn's
/// `StratifiedKFold(5)`: the k-th ten rows of each block. Returns the labels that were right.
fn iris_grid(iris: &Table) -> usize {
    let mut right = 0;
    for c in [0.1, 1.0, 10.0, 100.0] {
        for gamma in [0.1, 0.01, 0.001, 0.0001] {
            for kernel in [Kernel::Rbf { gamma }, Kernel::Linear] {
                for fold in 0..5 {
                    let train = iris.select(|i| i % 50 / 10 != fold);
                    let (rows, codes) = iris.select(|i| i % 50 / 10 == fold);
                    let predicted = fit(&train, &settings(kernel, c)).predict(rows);
                    right += predicted.iter().zip(&codes).filter(|(a, b)| a == b).count();
                }
            }
        }
    }
    right
}

fn bench_iris(criterion: &mut Criterion) {
    let iris = Table::read("iris.csv");
    criterion.bench_function("iris_grid", |b| b.iter(|| iris_grid(black_box(&iris))));
}

fn bench_digits(criterion: &mut Criterion) {
    let digits = Table::read("digits.csv");
    let train = digits.select(|i| i >= 360);
    let (held_out, _) = digits.select(|i| i < 360);
    let rbf = Params::default().settings(&train.0);
    for (name, settings) in [("rbf", rbf), ("linear", settings(Kernel::Linear, 1.0))] {
        criterion.bench_function(&format!("digits_fit_{name}"), |b| {
            b.iter(|| fit(black_box(&train), &settings));
        });
        let classifier = fit(&train, &settings);
        criterion.bench_function(&format!("digits_predict_{name}"), |b| {
            b.iter(|| classifier.predict(black_box(&held_out).iter().copied()));
        });
    }
}

criterion_group!(benches, bench_iris, bench_digits);
criterion_main!(benches);
