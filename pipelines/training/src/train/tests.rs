//! Whole trainings of a small network.

use serde_json::{Value, json};

use super::*;
use crate::testing::{Network, close, golden, numbers};
use crate::{Choice, Error, Outputs, RangeTest, Role, Target};

mod golden_runs;
mod metric;
mod stages;

/// Classes of points in a plane, by the signs of their coordinates.
pub(super) struct Plane {
    x: Vec<f64>,
    y: Vec<u32>,
}

pub(super) const PLANE: Shape = Shape { n_features: 2, outputs: Outputs::Classes(3) };

impl Plane {
    pub(super) fn new(n: usize) -> Self {
        // Multiples of the golden ratio and of √2 fill the square evenly.
        let coordinate = |i: usize, step: f64| 2.0 * (i as f64 * step).fract() - 1.0;
        let points: Vec<[f64; 2]> = (1..=n)
            .map(|i| [coordinate(i, 0.618_033_988_749_895), coordinate(i, 0.414_213_562_373_095)])
            .collect();
        let class = |[a, b]: &[f64; 2]| u32::from(*a > 0.0) + u32::from(*b > 0.0);
        Self { y: points.iter().map(class).collect(), x: points.concat() }
    }

    pub(super) fn data<'a>(&'a self, validation: Option<&'a Self>) -> Data<'a, f64> {
        let batch = |p: &'a Self| Batch { x: &p.x, target: Target::Classes(&p.y), weights: None };
        Data { shape: PLANE, train: batch(self), validation: validation.map(batch), metric: None }
    }
}

pub(super) fn network() -> Network<f64> {
    let weights = |n: usize| (0..n).map(|i| (i as f64 * 1.7).sin()).collect();
    Network::new(&[2, 8, 3], &[weights(16), weights(24)], Role::Bias)
}

pub(super) fn plan(value: Value) -> Plan {
    serde_json::from_value(value).unwrap()
}

pub(super) const RUN: fn(u64) -> Run = |seed| Run { seed: Seed::root(seed), n_threads: 1 };

pub(super) fn go_on(_: &Report) -> Verdict {
    Verdict::Continue
}

pub(super) fn run(plan: &Plan, data: &Data<'_, f64>) -> Trained<f64> {
    train(&mut network(), data, plan, RUN(1), &mut go_on).unwrap()
}

#[test]
fn a_seed_repeats_itself_and_another_does_not() {
    let plane = Plane::new(50);
    let plan = plan(json!({ "optimizer": { "type": "adam" }, "training": { "epochs": 3 } }));
    let of = |seed| {
        train(&mut network(), &plane.data(None), &plan, RUN(seed), &mut go_on).unwrap().point
    };
    assert_eq!(of(1), of(1));
    assert_ne!(of(1).params, of(2).params);
}

#[test]
fn every_optimizer_learns() {
    let plane = Plane::new(120);
    for entry in crate::optimize::OPTIMIZERS {
        let name = (entry.component)().name;
        let plan = plan(json!({ "optimizer": { "type": name }, "training": { "epochs": 25 } }));
        let trained = run(&plan, &plane.data(None));
        let losses: Vec<f64> = trained.reports.iter().map(|r| r.train_loss).collect();
        assert!(losses[losses.len() - 1] < losses[0], "{name} {losses:?}");
        assert_eq!(trained.best.unwrap().epoch, trained.reports.len() as u64, "{name}");
    }
}

