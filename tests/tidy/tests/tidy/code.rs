//! What no Rust file may leave out or leave in.

use crate::assert_none;
use crate::repository::{File, rust_files};

const COLUMNS_MAX: usize = 100;

/// Written in halves, so that this file does not break its own rule.
const UNFINISHED: &[(&str, &str)] = &[
    (concat!("tod", "o!("), "write it, or leave out what needs it"),
    (concat!("unimpleme", "nted!("), "write it, or leave out what needs it"),
    (concat!("FIX", "ME"), "fix it, or open an issue"),
    (concat!("db", "g!("), "use tracing, or remove it"),
    (concat!("#[igno", "re"), "make the test fast enough to run, or remove it"),
];

#[test]
fn every_file_begins_with_what_it_is() {
    let files = rust_files();
    let silent = files.iter().filter(|f| !begins_with_doc(&f.text));
    let broken: Vec<String> = silent.map(|f| f.path.clone()).collect();
    assert_none(&broken, "begin each of these files with a line of `//!` that says what it holds");
}

fn begins_with_doc(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with("#!["));
    lines.next().is_some_and(|line| line.starts_with("//! "))
}

#[test]
fn nothing_is_left_unfinished() {
    let mut broken = Vec::new();
    for file in &rust_files() {
        for (number, line) in file.lines() {
            let found = UNFINISHED.iter().find(|(word, _)| line.contains(word));
            if let Some((word, instead)) = found {
                broken.push(format!("{}:{number}: `{word}`: {instead}", file.path));
            }
        }
    }
    assert_none(&broken, "these lines are not finished:");
}

#[test]
fn libraries_do_not_unwrap() {
    let mut broken = Vec::new();
    for file in rust_files().iter().filter(|f| !f.is_test) {
        for (number, line) in file.lines_without_tests() {
            if !is_comment(line) && line.contains(".unwrap()") {
                broken.push(format!("{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    assert_none(&broken, "return an error here, or `expect` with the reason why it cannot happen:");
}

/// What differs in its last bits between C libraries and processors.
const PLATFORMS_OWN: &[&str] = &[
    ".exp()",
    ".ln()",
    ".ln_1p()",
    ".exp_m1()",
    ".powf(",
    ".sin()",
    ".cos()",
    ".tan()",
    ".tanh()",
];

#[test]
fn proposals_use_no_mathematics_of_the_platform() {
    let mut broken = Vec::new();
    for file in rust_files().iter().filter(|f| !f.is_test) {
        if !file.path.starts_with("core/src") && !file.path.starts_with("surrogate/src") {
            continue;
        }
        for (number, line) in file.lines_without_tests() {
            if !is_comment(line) && PLATFORMS_OWN.iter().any(|call| line.contains(call)) {
                broken.push(format!("{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    assert_none(&broken, "take `libm` here: the same seed must propose the same on any machine:");
}

#[test]
fn lines_have_at_most_a_hundred_columns() {
    let mut broken = Vec::new();
    for file in &rust_files() {
        for (number, line) in file.lines() {
            // rustfmt breaks everything else; no one can break an address or a literal.
            let unbreakable = line.contains("http") || line.contains('"');
            if COLUMNS_MAX < line.chars().count() && !unbreakable {
                broken.push(format!("{}:{number}", file.path));
            }
        }
    }
    assert_none(&broken, "break these lines before column 101:");
}

pub(crate) fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

#[test]
fn test_modules_are_told_from_code() {
    let file = File {
        text: "//! A.\nfn f() {}\n#[cfg(test)]\nmod tests;\n#[cfg(test)]\nmod more {\n".into(),
        ..File::default()
    };
    assert_eq!(file.lines_without_tests().count(), 4);
    assert!(begins_with_doc(&file.text));
    assert!(begins_with_doc("#![no_std]\n\n//! B.") && !begins_with_doc("use std::fs;\n//! C."));
}
