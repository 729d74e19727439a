//! The real program, driven from outside: one integration binary for the whole project.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;
mod talk;

mod ask_tell;
mod ask_tell_errors;
mod ask_tell_page;
mod ask_tell_wide;
mod begun;
mod commands;
mod errors;
mod examples;
mod explain;
mod goals;
mod grid;
mod hostile;
mod isolation;
mod linkage;
mod output;
mod plugin;
mod plugin_check;
mod plugin_flaws;
mod plugin_tutorial;
mod predict;
mod promises;
mod repeat;
mod reproduce;
mod restricted;
mod resume;
mod spawning;
mod training;
mod trust;
mod views;
mod workers;

/// A file that is not listed above would silently not be run.
#[test]
fn every_file_of_this_folder_is_listed() {
    let listed = include_str!("main.rs");
    for entry in std::fs::read_dir(support::repository().join("tests/it")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "rs") {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            assert!(name == "main" || listed.contains(&format!("mod {name};")), "{name}.rs");
        }
    }
}
