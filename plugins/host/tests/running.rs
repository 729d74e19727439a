//! A real plugin run through the whole interface, behaving and misbehaving.

use std::path::Path;

use serde_json::{Map, Value, json};
use surmise_plugin_host::{
    Error, FitOptions, Fitted, Library, Model, PredictKind, Report, Result, Table, Target, Verdict,
    search,
};

const OPTIONS: FitOptions = FitOptions { seed: 7, n_threads: 1 };
const VALUES: [f64; 8] = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];

fn model() -> Model {
    let program = std::env::current_exe().expect("a path");
    let exe_dir = program.parent().map(Path::to_owned);
    let path = search::SearchPath { data_home: None, exe_dir };
    let file = search::find("majority", Path::new("/no/pipeline/here"), &path).expect("built");
    Library::open(&file).and_then(|library| library.model(None)).expect("a plugin")
}

fn params(params: Value) -> Map<String, Value> {
    match params {
        Value::Object(map) => map,
        other => panic!("not an object: {other}"),
    }
}

fn classes() -> Vec<String> {
    ["a", "b"].map(String::from).to_vec()
}

fn rows() -> Table<'static> {
    Table::new(4, 2, &VALUES, &[], None).expect("a good table")
}

/// Fits to four rows, of which three are of class `b`.
fn fit_classes(given: Value, report: &mut dyn FnMut(Report) -> Verdict) -> Result<Fitted> {
    let (names, features) = (classes(), ["x".to_owned(), "y".to_owned()]);
    let target = Target::Classes { codes: &[1, 0, 1, 1], names: &names };
    let train = Table::new(4, 2, &VALUES, &features, Some(target))?;
    model().fit(&params(given), &train, OPTIONS, report)
}

fn misbehaving(how: &str) -> Result<Fitted> {
    fit_classes(json!({ "misbehave": how }), &mut |_| Verdict::Continue)
}

#[test]
fn classes_are_fitted_and_predicted() {
    let mut reports = Vec::new();
    let mut fitted = fit_classes(json!({}), &mut |report| {
        reports.push((report.step, report.metrics));
        Verdict::Continue
    })
    .expect("fitted");
    assert_eq!(fitted.n_classes(), Some(2));
    assert!(!fitted.stopped());
    let left = |step, n| (step, vec![("left".to_owned(), n)]);
    assert_eq!(reports, [left(0, 3.0), left(1, 2.0), left(2, 1.0)]);
    let mut predict = |kind| fitted.predict(&rows(), kind).expect("predicted");
    assert_eq!(predict(PredictKind::Value), [1.0; 4]);
    assert_eq!(predict(PredictKind::Proba), [0.25, 0.75, 0.25, 0.75, 0.25, 0.75, 0.25, 0.75]);
    assert_eq!(predict(PredictKind::Decision), [0.5; 4]);
}

#[test]
fn numbers_are_fitted_and_predicted() {
    let train = Table::new(4, 2, &VALUES, &[], Some(Target::Values(&[1.0, 2.0, 3.0, 6.0])));
    let train = train.expect("a good table");
    let fitted = model().fit(&Map::new(), &train, OPTIONS, &mut |_| Verdict::Continue);
    let mut fitted = fitted.expect("fitted");
    assert_eq!(fitted.n_classes(), None);
    assert_eq!(fitted.predict(&rows(), PredictKind::Value).expect("predicted"), [3.0; 4]);
    assert!(matches!(fitted.predict(&rows(), PredictKind::Proba), Err(Error::Data { .. })));
}

#[test]
fn no_rows_are_predicted_as_nothing() {
    let mut fitted = misbehaving("none").expect("fitted");
    let none = Table::new(0, 2, &[], &[], None).expect("a good table");
    let predicted = fitted.predict(&none, PredictKind::Proba);
    assert!(predicted.expect("predicted").is_empty());
}

#[test]
fn a_saved_model_predicts_the_same() {
    let mut fitted = fit_classes(json!({ "smooth": 0.1 }), &mut |_| Verdict::Continue).expect("ok");
    let bytes = fitted.save().expect("saved");
    assert_eq!(bytes, fitted.save().expect("saved again"), "the same bytes each time");
    let mut loaded = model().load(&bytes).expect("loaded");
    for kind in [PredictKind::Value, PredictKind::Proba, PredictKind::Decision] {
        let predicted = fitted.predict(&rows(), kind).expect("predicted");
        assert_eq!(loaded.predict(&rows(), kind).expect("predicted"), predicted);
    }
    let mut damaged = bytes;
    damaged[40] ^= 1;
    assert!(matches!(model().load(&damaged), Err(Error::State { .. })));
}

