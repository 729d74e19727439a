//! Every pipeline file that ships is understood and runs.

use crate::support::{Bench, repository};

fn examples() -> Vec<std::path::PathBuf> {
    let folder = repository().join("pipelines/examples");
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "yaml"))
        .collect();
    found.sort();
    assert!(found.len() >= 12, "{found:?}");
    found
}

#[test]
fn every_example_is_understood() {
    let bench = Bench::new();
    for path in examples() {
        let said = bench.ok(&["check", path.to_str().unwrap()]);
        assert!(said.contains("# work: "), "{said}");
    }
}

/// Few trials: what the examples find in full is a matter of minutes, not of a test.
#[test]
fn every_example_runs() {
    let bench = Bench::new();
    for path in examples() {
        let (file, text) = (path.to_str().unwrap(), std::fs::read_to_string(&path).unwrap());
        let is_study = text.lines().any(|line| line == "search:");
        let few: &[&str] = if is_study { &["--set", "search.trials=3"] } else { &[] };
        let said = bench.ok(&[&["run", file], few].concat());
        assert!(said.contains("\nbest "), "{said}");
    }
}
