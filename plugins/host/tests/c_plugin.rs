//! Plugins in C, built from nothing but the header: one that behaves, one that is rude.

use serde_json::Map;
use surmise_core::component::Deterministic;
use surmise_plugin_host::{
    Error, FitOptions, Fitted, Library, Model, PredictKind, Result, Table, Target, Verdict,
};

use common::{only_model, with_plugin};

mod common;

const OPTIONS: FitOptions = FitOptions { seed: 0, n_threads: 1 };
const VALUES: [f64; 4] = [1.0, 2.0, 3.0, 4.0];

fn with_rude(defines: &[&str], test: impl FnOnce(&Model)) {
    with_plugin("rude-in-c/rude.c", defines, |file| test(&only_model(file)));
}

fn classes() -> [String; 2] {
    ["no", "yes"].map(String::from)
}

fn fit_classes(model: &Model, verdict: Verdict) -> Result<Fitted> {
    let names = classes();
    let target = Target::Classes { codes: &[0, 1], names: &names };
    let train = Table::new(2, 2, &VALUES, &[], Some(target))?;
    model.fit(&Map::new(), &train, OPTIONS, &mut |_| verdict)
}

#[test]
fn a_plugin_in_c_fits_predicts_saves_and_loads() {
    with_plugin("mean-in-c/mean.c", &[], |file| {
        let model = only_model(file);
        assert_eq!((model.library().id(), model.library().version()), ("mean-in-c", "1.0.0"));
        let target = Target::Values(&[10.0, 20.0]);
        let train = Table::new(2, 2, &VALUES, &[], Some(target)).expect("a good table");
        let fitted = model.fit(&Map::new(), &train, OPTIONS, &mut |_| Verdict::Continue);
        let mut fitted = fitted.expect("fitted");
        assert_eq!(fitted.predict(&train, PredictKind::Value).expect("predicted"), [15.0; 2]);
        let mut loaded = model.load(&fitted.save().expect("saved")).expect("loaded");
        assert_eq!(loaded.predict(&train, PredictKind::Value).expect("predicted"), [15.0; 2]);
        let refused = fit_classes(&model, Verdict::Continue);
        assert!(matches!(refused, Err(Error::Data { .. })));
    });
}

#[test]
fn what_a_descriptor_leaves_out_is_not_promised() {
    with_rude(&[], |model| {
        assert_eq!(model.info().deterministic, Deterministic::No);
        assert!(!model.info().save);
        let mut fitted = fit_classes(model, Verdict::Continue).expect("fitted");
        assert!(matches!(fitted.save(), Err(Error::Call { .. })));
    });
}

#[test]
fn a_fit_that_ignores_the_answer_has_it_nevertheless() {
    with_rude(&[], |model| {
        let error = fit_classes(model, Verdict::Cancel).expect_err("abandoned");
        assert!(error.is_cancelled(), "{error}");
        assert!(fit_classes(model, Verdict::Stop).expect("usable").stopped());
        assert!(!fit_classes(model, Verdict::Continue).expect("fitted").stopped());
    });
}

#[test]
fn a_status_of_a_newer_minor_is_success() {
    with_rude(&["CREATE_STATUS=7", "FIT_STATUS=8"], |model| {
        let fitted = fit_classes(model, Verdict::Continue).expect("fitted");
        assert!(!fitted.stopped());
    });
}

#[test]
fn probabilities_of_single_precision_are_brought_into_range() {
    let rows = || Table::new(2, 2, &VALUES, &[], None).expect("a good table");
    with_rude(&["EXCESS=5e-7"], |model| {
        let mut fitted = fit_classes(model, Verdict::Continue).expect("fitted");
        let predicted = fitted.predict(&rows(), PredictKind::Proba).expect("rounding");
        assert_eq!(predicted, [1.0, 0.0, 1.0, 0.0]);
    });
    with_rude(&["EXCESS=1e-3"], |model| {
        let mut fitted = fit_classes(model, Verdict::Continue).expect("fitted");
        let refused = fitted.predict(&rows(), PredictKind::Proba);
        assert!(matches!(refused, Err(Error::Contract { .. })));
    });
}

#[test]
fn a_descriptor_cannot_drive_the_terminal() {
    for (define, expected) in [
        // Shown in messages about values that are none of the choices.
        (r#"CHOICE="a\302\23331mred""#, "control or invisible characters"),
        (r#"MORE=",\"deterministic\":\"\302\23331mred\"""#, "unknown variant `31mred`"),
    ] {
        with_plugin("rude-in-c/rude.c", &[define], |file| {
            let reason = Library::open(file).expect_err("refused").to_string();
            assert!(!reason.contains('\u{9b}'), "{reason:?}");
            assert!(reason.contains(expected), "{reason}");
        });
    }
}

#[test]
fn a_refusal_is_final() {
    with_plugin("rude-in-c/rude.c", &["REFUSED_CALLS=1"], |file| {
        let first = Library::open(file).expect_err("refused").to_string();
        let second = Library::open(file).expect_err("asked once only").to_string();
        assert!(first.contains("refuses this version of Surmise"), "{first}");
        assert_eq!(first, second);
    });
}