#[test]
fn bad_hyperparameters_are_all_named() {
    let error = fit_classes(json!({ "smoth": 1, "steps": 1.5 }), &mut |_| Verdict::Continue);
    let Err(Error::Settings { problems, .. }) = error else { panic!("expected problems") };
    let names: Vec<_> = problems.iter().map(|problem| problem.setting.as_str()).collect();
    assert_eq!(names, ["smoth", "steps"]);
}

#[test]
fn bad_data_is_refused_before_the_plugin_sees_it() {
    let mut fitted = misbehaving("none").expect("fitted");
    let narrow = Table::new(8, 1, &VALUES, &[], None).expect("a good table");
    let error = fitted.predict(&narrow, PredictKind::Value).expect_err("narrow").to_string();
    assert_eq!(error, "data: the model was fitted to 2 features, not to 1");
    let missing = Table::new(1, 2, &[1.0, f64::NAN], &[], None).expect("a good table");
    let error = fitted.predict(&missing, PredictKind::Value).expect_err("missing").to_string();
    assert!(error.contains("feature 2 of row 1 is missing"), "{error}");
    let train = |target| Table::new(0, 2, &[], &[], target).expect("a good table");
    for table in [train(None), train(Some(Target::Values(&[])))] {
        let fit = model().fit(&Map::new(), &table, OPTIONS, &mut |_| Verdict::Continue);
        assert!(matches!(fit, Err(Error::Data { .. })));
    }
}

#[test]
fn a_panic_becomes_an_error_that_says_where() {
    let error = misbehaving("panic").expect_err("panicked").to_string();
    assert!(
        error.starts_with("plugin `surmise-fixture-majority`, model `majority`: fit crashed: ")
    );
    assert!(error.contains("lib.rs:") && error.ends_with(": panicking on demand"), "{error}");
}

#[test]
fn a_model_that_panicked_is_given_up() {
    let mut fitted = misbehaving("panic_later").expect("fitted");
    let error = fitted.predict(&rows(), PredictKind::Value).expect_err("panicked").to_string();
    assert!(error.contains("predict crashed"), "{error}");
    let error = fitted.predict(&rows(), PredictKind::Value).expect_err("given up").to_string();
    assert!(error.contains("panicked before"), "{error}");
}

#[test]
fn an_error_text_cannot_drive_the_terminal() {
    let error = misbehaving("error").expect_err("failed").to_string();
    assert!(error.ends_with("fit failed: failing [31mon[0m demand"), "{error:?}");
}

#[test]
fn unusable_predictions_are_refused() {
    for (how, kind, expected) in [
        ("nan", PredictKind::Value, "prediction 0 is NaN or was not written"),
        ("unwritten", PredictKind::Value, "prediction 3 is NaN or was not written"),
        ("improper", PredictKind::Proba, "row 0 has probability 1.5"),
    ] {
        let mut fitted = misbehaving(how).expect("fitted");
        let error = fitted.predict(&rows(), kind).expect_err("unusable");
        assert!(matches!(error, Error::Contract { .. }), "{error}");
        assert!(error.to_string().ends_with(expected), "{error}");
    }
}

#[test]
fn steps_must_increase() {
    let error = misbehaving("backwards").expect_err("broken").to_string();
    assert!(error.ends_with("reported step 4 after a later one"), "{error}");
}

#[test]
fn a_fit_can_be_stopped_or_cancelled() {
    let slow = json!({ "misbehave": "slow", "steps": 1000, "step_ms": 10_000 });
    let mut stopped = fit_classes(slow.clone(), &mut |_| Verdict::Stop).expect("usable");
    assert!(stopped.stopped());
    assert_eq!(stopped.predict(&rows(), PredictKind::Value).expect("predicted"), [1.0; 4]);
    let error = fit_classes(slow, &mut |_| Verdict::Cancel).expect_err("abandoned");
    assert!(error.is_cancelled(), "{error}");
}

#[test]
fn a_panicking_listener_reaches_its_owner() {
    let fit = || fit_classes(json!({}), &mut |_| panic!("the host's own"));
    let panic = std::panic::catch_unwind(fit).expect_err("a panic");
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"the host's own"));
}

#[test]
fn instances_run_at_once() {
    let bits: Vec<Vec<u64>> = std::thread::scope(|scope| {
        let fit = || {
            let mut fitted = misbehaving("none").expect("fitted");
            let proba = fitted.predict(&rows(), PredictKind::Proba).expect("predicted");
            proba.into_iter().map(f64::to_bits).collect()
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(fit)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(bits.windows(2).all(|pair| pair[0] == pair[1]));
}
