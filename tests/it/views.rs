//! What a model is shown of its data: weights, and what it tells of it; in workers and in this
//! process alike.

use std::process::Command;

use serde_json::Map;
use surmise_plugin_host::{
    Error, FitOptions, OwnedTable, OwnedTarget, PredictKind, Result, Sets, Verdict,
};

use crate::plugin::has;
use crate::support::{Bench, repository};
use crate::workers::{self, open};

const OPTIONS: FitOptions = FitOptions { seed: 7, n_threads: 1 };

/// The plugin `views`, beside the examples' data; none where there is no C compiler.
#[expect(clippy::print_stdout, reason = "what was not tested must show")]
fn bench(defines: &[&str]) -> Option<Bench> {
    if !has("cc") {
        println!("SKIPPED: no C compiler `cc` here, so no views were tried");
        return None;
    }
    let bench = Bench::new();
    std::fs::create_dir(bench.path().join("plugins")).unwrap();
    let compiled = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-I"])
        .arg(repository().join("plugins/abi/include"))
        .arg(repository().join("tests/fixtures/views-in-c/views.c"))
        .args(defines.iter().map(|define| format!("-D{define}")))
        .arg("-o")
        .arg(bench.path().join("plugins/libsurmise_views.so"))
        .arg("-lm")
        .output()
        .unwrap();
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    Some(bench)
}

/// Numbers that single precision holds as well, one of them missing, many of them zero.
fn rows(weights: Option<Vec<f64>>) -> OwnedTable {
    OwnedTable {
        n_rows: 5,
        n_features: 3,
        values: vec![
            0.5,
            0.0,
            2.0,
            0.0,
            0.0,
            0.0,
            f64::NAN,
            -3.25,
            0.0,
            0.0,
            0.0,
            1e-3_f32.into(),
            7.0,
            1.5,
            0.0,
        ],
        feature_names: ["a", "b", "c"].map(String::from).to_vec(),
        target: Some(OwnedTarget::Values(vec![1.0, 0.1, -2.0, 0.3, 5.0])),
        weights,
        ..OwnedTable::default()
    }
}

/// The bits of predictions and importances.
type Told = (Vec<u64>, Vec<u64>);

/// What the model tells that was fitted to a table and predicts it.
fn told(bench: &Bench, table: &dyn Fn() -> OwnedTable, in_workers: bool) -> Result<Told> {
    let runner = open(&bench.path().join("plugins/libsurmise_views.so"), in_workers);
    let session = runner.session(None);
    let train = runner.share(table())?;
    let mut model = session.fit(&Map::new(), &train, OPTIONS, &mut |_| Verdict::Continue)?;
    let x = runner.share(OwnedTable { target: None, weights: None, ..table() })?;
    let bits = |values: Vec<f64>| values.into_iter().map(f64::to_bits).collect();
    let importance = model.importance()?.expect("it has the ability");
    Ok((bits(model.predict(&x, PredictKind::Value)?), bits(importance)))
}

fn both_ways(bench: &Bench, table: &dyn Fn() -> OwnedTable) -> Told {
    let here = told(bench, table, false).unwrap();
    assert_eq!(told(bench, table, true).unwrap(), here);
    here
}

#[test]
fn weights_and_importances_go_through_workers_bit_by_bit() {
    let Some(bench) = bench(&[]) else { return };
    let plain = both_ways(&bench, &|| rows(None));
    let weighted = both_ways(&bench, &|| rows(Some(vec![0.0, 0.1, 2.0, 1.0, 0.3])));
    assert_ne!(weighted, plain);
    assert_eq!(both_ways(&bench, &|| rows(Some(vec![1.0; 5]))), plain);
    // By hand: the sum of y · x over the rows, each as often as its weight says.
    let importance = |weights: [f64; 5]| {
        let y = [1.0, 0.1, -2.0, 0.3, 5.0];
        let x = [
            [0.5, 0.0, 2.0],
            [0.0; 3],
            [0.0, -3.25, 0.0],
            [0.0, 0.0, 1e-3_f32.into()],
            [7.0, 1.5, 0.0],
        ];
        [0, 1, 2].map(|j| {
            let sum: f64 = (0..5).map(|i| weights[i] * y[i] * x[i][j]).sum();
            sum.abs().to_bits()
        })
    };
    assert_eq!(plain.1, importance([1.0; 5]));
    assert_eq!(weighted.1, importance([0.0, 0.1, 2.0, 1.0, 0.3]));
}

