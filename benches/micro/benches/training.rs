//! Steps of training optimizers, in bytes a second: what must be read and written.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use serde_json::Map;
use surmise_training::Real;
use surmise_training::optimize::{Group, Method, OPTIMIZERS, Optimizer, Penalty};

/// Numbers that an optimizer remembers for each parameter.
const SLOTS: [(&str, u64); 12] = [
    ("sgd", 0),
    ("momentum", 1),
    ("nesterov", 1),
    ("adagrad", 1),
    ("adadelta", 2),
    ("rmsprop", 1),
    ("adam", 2),
    ("amsgrad", 3),
    ("nadam", 2),
    ("radam", 2),
    ("adamax", 2),
    ("lion", 1),
];

fn make<T: Real>(name: &str) -> Option<Box<dyn Optimizer<T>>> {
    let entry = OPTIMIZERS.iter().find(|entry| (entry.component)().name == name)?;
    let settings = (entry.component)().resolve(&Map::new()).ok()?;
    match T::method(entry, &settings).ok()? {
        Method::Steps(optimizer) => Some(optimizer),
        Method::Whole(_) => None,
    }
}

fn bench<T: Real>(criterion: &mut Criterion, numbers: &str, n: usize) {
    let penalty = Penalty { l2: 1e-4, ..Penalty::default() };
    let groups = [Group { range: 0..n, penalty }];
    let gradient: Vec<T> = (0..n).map(|i| T::of((i as f64).sin())).collect();
    let mut group = criterion.benchmark_group(format!("step_{numbers}_{n}"));
    for (name, slots) in SLOTS {
        let Some(mut optimizer) = make::<T>(name) else { continue };
        let mut params = vec![T::ONE; n];
        // The parameter and what is remembered go both ways, the slope one way.
        let bytes = (size_of::<T>() * n) as u64 * (3 + 2 * slots);
        group.throughput(Throughput::Bytes(bytes));
        group.bench_function(BenchmarkId::from_parameter(name), |bench| {
            bench.iter(|| optimizer.step(&mut params, black_box(&gradient), 1e-9, &groups));
        });
    }
    group.finish();
}

fn bench_steps(criterion: &mut Criterion) {
    for n in [4096, 1_000_000] {
        bench::<f32>(criterion, "f32", n);
        bench::<f64>(criterion, "f64", n);
    }
}

criterion_group!(benches, bench_steps);
criterion_main!(benches);
