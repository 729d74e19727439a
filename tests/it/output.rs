//! What people and programs read.

use serde_json::Value;

use crate::support::{Bench, STUDY};

#[test]
fn plain_output_is_a_line_a_trial_and_a_summary() {
    let bench = Bench::with(STUDY);
    let said = bench.ok(&["run", "study.yaml"]);
    assert_eq!(said.lines().filter(|l| l.starts_with("trial ")).count(), 12, "{said}");
    assert!(said.contains("study: 12 of 12 trials, 0 failed"), "{said}");
    assert!(said.contains("best accuracy: 0."), "{said}");
    assert!(said.contains("accuracy on the held-out test split: "), "{said}");
    assert!(bench.tidy(&said).contains("run: [folder]/runs/study-1"), "{said}");
    assert!(!said.contains('\u{1b}'), "no colour in a pipe");
}

#[test]
fn json_output_is_every_event_once_in_order_and_a_summary() {
    let bench = Bench::with(STUDY);
    let said = bench.ok(&["run", "study.yaml", "--json"]);
    let lines: Vec<Value> = said.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines[0]["event"], "run");
    let events = &lines[1..lines.len() - 1];
    for (i, event) in events.iter().enumerate() {
        assert_eq!(event["seq"], i + 1, "{event}");
    }
    let count = |name: &str| events.iter().filter(|e| e["event"] == name).count();
    assert_eq!((count("proposed"), count("started"), count("finished")), (12, 12, 12));
    assert_eq!((count("reported"), count("concluded"), count("refitted")), (36, 1, 1));
    let summary = lines.last().unwrap();
    assert_eq!((&summary["event"], &summary["done"]), (&"summary".into(), &12.into()));
    assert!(summary["test_score"].is_number());
}

#[test]
fn quiet_output_is_nothing() {
    let bench = Bench::with(STUDY);
    let finished = bench.run(&["run", "study.yaml", "--quiet"]);
    assert_eq!((finished.code, finished.out.as_str(), finished.err.as_str()), (0, "", ""));
}

#[test]
fn check_says_what_was_understood() {
    let bench = Bench::with(STUDY);
    let said = bench.ok(&["check", "study.yaml", "--set", "search.trials=20"]);
    let said = bench.tidy(&said);
    let at = said.find("# model: ").unwrap();
    let end = at + said[at..].find('\n').unwrap();
    let said = format!("{}# model: [plugin]{}", &said[..at], &said[end..]);
    insta::assert_snapshot!("check", said);
    assert!(!bench.path().join("runs").exists());
}

#[test]
fn a_model_of_several_is_chosen_by_its_name() {
    let model = "plugin: linear\n  name: logistic_regression\n  params: { C: 1.0 }";
    let study = STUDY.replace("plugin: svm\n  params: { C: 1.0, gamma: 0.1 }", model);
    let bench = Bench::with(study.split("search:").next().unwrap());
    let said = bench.ok(&["run", "study.yaml", "--accept", "linear"]);
    assert!(said.contains("best accuracy: 0.9"), "{said}");
    assert!(bench.ok(&["run", "study.yaml", "--locked"]).contains("best accuracy: "));
    let schema = bench.ok(&["schema", "--plugin", "linear", "--model", "logistic_regression"]);
    assert!(schema.contains("class_weight"), "{schema}");
}

#[test]
fn a_file_without_a_search_is_one_trial() {
    let plain = STUDY.split("search:").next().unwrap();
    let bench = Bench::with(plain);
    let said = bench.ok(&["run", "study.yaml"]);
    assert!(said.contains("study: 1 of 1 trial, 0 failed"), "{said}");
    assert!(said.contains("accuracy on the held-out test split: "), "{said}");
}

#[test]
fn runs_lists_and_show_prints_the_best() {
    let bench = Bench::with(STUDY);
    assert!(bench.ok(&["runs"]).contains("no runs"));
    bench.ok(&["run", "study.yaml", "--quiet", "--set", "search.sampler={type: sobol}"]);
    bench.ok(&["run", "study.yaml", "--quiet", "--set", "search.trials=3"]);
    let listed = bench.ok(&["runs"]);
    assert!(listed.contains("study-1") && listed.contains("sobol"), "{listed}");
    assert!(listed.contains("study-2") && listed.contains("3/3"), "{listed}");
    insta::assert_snapshot!("show", bench.tidy(&bench.ok(&["show", "study-1", "--top", "3"])));
    let shown: Value = serde_json::from_str(&bench.ok(&["show", "study-1", "--json"])).unwrap();
    assert_eq!(shown["all"].as_array().unwrap().len(), 12);
}

