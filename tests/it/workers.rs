//! The host's own interface to workers, which other programs than `surmise` use as well.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Map, Value, json};
use surmise_plugin_host::{
    Binary, Error, FitOptions, FittedModel, Isolation, OwnedTable, OwnedTarget, Policy,
    PredictKind, Report, Result, Runner, Session, Verdict, Workers,
};

use crate::hostile;

const OPTIONS: FitOptions = FitOptions { seed: 7, n_threads: 1 };
const PROGRAM: &str = env!("CARGO_BIN_EXE_surmise");

/// A plugin in this process or in workers of the real program.
pub(crate) fn open(file: &Path, in_workers: bool) -> Runner {
    open_for(file, in_workers, Duration::from_secs(60))
}

/// The same with another limit of time.
fn open_for(file: &Path, in_workers: bool, time: Duration) -> Runner {
    let isolation = match in_workers {
        false => Isolation::InProcess,
        true => Isolation::Workers(Workers {
            sandbox: Policy::BestEffort,
            memory_bytes: Some(256 << 20),
            time: Some(time),
            libraries: Vec::new(),
            scratch: std::env::temp_dir(),
            program: Some(PathBuf::from(PROGRAM)),
        }),
    };
    Runner::open(Binary::open(file).unwrap(), None, &isolation).unwrap()
}

pub(crate) fn majority() -> PathBuf {
    Path::new(PROGRAM).parent().unwrap().join("deps/libsurmise_majority.so")
}

/// Four rows, of which three are of class `b`.
pub(crate) fn rows() -> OwnedTable {
    let names = ["a", "b"].map(String::from).to_vec();
    OwnedTable {
        n_rows: 4,
        n_features: 2,
        values: vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0],
        feature_names: ["x", "y"].map(String::from).to_vec(),
        target: Some(OwnedTarget::Classes { codes: vec![1, 0, 1, 1], names }),
        ..OwnedTable::default()
    }
}

fn params(given: Value) -> Map<String, Value> {
    match given {
        Value::Object(map) => map,
        other => panic!("not an object: {other}"),
    }
}

fn fit<'s, 'a>(
    runner: &Runner,
    session: &'s Session<'a>,
    given: Value,
    report: &mut dyn FnMut(Report) -> Verdict,
) -> Result<FittedModel<'s, 'a>> {
    let train = runner.share(rows())?;
    session.fit(&params(given), &train, OPTIONS, report)
}

#[test]
fn a_model_fits_predicts_saves_and_loads_as_in_this_process() {
    let given = || json!({ "smooth": 0.1, "steps": 5 });
    let mut all = Vec::new();
    for in_workers in [false, true] {
        let runner = open(&majority(), in_workers);
        assert_eq!(runner.info().component.name, "majority");
        let session = runner.session(None);
        let mut reports = Vec::new();
        let mut model = fit(&runner, &session, given(), &mut |report| {
            reports.push(report);
            Verdict::Continue
        })
        .unwrap();
        let x = runner.share(rows()).unwrap();
        let predict = |model: &mut FittedModel<'_, '_>| {
            [PredictKind::Value, PredictKind::Proba, PredictKind::Decision]
                .map(|kind| model.predict(&x, kind).unwrap())
        };
        let (predicted, saved) = (predict(&mut model), model.save().unwrap());
        assert_eq!(saved, model.save().unwrap(), "the same bytes each time");
        model.close().unwrap();
        let mut loaded = session.load(&saved).unwrap();
        assert_eq!(predict(&mut loaded), predicted);
        loaded.close().unwrap();
        let mut damaged = saved.clone();
        damaged[40] ^= 1;
        assert!(matches!(session.load(&damaged), Err(Error::State { .. })));
        all.push((reports, predicted, saved));
    }
    assert_eq!(all[0], all[1]);
}

#[test]
fn a_fit_in_a_worker_is_stopped_or_cancelled_by_the_answer_to_a_report() {
    let runner = open(&majority(), true);
    let session = runner.session(None);
    let slow = || json!({ "misbehave": "slow", "steps": 1000, "step_ms": 10_000 });
    let mut stopped = fit(&runner, &session, slow(), &mut |_| Verdict::Stop).unwrap();
    assert!(stopped.stopped());
    let x = runner.share(rows()).unwrap();
    assert_eq!(stopped.predict(&x, PredictKind::Value).unwrap(), [1.0; 4]);
    let cancelled = fit(&runner, &session, slow(), &mut |_| Verdict::Cancel);
    assert!(cancelled.err().unwrap().is_cancelled());
}

