//! Plugins for every released minor of the ABI are loaded and run by this host.

use std::path::Path;

use serde_json::Map;
use surmise_plugin_host::{FitOptions, PredictKind, Table, Target, Verdict};

use common::{fixture, only_model, with_header};

mod common;

/// Fits, predicts, saves and loads; `near` is what a plugin should have learnt from y = 2 x.
fn runs(file: &Path, near: impl Fn(f64, f64) -> bool) {
    let model = only_model(file);
    let (x, y) = ([0.0, 1.0, 2.0, 3.0], [0.0, 2.0, 4.0, 6.0]);
    let train = Table::new(4, 1, &x, &[], Some(Target::Values(&y))).expect("a good table");
    let mut n_reports = 0;
    let options = FitOptions { seed: 1, n_threads: 1 };
    let fitted = model.fit(&Map::new(), &train, options, &mut |_| {
        n_reports += 1;
        Verdict::Continue
    });
    let mut fitted = fitted.expect("fitted");
    assert!(0 < n_reports);
    let predicted = fitted.predict(&train, PredictKind::Value).expect("predicted");
    assert!(predicted.iter().zip(y).all(|(found, y)| near(*found, y)), "{predicted:?}");
    assert_eq!(fitted.importance().expect("told"), Some(vec![1.0]));
    let mut loaded = model.load(&fitted.save().expect("saved")).expect("loaded");
    assert_eq!(loaded.predict(&train, PredictKind::Value).expect("predicted"), predicted);
}

#[test]
fn a_plugin_in_rust_for_1_0() {
    runs(&fixture("abi_1_0"), |found, _| found == 3.0);
}

#[test]
fn a_plugin_in_c_for_1_0() {
    let folder = "tests/fixtures/abi-1.0";
    with_header(folder, "abi-1.0/plugin.c", &[], |file| {
        runs(file, |found, y| (found - y).abs() < 0.5);
    });
}

/// Once a minor is released, its header never changes; until then its copy must not fall behind.
#[test]
fn the_kept_header_of_this_minor_is_the_one_of_the_abi() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let minor = surmise_plugin_abi::ABI_MINOR;
    let kept = repository.join(format!("tests/fixtures/abi-1.{minor}/surmise_plugin_v1.h"));
    let today = repository.join("plugins/abi/include/surmise_plugin_v1.h");
    let read = |file| std::fs::read_to_string(file).expect("a header");
    assert!(
        read(&kept) == read(&today),
        "the header differs from the copy for 1.{minor}: before that is released, copy it to \
         {kept:?}; afterwards, raise the minor"
    );
}
