//! `surmise predict`: what a run's model says of new rows.

use std::fmt::Write;
use std::fs;

use serde_json::Value;

use crate::support::{Bench, STUDY};

/// The irises without their species, columns the other way round.
fn turned(iris: &str) -> String {
    let turn = |line: &str| {
        let cells: Vec<&str> = line.split(',').take(4).collect();
        cells.into_iter().rev().collect::<Vec<_>>().join(",") + "\n"
    };
    iris.lines().map(turn).collect()
}

fn iris(bench: &Bench) -> String {
    String::from_utf8(bench.read("data/iris.csv")).unwrap()
}

/// The data that the run was made from need not be there any more.
#[test]
fn a_model_needs_nothing_but_its_run() {
    let bench = Bench::with(STUDY);
    bench.ok(&["run", "study.yaml", "--quiet", "--set", "search.trials=3"]);
    let iris = iris(&bench);
    bench.write("rows.csv", &iris);
    bench.write("turned.csv", turned(&iris));
    fs::remove_dir_all(bench.path().join("data")).unwrap();

    let predicted = bench.ok(&["predict", "study-1", "rows.csv"]);
    assert_eq!(bench.ok(&["predict", "study-1", "turned.csv"]), predicted);
    let mut lines = predicted.lines();
    assert_eq!(lines.next(), Some("prediction"));
    let truth = iris.lines().skip(1).map(|line| line.rsplit(',').next().unwrap());
    let n_right = lines.zip(truth).filter(|(a, b)| a == b).count();
    assert!(140 < n_right && n_right <= 150, "{n_right}");
}

const NETWORK: &str = "\
surmise: 1
name: study
data: { source: { csv: data/iris.csv }, target: species }
stages: [standardize: {}]
model: { plugin: neural, name: mlp, params: { hidden: [8] } }
training: { epochs: 30, optimizer: { type: adam, learning_rate: 0.01 } }
evaluation: { resample: { kfold: 3, shuffle: true }, metric: log_loss }
";

#[test]
fn probabilities_stand_beside_the_class() {
    let bench = Bench::with(NETWORK);
    bench.ok(&["run", "study.yaml", "--quiet"]);
    let args = ["predict", "study-1", "data/iris.csv", "--probabilities"];
    let table = bench.ok(&args);
    let header =
        "prediction,probability of setosa,probability of versicolor,probability of virginica";
    assert_eq!(table.lines().next(), Some(header));
    let lines = bench.ok(&[&args[..], &["--json"]].concat());
    assert_eq!(lines.lines().count(), 150);
    for (i, (line, row)) in lines.lines().zip(table.lines().skip(1)).enumerate() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["row"], i);
        let cells: Vec<&str> = row.split(',').collect();
        assert_eq!(line["prediction"], cells[0]);
        let shares = line["probabilities"].as_object().unwrap();
        let share = |cell: &&str| cell.parse::<f64>().unwrap();
        let told: Vec<f64> = cells[1..].iter().map(share).collect();
        assert_eq!(shares.values().filter_map(Value::as_f64).collect::<Vec<_>>(), told);
        assert!((told.iter().sum::<f64>() - 1.0).abs() < 1e-6, "{row}");
        let largest =
            shares.iter().max_by(|a, b| a.1.as_f64().unwrap().total_cmp(&b.1.as_f64().unwrap()));
        assert_eq!(largest.unwrap().0, cells[0]);
    }
}

const MIXED: &str = "\
surmise: 1
name: study
data: { source: { csv: mixed.csv }, target: y, columns: { categorical: [code] } }
stages: [impute: {}, one_hot: {}, standardize: {}]
model: { plugin: linear, name: linear_regression, params: { penalty: none } }
evaluation: { resample: { kfold: 3, shuffle: true }, metric: rmse }
";

/// y = 2x, 10 more in the north, 1 more for code 2; gaps are filled.
fn mixed() -> String {
    let mut text = "x,ward,code,y\n".to_owned();
    for i in 0..60 {
        let (x, north, code) = (i % 7, i % 2, 1 + i % 3);
        let y = 2 * x + 10 * north + i32::from(code == 2);
        let ward = ["south", "north"][north as usize];
        writeln!(text, "{x},{ward},{code},{y}").unwrap();
    }
    text
}

#[test]
fn new_rows_are_read_as_the_training_rows_were() {
    let bench = Bench::with(MIXED);
    bench.write("mixed.csv", mixed());
    bench.ok(&["run", "study.yaml", "--quiet"]);
    bench.write("rows.csv", "code,more,x,ward\n2,?,3,north\n1,?,1.5,south\n01,?,-4,south\n");
    let numbers = |text: &str| -> Vec<f64> {
        text.lines().skip(1).map(|line| line.parse().unwrap()).collect()
    };
    let made = numbers(&bench.ok(&["predict", "study-1", "rows.csv"]));
    for (made, expected) in made.iter().zip([17.0, 3.0, -8.0]) {
        assert!((made - expected).abs() < 1e-9, "{made} is not {expected}");
    }
    // Levels that the model does not know, and gaps, are what they were in the folds.
    bench.write("rows.csv", "x,ward,code\n,north,2\n3,west,2\n3,,9\n");
    assert_eq!(numbers(&bench.ok(&["predict", "study-1", "rows.csv"])).len(), 3);

    bench.write("rows.csv", "x,wards,code\n3,north,2\nmuch,south,1\n");
    let finished = bench.run(&["predict", "study-1", "rows.csv"]);
    assert_eq!(finished.code, 4, "{}", finished.err);
    for words in
        ["there is no column `ward`", "`wards`", "line 3: column `x`: `much` is not a number"]
    {
        assert!(finished.err.contains(words), "{words}: {}", finished.err);
    }
}

#[test]
fn what_cannot_predict_says_why() {
    let bench = Bench::with(STUDY);
    bench.ok(&["run", "study.yaml", "--quiet", "--set", "search.trials=1"]);
    let rows = "data/iris.csv";
    let finished = bench.run(&["predict", "study-1", rows, "--probabilities"]);
    assert_eq!(finished.code, 5, "{}", finished.err);
    assert!(finished.err.contains("probabilit"), "{}", finished.err);
    bench.write("runs/study-1/model.bin", "damaged");
    let finished = bench.run(&["predict", "study-1", rows]);
    assert_eq!(finished.code, 8, "{}", finished.err);
    assert!(finished.err.contains("`surmise resume study-1` makes it again"), "{}", finished.err);
    bench.ok(&["resume", "study-1", "--quiet"]);
    bench.ok(&["predict", "study-1", rows]);
    let finished = bench.run(&["predict", "study-2", rows]);
    assert_eq!(finished.code, 6, "{}", finished.err);
}
