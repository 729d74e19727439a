//! What is read.

use std::path::PathBuf;

use surmise_core::component::Task;

use super::*;
use crate::dataset::{ColumnValues, Target};

fn options(target: &str) -> CsvOptions {
    CsvOptions::new(target)
}

fn load(text: &str, options: &CsvOptions) -> Dataset {
    parse(text.as_bytes(), options).unwrap().dataset
}

fn numbers(data: &Dataset, column: usize) -> &[f64] {
    match &data.columns()[column].values {
        ColumnValues::Number(values) => values,
        ColumnValues::Category { .. } => panic!("column {column} is a category"),
    }
}

fn levels(data: &Dataset, column: usize) -> (Vec<Option<u32>>, Vec<&str>) {
    match &data.columns()[column].values {
        ColumnValues::Category { codes, levels } => {
            (codes.clone(), levels.iter().map(String::as_str).collect())
        }
        ColumnValues::Number(_) => panic!("column {column} is a number"),
    }
}

#[test]
fn every_example_is_read() {
    let cases: [(&str, &str, usize, usize, Option<usize>); 5] = [
        ("iris", "species", 150, 4, Some(3)),
        ("wine", "cultivar", 178, 13, Some(3)),
        ("breast_cancer", "diagnosis", 569, 30, Some(2)),
        ("digits", "digit", 1797, 64, Some(10)),
        ("diabetes", "progression", 442, 10, None),
    ];
    for (file, target, rows, features, n_classes) in cases {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples/data");
        let loaded = read(&folder.join(file).with_extension("csv"), &options(target)).unwrap();
        let data = &loaded.dataset;
        assert_eq!((data.n_rows(), data.n_features()), (rows, features), "{file}");
        let found = match data.target() {
            Target::Classes { names, .. } => Some(names.len()),
            Target::Values(_) => None,
        };
        assert_eq!(found, n_classes, "{file}");
        assert_eq!(data.to_rows().unwrap().len(), rows * features);
        assert_eq!(loaded.fingerprint.columns, features as u64 + 1);
    }
}

#[test]
fn columns_are_typed_by_all_of_their_cells() {
    let text = "n,flag,ward,y\n1, true ,10,a\n?,false,9,b\n-0.5e1,NA,,a\n";
    let mut options = options("y");
    options.categorical = vec!["ward".into()];
    let data = load(text, &options);
    assert!(numbers(&data, 0)[1].is_nan());
    assert_eq!(numbers(&data, 0)[2], -5.0);
    assert_eq!(levels(&data, 1), (vec![Some(1), Some(0), None], vec!["false", "true"]));
    assert_eq!(levels(&data, 2), (vec![Some(1), Some(0), None], vec!["9", "10"]));
    let classes = Target::Classes { codes: vec![0, 1, 0], names: vec!["a".into(), "b".into()] };
    assert_eq!(data.target(), &classes);
}

#[test]
fn weights_are_no_feature() {
    let weighted = CsvOptions { weights: Some("w".into()), ..options("y") };
    let text = "a,w,y\n1,0.5,u\n2,0,v\n";
    let [with, without] =
        [&weighted, &options("y")].map(|options| parse(text.as_bytes(), options).unwrap());
    assert_eq!(with.dataset.weights(), Some(&[0.5, 0.0][..]));
    assert_eq!(with.dataset.feature_names(), ["a"]);
    assert_eq!(without.dataset.feature_names(), ["a", "w"]);
    assert!(without.dataset.weights().is_none());
    assert_eq!(with.fingerprint.sha256, without.fingerprint.sha256);
    assert_ne!(with.fingerprint.schema_sha256, without.fingerprint.schema_sha256);
}

