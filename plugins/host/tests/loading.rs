//! Real shared libraries: what is loaded, what is refused and how that reads.

use std::path::{Path, PathBuf};

use surmise_core::component::{Deterministic, Task};
use surmise_plugin_host::{Error, Library, search};

/// A fixture's library, which cargo put beside this test program.
fn fixture(name: &str) -> PathBuf {
    let program = std::env::current_exe().expect("a path");
    let exe_dir = program.parent().map(Path::to_owned);
    let path = search::SearchPath { data_home: None, exe_dir };
    search::find(name, Path::new("/no/pipeline/here"), &path).expect("built with this test")
}

fn problem(path: &Path) -> String {
    match Library::open(path) {
        Err(Error::Load { reason, .. }) => reason,
        other => panic!("expected a refusal, found {other:?}"),
    }
}

#[test]
fn a_plugin_describes_itself() {
    let library = Library::open(&fixture("majority")).expect("a plugin");
    assert_eq!(library.id(), "surmise-fixture-majority");
    assert_eq!(library.version(), env!("CARGO_PKG_VERSION"));
    assert_eq!(library.sha256().len(), 64);
    let [info] = library.models() else { panic!("one model") };
    assert_eq!(info.component.name, "majority");
    assert_eq!(info.tasks, [Task::Classification, Task::Regression]);
    assert!(info.probabilities && info.parallel_instances && info.save);
    assert_eq!(info.deterministic, Deterministic::Bitwise);
    let names: Vec<_> = info.component.settings.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["misbehave", "steps", "step_ms", "smooth"]);
    let misbehave = info.component.setting("misbehave").expect("there");
    assert_eq!(misbehave.default, Some("none".into()));
    assert!(misbehave.help.starts_with("What goes wrong (none: nothing; panic: panics;"));
}

#[test]
fn a_file_is_loaded_once() {
    let path = fixture("majority");
    let (first, second) = (Library::open(&path), Library::open(&path));
    let (first, second) = (first.expect("loaded"), second.expect("loaded"));
    assert!(std::ptr::eq(first.models(), second.models()));
}

/// A second image of one library would have a second set of its global state.
#[test]
fn all_names_of_a_file_are_one_library() {
    let dir = tempfile::tempdir().expect("a folder");
    let (copy, link) = (dir.path().join("copy.so"), dir.path().join("link.so"));
    std::fs::copy(fixture("majority"), &copy).expect("copied");
    std::fs::hard_link(&copy, &link).expect("linked");
    let (first, second) = (Library::open(&copy), Library::open(&link));
    let (first, second) = (first.expect("loaded"), second.expect("loaded"));
    assert!(std::ptr::eq(first.models(), second.models()));
}

#[test]
fn models_are_found_by_name() {
    let library = Library::open(&fixture("majority")).expect("a plugin");
    assert_eq!(library.model(None).expect("the only one").info().component.name, "majority");
    assert!(library.model(Some("majority")).is_ok());
    let error = library.model(Some("svm")).expect_err("another").to_string();
    assert!(error.ends_with("it has no model `svm`, only majority"), "{error}");
}

#[test]
fn what_is_no_plugin_is_refused() {
    assert_eq!(problem(&fixture("other_abi")), "built for plugin ABI 2.x, this Surmise speaks 1.0");
    assert_eq!(problem(&fixture("no_entry")), "not a Surmise plugin: it does not export one");
    assert_eq!(problem(Path::new("libsurmise_majority.so")), "the path must be absolute");
    assert!(problem(Path::new("/no/such/plugin.so")).starts_with("cannot be read"));
}

#[test]
fn a_program_is_no_library() {
    let reason = problem(&std::env::current_exe().expect("a path"));
    assert!(reason.starts_with("cannot be loaded: "), "{reason}");
}

#[test]
fn a_file_that_changes_is_another_library_and_the_first_goes_on() {
    let dir = tempfile::tempdir().expect("a folder");
    let copy = dir.path().join("copy.so");
    std::fs::copy(fixture("majority"), &copy).expect("copied");
    let first = Library::open(&copy).expect("a plugin");
    // Over the very bytes: what runs is a copy that nobody can write to.
    std::fs::write(&copy, std::fs::read(fixture("no_entry")).expect("read")).expect("written");
    assert_eq!(problem(&copy), "not a Surmise plugin: it does not export one");
    assert_eq!(first.model(None).expect("the only one").info().component.name, "majority");
}