#[test]
fn check_says_what_auto_chooses_and_why_and_so_does_every_proposal() {
    let bench = Bench::with(&STUDY.replace("type: gp", "type: auto"));
    let said = bench.ok(&["check", "study.yaml"]);
    assert!(said.contains("# sampler: auto chooses gp: it learns most"), "{said}");
    let said = bench.ok(&["check", "study.yaml", "--json", "--set", "search.trials=20001"]);
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(said["auto"]["sampler"], "tpe", "{said}");
    bench.ok(&["run", "study.yaml", "--quiet", "--set", "search.trials=6"]);
    let shown: Value = serde_json::from_str(&bench.ok(&["show", "study-1", "--json"])).unwrap();
    let reason = &shown["all"][5]["reason"];
    assert_eq!(reason["by"], "auto/gp");
    assert!(reason["details"]["auto"].as_str().unwrap().starts_with("gp: "), "{reason}");
    bench.ok(&["reproduce", "study-1"]);
}

#[test]
fn the_schema_is_json_and_names_what_can_be_written() {
    let schema: Value = serde_json::from_str(&Bench::new().ok(&["schema"])).unwrap();
    let text = schema.to_string();
    for word in ["\"standardize\"", "\"gp\"", "\"accuracy\"", "\"kfold\"", "\"stratify\""] {
        assert!(text.contains(word), "{word}");
    }
    assert!(!text.contains("model.params.gamma"));
    let schema = Bench::new().ok(&["schema", "--plugin", "svm"]);
    assert!(schema.contains("\"gamma\"") && schema.contains("\"model.params.gamma\""));
}

#[test]
fn runs_as_json_is_a_line_a_run() {
    let bench = Bench::with(STUDY);
    bench.ok(&["run", "study.yaml", "--quiet", "--set", "search.trials=2"]);
    bench.ok(&["run", "study.yaml", "--quiet", "--set", "search.trials=2"]);
    let listed = bench.ok(&["runs", "--json"]);
    let lines: Vec<Value> = listed.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let runs: Vec<&Value> = lines.iter().map(|line| &line["run"]).collect();
    assert_eq!(runs, ["study-2", "study-1"]);
    assert!(lines[0]["path"].as_str().unwrap().starts_with('/'));
}

#[test]
fn a_folders_name_cannot_drive_the_terminal() {
    let bench = Bench::with(STUDY);
    bench.ok(&["run", "study.yaml", "--quiet", "--set", "search.trials=2"]);
    let odd = "esc\u{1b}[31m\nred";
    let runs = bench.path().join("runs");
    std::fs::rename(runs.join("study-1"), runs.join(odd)).unwrap();
    for args in [vec!["runs"], vec!["show", odd]] {
        let said = bench.ok(&args);
        assert!(!said.contains('\u{1b}') && said.contains("esc\\u{1b}[31m\\nred"), "{said}");
    }
}

/// A full disk behind a redirection must not look like success, and must not cost the work.
#[cfg(target_os = "linux")]
#[test]
fn output_that_is_lost_is_told() {
    let bench = Bench::with(STUDY);
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let run = bench.command(&["run", "study.yaml"]).stdout(full()).output().unwrap();
    assert_eq!(run.status.code(), Some(1));
    assert!(bench.ok(&["show", "study-1"]).contains("12 of 12 trials"));
    let shown = bench.command(&["show", "study-1"]).stdout(full()).output().unwrap();
    assert_eq!(shown.status.code(), Some(1));
}

#[test]
fn a_reader_that_goes_away_loses_no_work() {
    let bench = Bench::with(STUDY);
    let mut command = bench.command(&["run", "study.yaml"]);
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
    assert!(bench.ok(&["show", "study-1"]).contains("12 of 12 trials"));
}