#[test]
fn what_is_wrong_before_a_fit_is_told_by_the_same_errors() {
    let runner = open(&majority(), true);
    let session = runner.session(None);
    let mut report = |_| Verdict::Continue;
    let error = fit(&runner, &session, json!({ "smoth": 1 }), &mut report).err().unwrap();
    assert!(matches!(error, Error::Settings { .. }), "{error}");
    let mut gap = rows();
    gap.values[3] = f64::NAN;
    assert!(matches!(runner.share(gap), Err(Error::Data { .. })));
    let panicked = fit(&runner, &session, json!({ "misbehave": "panic" }), &mut report);
    let error = panicked.err().unwrap().to_string();
    assert!(error.contains("fit crashed: ") && error.contains("panicking on demand"), "{error}");
    let narrow =
        OwnedTable { n_rows: 8, n_features: 1, feature_names: Vec::new(), target: None, ..rows() };
    let mut model = fit(&runner, &session, json!({}), &mut report).unwrap();
    let narrow = runner.share(narrow).unwrap();
    assert!(matches!(model.predict(&narrow, PredictKind::Value), Err(Error::Data { .. })));
}

#[test]
fn a_listener_that_panics_reaches_its_owner_and_leaves_no_worker_in_use() {
    let runner = open(&majority(), true);
    let session = runner.session(None);
    let attempt = std::panic::AssertUnwindSafe(|| {
        fit(&runner, &session, json!({}), &mut |_| panic!("the host's own")).map(drop)
    });
    let panic = std::panic::catch_unwind(attempt).unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"the host's own"));
    fit(&runner, &session, json!({}), &mut |_| Verdict::Continue).unwrap().close().unwrap();
}

/// Whether a session's fit had a worker that served another before.
fn is_shared(runner: &Runner, given: Value) -> bool {
    let session = runner.session(None);
    fit(runner, &session, given, &mut |_| Verdict::Continue).unwrap().close().unwrap();
    session.is_shared()
}

#[test]
fn short_sessions_share_workers_and_long_ones_leave_none() {
    let runner = open(&majority(), true);
    let short = || json!({ "steps": 1 });
    assert_eq!([short(), short()].map(|given| is_shared(&runner, given)), [false, true]);
    let alone = runner.session_alone(None);
    fit(&runner, &alone, short(), &mut |_| Verdict::Continue).unwrap().close().unwrap();
    assert!(!alone.is_shared());
    drop(alone);
    // As many long ones as there are workers that have served.
    let long = || json!({ "misbehave": "slow", "steps": 2, "step_ms": 60 });
    while is_shared(&runner, long()) {}
    assert!(!is_shared(&runner, short()));
}

#[test]
fn a_worker_in_which_something_was_left_serves_nobody_else() {
    let Some(bench) = hostile::bench(&[]) else { return };
    let runner = open(&bench.path().join("plugins/libsurmise_hostile.so"), true);
    let behaves = |behaviour: &str| is_shared(&runner, json!({ "behaviour": behaviour }));
    assert_eq!(["none", "none"].map(behaves), [false, true]);
    for left in
        ["threads_left", "changes_rounding", "changes_folder", "changes_umask", "handles_signals"]
    {
        assert!(behaves(left), "{left} was given the worker that is there");
        assert!(!behaves("none"), "{left} was seen");
    }
    assert!(behaves("crashes_when_used"), "it had a used worker, and then another");
}

/// What loading a saved model again comes to, where the plugin can do anything else.
#[test]
fn a_saved_model_that_cannot_be_loaded_is_an_error() {
    let Some(bench) = hostile::bench(&[]) else { return };
    let file = bench.path().join("plugins/libsurmise_hostile.so");
    for (behaviour, said) in [
        ("segfault_load", "crashed in load: segmentation fault (or stack overflow)"),
        ("loop_load", "exceeded the 2 s wall limit in load, killed"),
        ("saves_nothing", "load failed: the saved state is not one of this model"),
    ] {
        let runner = open_for(&file, true, Duration::from_secs(2));
        let session = runner.session(None);
        let given = json!({ "behaviour": behaviour });
        let mut model = fit(&runner, &session, given, &mut |_| Verdict::Continue).unwrap();
        let saved = model.save().unwrap();
        let error = session.load(&saved).err().unwrap().to_string();
        assert_eq!(error, format!("plugin `hostile`, model `hostile`: {said}"));
        // The model that is there, in a worker of its own, is not touched by it.
        let x = runner.share(rows()).unwrap();
        assert_eq!(model.predict(&x, PredictKind::Value).unwrap(), [0.0; 4]);
    }
}

#[test]
fn a_fit_that_goes_on_although_it_was_told_to_stop_is_killed() {
    let Some(bench) = hostile::bench(&[]) else { return };
    let runner = open(&bench.path().join("plugins/libsurmise_hostile.so"), true);
    for verdict in [Verdict::Stop, Verdict::Cancel] {
        let session = runner.session(None);
        let given = json!({ "behaviour": "ignores_stop" });
        let error = fit(&runner, &session, given, &mut |_| verdict).err().unwrap().to_string();
        assert!(error.ends_with("did not stop within 10 s of being told to, killed"), "{error}");
    }
}
