//! The shims called as a host calls them: rightly, wrongly, and after a panic.

use std::ptr;

use surmise_plugin_abi as abi;

use self::rig::{Least, Rig, fit, host, predict};
use super::table::{About, Table};

mod gradient;
mod layouts;
mod rig;

#[test]
fn padded_rows_are_fitted_and_predicted() {
    let mut rig = Rig::new();
    let data = rig.data();
    let status = rig.with("{}", |table, instance| {
        let mut out = [f64::NAN; 3];
        assert_eq!(
            predict(table, instance, &data, abi::PREDICT_VALUE, &mut out),
            abi::E_NOT_FITTED
        );
        assert_eq!(fit(table, instance, &data), abi::OK);
        assert_eq!(predict(table, instance, &data, abi::PREDICT_VALUE, &mut out), abi::OK);
        assert_eq!(out, [1.0; 3]);
        let mut long = [0.0; 4];
        assert_eq!(predict(table, instance, &data, abi::PREDICT_VALUE, &mut long), abi::E_INVALID);
        for kind in [abi::PREDICT_PROBA, abi::PREDICT_DECISION, 0, 99] {
            assert_eq!(predict(table, instance, &data, kind, &mut out), abi::E_UNSUPPORTED);
        }
        let narrow =
            abi::Dataset { n_features: 1, dense: abi::Matrix { cols: 1, ..data.dense }, ..data };
        assert_eq!(predict(table, instance, &narrow, abi::PREDICT_VALUE, &mut out), abi::E_INVALID);
    });
    assert_eq!(status, abi::OK);
}

#[test]
fn bad_data_is_refused_before_it_is_read() {
    let mut rig = Rig::new();
    let good = rig.data();
    let dense = |change: fn(&mut abi::Matrix)| {
        let mut data = good;
        change(&mut data.dense);
        data
    };
    let target = |change: fn(&mut abi::Matrix)| {
        let mut data = good;
        change(&mut data.target);
        data
    };
    let cases = [
        (abi::Dataset { struct_size: 8, ..good }, abi::E_INVALID),
        (abi::Dataset { layout: abi::LAYOUT_CSR, ..good }, abi::E_UNSUPPORTED),
        (abi::Dataset { n_rows: 4, ..good }, abi::E_INVALID),
        (abi::Dataset { n_classes: 2, ..good }, abi::E_INVALID),
        (abi::Dataset { weights: rig.target.as_ptr(), ..good }, abi::E_UNSUPPORTED),
        (dense(|m| m.data = ptr::null()), abi::E_INVALID),
        (dense(|m| m.data = ptr::without_provenance(4097)), abi::E_INVALID),
        (dense(|m| m.row_stride = 1), abi::E_INVALID),
        (dense(|m| m.row_stride = -3), abi::E_INVALID),
        (dense(|m| m.row_stride = i64::MAX), abi::E_INVALID),
        (dense(|m| m.dtype = abi::F32), abi::E_UNSUPPORTED),
        (target(|m| m.data = ptr::null()), abi::E_INVALID),
        (target(|m| m.rows = 2), abi::E_INVALID),
        (target(|m| m.cols = 2), abi::E_INVALID),
        (target(|m| m.dtype = abi::U32), abi::E_INVALID),
        (target(|m| m.row_stride = 0), abi::E_INVALID),
    ];
    rig.with("{}", |table, instance| {
        for (i, (data, expected)) in cases.iter().enumerate() {
            assert_eq!(fit(table, instance, data), *expected, "case {i}");
        }
    });
}

#[test]
fn importance_is_told_by_a_model_that_says_so() {
    let mut rig = Rig::new();
    let data = rig.data();
    rig.with("{}", |table, instance| {
        let id = abi::IMPORTANCE_ID;
        let get_extension = table.get_extension.expect("there");
        // SAFETY: the id lives for the call; the table is what the ABI says it is.
        let importance = unsafe {
            *get_extension(id.as_ptr().cast(), id.len() as u64).cast::<abi::Importance>()
        };
        let features = importance.features.expect("there");
        let mut out = [f64::NAN; 3];
        // SAFETY: a live instance, and room for as many values as are said.
        unsafe {
            assert_eq!(features(instance, out.as_mut_ptr(), 2), abi::E_NOT_FITTED);
            assert_eq!(fit(table, instance, &data), abi::OK);
            assert_eq!(features(instance, out.as_mut_ptr(), 3), abi::E_INVALID);
            assert_eq!(features(instance, ptr::null_mut(), 2), abi::E_INVALID);
            assert_eq!(features(instance, out.as_mut_ptr(), 2), abi::OK);
        }
        assert_eq!(out[..2], [1.0, 1.0]);
    });
}

