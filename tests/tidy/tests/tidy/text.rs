//! What no file may name.

use crate::assert_none;
use crate::repository::files;

/// Written in halves, so that this file does not break its own rule.
const MACHINE: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Use", "rs/"),
    concat!("[sour", "ce.crates-io]"),
    concat!("replace-", "with"),
    concat!("index-", "url"),
    concat!("://10", "."),
    concat!("://192", ".168."),
    concat!(".inter", "nal/"),
];

#[test]
fn no_file_names_the_machine_it_was_written_on() {
    let mut broken = Vec::new();
    for file in &files() {
        for (number, line) in file.lines() {
            if let Some(word) = MACHINE.iter().find(|word| line.contains(*word)) {
                broken.push(format!("{}:{number}: `{word}`", file.path));
            }
        }
    }
    assert_none(
        &broken,
        "these name a folder or a registry of one machine; use a relative path, or none:",
    );
}

#[test]
fn no_file_is_empty_or_ends_within_a_line() {
    let files = files();
    let ragged = files.iter().filter(|f| !f.text.ends_with('\n'));
    let broken: Vec<String> = ragged.map(|f| f.path.clone()).collect();
    assert_none(&broken, "end each of these files with a line break, or remove it:");
}
