//! A study that was stopped, kindly or not, goes on as if it had not been.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::{Bench, STUDY};

/// Moments that are random but the same in every test run: a linear congruential generator with
/// Knuth's multiplier.
fn moments() -> impl Iterator<Item = f64> {
    let next = |state: &u64| {
        Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407))
    };
    std::iter::successors(Some(20), next).skip(1).map(|state| (state >> 11) as f64 / 2f64.powi(53))
}

#[test]
fn killed_at_20_random_moments_a_study_resumes_to_the_same_events() {
    let bench = Bench::with(STUDY);
    let begun = Instant::now();
    bench.ok(&["run", "study.yaml", "--quiet"]);
    let whole = begun.elapsed();
    let (events, model) = (bench.events("study-1"), bench.read("runs/study-1/model.bin"));

    let mut resumed = 0;
    for (i, moment) in moments().take(20).enumerate() {
        let runs = format!("runs-{i}");
        let mut child = bench.spawn(&["run", "study.yaml", "--quiet", "--runs", &runs]);
        std::thread::sleep(whole.mul_f64(moment));
        child.kill().unwrap();
        child.wait().unwrap();
        if !bench.path().join(&runs).join("study-1/pipeline.yaml").exists() {
            continue; // Killed while it was still reading the data: there is no run to resume.
        }
        resumed += 1;
        bench.ok(&["resume", "study-1", "--quiet", "--runs", &runs]);
        let again = bench.events_in(&runs, "study-1");
        assert_eq!(again, events, "killed at {moment:.3} of the time");
        assert_eq!(bench.read(&format!("{runs}/study-1/model.bin")), model);
    }
    assert!(resumed >= 10, "only {resumed} of 20 kills hit a run that had begun");
}

/// A study whose trials take long enough to be interrupted between the first and the last.
const SLOW: &str = "\
surmise: 1
name: study
seed: 3
data: { source: { csv: data/iris.csv }, target: species }
model: { plugin: majority, params: { misbehave: slow, steps: 10, step_ms: 20, smooth: 0.5 } }
evaluation: { resample: { kfold: 2 }, metric: log_loss }
search:
  sampler: { type: random }
  trials: 12
  space:
    model.params.smooth: { min: 0.1, max: 1.0 }
";