#[test]
fn weights_that_no_model_can_use_never_reach_one() {
    let Some(bench) = bench(&[]) else { return };
    for bad in [vec![1.0; 4], vec![0.0; 5], vec![1.0, 1.0, -1.0, 1.0, 1.0], vec![f64::NAN; 5]] {
        for in_workers in [false, true] {
            let refused = told(&bench, &|| rows(Some(bad.clone())), in_workers);
            assert!(matches!(refused, Err(Error::Data { .. })), "{bad:?}");
        }
    }
}

#[test]
fn importances_are_checked_wherever_the_model_runs() {
    for (wrong, said) in [
        ("NAN", "the importance of feature 2 is NaN or was not written"),
        ("INFINITY", "feature 2 has the importance inf"),
        ("-0.5", "feature 2 has the importance -0.5"),
    ] {
        let Some(bench) = bench(&[&format!("IMPORTANCE={wrong}")]) else { return };
        let [here, worker] = [false, true].map(|in_workers| {
            let error = told(&bench, &|| rows(None), in_workers).unwrap_err();
            assert!(matches!(error, Error::Contract { .. }), "{error}");
            error.to_string()
        });
        assert!(here.ends_with(said), "{here}");
        assert_eq!(here, worker);
    }
}

/// A regression over rows of which some count more, some not at all.
const STUDY: &str = "\
surmise: 1
name: study
data: { source: { csv: data/rows.csv }, target: y, weights: w }
model: { plugin: views }
evaluation: { resample: { kfold: 2 }, metric: rmse }
";

const ROWS: &str = "x,w,y\n1,0.5,2\n2,0,9\n3,2,6\n4,1,8.5\n5,0.25,9\n6,3,12\n";

fn study(bench: &Bench, rows: &str, changes: &[&str]) -> Vec<serde_json::Value> {
    bench.write("data/rows.csv", rows);
    bench.write("study.yaml", STUDY);
    let set = changes.iter().flat_map(|change| ["--set", *change]);
    let args: Vec<&str> = ["run", "study.yaml", "--quiet"].into_iter().chain(set).collect();
    bench.ok(&args);
    let events = bench.events("study-1");
    std::fs::remove_dir_all(bench.path().join("runs")).unwrap();
    events.into_iter().map(|event| event["outcome"].clone()).collect()
}

#[test]
fn a_pipeline_weighs_the_rows_it_fits() {
    let Some(bench) = bench(&[]) else { return };
    let weighted = study(&bench, ROWS, &[]);
    assert_eq!(study(&bench, ROWS, &["isolation=in-process"]), weighted);
    let plain = |rows| study(&bench, rows, &["data.weights=null"]);
    let without = "x,y\n1,2\n2,9\n3,6\n4,8.5\n5,9\n6,12\n";
    assert_ne!(plain(without), weighted);
    // Not a feature: weights of one change nothing.
    let ones = "x,w,y\n1,1,2\n2,1,9\n3,1,6\n4,1,8.5\n5,1,9\n6,1,12\n";
    assert_eq!(study(&bench, ones, &[]), plain(without));
    bench.write("data/rows.csv", ROWS);
    let said = bench.ok(&["check", "study.yaml"]);
    assert!(said.contains("weights: w\n") && said.contains("1 features"), "{said}");
    assert!(said.contains("fits weigh the rows by \"w\"; metrics count them all alike"), "{said}");
}

