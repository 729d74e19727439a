//! `surmise plugin check` on plugins that keep the rules, and what it prints.

use std::process::Command;

use serde_json::Value;

use crate::plugin::has;
use crate::plugin_flaws::flawed;
use crate::support::{Bench, Finished, repository};

/// The results of a check of which none may fail.
fn passes(bench: &Bench, plugin: &str) -> Vec<Value> {
    passes_but(bench, plugin, "^nothing")
}

/// The same without some checks.
fn passes_but(bench: &Bench, plugin: &str, skip: &str) -> Vec<Value> {
    let patience = ["--timeout", "300"];
    let args = ["plugin", "check", plugin, "--json", "--skip", skip];
    let out = bench.ok(&[&args[..], &patience].concat());
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (summary, checks) = lines.split_last().unwrap();
    assert_eq!((&summary["event"], &summary["fail"]), (&"summary".into(), &0.into()));
    checks.to_vec()
}

/// But for the one of the time, which a busy machine takes.
fn warnings(checks: &[Value]) -> Vec<&str> {
    let warned = checks.iter().filter(|check| check["status"] == "warn");
    let warned = warned.filter(|check| check["check"] != "load.time");
    warned.map(|check| check["check"].as_str().unwrap()).collect()
}

#[test]
fn first_party_plugins_keep_the_rules() {
    let bench = Bench::new();
    let mut tried = 0;
    for entry in std::fs::read_dir(repository().join("plugins/models")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let checks = passes(&bench, &name);
        // A solver of a convex problem has no model before its end.
        let excused = |warned: &&str| *warned == "fit.stop" && name == "linear";
        let warned: Vec<&str> = warnings(&checks).into_iter().filter(|w| !excused(w)).collect();
        assert!(warned.is_empty(), "{name}: {warned:?}");
        tried += 1;
    }
    assert!(1 <= tried);
}

#[test]
fn examples_keep_the_rules() {
    let bench = Bench::new();
    assert_eq!(warnings(&passes(&bench, "knn-in-rust")), Vec::<&str>::new());
    for (language, compiler) in [("c", "cc"), ("cpp", "c++")] {
        if has(compiler) {
            bench.ok(&["plugin", "new", language, "--lang", language]);
            bench.ok(&["plugin", "build", language]);
            assert_eq!(warnings(&passes(&bench, language)), Vec::<&str>::new(), "{language}");
        }
    }
}

#[test]
fn fixtures_that_behave_keep_the_rules() {
    let bench = Bench::new();
    // It misbehaves by its hyperparameters, which the fuzzer draws.
    let majority = passes_but(&bench, "majority", "^fuzz");
    // It is there to be no better than a constant.
    assert_eq!(warnings(&majority), ["fit.learns"]);
    let network = passes(&bench, "network");
    assert_eq!(warnings(&network), Vec::<&str>::new());
    let ids = ["gradient.slopes", "gradient.batches", "gradient.weights", "gradient.precision"];
    for id in ids {
        assert!(network.iter().any(|c| c["check"] == id && c["status"] == "pass"), "{id}");
    }
}

#[test]
fn what_is_no_plugin_fails_and_is_not_loaded() {
    let bench = Bench::new();
    bench.write("text.so", "no library");
    let checked = bench.run(&["plugin", "check", "text.so", "--only", "static|load.host"]);
    assert_eq!(checked.code, 9);
    insta::assert_snapshot!("plugin_check_text", bench.tidy(&checked.out));
    let missing = bench.run(&["plugin", "check", "swm"]);
    assert_eq!(missing.code, 5);
    assert!(missing.err.contains("did you mean `svm`?"), "{}", missing.err);
}

#[test]
fn checks_are_listed_and_chosen() {
    let bench = Bench::new();
    insta::assert_snapshot!("plugin_check_list", bench.ok(&["plugin", "check", "--list"]));
    let listed =
        bench.ok(&["plugin", "check", "--list", "--only", "^fit", "--skip", "stop|cancel"]);
    assert!(listed.contains("fit.learns") && !listed.contains("fit.stop"), "{listed}");
    let none = bench.run(&["plugin", "check", "svm", "--only", "no.such"]);
    assert_eq!(none.code, 2);
    assert!(none.err.contains("no check has such a name"), "{}", none.err);
    assert_eq!(bench.run(&["plugin", "check", "svm", "--only", "("]).code, 2);
    assert_eq!(bench.run(&["plugin", "check"]).code, 2);
}

fn is_good(line: &str) -> bool {
    line.starts_with("pass") || line.starts_with("skip")
}

#[test]
fn a_failure_is_told_with_its_reason_and_what_was_printed() {
    if !has("cc") {
        return;
    }
    let bench = Bench::new();
    let check = |flaw: &str, more: &[&str]| {
        let args = [&["plugin", "check", flawed().to_str().unwrap()], more].concat();
        let mut command: Command = bench.command(&args);
        command.env("FLAW", flaw);
        Finished::of(command)
    };
    let only = ["--only", "predict.(empty|agrees)|lifecycle.nothing"];
    let told = check("predict.empty", &only);
    assert_eq!(told.code, 9);
    let place = flawed().parent().unwrap().display().to_string();
    insta::assert_snapshot!("plugin_check_failure", told.out.replace(&place, "[tmp]"));
    let few = check("predict.empty", &[&only[..], &["--only-failed"]].concat());
    let told_few: Vec<&str> = told.out.lines().filter(|l| !is_good(l)).collect();
    assert_eq!(few.out.lines().collect::<Vec<_>>(), told_few);
    let junit = check("predict.empty", &[&only[..], &["--junit", "out.xml"]].concat());
    assert_eq!((junit.code, junit.out), (9, told.out.clone()));
    let xml = String::from_utf8(bench.read("out.xml")).unwrap();
    assert!(xml.contains(r#"tests="6" failures="2" errors="0" skipped="1""#), "{xml}");
    let nowhere = check("", &[&only[..], &["--junit", "no/such/folder.xml"]].concat());
    assert_eq!((nowhere.code, nowhere.out.as_str()), (2, ""));
    assert!(nowhere.err.contains("cannot write no/such/folder.xml"), "{}", nowhere.err);
    let in_process = check("predict.empty", &[&only[..], &["--in-process"]].concat());
    assert_eq!((in_process.code, in_process.out), (9, told.out));
    let crashed = check("crash in fit", &["--only", "predict.usable", "--in-process"]);
    assert_eq!(crashed.code, -1, "a debugger sees the crash itself");
}
