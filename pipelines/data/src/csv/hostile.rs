//! What is refused, and with which words.

use std::path::PathBuf;

use surmise_core::component::Task;

use super::*;
use crate::error::Kind;

fn options(target: &str) -> CsvOptions {
    CsvOptions::new(target)
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
fn broken_bytes_are_refused() {
    refuse_content("", "the file is empty");
    refuse_content("\n\r\n", "the file is empty");
    refuse_content("a,y\n", "the file has a header, but no rows");
    refuse_content("a,y\n1,\0", "line 2: byte 6 is NUL; this is not a text file");
    let expected = "line 2: byte 6 is not UTF-8 text; save the file as UTF-8";
    refuse(b"a,y\n1,\xff", &options("y"), Kind::Content, expected);
    let line = format!("a,y\n1,{}", "x".repeat(LINE_BYTES_MAX));
    refuse_content(&line, "line 2: is longer than 16 MiB, the most that is read");
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
    refuse_content("a\n1,2\n", "line 2: expected 1 cell as in the first line, got 2");
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
    check("1,5", "has a comma; numbers are written with a decimal point");
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
    refuse(b"a,y\n1,u\n", &nothing, Kind::Drop, "no column is left as a feature");
    nothing.drop = vec!["y".into()];
    let expected = "`y` is the target, not a feature";
    refuse(b"a,y\n1,u\n", &nothing, Kind::Drop, expected);
    let mut letter = options("y");
    letter.delimiter = b'e';
    let expected = "`e` cannot separate cells; use `,`, `;`, `|`, a tab or a space";
    refuse(b"a,y\n1,u\n", &letter, Kind::Delimiter, expected);
}

#[test]
fn weights_that_are_none_are_refused_with_their_line() {
    let weighted = CsvOptions { weights: Some("w".into()), ..options("y") };
    let about = "a weight is a finite number from 0 up, where 0 leaves the row out of the fit";
    for (cell, why, n) in [
        ("-1", "is negative, `-1`", 1),
        ("", "is missing", 1),
        ("x", "is `x`, which is not a number", 1),
        ("1e999", "is `1e999`, which is not a finite number", 1),
        ("-1,v\n3,?", "is negative, `-1`", 2),
    ] {
        let text = format!("a,w,y\n1,0,u\n2,{cell},v\n");
        let rows = text.lines().count() - 1;
        let expected = format!(
            "line 3: the weight in column `w` {why}, and so are {n} of {rows} rows; {about}"
        );
        refuse(text.as_bytes(), &weighted, Kind::Content, &expected);
    }
    let zero = "the weight in column `w` is 0 in every row: none would count";
    refuse(b"a,w,y\n1,0,u\n2,0,v\n", &weighted, Kind::Weights, zero);
    let of = |weights: &str| CsvOptions { weights: Some(weights.into()), ..options("y") };
    let text = b"a,w,y\n1,0,u\n2,1,v\n";
    refuse(text, &of("y"), Kind::Weights, "`y` is the target, no weight");
    refuse(text, &of("v"), Kind::Weights, "there is no column `v`");
    let listed = CsvOptions { drop: vec!["w".into()], ..of("w") };
    refuse(text, &listed, Kind::Drop, "`w` holds the weights, and is no feature anyway");
}

#[test]
fn a_target_that_is_not_there_says_what_is() {
    let check = |text: &str, options: &CsvOptions, hint: &str| {
        let expected = format!("there is no column `y` to predict; {hint}");
        refuse(text.as_bytes(), options, Kind::Target, &expected);
    };
    let numbers = "the first line holds only numbers: is the header missing?";
    check("1,2\n3,4\n", &options("y"), numbers);
    check("a,b,label\n1,2,u\n", &options("y"), "columns: `a`, `b`, `label`");
    check("aY,Y\n1,u\n", &options("y"), "did you mean `Y`?");
    let plain = CsvOptions { header: false, ..options("y") };
    check("1,2,u\n", &plain, "with header: false the columns are `column_1` to `column_3`");
    check("1\n", &plain, "with header: false the only column is `column_1`");
    let one = |line: &str| format!("the first line is one cell, {line}: is the delimiter right?");
    check("a;b;y\n1;2;u\n", &options("y"), &one("`a;b;y`"));
    check("1|2|u\n", &plain, &one("`1|2|u`"));
    let comma = CsvOptions { delimiter: b';', ..options("y") };
    check("a,b,y\n1,2,u\n", &comma, &one("`a,b,y`"));
    let wide = (1..=13).map(|i| format!("name{i:02}")).collect::<Vec<_>>().join(",");
    let row = format!("{wide}\n{}u\n", "1,".repeat(12));
    refuse(row.as_bytes(), &options("y"), Kind::Target, "there is no column `y` to predict");
}

#[test]
fn a_wrong_delimiter_is_suspected_in_whatever_it_breaks() {
    refuse_content(
        "a;b;y\n1,5;2;u\n",
        "line 2: expected 1 cell as in the first line, got 2; is the delimiter right?",
    );
    let expected = "line 1: the name of column 1, `a\\tb\\ty`, has a control character; is the \
                    delimiter right?";
    refuse_content("a\tb\ty\n1\t2\tu\n", expected);
}

#[test]
fn targets_that_cannot_be_predicted_are_refused() {
    let check = |ys: &str, task: Option<Task>, kind: Kind, expected: &str| {
        let text =
            format!("a,y\n{}", ys.split(' ').map(|y| format!("1,{y}\n")).collect::<String>());
        let options = CsvOptions { task, ..options("y") };
        refuse(text.as_bytes(), &options, kind, expected);
    };
    let (classification, regression) = (Some(Task::Classification), Some(Task::Regression));
    let missing = "line 3: the target `y` is missing, in 2 of 4 rows; remove these rows";
    check("1 NA 2 ?", None, Kind::Content, missing);
    check("u  v ?", None, Kind::Content, missing);
    let named = format!("{missing}, or list `y` in data.columns.categorical if `NA` is a class");
    check("u NA v ?", None, Kind::Content, &named);
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
fn a_target_that_is_declared_categorical_is_no_number() {
    let named = CsvOptions { categorical: vec!["y".into()], ..options("y") };
    let missing = "line 3: the target `y` is missing, in 1 of 2 rows; remove these rows";
    refuse(b"a,y\n1,NA\n2,\n", &named, Kind::Content, missing);
    let regression = CsvOptions { task: Some(Task::Regression), ..named };
    let expected = "the target `y` is declared categorical: the task is classification";
    refuse(b"a,y\n1,2\n2,3\n", &regression, Kind::Task, expected);
}

#[test]
fn problems_of_target_and_features_come_together() {
    let error = parse(b"a,b,y\n1,inf,\nx,2,u\n", &options("y")).unwrap_err();
    let starts: Vec<String> =
        error.problems().map(|p| p.message.chars().take(20).collect()).collect();
    assert_eq!(starts, ["line 2: the target `", "line 3: column `a`: ", "line 2: column `b`: "]);
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
    check(folder.path().join("none.csv"), "none.csv: cannot find the file: ");
    check(folder.path().to_owned(), "is a directory, not a regular file");
    #[cfg(unix)]
    {
        check("/dev/zero".into(), "is a device, pipe or socket, not a regular file");
        // A socket stands for all that is neither file nor folder, such as a FIFO that would block.
        let socket = folder.path().join("socket.csv");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        check(socket, "not a regular file");
        let large = folder.path().join("large.csv");
        // Sparse, and refused for its length before it is read.
        std::fs::File::create(&large).unwrap().set_len(BYTES_MAX + 1).unwrap();
        check(large, "is larger than 1024 MiB, the most that is read");
    }
}