#[test]
fn weights_that_cannot_be_used_are_refused_before_any_trial() {
    let Some(bench) = bench(&[]) else { return };
    bench.write("study.yaml", STUDY);
    let refused = |rows: &str, set: &str, code: i32, said: &str| {
        bench.write("data/rows.csv", rows);
        let finished = bench.run(&["run", "study.yaml", "--set", set]);
        assert_eq!(finished.code, code, "{}", finished.err);
        assert!(finished.err.contains(said), "{}", finished.err);
        assert!(!bench.path().join("runs").exists());
    };
    let negative = ROWS.replace("2,0,9", "2,-1,9");
    refused(&negative, "name=n", 4, "line 3: the weight in column `w` is negative, `-1`");
    let one_sided = "x,w,y\n1,0.5,2\n2,1,9\n3,2,6\n4,0,8.5\n5,0,9\n6,0,12\n";
    refused(one_sided, "name=n", 4, "all rows that fold 1 of 2 trains on have the weight 0");
    refused(ROWS, "data.weights=v", 4, "there is no column `v`");
    refused(ROWS, "model.plugin=neighbors", 3, "`k_neighbors` takes no row weights");
}

/// What a descriptor lists, and what then arrives.
const LAYOUTS: [(&str, &str, &str); 5] = [
    ("rows_f64", "ROWS", "F64"),
    ("rows_f32", "ROWS", "F32"),
    ("csr_f64", "CSR", "F64"),
    ("csr_f32", "CSR", "F32"),
    ("columns", "COLUMNS", "F64"),
];

fn bench_of(layout: (&str, &str, &str), categorical: bool) -> Option<Bench> {
    let (layout, arrives, dtype) = layout;
    bench(&[
        &format!("LAYOUTS={layout}"),
        &format!("ARRIVES=SURMISE_LAYOUT_{arrives}"),
        &format!("DTYPE=SURMISE_{dtype}"),
        &format!("CATEGORICAL={categorical}"),
    ])
}

#[test]
fn a_model_sees_the_layout_that_it_prefers_and_predicts_the_same_from_each() {
    let table = || rows(Some(vec![0.25, 0.1, 2.0, 1.0, 0.3]));
    let mut all = Vec::new();
    for layout in LAYOUTS {
        let Some(bench) = bench_of(layout, false) else { return };
        all.push(both_ways(&bench, &table));
    }
    assert!(all.iter().all(|told| *told == all[0]), "{all:?}");
}

/// A category beside a number: `u`, `v`, and one that is missing.
fn mixed() -> OwnedTable {
    OwnedTable {
        n_rows: 4,
        n_features: 2,
        values: vec![0.0, 1.5, 1.0, f64::NAN, f64::NAN, 2.0, 1.0, 0.0],
        categories: vec![Some(["u", "v"].map(String::from).to_vec()), None],
        target: Some(OwnedTarget::Values(vec![1.0, 2.0, 4.0, 8.0])),
        ..OwnedTable::default()
    }
}

#[test]
fn categories_come_as_codes() {
    let Some(bench) = bench_of(LAYOUTS[4], true) else { return };
    let (predicted, importance) = both_ways(&bench, &mixed);
    // u: 1, v: 2 + 8; the number: 1 · 1.5 + 4 · 2.
    let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    assert_eq!(predicted, bits(&[1.0 + 9.5 * 1.5, 10.0, 9.5 * 2.0, 10.0]));
    assert_eq!(importance, bits(&[11.0, 9.5]));
    for in_workers in [false, true] {
        let runner = open(&bench.path().join("plugins/libsurmise_views.so"), in_workers);
        let session = runner.session(None);
        let train = runner.share(mixed()).unwrap();
        let fitted = session.fit(&Map::new(), &train, OPTIONS, &mut |_| Verdict::Continue);
        let others = vec![Some(["u", "v", "w"].map(String::from).to_vec()), None];
        let x = runner.share(OwnedTable { categories: others, target: None, ..mixed() }).unwrap();
        let error = fitted.unwrap().predict(&x, PredictKind::Value).unwrap_err().to_string();
        assert!(error.contains("fitted to features with other categories"), "{error}");
    }
    let Some(numeric) = bench_of(LAYOUTS[4], false) else { return };
    let error = told(&numeric, &mixed, true).unwrap_err().to_string();
    assert_eq!(error, "data: feature 1 is a category, and model `views` takes numbers only");
}

