//! Where a model's code runs does not change what comes out, and nothing of it outlives the run.

use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Bench, STUDY};

/// A study whose one fit does not end by itself.
const ENDLESS: &str = "\
surmise: 1
name: study
seed: 3
data: { source: { csv: data/iris.csv }, target: species }
model: { plugin: majority, params: { misbehave: slow, steps: 1000, step_ms: 10000 } }
evaluation: { resample: { kfold: 2 }, metric: accuracy }
";

/// The record without where the code ran.
fn results(bench: &Bench, run: &str) -> Vec<Value> {
    let mut events = bench.events(run);
    for event in &mut events {
        if let Some(event) = event.as_object_mut() {
            event.remove("isolation");
        }
    }
    events
}

#[test]
fn workers_and_this_process_give_the_same_bits() {
    let bench = Bench::with(STUDY);
    bench.ok(&["run", "study.yaml", "--quiet", "--threads", "2"]);
    bench.ok(&["run", "study.yaml", "--quiet", "--threads", "1"]);
    bench.ok(&["run", "study.yaml", "--quiet", "--set", "isolation=in-process"]);
    let [first, second, third] = ["study-1", "study-2", "study-3"].map(|run| results(&bench, run));
    assert_eq!(first, second);
    assert_eq!(first, third);
    let model = bench.read("runs/study-1/model.bin");
    assert_eq!(model, bench.read("runs/study-2/model.bin"));
    assert_eq!(model, bench.read("runs/study-3/model.bin"));
    let trials = bench.events("study-3");
    assert_eq!(trials[2]["isolation"], "in-process");
    bench.ok(&["reproduce", "study-1"]);
    bench.ok(&["reproduce", "study-3"]);
}

#[test]
fn a_run_says_once_where_the_code_runs() {
    let bench = Bench::with(STUDY);
    let said = bench.ok(&["run", "study.yaml"]);
    assert_eq!(said.matches("the model's code runs in workers: limits").count(), 1, "{said}");
    let said = bench.ok(&["run", "study.yaml", "--set", "isolation=in-process"]);
    assert!(said.contains("the model's code runs in-process"), "{said}");
}

#[test]
fn wrong_isolation_is_refused_with_what_would_be_right() {
    for (isolation, words) in [
        ("workers", "`in-process` or a mapping such as `{memory: 512 MiB}`"),
        ("{ memory: 512 }", "say the unit"),
        ("{ memory: 1 MiB }", "must lie between 32 MiB and"),
        ("{ time: 0 s }", "must lie between 1 ms and"),
        ("{ sandbox: requierd }", "did you mean `required`?"),
        ("{ memry: 512 MiB }", "did you mean `memory`?"),
    ] {
        let bench = Bench::with(&format!("{STUDY}isolation: {isolation}\n"));
        let finished = bench.run(&["run", "study.yaml"]);
        assert_eq!(finished.code, 3, "{}", finished.err);
        assert!(finished.err.contains(words), "{words}: {}", finished.err);
    }
}

/// Starts a study that does not end, and waits until its worker runs.
fn endless(bench: &Bench) -> (Child, PathBuf) {
    let child = bench.spawn(&["run", "study.yaml", "--quiet"]);
    until(|| catches_interrupts(child.id()).then_some(()));
    let worker = until(|| workers_of(child.id()).into_iter().next_back());
    (child, worker)
}

/// Whether an interrupt no longer simply ends that process: the study has begun.
fn catches_interrupts(process: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    caught.is_some_and(|mask| mask & 0b10 != 0)
}

/// Asks again until there is an answer; gives up long after anybody would wait for it.
pub(crate) fn until<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    let patience = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(patience.elapsed() < Duration::from_secs(60), "it never happens");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The workers of a process, as folders of `/proc`.
fn workers_of(host: u32) -> Vec<PathBuf> {
    let is_worker = |folder: &PathBuf| {
        let status = std::fs::read_to_string(folder.join("status")).unwrap_or_default();
        status.lines().any(|line| line == format!("PPid:\t{host}"))
    };
    let entries = std::fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    entries.filter(is_worker).collect()
}

fn is_gone(process: &Path) -> Option<()> {
    let status = std::fs::read_to_string(process.join("status")).unwrap_or_default();
    (status.is_empty() || status.contains("\nState:\tZ")).then_some(())
}

#[test]
fn workers_go_with_a_host_that_is_killed() {
    let bench = Bench::with(ENDLESS);
    let (mut child, _) = endless(&bench);
    let workers = workers_of(child.id());
    assert!(!workers.is_empty());
    child.kill().unwrap();
    child.wait().unwrap();
    for worker in &workers {
        until(|| is_gone(worker));
    }
    // Its scratch folders are removed by the next one.
    bench.ok(&["check", "study.yaml"]);
    let left = std::fs::read_dir(bench.path()).unwrap().flatten();
    let left = left.filter(|e| e.file_name().to_string_lossy().starts_with("surmise-scratch"));
    assert_eq!(left.count(), 0);
}

#[test]
fn a_second_interrupt_kills_the_workers_and_the_run_can_be_gone_on_with() {
    let bench = Bench::with(ENDLESS);
    let (mut child, worker) = endless(&bench);
    let interrupt = || {
        let pid = child.id().to_string();
        Command::new("kill").args(["-INT", &pid]).status().unwrap();
    };
    interrupt();
    std::thread::sleep(Duration::from_millis(50));
    interrupt();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    until(|| is_gone(&worker));
    assert!(bench.ok(&["runs"]).contains("study-1"));
}
