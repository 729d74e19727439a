//! What is read, and what is refused with which words.

use std::path::PathBuf;

use surmise_core::component::Task;

use super::*;
use crate::dataset::{ColumnValues, Target};
use crate::error::Kind;

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

/// Reads bytes that must be refused, and compares the whole text of the error.
#[track_caller]
fn refuse(bytes: &[u8], options: &CsvOptions, kind: Kind, expected: &str) {
    let error = parse(bytes, options).unwrap_err();
    assert_eq!(error.to_string(), expected);
    assert_eq!(error.kind(), kind);
}

#[track_caller]
fn refuse_content(text: &str, expected: &str) {
    refuse(text.as_bytes(), &options("y"), Kind::Content, expected);
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
        assert_eq!(
            (data.n_rows(), data.n_features()),
            (rows, features),
            "{file}"
        );
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
    assert_eq!(
        levels(&data, 1),
        (vec![Some(1), Some(0), None], vec!["false", "true"])
    );
    assert_eq!(
        levels(&data, 2),
        (vec![Some(1), Some(0), None], vec!["9", "10"])
    );
    let classes = Target::Classes {
        codes: vec![0, 1, 0],
        names: vec!["a".into(), "b".into()],
    };
    assert_eq!(data.target(), &classes);
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
        let text = format!(
            "a,y\n{}",
            targets
                .iter()
                .map(|y| format!("1,{y}\n"))
                .collect::<String>()
        );
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

#[test]
fn broken_bytes_are_refused() {
    refuse_content("", "the file is empty");
    refuse_content("\n\r\n", "the file is empty");
    refuse_content("a,y\n", "the file has a header, but no rows");
    refuse_content(
        "a,y\n1,\0",
        "line 2: byte 6 is NUL; this is not a text file",
    );
    let expected = "line 2: byte 6 is not UTF-8 text; save the file as UTF-8";
    refuse(b"a,y\n1,\xff", &options("y"), Kind::Content, expected);
    let line = format!("a,y\n1,{}", "x".repeat(LINE_BYTES_MAX));
    refuse_content(
        &line,
        "line 2: is longer than 16 MiB, the most that is read",
    );
    let wide = "a,".repeat(1_000_000);
    let expected = "line 1: has 1000001 columns, more than the 100000 that are read";
    refuse_content(&wide, expected);
}

#[test]
fn broken_form_is_refused_with_true_lines() {
    let quote = "a quote (\") opened in this row is never closed";
    refuse_content("a,y\n1,u\n\"2,v\n3,u\n", &format!("line 3: {quote}"));
    refuse_content("a,\"y\n", &format!("line 1: {quote}"));
    refuse_content(
        "a,b,y\r\n1,\"two\r\nlines\",u\r\n\r\n1,u\r\n2,3,v,w\r\n",
        "2 problems\n  line 5: expected 3 cells as in the first line, got 2\n  \
         line 6: expected 3 cells as in the first line, got 4",
    );
    refuse_content(
        "a,,a,y\n",
        "2 problems\n  line 1: column 2 has no name; give it one in the header\n  \
         line 1: columns 1 and 3 are both called `a`",
    );
    let control = "line 1: the name of column 1, `\\u{1b}[2J`, has a control character";
    refuse_content("\u{1b}[2J,y\n1,u\n", control);
}

#[test]
fn many_problems_are_cut_to_ten() {
    let text = format!("a,y\n{}", "1\n".repeat(1000));
    let error = parse(text.as_bytes(), &options("y")).unwrap_err();
    assert_eq!(error.problems().count(), 10);
    assert!(error.to_string().starts_with("at least 10 problems\n"));
}

#[test]
fn a_cell_that_does_not_fit_is_named() {
    let advice = "declare the column in data.columns.categorical if it holds categories, or leave \
                  the cell empty if the value is missing";
    let check = |cell: &str, why: &str| {
        let text = format!("y,a\nu,1\nv,\"{cell}\"\n");
        let expected = format!("line 3: column `a`: `{cell}` {why}; {advice}");
        refuse_content(&text, &expected);
    };
    check("1e999", "is not a finite number");
    check("inf", "is not a finite number");
    check(
        "1,5",
        "has a comma; numbers are written with a decimal point",
    );
    check("many", "is not a number, but line 2 has `1`");
    let late = format!("a,y\n{}x,u\n", "1,v\n".repeat(5000));
    let why = "`x` is not a number, but line 2 has `1`";
    refuse_content(&late, &format!("line 5002: column `a`: {why}; {advice}"));
    refuse_content(
        "a,b,y\n,1,u\n?,NaN,v\n",
        "column `a`: has no value in any row; drop it with data.columns.drop",
    );
}

#[test]
fn options_that_name_no_column_are_refused_together() {
    let mut wrong = options("specis");
    wrong.drop = vec!["id".into(), "sepal".into()];
    wrong.categorical = vec!["id".into()];
    refuse(
        b"id,species\n1,a\n2,b\n",
        &wrong,
        Kind::Target,
        "3 problems\n  there is no column `specis` to predict; did you mean `species`?\n  \
         there is no column `sepal`\n  column `id` is both dropped and categorical",
    );
    let mut nothing = options("y");
    nothing.drop = vec!["a".into()];
    refuse(
        b"a,y\n1,u\n",
        &nothing,
        Kind::Drop,
        "no column is left as a feature",
    );
    nothing.drop = vec!["y".into()];
    let expected = "`y` is the target, not a feature";
    refuse(b"a,y\n1,u\n", &nothing, Kind::Drop, expected);
    let expected = "there is no column `y` to predict; the first line holds only numbers: is the \
                    header missing?";
    refuse(b"1,2\n3,4\n", &options("y"), Kind::Target, expected);
    let mut letter = options("y");
    letter.delimiter = b'e';
    let expected = "`e` cannot separate cells; use `,`, `;`, `|`, a tab or a space";
    refuse(b"a,y\n1,u\n", &letter, Kind::Delimiter, expected);
}

#[test]
fn targets_that_cannot_be_predicted_are_refused() {
    let check = |ys: &str, task: Option<Task>, kind: Kind, expected: &str| {
        let text = format!(
            "a,y\n{}",
            ys.split(' ')
                .map(|y| format!("1,{y}\n"))
                .collect::<String>()
        );
        let options = CsvOptions {
            task,
            ..options("y")
        };
        refuse(text.as_bytes(), &options, kind, expected);
    };
    let (classification, regression) = (Some(Task::Classification), Some(Task::Regression));
    let missing = "line 3: the target `y` is missing, in 2 of 4 rows; remove these rows";
    check("u NA v ?", None, Kind::Content, missing);
    let one = "the target `y` is `u` in every row; a classification needs two classes or more";
    check("u", None, Kind::Target, one);
    let constant = "the target `y` is 3 in every row; there is nothing to predict";
    check("3 3.0", regression, Kind::Target, constant);
    let mixed = "line 3: column `y`: `u` is not a number, but line 2 has `1.5`; correct the cell, \
                 or say what is predicted with data.task";
    check("1.5 u", None, Kind::Content, mixed);
    let fraction = "line 3: the target `y` is `2.5`: classes are text or integers; for numbers the \
                    task is regression";
    check("1 2.5", classification, Kind::Task, fraction);
    let text = "line 2: the target `y` is `u`: for text the task is classification";
    check("u v", regression, Kind::Task, text);
    let cell = "line 3: column `y`: `1e999` is not a finite number; correct the cell, or remove \
                the row";
    check("1 1e999", regression, Kind::Content, cell);
}

#[test]
fn problems_of_target_and_features_come_together() {
    let error = parse(b"a,b,y\n1,inf,\nx,2,u\n", &options("y")).unwrap_err();
    let starts: Vec<String> = error
        .problems()
        .map(|p| p.message.chars().take(20).collect())
        .collect();
    assert_eq!(
        starts,
        [
            "line 2: the target `",
            "line 3: column `a`: ",
            "line 2: column `b`: "
        ]
    );
}

#[test]
fn only_regular_files_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let check = |path: PathBuf, expected: &str| {
        let error = read(&path, &options("y")).unwrap_err();
        assert_eq!(error.kind(), Kind::File);
        assert_eq!(error.path(), Some(path.as_path()));
        assert!(error.to_string().contains(expected), "{error}");
    };
    check(
        folder.path().join("none.csv"),
        "none.csv: cannot find the file: ",
    );
    check(
        folder.path().to_owned(),
        "is a directory, not a regular file",
    );
    #[cfg(unix)]
    {
        check(
            "/dev/zero".into(),
            "is a device, pipe or socket, not a regular file",
        );
        // A socket stands for all that is neither file nor folder, such as a FIFO that would block.
        let socket = folder.path().join("socket.csv");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        check(socket, "not a regular file");
        let large = folder.path().join("large.csv");
        // Sparse, and refused for its length before it is read.
        std::fs::File::create(&large)
            .unwrap()
            .set_len(BYTES_MAX + 1)
            .unwrap();
        check(large, "is larger than 1024 MiB, the most that is read");
    }
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

    /// Numbers survive: what is written in full is read back bit for bit.
    #[test]
    fn numbers_are_read_exactly(values in proptest::collection::vec(-1e300..1e300_f64, 2..20)) {
        let text: String = values.iter().map(|x| format!("{x:e},c{}\n", x.is_sign_positive())).collect();
        let both = "0,ctrue\n0,cfalse\n";
        let data = load(&format!("a,y\n{text}{both}"), &options("y"));
        proptest::prop_assert_eq!(&numbers(&data, 0)[..values.len()], &values[..]);
    }
}
