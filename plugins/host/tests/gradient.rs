//! Models whose training the host drives: one through the SDK, one in C, behaving and misbehaving.

use std::path::Path;

use serde_json::{Map, Value, json};
use surmise_plugin_host::gradient::{
    Batch, BatchTarget, Outputs, Pass, Point, Real, Role, Shape, Trainable,
};
use surmise_plugin_host::{Error, FitOptions, Model, Result, Table, Target, Verdict, meta};

use common::{fixture, only_model, with_plugin};

mod common;

const TRAIN: Pass = Pass { train: true, seed: 5, n_threads: 1 };
const LOOK: Pass = Pass { train: false, seed: 0, n_threads: 1 };
/// Exclusive or.
const CORNERS: [f64; 8] = [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0];
const TWO_CLASSES: Shape = Shape { n_features: 2, outputs: Outputs::Classes(2) };
const ONE_VALUE: Shape = Shape { n_features: 2, outputs: Outputs::Values(1) };

fn network<T: Real>(params: Value) -> Result<Trainable<T>> {
    let Value::Object(params) = params else { panic!("not an object") };
    only_model(&fixture("network")).begin(&params, TWO_CLASSES)
}

fn corners<T: Real>(narrow: fn(f64) -> T) -> Vec<T> {
    CORNERS.into_iter().map(narrow).collect()
}

fn classes<T>(x: &[T]) -> Batch<'_, T> {
    Batch { x, target: BatchTarget::Classes(&[0, 1, 1, 0]), weights: None }
}

/// Plain gradient descent; the losses on the way.
fn descend<T: Real>(
    model: &mut Trainable<T>,
    at: &mut Point<T>,
    batch: &Batch<'_, T>,
    (rate, n_steps): (f64, u64),
    narrow: fn(f64) -> T,
) -> Vec<f64> {
    let mut slopes = vec![narrow(0.0); at.params.len()];
    let steps = (0..n_steps).map(|seed| {
        let pass = Pass { seed, ..TRAIN };
        let Point { params, state } = at;
        let loss = model.loss_and_gradient(pass, batch, params, state, Some(&mut slopes));
        for (value, slope) in params.iter_mut().zip(&slopes) {
            let (at, slope): (f64, f64) = ((*value).into(), (*slope).into());
            *value = narrow(at - rate * slope);
        }
        loss.expect("a pass")
    });
    steps.collect()
}

fn learns_exclusive_or<T: Real>(narrow: fn(f64) -> T) {
    let mut model = network::<T>(json!({})).expect("begun");
    let x = corners(narrow);
    let mut at = model.init(1).expect("a start");
    let losses = descend(&mut model, &mut at, &classes(&x), (0.5, 500), narrow);
    assert!(losses[0] > 0.5 && losses[499] < 0.1, "{losses:?}");
    let p = model.forward(&x, &at.params, &at.state, 1).expect("outputs");
    let other: Vec<bool> = p.chunks_exact(2).map(|p| 0.5 < p[1]).collect();
    assert_eq!(other, [false, true, true, false]);
}

#[test]
fn a_network_learns_in_both_precisions() {
    learns_exclusive_or::<f64>(|x| x);
    learns_exclusive_or::<f32>(|x| x as f32);
}

#[test]
fn blocks_say_what_to_regularize() {
    let model = network::<f64>(json!({ "hidden": 3 })).expect("begun");
    let blocks = model.layout().blocks().iter();
    let blocks: Vec<_> = blocks.map(|b| (b.name.as_str(), b.rows, b.cols, b.role)).collect();
    let expected = [
        ("hidden.weights", 3, 2, Role::Weight),
        ("hidden.biases", 3, 1, Role::Bias),
        ("out.weights", 2, 3, Role::Weight),
        ("out.biases", 2, 1, Role::Bias),
    ];
    assert_eq!(blocks, expected);
    assert_eq!((model.layout().n_params(), model.layout().n_state()), (17, 2));
    assert_eq!(model.layout().state_blocks()[0].name, "means");
}