#[test]
fn hyperparameters_are_checked() {
    for bad in ["", "[]", r#"{"stps":1}"#, r#"{"steps":10}"#, r#"{"steps":1.5}"#, r#"{"panic":1}"#]
    {
        let mut rig = Rig::new();
        assert_eq!(rig.with(bad, |_, _| panic!("made")), abi::E_INVALID, "{bad}");
        assert!(rig.told.error.is_some(), "{bad}");
    }
}

#[test]
fn a_panic_poisons_the_instance() {
    let mut rig = Rig::new();
    let data = rig.data();
    rig.with(r#"{"panic":true}"#, |table, instance| {
        assert_eq!(fit(table, instance, &data), abi::E_PANIC);
        let mut out = [0.0; 3];
        assert_eq!(predict(table, instance, &data, abi::PREDICT_VALUE, &mut out), abi::E_PANIC);
    });
    assert_eq!(rig.told.error, Some((abi::E_PANIC, "given up after a panic".to_owned())));
}

#[test]
fn verdicts_end_a_fit() {
    for (verdict, status, n_steps) in [
        (abi::CONTINUE, abi::OK, 5),
        (abi::STOP, abi::STOPPED, 1),
        (abi::CANCEL, abi::E_CANCELLED, 1),
        (77, abi::E_CANCELLED, 1),
    ] {
        let mut rig = Rig::new();
        rig.told.verdict = verdict;
        let data = rig.data();
        rig.with(r#"{"steps":5}"#, |table, instance| {
            assert_eq!(fit(table, instance, &data), status);
        });
        assert_eq!(rig.told.steps.len(), n_steps);
    }
}

#[test]
fn a_cancelled_fit_is_cancelled_however_the_model_gave_up() {
    let mut rig = Rig::new();
    rig.told.verdict = abi::CANCEL;
    let data = rig.data();
    rig.with(r#"{"steps":5,"give_up":true}"#, |table, instance| {
        assert_eq!(fit(table, instance, &data), abi::E_CANCELLED);
    });
}

#[test]
fn the_table_is_the_same_each_time() {
    static TABLE: Table = Table::new();
    let describe = |about: About| about.package("p", "1.0.0", "MIT").model::<Least>();
    let plugin = TABLE.plugin(describe);
    assert_eq!(plugin, TABLE.plugin(describe));
    // SAFETY: not null, and in static storage.
    let plugin = unsafe { *plugin };
    // SAFETY: as the table promises.
    let json = unsafe { plugin.descriptor.bytes(usize::MAX) }.expect("a descriptor");
    let json: serde_json::Value = serde_json::from_slice(json).expect("JSON");
    let expected = serde_json::json!({
        "schema": 1,
        "plugin": { "id": "p", "name": "p", "version": "1.0.0", "license": "MIT" },
        "models": [{
            "id": "least",
            "help": "The least value",
            "tasks": ["regression"],
            "layouts": ["rows_f64"],
            "missing": "reject",
            "caps": ["save", "importance", "parallel_instances"],
            "deterministic": "bitwise",
            "threads": "single",
            "hyperparameters": [
                { "name": "panic", "help": "Whether to panic", "type": "bool", "default": false },
                { "name": "steps", "help": "", "type": "int", "low": 0, "high": 9, "log": false,
                  "default": 0 },
                { "name": "give_up", "help": "Whether to fail when told to end", "type": "bool",
                  "default": false },
            ],
        }],
    });
    assert_eq!(json, expected);
}

#[test]
#[should_panic(expected = "lowercase")]
fn a_package_with_capitals_does_not_compile() {
    super::check_package("Ridge");
}

#[test]
fn null_pointers_are_survived() {
    let table = super::shims::table::<Least>();
    let data = Rig::new().data();
    assert_eq!(fit(&table, ptr::null_mut(), &data), abi::E_INVALID);
    let mut instance = ptr::null_mut();
    // SAFETY: null is what is tested.
    unsafe {
        table.destroy.expect("there")(ptr::null_mut());
        let create = table.create.expect("there");
        assert_eq!(create(ptr::null(), ptr::null(), 0, &raw mut instance), abi::E_INVALID);
        let host = host(ptr::null_mut());
        assert_eq!(create(&raw const host, ptr::null(), 0, ptr::null_mut()), abi::E_INVALID);
    }
}