#[test]
fn a_pipeline_hands_categories_to_a_model_that_takes_them() {
    let Some(bench) = bench_of(LAYOUTS[4], true) else { return };
    let text = STUDY.replace(", weights: w", "");
    bench.write("study.yaml", &text);
    bench.write("data/rows.csv", "ward,y\na,1\nb,2\na,3\nc,4\n");
    let run = |set: &str| {
        bench.ok(&["run", "study.yaml", "--quiet", "--set", set]);
        let events = bench.events("study-1");
        std::fs::remove_dir_all(bench.path().join("runs")).unwrap();
        events[2]["outcome"].clone()
    };
    let outcome = run("seed=1");
    assert_eq!(run("isolation=in-process"), outcome);
    // Trained on the last two rows a is 3 and b unseen, so 0; on the first two a is 1 and c unseen.
    let expected = f64::midpoint(4.0_f64.sqrt(), 10.0_f64.sqrt());
    assert!((outcome["value"].as_f64().unwrap() - expected).abs() < 1e-12, "{outcome}");
    let Some(numeric) = bench_of(LAYOUTS[0], false) else { return };
    numeric.write("study.yaml", &text);
    numeric.write("data/rows.csv", "ward,y\na,1\nb,2\na,3\nc,4\n");
    let refused = numeric.run(&["run", "study.yaml"]);
    assert_eq!(refused.code, 4);
    assert!(refused.err.contains("`ward` holds categories, and `views` takes numbers only"));
}

#[test]
fn a_validation_set_reaches_the_fit_of_a_model_that_takes_one() {
    let Some(bench) = bench_of(LAYOUTS[2], false) else { return };
    let file = bench.path().join("plugins/libsurmise_views.so");
    for in_workers in [false, true] {
        let runner = open(&file, in_workers);
        let session = runner.session(None);
        let share = |table| runner.share(table).unwrap();
        let (train, all) = (share(rows(None)), share(rows(None)));
        let mut reports = Vec::new();
        let sets = Sets { train: &train, validation: Some(&all) };
        let mut hear = |report| {
            reports.push(report);
            Verdict::Continue
        };
        session.fit(&Map::new(), sets, OPTIONS, &mut hear).unwrap().close().unwrap();
        let sum: f64 = [1.0, 0.1, -2.0, 0.3, 5.0].iter().sum();
        assert_eq!(reports[0].metrics, [("rows".to_owned(), 5.0), ("sum".to_owned(), sum)]);
        let narrow = OwnedTable {
            n_features: 1,
            values: vec![0.0; 5],
            feature_names: Vec::new(),
            ..rows(None)
        };
        let none = OwnedTable {
            n_rows: 0,
            values: Vec::new(),
            target: Some(OwnedTarget::Values(Vec::new())),
            ..rows(None)
        };
        let untold = OwnedTable { target: None, ..rows(None) };
        for bad in [share(narrow), share(untold)] {
            let sets = Sets { train: &train, validation: Some(&bad) };
            let refused = session.fit(&Map::new(), sets, OPTIONS, &mut |_| Verdict::Continue);
            assert!(matches!(refused.err(), Some(Error::Data { .. })));
        }
        assert!(runner.share(none).is_err());
    }
    let majority = open(&workers::majority(), true);
    let table = majority.share(workers::rows()).unwrap();
    let foreign = open(&file, true);
    let session = foreign.session(None);
    let refused = session.fit(&Map::new(), &table, OPTIONS, &mut |_| Verdict::Continue);
    assert!(refused.err().unwrap().to_string().contains("shared with another model"));
    let sets = Sets { train: &table, validation: Some(&table) };
    let session = majority.session(None);
    let refused = session.fit(&Map::new(), sets, OPTIONS, &mut |_| Verdict::Continue);
    let error = refused.err().unwrap().to_string();
    assert_eq!(error, "data: model `majority` takes no validation set");
}

#[test]
fn the_checker_shows_a_model_the_layout_that_it_prefers() {
    let only = "^(predict|data\\.(one|padded|read_only|bounds|zero)|fit\\.(repeats|weights|tasks))";
    for layout in LAYOUTS {
        let Some(bench) = bench_of(layout, false) else { return };
        let plugin = "./plugins/libsurmise_views.so";
        let said = bench.ok(&["plugin", "check", plugin, "--only", only, "--json"]);
        let passed = said.lines().filter(|line| line.contains("\"status\":\"pass\"")).count();
        assert!(14 <= passed, "{said}");
    }
}
