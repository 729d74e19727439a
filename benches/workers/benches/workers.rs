//! Worker processes: how long until one is ready, what a report costs, and small fits in workers
//! and in this process.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use criterion::{BatchSize, Criterion};
use serde_json::{Map, Value, json};
use surmise_plugin_host::{
    Binary, FitOptions, Isolation, OwnedTable, OwnedTarget, Policy, PredictKind, Runner, Session,
    SharedTable, Verdict, Workers, search, worker,
};

const OPTIONS: FitOptions = FitOptions { seed: 1, n_threads: 1 };

fn main() -> ExitCode {
    if std::env::args().nth(1).is_some_and(|first| first == worker::ARGUMENT) {
        return worker::main();
    }
    let mut criterion = Criterion::default().configure_from_args();
    ready(&mut criterion);
    report(&mut criterion);
    small_fits(&mut criterion);
    long_fit(&mut criterion);
    criterion.final_summary();
    ExitCode::SUCCESS
}

fn binary(name: &str) -> Binary {
    let program = std::env::current_exe().expect("a path");
    let places =
        search::SearchPath { data_home: None, exe_dir: program.parent().map(Path::to_owned) };
    let file = search::find(name, Path::new("/no/pipeline/here"), &places);
    Binary::open(&file.expect("built with this benchmark")).expect("a shared library")
}

fn workers(sandbox: Policy) -> Isolation {
    let scratch = std::env::temp_dir();
    Isolation::Workers(Workers {
        sandbox,
        memory_bytes: None,
        time: None,
        libraries: Vec::new(),
        scratch,
        program: None,
    })
}

fn open(name: &str, isolation: &Isolation) -> Runner {
    Runner::open(binary(name), None, isolation).expect("a plugin")
}

/// Rows whose class depends on their first feature.
fn table(runner: &Runner, n_rows: usize, n_features: usize) -> SharedTable {
    let values = (0..n_rows * n_features).map(|i| (i * 7919 % 1009) as f64 / 1009.0).collect();
    let codes = (0..n_rows).map(|i| u32::from(i * n_features * 7919 % 1009 < 504)).collect();
    let names = ["a", "b"].map(String::from).to_vec();
    let target = Some(OwnedTarget::Classes { codes, names });
    let table = OwnedTable { n_rows, n_features, values, target, ..OwnedTable::default() };
    runner.share(table).expect("a good table")
}

fn params(params: Value) -> Map<String, Value> {
    match params {
        Value::Object(params) => params,
        _ => Map::new(),
    }
}

/// Fits, predicts the same rows, and destroys.
fn fit(session: &Session<'_>, given: &Map<String, Value>, table: &SharedTable) {
    let fitted = session.fit(given, table, OPTIONS, &mut |_| Verdict::Continue);
    let mut fitted = fitted.expect("fitted");
    fitted.predict(table, PredictKind::Value).expect("predicted");
    fitted.close().expect("destroyed");
}

/// From nothing to a worker whose plugin is loaded, and to a fit on 1 GiB of shared data.
fn ready(criterion: &mut Criterion) {
    for (name, policy) in [("sandboxed", Policy::BestEffort), ("bare", Policy::Off)] {
        criterion.bench_function(&format!("ready_{name}"), |b| {
            let start = |binary| Runner::open(binary, None, &workers(policy)).expect("a plugin");
            b.iter_batched(|| binary("majority"), start, BatchSize::PerIteration);
        });
    }
    let isolation = workers(Policy::BestEffort);
    let runner = open("majority", &isolation);
    let large = table(&runner, 1 << 20, 128);
    let none = params(json!({ "steps": 0 }));
    criterion.bench_function("ready_and_fit_with_1_gib", |b| {
        let start = |binary| {
            let runner = Runner::open(binary, None, &isolation).expect("a plugin");
            let session = runner.session(None);
            let fitted = session.fit(&none, &large, OPTIONS, &mut |_| Verdict::Continue);
            fitted.expect("fitted").close().expect("destroyed");
            drop(session);
            runner
        };
        b.iter_batched(|| binary("majority"), start, BatchSize::PerIteration);
    });
}

/// One report and its verdict.
fn report(criterion: &mut Criterion) {
    let runner = open("majority", &workers(Policy::BestEffort));
    let small = table(&runner, 100, 4);
    let given = params(json!({ "steps": 1000 }));
    criterion.bench_function("report_round_trip", |b| {
        b.iter_custom(|n| {
            let session = runner.session(None);
            let mut spent = Duration::ZERO;
            for _ in 0..n.div_ceil(1000) {
                let mut first = None;
                let mut last = Instant::now();
                let fitted = session.fit(&given, &small, OPTIONS, &mut |_| {
                    last = Instant::now();
                    first.get_or_insert(last);
                    Verdict::Continue
                });
                fitted.expect("fitted").close().expect("destroyed");
                spent += first.map_or(Duration::ZERO, |first| last - first);
            }
            // Between 1000 reports lie 999 round trips.
            spent.mul_f64(n as f64 / (999 * n.div_ceil(1000)) as f64)
        });
    });
}

/// Five fits and predictions of a support-vector classifier on 120 × 4 rows, as in a trial over
/// five folds: in this process, in workers of its own, and in workers that served other trials.
fn small_fits(criterion: &mut Criterion) {
    let given = params(json!({ "C": 1.0, "gamma": 0.1 }));
    let workers = workers(Policy::BestEffort);
    for (name, isolation, alone) in [
        ("in_process", &Isolation::InProcess, false),
        ("own_workers", &workers, true),
        ("shared_workers", &workers, false),
    ] {
        let runner = open("svm", isolation);
        let small = table(&runner, 120, 4);
        criterion.bench_function(&format!("trial_of_small_fits_{name}"), |b| {
            b.iter(|| {
                let session = if alone { runner.session_alone(None) } else { runner.session(None) };
                (0..5).for_each(|_| fit(&session, &given, &small));
            });
        });
    }
}

/// A fit that takes a while.
fn long_fit(criterion: &mut Criterion) {
    let given = params(json!({ "C": 1.0, "gamma": 1.0 }));
    let mut group = criterion.benchmark_group("long_fit");
    group.sample_size(10);
    for (name, isolation) in
        [("in_process", Isolation::InProcess), ("new_worker", workers(Policy::BestEffort))]
    {
        let runner = open("svm", &isolation);
        let rows = table(&runner, 12_000, 50);
        group.bench_function(name, |b| {
            b.iter(|| fit(&runner.session(None), &given, &rows));
        });
    }
}