#[test]
fn batches_and_steps_are_counted() {
    let plane = Plane::new(50);
    let steps = |training: Value| {
        let plan = plan(json!({ "optimizer": { "type": "sgd" }, "training": training }));
        let mut network = network();
        let trained = train(&mut network, &plane.data(None), &plan, RUN(1), &mut go_on).unwrap();
        (trained.reports.last().unwrap().step, network.seen.len(), trained.ended)
    };
    let base = |more: Value| {
        let mut training = json!({ "epochs": 2, "batch_size": 16 });
        training.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        training
    };
    assert_eq!(steps(base(json!({}))), (8, 8, Ended::Epochs));
    assert_eq!(steps(base(json!({ "drop_last": true }))), (6, 6, Ended::Epochs));
    assert_eq!(steps(base(json!({ "accumulate": 3 }))), (4, 8, Ended::Epochs));
    assert_eq!(steps(base(json!({ "batch_size": "full" }))), (2, 2, Ended::Epochs));
    assert_eq!(steps(base(json!({ "batch_size": 1 }))), (100, 100, Ended::Epochs));
    assert_eq!(steps(base(json!({ "max_steps": 3 }))), (3, 3, Ended::Steps));
    assert_eq!(steps(base(json!({ "max_steps": 5 }))), (5, 5, Ended::Steps));
}

#[test]
fn whoever_watches_may_end_it() {
    struct Watcher(u64, Verdict, bool);
    impl Observer for Watcher {
        fn epoch(&mut self, report: &Report) -> Verdict {
            if report.epoch == self.0 { self.1 } else { Verdict::Continue }
        }

        fn is_cancelled(&self) -> bool {
            self.2
        }
    }
    let plane = Plane::new(50);
    let plan = plan(json!({ "optimizer": { "type": "sgd" } }));
    let end = |mut watcher: Watcher| {
        train(&mut network(), &plane.data(None), &plan, RUN(1), &mut watcher)
    };
    let stopped = end(Watcher(2, Verdict::Stop, false)).unwrap();
    assert_eq!((stopped.reports.len(), stopped.ended), (2, Ended::Asked));
    assert!(matches!(end(Watcher(2, Verdict::Cancel, false)), Err(Error::Cancelled)));
    assert!(matches!(end(Watcher(0, Verdict::Continue, true)), Err(Error::Cancelled)));
}

#[test]
fn a_training_that_diverges_is_an_error_that_says_when() {
    let plane = Plane::new(50);
    let rate = json!({ "type": "sgd", "learning_rate": 1e3 });
    let plan = plan(json!({
        "optimizer": rate,
        "training": { "parameter_bound": 100.0, "batch_size": 10 },
    }));
    let error = train(&mut network(), &plane.data(None), &plan, RUN(1), &mut go_on).unwrap_err();
    let Error::Diverged { epoch: 1, step: 1..=5, what } = error else { panic!("{error}") };
    assert_eq!(what, "a parameter lies beyond ±100.0");
}

/// A network whose pass number `at`, from 1, gives this slope by its last parameter.
struct Spoilt {
    network: Network<f64>,
    at: usize,
    slope: f64,
}

impl Differentiable<f64> for Spoilt {
    fn layout(&self) -> &crate::Layout {
        self.network.layout()
    }

    fn init(&mut self, seed: u64) -> std::result::Result<Point<f64>, crate::ModelError> {
        self.network.init(seed)
    }

    fn loss_and_gradient(
        &mut self,
        pass: crate::Pass,
        batch: &Batch<'_, f64>,
        params: &[f64],
        state: &mut [f64],
        mut gradient: Option<&mut [f64]>,
    ) -> std::result::Result<f64, crate::ModelError> {
        let slopes = gradient.as_deref_mut();
        let loss = self.network.loss_and_gradient(pass, batch, params, state, slopes)?;
        if let Some(last) = gradient.filter(|_| self.network.seen.len() == self.at) {
            last[last.len() - 1] = self.slope;
        }
        Ok(loss)
    }
}

