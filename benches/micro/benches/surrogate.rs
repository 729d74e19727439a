//! The surrogate through its public interface: covariances, the fit of its parameters, and the
//! acquisition with its gradient, in six dimensions.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use nalgebra::{DMatrix, DVector};
use surmise_core::seed::Seed;
use surmise_surrogate::acquire::{Acquisition, LogEi};
use surmise_surrogate::gp::{Gp, Mean, TrainingSet};
use surmise_surrogate::kernel::Kernel;
use surmise_surrogate::optimize::Form;
use surmise_surrogate::prior::Priors;

const SIZES: [usize; 4] = [100, 500, 1000, 2000];
const FITTED_MAX: usize = 500;
const DIMS: usize = 6;

/// Additive recurrences with the roots of primes fill the cube evenly; the targets are a valley.
fn data(n: usize) -> TrainingSet {
    let steps: [f64; DIMS] = [2.0, 3.0, 5.0, 7.0, 11.0, 13.0].map(f64::sqrt);
    let points = DMatrix::from_fn(DIMS, n, |d, i| (i as f64 * steps[d]).fract());
    let target = |i: usize| points.column(i).iter().map(|x| (x - 0.4) * (x - 0.4)).sum::<f64>();
    let targets = DVector::from_fn(n, |i, _| 2.0 - 4.0 * target(i));
    TrainingSet::new(points, targets)
}

fn kernel() -> Kernel {
    let groups: Vec<usize> = (0..DIMS).collect();
    Kernel::new(&[0.7; DIMS], &groups, 1.0, 0.4).expect("positive parameters")
}

/// The covariances of each point with those before it.
fn fill(kernel: &Kernel, data: &TrainingSet) -> f64 {
    let (mut points, mut last) = (kernel.no_points(), 0.0);
    let mut row = vec![0.0; data.points.ncols()];
    for point in data.points.column_iter() {
        let row = &mut row[..points.len()];
        kernel.covariances(&points, point.as_slice(), row);
        last = row.last().copied().unwrap_or(last);
        kernel.push(&mut points, point.as_slice());
    }
    last
}

fn bench_surrogate(criterion: &mut Criterion) {
    for n in SIZES {
        let data = data(n);
        let mut bench = |name: &str, work: &mut dyn FnMut()| {
            let mut group = criterion.benchmark_group(name);
            group.sample_size(10);
            group.bench_function(BenchmarkId::from_parameter(n), |bench| bench.iter(&mut *work));
        };
        bench("kernel_fill", &mut || {
            black_box(fill(&kernel(), black_box(&data)));
        });
        let gp = Gp::new(kernel(), 1e-4, Mean::MostLikely, &data);
        let gp = gp.expect("finite data");
        let acquisition = LogEi::new(&gp, 1.5);
        bench("acquisition_gradient", &mut || {
            black_box(acquisition.value_and_gradient(black_box(&[0.3; DIMS])));
        });
        if n <= FITTED_MAX {
            let groups = (0..DIMS).collect();
            let form = Form { groups, dims: DIMS, lines: Vec::new(), priors: Priors::new(DIMS) };
            bench("fit", &mut || {
                black_box(form.fit(&data, Seed::root(1)).is_ok());
            });
        }
    }
}

criterion_group!(benches, bench_surrogate);
criterion_main!(benches);
