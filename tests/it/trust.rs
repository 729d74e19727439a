//! Which plugin runs is what was accepted, byte for byte, and nobody else can put another there.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

use crate::support::{Bench, STUDY};

/// The study with the plugin `own`, which is a copy of the first-party one.
fn bench() -> (Bench, PathBuf) {
    let bench = Bench::with(&STUDY.replace("plugin: svm", "plugin: own"));
    let plugin = bench.path().join("plugins/libsurmise_own.so");
    fs::create_dir(bench.path().join("plugins")).unwrap();
    fs::copy(built("svm"), &plugin).unwrap();
    set(&plugin, 0o644);
    (bench, plugin)
}

/// A plugin that cargo has built beside the program.
fn built(name: &str) -> PathBuf {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_surmise"));
    program.parent().unwrap().join(format!("deps/libsurmise_{name}.so"))
}

fn set(path: &std::path::Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn refused(bench: &Bench, args: &[&str], words: &[&str]) {
    let finished = bench.run(args);
    assert_eq!(finished.code, 5, "{}", finished.err);
    let said = finished.err.split_whitespace().collect::<Vec<_>>().join(" ");
    for word in words {
        assert!(said.contains(word), "`{word}` in\n{}", finished.err);
    }
    assert!(!bench.path().join("runs").exists());
}

#[test]
fn what_others_could_replace_is_refused_with_what_mends_it() {
    let (bench, plugin) = bench();
    set(&plugin, 0o666);
    refused(&bench, &["run", "study.yaml"], &["others may write to", "chmod go-w"]);
    set(&plugin, 0o644);
    set(plugin.parent().unwrap(), 0o777);
    refused(&bench, &["run", "study.yaml"], &["others may write to", "chmod go-w"]);
    set(plugin.parent().unwrap(), 0o755);
    bench.ok(&["run", "study.yaml", "--quiet"]);
}

#[test]
fn a_link_out_of_the_project_is_refused() {
    let (bench, plugin) = bench();
    fs::remove_file(&plugin).unwrap();
    symlink(built("svm"), &plugin).unwrap();
    refused(&bench, &["run", "study.yaml"], &["is a link that leads out of its folder"]);
}

#[test]
fn an_accepted_plugin_is_pinned_and_other_bytes_are_refused_with_both_hashes() {
    let (bench, plugin) = bench();
    let run = ["run", "study.yaml", "--quiet"];
    let locked = ["run", "study.yaml", "--quiet", "--locked"];
    refused(&bench, &locked, &["is not in", "surmise.lock", "--accept own"]);
    refused(&bench, &["run", "study.yaml", "--accept", "other"], &["plugin is `own`"]);
    bench.ok(&["run", "study.yaml", "--quiet", "--accept", "own"]);
    bench.ok(&locked);
    let before = String::from_utf8(bench.read("surmise.lock")).unwrap();
    let old = before.split("sha256: ").nth(1).unwrap().trim().to_owned();
    fs::remove_dir_all(bench.path().join("runs")).unwrap();

    // One more byte at the end: the same plugin to the loader, another one to the hash.
    let mut bytes = fs::read(&plugin).unwrap();
    bytes.push(0);
    fs::write(&plugin, bytes).unwrap();
    refused(&bench, &run, &["changed: sha256", &old, "now; put the old one back", "--accept own"]);
    bench.ok(&["run", "study.yaml", "--quiet", "--accept", "own"]);
    let after = String::from_utf8(bench.read("surmise.lock")).unwrap();
    assert!(!after.contains(&old) && after.matches("sha256: ").count() == 1, "{after}");
    bench.ok(&locked);
}

#[test]
fn a_damaged_lock_is_an_error_and_not_no_lock() {
    let (bench, _) = bench();
    for damaged in ["<<<<<<< ours\n", "plugins: {own: {sha256: 0}}\n", "plugns: {}\n"] {
        bench.write("surmise.lock", damaged);
        refused(&bench, &["run", "study.yaml"], &["cannot use the lock"]);
    }
}

#[test]
fn a_plugin_that_changes_while_it_runs_changes_nothing() {
    let (bench, plugin) = bench();
    bench.ok(&["run", "study.yaml", "--quiet"]);
    let mut child = bench.spawn(&["run", "study.yaml", "--quiet"]);
    let begun = bench.path().join("runs/study-2/study.db");
    while !begun.exists() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    // Over the very bytes, as a careless copy does.
    fs::write(&plugin, "nothing").unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(bench.events("study-1"), bench.events("study-2"));
}