#[test]
fn a_slope_that_is_no_finite_number_ends_every_training() {
    let plane = Plane::new(50);
    for entry in crate::optimize::OPTIMIZERS {
        let name = (entry.component)().name;
        for (slope, more) in [
            (f64::NAN, json!({})),
            (f64::INFINITY, json!({})),
            (f64::NEG_INFINITY, json!({ "clip_value": 1.0 })),
            (f64::INFINITY, json!({ "clip_norm": 1.0 })),
            (f64::NAN, json!({ "accumulate": 2 })),
        ] {
            let mut training = json!({ "epochs": 4, "batch_size": 25 });
            training.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let whole = ["lbfgs", "gradient_descent"].contains(&name.as_str());
            if whole && !more.as_object().unwrap().is_empty() {
                continue;
            }
            let plan = plan(json!({ "optimizer": { "type": name }, "training": training }));
            // A line search goes around such places, once it has begun.
            let at = if whole { 1 } else { 3 };
            let mut model = Spoilt { network: network(), at, slope };
            let error = train(&mut model, &plane.data(None), &plan, RUN(1), &mut go_on);
            let Err(Error::Diverged { step, what, .. }) = error else { panic!("{name} {more}") };
            assert!(what.starts_with("the slope by parameter 50 is "), "{name} {more}: {what}");
            let accumulates = more.get("accumulate").is_some();
            let expected = if accumulates { 2 } else { at as u64 };
            assert_eq!(step, expected, "{name} {more}");
        }
    }
}

#[test]
fn data_that_do_not_fit_are_refused_in_words() {
    let plane = Plane::new(4);
    let plan = plan(json!({ "optimizer": { "type": "sgd" } }));
    let good = plane.data(None);
    let check = |data: Data<'_, f64>, expected: &str| {
        let error = train(&mut network(), &data, &plan, RUN(1), &mut go_on).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    };
    let train = |train| Data { train, ..good };
    check(train(Batch { x: &plane.x[..3], ..good.train }), "no rows of 2 features");
    check(train(Batch { x: &[], ..good.train }), "no rows of 2 features");
    check(train(Batch { x: &plane.x[..4], ..good.train }), "4 targets, not 2");
    check(train(Batch { target: Target::Values(&[0.0; 4]), ..good.train }), "another task");
    check(train(Batch { target: Target::Classes(&[0, 1, 2, 3]), ..good.train }), "class 3 of 3");
    check(train(Batch { weights: Some(&[0.0; 4]), ..good.train }), "not all 0");
    check(train(Batch { weights: Some(&[-1.0; 4]), ..good.train }), "not negative");
}

/// Rows of weight 2 are rows that stand there twice.
#[test]
fn weights_count_rows() {
    let (once, plan) = (
        Plane::new(20),
        plan(json!({
            "optimizer": { "type": "sgd" },
            "training": { "batch_size": "full", "epochs": 3 },
        })),
    );
    let mut weights = vec![1.0; 20];
    let mut twice = Plane { x: once.x.clone(), y: once.y.clone() };
    for i in [3, 7, 11] {
        weights[i] = 2.0;
        twice.x.extend_from_slice(&once.x[2 * i..2 * i + 2]);
        twice.y.push(once.y[i]);
    }
    let mut weighted = once.data(None);
    weighted.train.weights = Some(&weights);
    let (a, b) = (run(&plan, &weighted), run(&plan, &twice.data(None)));
    close(&a.point.params, &b.point.params, 1e-13, "parameters");
}

#[test]
fn a_range_test_finds_rates_that_are_too_high() {
    let plane = Plane::new(100);
    let plan = plan(json!({ "optimizer": { "type": "sgd" } }));
    let test = RangeTest::default();
    let curve = crate::range_test(&mut network(), &plane.data(None), &plan, RUN(1), test).unwrap();
    let (first, _) = curve.points[0];
    let steepest = curve.steepest.unwrap();
    assert!(first == 1e-7 && (1e-3..10.0).contains(&steepest), "{curve:?}");
    let wrong = RangeTest { lowest: 1.0, highest: 0.1, ..test };
    assert!(crate::range_test(&mut network(), &plane.data(None), &plan, RUN(1), wrong).is_err());
}