#[test]
fn only_a_training_pass_drops_out_and_changes_the_state() {
    let mut model = network::<f64>(json!({ "dropout": 0.5 })).expect("begun");
    let mut at = model.init(3).expect("a start");
    assert_eq!(at.state, [0.0; 2]);
    let mut loss = |pass, state: &mut [f64]| {
        let batch = classes(&CORNERS);
        model.loss_and_gradient(pass, &batch, &at.params, state, None).expect("a pass")
    };
    let looked = loss(LOOK, &mut at.state);
    assert_eq!(loss(Pass { seed: 9, ..LOOK }, &mut at.state), looked);
    assert_eq!(at.state, [0.0; 2]);
    let trained = loss(TRAIN, &mut at.state);
    assert!(at.state.iter().all(|mean| (mean - 0.05).abs() < 1e-12), "{:?}", at.state);
    assert_eq!(loss(TRAIN, &mut at.state), trained, "the same seed drops the same units");
    assert_ne!(loss(Pass { seed: 6, ..TRAIN }, &mut at.state), trained);
    assert_ne!(looked, trained);
}

#[test]
fn a_start_depends_on_the_seed_alone() {
    let mut model = network::<f64>(json!({})).expect("begun");
    let start = model.init(1).expect("a start");
    assert_eq!(model.init(1).expect("a start"), start);
    assert_ne!(model.init(2).expect("a start"), start);
    let narrow = network::<f32>(json!({})).and_then(|mut m| m.init(1)).expect("a start");
    let rounded: Vec<f32> = start.params.iter().map(|value| *value as f32).collect();
    assert_eq!(narrow.params, rounded);
}

/// What comes of training a network that misbehaves.
fn misbehaving(how: &str) -> Error {
    let mut model = network::<f64>(json!({ "misbehave": how })).expect("begun");
    let Point { params, mut state } = model.init(1).expect("a start");
    let mut slopes = vec![0.0; params.len()];
    let batch = classes(&CORNERS);
    model
        .loss_and_gradient(TRAIN, &batch, &params, &mut state, Some(&mut slopes))
        .and_then(|_| model.forward(&CORNERS, &params, &state, 1).map(drop))
        .expect_err("misbehaved")
}

#[test]
fn what_a_network_tells_is_checked() {
    let loss = misbehaving("loss");
    assert!(loss.is_numeric() && loss.to_string().contains("the loss is NaN"), "{loss}");
    let slope = misbehaving("slope");
    assert!(slope.is_numeric(), "{slope}");
    assert!(slope.to_string().contains("the slope by `out.weights`[0, 0] is inf"), "{slope}");
    let unwritten = misbehaving("unwritten").to_string();
    assert!(unwritten.contains("forward broke the plugin contract: prediction 6"), "{unwritten}");
    let improper = misbehaving("improper").to_string();
    assert!(improper.contains("has probability") || improper.contains("sum to"), "{improper}");
    let panicked = misbehaving("panic").to_string();
    assert!(panicked.contains("loss_and_gradient crashed: panicked at"), "{panicked}");
}

#[test]
fn a_network_that_panicked_is_given_up() {
    let mut model = network::<f64>(json!({ "misbehave": "panic" })).expect("begun");
    let Point { params, mut state } = model.init(1).expect("a start");
    let batch = classes(&CORNERS);
    assert!(model.loss_and_gradient(LOOK, &batch, &params, &mut state, None).is_err());
    let error = model.init(1).expect_err("given up").to_string();
    assert!(error.contains("panicked before"), "{error}");
}