#[test]
fn where_names_are_declared_only_nothing_is_missing() {
    let text = "code,plain,y\n\"NA\",NA,NA\nFR,x,null\n,z,b\n";
    let names = CsvOptions { categorical: vec!["code".into(), "y".into()], ..options("y") };
    let data = load(text, &names);
    assert_eq!(levels(&data, 0), (vec![Some(1), Some(0), None], vec!["FR", "NA"]));
    assert_eq!(levels(&data, 1), (vec![None, Some(0), Some(1)], vec!["x", "z"]));
    let classes = ["NA", "b", "null"].map(str::to_owned).to_vec();
    assert_eq!(data.target(), &Target::Classes { codes: vec![0, 2, 1], names: classes });
    // Few rows of numbers, fractions even: they are names all the same.
    let numbers = load("a,y\n1,0.5\n2,1\n", &CsvOptions { categorical: vec!["y".into()], ..names });
    assert_eq!(numbers.task(), Task::Classification);
}

#[test]
fn every_row_knows_its_line() {
    let loaded = parse(b"\na,y\r\n\r\n\"1\",\"u\n\"\n2,v\n", &options("y")).unwrap();
    assert_eq!(loaded.lines, [4, 6]);
    let plain = CsvOptions { header: false, ..options("column_2") };
    assert_eq!(parse(b"1,u\n2,v", &plain).unwrap().lines, [1, 2]);
}

#[test]
fn text_may_come_in_any_usual_form() {
    let plain = load("a,y\n1,u\n2,v\n", &options("y"));
    for text in [
        "\u{feff}a,y\n1,u\n2,v\n",
        "a,y\r\n1,u\r\n2,v\r\n",
        "a,y\r1,u\r2,v",
        "\n\na, y\n\n1 ,u\n2,\"v\"",
    ] {
        assert_eq!(load(text, &options("y")), plain, "{text:?}");
    }
    let mut other = options("column_2");
    other.header = false;
    other.delimiter = b';';
    let data = load("1;u\n2;v", &other);
    assert_eq!(data.feature_names(), ["column_1"]);
    assert_eq!(data.target(), plain.target());
}

#[test]
fn the_task_is_inferred_by_the_stated_rule() {
    let check = |targets: &[&str], task: Task| {
        let text =
            format!("a,y\n{}", targets.iter().map(|y| format!("1,{y}\n")).collect::<String>());
        assert_eq!(load(&text, &options("y")).task(), task, "{targets:?}");
    };
    check(&["u", "v"], Task::Classification);
    check(&["0", "1"].repeat(5), Task::Classification);
    check(&["0.0", "1.0"].repeat(5), Task::Classification);
    check(&["0", "1", "0", "1"], Task::Regression);
    check(&["0.5", "1"].repeat(5), Task::Regression);
    let many: Vec<String> = (0..21).map(|i| i.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    check(&many.repeat(5), Task::Regression);
    check(&many[1..].repeat(5), Task::Classification);
}

#[test]
fn a_fingerprint_tells_bytes_from_meaning() {
    let bytes = b"a,y\n1,u\n2,v\n";
    let mut categorical = options("y");
    categorical.categorical = vec!["a".into()];
    let first = parse(bytes, &options("y")).unwrap().fingerprint;
    let second = parse(bytes, &categorical).unwrap().fingerprint;
    assert_eq!(first.sha256, second.sha256);
    assert_ne!(first.schema_sha256, second.schema_sha256);
    assert_eq!((first.bytes, first.rows, first.columns), (12, 2, 2));
}

proptest::proptest! {
    /// No text whatever makes the reader panic, and what it reads obeys the dataset's rules.
    #[test]
    fn no_text_panics(text in "[a-c,;\"\n\r 0-9.eé?-]{0,80}") {
        let mut options = options("a");
        let _ = parse(text.as_bytes(), &options);
        options.header = false;
        options.target = "column_1".into();
        let _ = parse(text.as_bytes(), &options);
    }

    /// Nor do any bytes.
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..60)) {
        let _ = parse(&bytes, &options("a"));
    }

    /// Numbers survive: what is written in full is read back bit for bit.
    #[test]
    fn numbers_are_read_exactly(values in proptest::collection::vec(-1e300..1e300_f64, 2..20)) {
        let text: String = values.iter().map(|x| format!("{x:e},c{}\n", x.is_sign_positive())).collect();
        let both = "0,ctrue\n0,cfalse\n";
        let data = load(&format!("a,y\n{text}{both}"), &options("y"));
        proptest::prop_assert_eq!(&numbers(&data, 0)[..values.len()], &values[..]);
    }
}