#[test]
fn one_interrupt_finishes_the_running_trial_and_says_how_to_go_on() {
    let bench = Bench::with(SLOW);
    bench.ok(&["run", "study.yaml", "--quiet"]);

    let mut child = bench
        .command(&["run", "study.yaml", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    lines.find(|line| line.contains("\"finished\"")).expect("a trial finishes");
    let pid = child.id().to_string();
    std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap();
    let rest: Vec<String> = lines.collect();
    let code = child.wait().unwrap().code();
    assert_eq!(code, Some(130), "{rest:?}");
    let last = rest.last().expect("an error line");
    assert!(last.contains("surmise resume study-2"), "{last}");

    bench.ok(&["resume", "study-2", "--quiet"]);
    assert_eq!(bench.events("study-2"), bench.events("study-1"));
}

#[test]
fn a_finished_run_is_resumed_to_nothing_more() {
    let bench = Bench::with(STUDY);
    bench.ok(&["run", "study.yaml", "--quiet"]);
    let before = bench.events("study-1");
    let said = bench.ok(&["resume", "study-1"]);
    assert!(said.contains("12 of 12 trials"), "{said}");
    assert_eq!(bench.events("study-1"), before);
}

#[test]
fn changed_data_is_refused_unless_accepted() {
    let bench = Bench::with(STUDY);
    let mut child = bench.spawn(&["run", "study.yaml", "--quiet"]);
    let store = bench.path().join("runs/study-1/study.db");
    let patience = Instant::now();
    while !store.exists() && patience.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(Duration::from_millis(100));
    child.kill().unwrap();
    child.wait().unwrap();
    let mut data = bench.read("data/iris.csv");
    let at = data.windows(3).position(|w| w == b"5.1").unwrap();
    data[at] = b'6';
    bench.write("data/iris.csv", data);

    let refused = bench.run(&["resume", "study-1"]);
    assert_eq!(refused.code, 8, "{}", refused.err);
    assert!(refused.err.contains("iris.csv changed"), "{}", refused.err);
    assert!(refused.err.contains("--accept data"), "{}", refused.err);
    bench.ok(&["resume", "study-1", "--accept", "data", "--quiet"]);
    // The mixture is not forgotten: not by the run itself, and not by whoever reproduces it.
    assert!(bench.ok(&["show", "study-1"]).contains("events the data"));
    let reproduced = bench.run(&["reproduce", "study-1"]);
    assert_eq!(reproduced.code, 8, "{}", reproduced.out);
    assert!(reproduced.out.contains("in the course of the run, after "), "{}", reproduced.out);
}

#[test]
fn a_changed_pipeline_cannot_be_accepted() {
    let bench = Bench::with(STUDY);
    bench.ok(&["run", "study.yaml", "--quiet"]);
    let pipeline = String::from_utf8(bench.read("runs/study-1/pipeline.yaml")).unwrap();
    bench.write("runs/study-1/pipeline.yaml", format!("# a comment\n{pipeline}"));
    bench.ok(&["resume", "study-1", "--quiet"]);
    bench.write("runs/study-1/pipeline.yaml", pipeline.replace("kfold: 3", "kfold: 4"));
    let refused = bench.run(&["resume", "study-1"]);
    assert_eq!(refused.code, 8, "{}", refused.err);
    assert!(refused.err.contains("put the file back"), "{}", refused.err);
}

#[test]
fn a_moved_project_is_found_with_folder() {
    let bench = Bench::with(STUDY);
    bench.ok(&["run", "study.yaml", "--quiet"]);
    std::fs::create_dir(bench.path().join("elsewhere")).unwrap();
    std::fs::rename(bench.path().join("data"), bench.path().join("elsewhere/data")).unwrap();
    let lost = bench.run(&["reproduce", "study-1"]);
    assert_eq!(lost.code, 4, "{}", lost.err);
    assert!(lost.err.contains("--folder"), "{}", lost.err);
    bench.ok(&["reproduce", "study-1", "--folder", "elsewhere"]);
}

#[test]
fn a_lost_or_damaged_model_is_noticed_and_made_again() {
    let bench = Bench::with(STUDY);
    bench.ok(&["run", "study.yaml", "--quiet"]);
    let model = bench.read("runs/study-1/model.bin");
    bench.write("runs/study-1/model.bin", "damaged");
    let reproduced = bench.run(&["reproduce", "study-1"]);
    assert_eq!(reproduced.code, 8, "{}", reproduced.out);
    assert!(reproduced.out.contains("model.bin is not"), "{}", reproduced.out);
    bench.ok(&["resume", "study-1", "--quiet"]);
    assert_eq!(bench.read("runs/study-1/model.bin"), model);
}

#[test]
fn a_run_killed_before_it_began_is_begun() {
    let bench = Bench::with(STUDY);
    bench.ok(&["run", "study.yaml", "--quiet"]);
    let events = bench.events("study-1");
    for name in ["study.db", "study.db-wal", "study.db-shm", "model.bin"] {
        let _gone = std::fs::remove_file(bench.path().join("runs/study-1").join(name));
    }
    assert!(bench.ok(&["runs"]).contains("not begun"));
    let shown = bench.run(&["show", "study-1"]);
    assert!(shown.err.contains("`surmise resume study-1` starts it"), "{}", shown.err);
    bench.ok(&["resume", "study-1", "--quiet"]);
    assert_eq!(bench.events("study-1"), events);
}

#[test]
fn two_processes_do_not_run_one_study() {
    let bench = Bench::with(STUDY);
    let args = ["run", "study.yaml", "--set", "search.trials=200", "--quiet"];
    let mut child = bench.spawn(&args);
    let store = bench.path().join("runs/study-1/study.db");
    let patience = Instant::now();
    while !store.exists() && patience.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(Duration::from_millis(100));
    let second = bench.run(&["resume", "study-1", "--quiet"]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(second.code, 6, "{}", second.err);
    assert!(second.err.contains("another process"), "{}", second.err);
}