#[test]
fn what_does_not_fit_is_refused_before_the_model_sees_it() {
    let mut model = network::<f64>(json!({})).expect("begun");
    let Point { params, mut state } = model.init(1).expect("a start");
    let mut refused = |batch: &Batch<'_, f64>, params: &[f64], slopes: usize| {
        let slopes = &mut vec![0.0; slopes];
        let loss = model.loss_and_gradient(LOOK, batch, params, &mut state, Some(slopes));
        matches!(loss, Err(Error::Data { .. }))
    };
    let (good, n) = (classes(&CORNERS), params.len());
    assert!(!refused(&good, &params, n));
    assert!(refused(&good, &params[1..], n));
    assert!(refused(&good, &params, n - 1));
    assert!(refused(&Batch { x: &CORNERS[1..], ..good }, &params, n));
    assert!(refused(&Batch { x: &CORNERS[2..], ..good }, &params, n));
    assert!(refused(&Batch { x: &[], target: BatchTarget::Classes(&[]), ..good }, &params, n));
    assert!(refused(&Batch { target: BatchTarget::Classes(&[0, 1, 2, 0]), ..good }, &params, n));
    assert!(refused(&Batch { target: BatchTarget::Values(&[0.0; 4]), ..good }, &params, n));
    assert!(refused(&Batch { weights: Some(&[0.0; 4]), ..good }, &params, n));
    assert!(refused(&Batch { weights: Some(&[1.0; 3]), ..good }, &params, n));
    let nothing = Shape { n_features: 0, ..TWO_CLASSES };
    let begun = only_model(&fixture("network")).begin::<f64>(&Map::new(), nothing);
    assert!(matches!(begun, Err(Error::Data { .. })));
}

#[test]
fn only_a_model_with_a_gradient_is_begun_and_one_without_fit_is_not_fitted() {
    let begun = only_model(&fixture("majority")).begin::<f64>(&Map::new(), TWO_CLASSES);
    let problem = begun.expect_err("no gradient").to_string();
    assert_eq!(problem, "data: model `majority` has no gradient in F64");
    let network = only_model(&fixture("network"));
    assert!(!network.info().fits_itself && network.info().probabilities);
    let train = Table::new(4, 2, &CORNERS, &[], Some(Target::Values(&[0.0; 4]))).expect("good");
    let options = FitOptions { seed: 0, n_threads: 1 };
    let fit = network.fit(&Map::new(), &train, options, &mut |_| Verdict::Continue);
    assert!(fit.expect_err("no fit").to_string().contains("trained through its gradient"));
}

#[test]
fn the_file_says_what_it_is_before_it_is_loaded() {
    let bytes = std::fs::read(fixture("network")).expect("readable");
    let meta = meta::read(&bytes).expect("a note");
    assert_eq!((meta.name.as_str(), meta.abi.as_str()), ("surmise-fixture-network", "1.0"));
    assert_eq!(meta.version, env!("CARGO_PKG_VERSION"));
    assert!(meta.target.starts_with(std::env::consts::ARCH) && !meta.rustc.is_empty());
    let without = std::fs::read(fixture("abi_1_0")).expect("readable");
    assert_eq!(meta::read(&without), None);
    for len in [0, 3, 64, bytes.len() / 2, bytes.len() - 1] {
        // Whatever is left of it, reading ends without a crash.
        let _ = meta::read(&bytes[..len]);
    }
}

/// The model in C, compiled so that it misbehaves in one way.
fn with_linear(defines: &[&str], test: impl FnOnce(&Model)) {
    with_plugin("abi-1.0/plugin.c", defines, |file: &Path| test(&only_model(file)));
}

fn linear_learns<T: Real>(model: &Model, narrow: fn(f64) -> T, tolerance: f64) {
    let mut model = model.begin::<T>(&Map::new(), ONE_VALUE).expect("begun");
    let x = corners(narrow);
    // y = 2 a - b + 1, but for a last row that does not count.
    let (y, weights) = ([1.0, 0.0, 3.0, 77.0], [1.0, 1.0, 1.0, 0.0]);
    let batch = Batch { x: &x, target: BatchTarget::Values(&y), weights: Some(&weights) };
    let mut at = model.init(1).expect("a start");
    assert!(at.state.is_empty());
    descend(&mut model, &mut at, &batch, (0.3, 2000), narrow);
    let learnt: Vec<f64> = at.params.iter().map(|value| (*value).into()).collect();
    let is_near = |(found, expected): (&f64, f64)| (found - expected).abs() < tolerance;
    assert!(learnt.iter().zip([2.0, -1.0, 1.0]).all(is_near), "{learnt:?}");
    let out = model.forward(&x, &at.params, &at.state, 1).expect("outputs");
    assert!((out[3] - 2.0).abs() < 2.0 * tolerance, "{out:?}");
}

