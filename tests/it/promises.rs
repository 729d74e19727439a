//! What a plugin does not promise is said before, during and after a run.

use std::process::Command;

use crate::support::{Bench, STUDY, repository};

/// A study with a plugin in C that cannot be saved, if there is a compiler; `more` goes into its
/// description.
#[expect(clippy::print_stdout, reason = "what was not tested must show")]
fn bench(more: &str) -> Option<Bench> {
    if Command::new("cc").arg("--version").output().is_err() {
        println!("SKIPPED: no C compiler `cc` here, so no plugin in C was tried");
        return None;
    }
    let study = STUDY
        .replace("plugin: svm\n  params: { C: 1.0, gamma: 0.1 }", "plugin: ./librude.so")
        .split_inclusive("  metric: accuracy\n")
        .next()
        .unwrap()
        .to_owned();
    let bench = Bench::with(&study);
    let compiled = Command::new("cc")
        .args(["-std=c11", "-shared", "-fPIC", "-I"])
        .arg(repository().join("plugins/abi/include"))
        .arg(repository().join("tests/fixtures/rude-in-c/rude.c"))
        .arg(format!("-DMORE=\"{more}\""))
        .arg("-o")
        .arg(bench.path().join("librude.so"))
        .output()
        .unwrap();
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    Some(bench)
}

#[test]
fn a_model_that_cannot_be_saved_and_promises_nothing_runs_all_the_same() {
    let Some(bench) = bench("") else { return };
    let said = bench.ok(&["check", "study.yaml"]);
    assert!(said.contains("#   does not promise that the same seed gives the same"), "{said}");
    assert!(said.contains("#   cannot be saved: there will be no model.bin"), "{said}");

    let said = bench.ok(&["run", "study.yaml"]);
    assert!(said.contains("accuracy on the held-out test split: "), "{said}");
    assert!(said.contains("\nthe model cannot be saved\n"), "{said}");
    assert!(!bench.path().join("runs/study-1/model.bin").exists());

    bench.ok(&["resume", "study-1"]);
    assert!(!bench.path().join("runs/study-1/model.bin").exists());
    let said = bench.ok(&["reproduce", "study-1"]);
    let last = said.lines().last().unwrap();
    assert!(last.starts_with("identical: 1 trials identical"), "{said}");
    assert!(last.ends_with("; the plugin does not promise determinism"), "{said}");
}

#[test]
fn one_number_of_threads_is_enough_of_a_promise() {
    let Some(bench) = bench(r#",\"deterministic\":\"per_thread_count\""#) else { return };
    let said = bench.ok(&["check", "study.yaml"]);
    assert!(said.contains("#   repeats itself on one number of threads: it gets one"), "{said}");
    bench.ok(&["run", "study.yaml", "--quiet"]);
    let said = bench.ok(&["reproduce", "study-1"]);
    assert!(!said.contains("does not promise"), "{said}");
}

#[test]
fn nothing_is_said_of_a_model_that_promises_all() {
    let bench = Bench::with(STUDY);
    let said = bench.ok(&["check", "study.yaml"]);
    assert!(!said.contains("promise") && !said.contains("saved"), "{said}");
}
