//! What a plugin asks of the loader, and what it brings along, is judged before any of its code
//! runs: the plugin of these tests crashes as soon as any of it does.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::hostile;
use crate::support::{Bench, Finished};

const CRASHES: &str = "ON_LOAD=1";

/// A folder with that plugin, linked with more flags, and a study that uses it.
fn bench(flags: &[&str]) -> Option<Bench> {
    let bench = hostile::linked(&[CRASHES], flags)?;
    hostile::study(&bench, "{ sandbox: best-effort }", &["none", "plain"]);
    Some(bench)
}

/// A library of one function, whose name is not known to any system.
fn stranger(folder: &Bench, name: &str) -> PathBuf {
    let (source, library) = (folder.path().join("stranger.c"), folder.path().join(name));
    std::fs::write(&source, "int stranger(void) { return 0; }\n").unwrap();
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", &format!("-Wl,-soname,{name}"), "-o"]).arg(&library).arg(source);
    assert!(cc.status().unwrap().success());
    library
}

/// What a run says on one line, having run nothing.
fn refused(bench: &Bench) -> String {
    let Finished { code, err, .. } = bench.run(&["run", "study.yaml"]);
    assert_eq!(code, 5, "{err}");
    assert!(!bench.path().join("runs").exists());
    err.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_no_plugin_may_ask_of_the_loader_is_refused_with_what_mends_it() {
    for (flag, said) in [
        ("-Wl,-rpath,$ORIGIN/lib", "libraries searched in `$ORIGIN/lib`, where anybody might put"),
        ("-Wl,--disable-new-dtags,-rpath,/tmp/lib", "`/tmp/lib`"),
        ("-Wl,-z,execstack", "it asks for an executable stack: link with -Wl,-z,noexecstack"),
        ("-Wl,--audit,libspy.so", "it has libspy.so loaded to audit or replace others"),
        ("-Wl,--depaudit,libspy.so", "it has libspy.so loaded to audit or replace others"),
        ("-Wl,--auxiliary,libspy.so", "it has libspy.so loaded to audit or replace others"),
        ("-Wl,--filter,libspy.so", "it has libspy.so loaded to audit or replace others"),
    ] {
        let Some(bench) = bench(&[flag]) else { return };
        let refused = refused(&bench);
        assert!(refused.contains(said), "{flag}: {refused}");
        let info = bench.run(&["plugin", "info", "plugins/libsurmise_hostile.so"]);
        assert!(info.code == 5 && info.err.contains(said), "{flag}: {}", info.err);
    }
}

#[test]
fn folders_of_the_system_may_be_searched() {
    let Some(bench) = bench(&["-Wl,-rpath,/usr/lib/somewhere"]) else { return };
    assert!(refused(&bench).contains("crashed in loading: segmentation fault"));
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let Some(bench) = bench(&["-Wl,-rpath,/tmp", "-Wl,-z,execstack"]) else { return };
    let said = refused(&bench);
    assert!(said.contains("`/tmp`") && said.contains("noexecstack"), "{said}");
    let info = bench.run(&["plugin", "info", "plugins/libsurmise_hostile.so", "--json"]);
    let told: Value = serde_json::from_str(info.out.lines().next().unwrap()).unwrap();
    assert_eq!(told["facts"]["refusals"].as_array().unwrap().len(), 2);
    let listed = bench.ok(&["plugin", "list"]);
    assert!(listed.contains("noexecstack"), "{listed}");
}

#[test]
fn a_library_that_not_every_system_has_must_be_allowed() {
    let Some(folder) = hostile::linked(&[], &[]) else { return };
    let library = stranger(&folder, "libstranger.so.1");
    let flags = ["-Wl,--no-as-needed", library.to_str().unwrap()];
    let bench = bench(&flags).unwrap();
    let said = refused(&bench);
    assert!(said.contains("it needs libstranger.so.1, which not every system has"), "{said}");
    assert!(
        said.contains("allow it with `isolation: { libraries: [libstranger.so.1] }`"),
        "{said}"
    );
    let told = bench.ok(&["plugin", "info", "plugins/libsurmise_hostile.so"]);
    assert!(told.contains("isolation: { libraries: [libstranger.so.1] }"), "{told}");
    // Allowed, it is looked for where the system has its libraries, and is not there.
    hostile::study(&bench, "{ libraries: [libstranger.so.1] }", &["none", "plain"]);
    let said = refused(&bench);
    assert!(said.contains("cannot be loaded: libstranger.so.1: cannot open shared"), "{said}");
}

#[test]
fn a_library_that_is_loaded_by_the_way_must_be_allowed() {
    let library = "libz.so.1";
    let define = format!("LIBRARY=\"{library}\"");
    let Some(bench) = hostile::linked(&["ON_LOAD=6", &define], &[]) else { return };
    hostile::study(&bench, "{ sandbox: best-effort }", &["none", "plain"]);
    if !hostile::has_library(library) {
        return;
    }
    let said = refused(&bench);
    assert!(said.contains("it brings along libz.so.1, which not every system has"), "{said}");
    hostile::study(&bench, "{ libraries: [libz.so.1] }", &["none", "plain"]);
    bench.ok(&["run", "study.yaml", "--quiet"]);
}

#[test]
fn names_of_libraries_are_checked_where_they_are_written() {
    let Some(bench) = hostile::linked(&[], &[]) else { return };
    hostile::study(&bench, "{ libraries: [/usr/lib/libz.so.1] }", &["none", "plain"]);
    let said = bench.run(&["check", "study.yaml"]);
    assert_eq!(said.code, 3, "{}", said.err);
    assert!(said.err.contains("is not the name of a library"), "{}", said.err);
}

#[test]
fn what_is_no_plugin_is_not_loaded_to_find_that_out() {
    let Some(bench) = bench(&[]) else { return };
    for (source, said) in [
        ("const int surmise_plugin_entry_v1 = 1;", "its surmise_plugin_entry_v1 is data and no"),
        ("int other(void) { return 1; }", "not a Surmise plugin: it does not export one"),
    ] {
        let crash = "__attribute__((constructor)) static void on_load(void) { __builtin_trap(); }";
        bench.write("other.c", format!("{source}\n{crash}\n"));
        let library = bench.path().join("plugins/libsurmise_hostile.so");
        let mut cc = Command::new("cc");
        cc.args(["-shared", "-fPIC", "-o"]).arg(library).arg(bench.path().join("other.c"));
        assert!(cc.status().unwrap().success());
        let refused = refused(&bench);
        assert!(refused.contains(said), "{refused}");
    }
}