#[test]
fn a_model_in_c_learns_in_both_precisions() {
    with_linear(&[], |model| {
        linear_learns::<f64>(model, |x| x, 1e-9);
        linear_learns::<f32>(model, |x| x as f32, 1e-4);
    });
}

#[test]
fn a_model_in_c_that_breaks_the_contract_is_refused() {
    for (define, expected) in [
        ("EXTRA_PARAMS=1", "are 4 values, but its blocks hold 3"),
        ("SECOND_OFFSET=1", "begins at 1, not at 2"),
        ("HIDDEN=1", "it lacks `surmise.gradient/1`"),
        ("FORWARD=NULL", "it lacks the function `forward`"),
    ] {
        with_linear(&[define], |model| {
            let begun = model.begin::<f64>(&Map::new(), ONE_VALUE);
            let problem = begun.expect_err(define);
            assert!(matches!(problem, Error::Contract { .. }), "{problem}");
            assert!(problem.to_string().contains(expected), "{problem}");
        });
    }
}

#[test]
fn numbers_from_c_are_checked() {
    let pass = |model: &Model| {
        let mut model = model.begin::<f64>(&Map::new(), ONE_VALUE)?;
        let Point { params, mut state } = model.init(1)?;
        let batch = Batch { x: &CORNERS, target: BatchTarget::Values(&[1.0; 4]), weights: None };
        let mut slopes = vec![0.0; params.len()];
        model.loss_and_gradient(LOOK, &batch, &params, &mut state, Some(&mut slopes))
    };
    for (define, expected) in [
        ("LOSS_SCALE=NAN", "the loss is NaN"),
        ("SLOPES_LEFT=1", "the slope by `bias`[0, 0] is NaN, or was not written"),
        ("START=INFINITY", "parameter 0 starts as inf"),
    ] {
        with_linear(&[define], |model| {
            let problem = pass(model).expect_err(define).to_string();
            assert!(problem.contains(expected), "{problem}");
        });
    }
    for (define, expected) in [("IMPORTANCE=-1.0", "importance -1"), ("IMPORTANCE=NAN", "NaN")] {
        with_linear(&[define], |model| {
            let y = Some(Target::Values(&[1.0; 4]));
            let train = Table::new(4, 2, &CORNERS, &[], y).expect("a good table");
            let options = FitOptions { seed: 0, n_threads: 1 };
            let fitted = model.fit(&Map::new(), &train, options, &mut |_| Verdict::Continue);
            let problem = fitted.and_then(|mut fitted| fitted.importance()).expect_err(define);
            assert!(problem.to_string().contains(expected), "{problem}");
        });
    }
}

#[test]
fn weights_reach_a_model_that_takes_them_and_no_other() {
    with_linear(&[], |model| {
        let (y, weights) = ([1.0, 1.0, 1.0, 9.0], [1.0, 1.0, 1.0, 0.0]);
        let table = Table::new(4, 2, &CORNERS, &[], Some(Target::Values(&y))).expect("good");
        let table = table.with_weights(&weights).expect("good");
        let options = FitOptions { seed: 0, n_threads: 1 };
        let fit =
            |model: &Model| model.fit(&Map::new(), &table, options, &mut |_| Verdict::Continue);
        let mut fitted = fit(model).expect("fitted");
        let predicted = fitted.predict(&table, surmise_plugin_host::PredictKind::Value);
        assert!(predicted.expect("predicted").iter().all(|y| *y < 1.5));
        let refused = fit(&only_model(&fixture("majority"))).expect_err("refused").to_string();
        assert_eq!(refused, "data: model `majority` takes no row weights");
    });
}
