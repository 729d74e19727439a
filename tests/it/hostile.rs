//! A plugin that does what a plugin must not do: each time the study goes on and says what
//! happened.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::isolation::until;
use crate::support::{Bench, repository};

const STUDY: &str = "\
surmise: 1
name: study
seed: 3
data: { source: { csv: data/iris.csv }, target: species }
model: { plugin: hostile }
evaluation: { resample: { kfold: 2 }, metric: accuracy }
isolation: ISOLATION
search:
  sampler: { type: grid }
  space:
    model.params.behaviour: [BEHAVIOURS]
";

/// What a trial that is complete comes to: a third of the irises are of the first class.
const COMPLETE: &str = "complete";

/// What happens, and what is then said of the trial: its error ends like this.
type Row = (&'static str, &'static str);

const CRASHES: &[Row] = &[
    ("segfault_create", "crashed in create: segmentation fault (or stack overflow)"),
    ("segfault_fit", "crashed in fit: segmentation fault (or stack overflow)"),
    ("segfault_predict", "crashed in predict: segmentation fault (or stack overflow)"),
    ("segfault_destroy", "crashed in destroy: segmentation fault (or stack overflow)"),
    ("abort_fit", "crashed in fit: aborted (SIGABRT)"),
    ("double_free", "crashed in fit: its heap is damaged"),
    ("illegal_instruction", "crashed in fit: illegal instruction (built for another processor?)"),
    ("stack_overflow", "crashed in fit: segmentation fault (or stack overflow)"),
    ("stack_overflow_in_thread", "crashed in fit: segmentation fault (or stack overflow)"),
    ("malloc_unchecked", "crashed in fit: segmentation fault (or stack overflow)"),
    ("malloc_bomb", "fit failed: out of memory"),
    ("mmap_bomb", "fit failed: out of memory"),
    ("file_bomb", "wrote a file of more than 64 MiB in fit, killed"),
    ("many_files", "filled its scratch folder in fit, killed"),
    ("exit_0", "called exit(0) in fit before it returned"),
    ("exit_3", "called exit(3) in fit before it returned"),
    ("quick_exit_0", "called exit(0) in fit before it returned"),
    ("writes_dataset", "crashed in fit: segmentation fault (or stack overflow)"),
    ("unprotects_dataset", "denied: EACCES"),
    ("none", COMPLETE),
];

const TALK: &[Row] = &[
    ("hanging_atexit", COMPLETE),
    ("threads_left", COMPLETE),
    ("output_flood", COMPLETE),
    ("terminal_escapes", "fit failed: [31mred[0m \u{fffd}"),
    ("closes_everything", "lost its control channel in fit"),
    ("forged_garbage", "sent what no worker says, killed"),
    ("forged_result", "predict broke the plugin contract: prediction 0 is NaN or was not written"),
    ("forged_report", "sent an answer out of turn, killed"),
    ("forged_long", "sent a packet that is too long, killed"),
    ("predicts_nan", "prediction 0 is NaN or was not written"),
    ("predicts_infinity", "prediction 0 is infinite"),
    ("predicts_no_class", "7 is not the code of one of 3 classes"),
    ("writes_nothing", "prediction 0 is NaN or was not written"),
    ("reports_backwards", "reported step 4 after a later one"),
    ("reports_long_name", "reported a metric with an overlong name"),
    ("reports_nan", COMPLETE),
    ("reports_in_predict", COMPLETE),
    ("reports_in_thread", "reported from another thread than the one that runs fit"),
    ("long_error", "xxx…"),
    ("odd_status", "fit failed: internal error (-12345)"),
    ("unknown_success", COMPLETE),
    ("changes_rounding", COMPLETE),
    ("changes_locale", COMPLETE),
    ("changes_folder", COMPLETE),
    ("changes_umask", COMPLETE),
    ("handles_signals", COMPLETE),
    ("crashes_when_used", COMPLETE),
    ("none", COMPLETE),
];

/// Only where the kernel has Landlock and seccomp.
const SANDBOXED: &[Row] = &[
    ("forks", "denied: EPERM"),
    ("executes", "denied: EPERM"),
    ("opens_socket", "denied: EPERM"),
    ("reads_passwd", "denied: EACCES"),
    ("reads_host_memory", "denied: EACCES"),
    ("reads_process_memory", "denied: EPERM"),
    ("writes_outside", "denied: EACCES"),
    ("traces_host", "made a system call in fit that the sandbox forbids, killed"),
    ("kills_host", "denied: EPERM"),
    ("raises_limit", "denied: EPERM"),
    ("uses_io_uring", "denied: EPERM"),
    ("new_namespace", "denied: EPERM"),
    ("outlives_host", "denied: EPERM"),
    ("shared_memory_bomb", "denied: EPERM"),
    ("memfd_bomb", "denied: EPERM"),
    ("writes_scratch", COMPLETE),
    ("none", COMPLETE),
];

/// With a limit of time that all of them exceed.
const ENDLESS: &[Row] = &[
    ("loop_create", "exceeded the 0.3 s wall limit in create, killed"),
    ("loop_fit", "exceeded the 0.3 s wall limit in fit, killed"),
    ("loop_predict", "exceeded the 0.3 s wall limit in predict, killed"),
    ("loop_destroy", "exceeded the 0.3 s wall limit in destroy, killed"),
    ("sleep_forever", "exceeded the 0.3 s wall limit in fit, killed"),
    ("ignores_signals", "exceeded the 0.3 s wall limit in fit, killed"),
    ("stops_itself", "exceeded the 0.3 s wall limit in fit, killed"),
];

/// A folder with the plugin in it; none where there is no C compiler.
pub(crate) fn bench(defines: &[&str]) -> Option<Bench> {
    linked(defines, &[])
}

/// The same, linked with more flags.
pub(crate) fn linked(defines: &[&str], flags: &[&str]) -> Option<Bench> {
    let defines: Vec<String> = defines.iter().map(|define| format!("-D{define}")).collect();
    let defines = defines.iter().map(String::as_str);
    let args: Vec<&str> = ["-std=c11"].into_iter().chain(defines).chain(["-lpthread"]).collect();
    compiled("cc", "hostile.c", &[&args, flags].concat())
}

/// A folder with a plugin of `tests/fixtures/hostile` in it; none without that compiler.
#[expect(clippy::print_stdout, reason = "what was not tested must show")]
fn compiled(compiler: &str, source: &str, args: &[&str]) -> Option<Bench> {
    if Command::new(compiler).arg("--version").output().is_err() {
        println!("SKIPPED: no compiler `{compiler}` here, so no hostile plugin was tried");
        return None;
    }
    let bench = Bench::new();
    std::fs::create_dir(bench.path().join("plugins")).unwrap();
    let compiled = Command::new(compiler)
        .args([
            "-Wall",
            "-Wextra",
            "-Werror",
            "-O1",
            "-shared",
            "-fPIC",
            "-fvisibility=hidden",
            "-I",
        ])
        .arg(repository().join("plugins/abi/include"))
        .arg(repository().join("tests/fixtures/hostile").join(source))
        .arg("-o")
        .arg(bench.path().join("plugins/libsurmise_hostile.so"))
        .args(args)
        .output()
        .unwrap();
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    Some(bench)
}

pub(crate) fn study(bench: &Bench, isolation: &str, behaviours: &[&str]) {
    let behaviours = behaviours.join(", ");
    let text = STUDY.replace("ISOLATION", isolation).replace("BEHAVIOURS", &behaviours);
    bench.write("study.yaml", text);
}

/// Runs a trial for each row and compares what is said of it.
fn compare(bench: &Bench, isolation: &str, rows: &[Row]) {
    let behaviours: Vec<&str> = rows.iter().map(|(behaviour, _)| *behaviour).collect();
    study(bench, isolation, &behaviours);
    let finished = bench.run(&["run", "study.yaml", "--quiet"]);
    let any_complete = rows.iter().any(|(_, said)| *said == COMPLETE);
    assert_eq!(finished.code, if any_complete { 0 } else { 7 }, "{}", finished.err);
    let shown: Value = serde_json::from_str(&bench.ok(&["show", "study-1", "--json"])).unwrap();
    let trials = shown["all"].as_array().unwrap();
    assert_eq!(trials.len(), rows.len(), "every trial was run");
    let mut wrong = BTreeMap::new();
    for ((behaviour, expected), trial) in rows.iter().zip(trials) {
        let outcome = &trial["outcome"];
        let is_right = match *expected {
            COMPLETE => (outcome["value"].as_f64().unwrap_or(0.0) - 1.0 / 3.0).abs() < 1e-9,
            said => outcome["error"].as_str().is_some_and(|error| {
                error.starts_with("fold 1 of 2: plugin `hostile`, model `hostile`: ")
                    && error.ends_with(said)
                    && !error.chars().any(char::is_control)
                    && error.len() < 10_000
            }),
        };
        if !is_right {
            wrong.insert(*behaviour, format!("{outcome}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(!bench.path().join("outside").exists());
    assert_eq!(processes(bench.path()), Vec::<PathBuf>::new());
}

/// The processes that run in a scratch folder of this bench's programs, as folders of `/proc`.
pub(crate) fn processes(temporary: &Path) -> Vec<PathBuf> {
    let is_there = |process: &PathBuf| {
        std::fs::read_link(process.join("cwd")).is_ok_and(|folder| folder.starts_with(temporary))
    };
    let all = std::fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    all.filter(is_there).collect()
}

#[test]
fn whatever_ends_a_worker_the_study_goes_on() {
    let Some(bench) = bench(&[]) else { return };
    compare(&bench, "{ memory: 64 MiB, time: 60 s }", CRASHES);
}

#[test]
fn whatever_a_worker_says_is_checked() {
    let Some(bench) = bench(&[]) else { return };
    compare(&bench, "{ memory: 256 MiB, time: 60 s }", TALK);
    let log =
        |n: usize| std::fs::metadata(bench.path().join(format!("runs/study-1/logs/trial-{n}.log")));
    assert!(log(0).is_err(), "a trial that prints nothing has no log");
    assert!((1 << 20..(1 << 20) + 100).contains(&log(2).unwrap().len()), "a flood is cut");
    let text = bench.read("runs/study-1/logs/trial-3.log");
    assert!(text.ends_with(b"[31mred[0m\n") && !text.contains(&0x1b));
}

#[test]
fn what_never_returns_is_killed() {
    let Some(bench) = bench(&[]) else { return };
    compare(&bench, "{ time: 300 ms }", ENDLESS);
}

#[test]
fn the_sandbox_denies_what_a_model_does_not_need() {
    let Some(bench) = bench(&[]) else { return };
    if !is_sandboxed(&bench) {
        println!("SKIPPED: this kernel has no Landlock or no seccomp, so no sandbox was tried");
        return;
    }
    std::fs::remove_dir_all(bench.path().join("runs")).unwrap();
    compare(&bench, "{ sandbox: required, memory: 256 MiB }", SANDBOXED);
}

/// Whether both halves of the sandbox are in force, by what a run says of itself.
pub(crate) fn is_sandboxed(bench: &Bench) -> bool {
    study(bench, "{ sandbox: best-effort }", &["none", "plain"]);
    let said = bench.ok(&["run", "study.yaml"]);
    said.contains("in workers: limits+landlock(") && said.contains(")+seccomp")
}

#[test]
fn without_a_sandbox_there_are_limits_only_and_the_record_says_so() {
    let Some(bench) = bench(&[]) else { return };
    study(&bench, "{ sandbox: off, memory: 256 MiB }", &["reads_passwd", "shared_memory_bomb"]);
    assert_eq!(bench.run(&["run", "study.yaml", "--quiet"]).code, 7);
    let shown: Value = serde_json::from_str(&bench.ok(&["show", "study-1", "--json"])).unwrap();
    assert_eq!(shown["all"][0]["isolation"], "in workers: limits");
    assert!(shown["all"][0]["outcome"]["error"].as_str().unwrap().ends_with("ALLOWED"));
    let bomb = shown["all"][1]["outcome"]["error"].as_str().unwrap();
    assert!(bomb.ends_with("ran out of memory in fit: limit 256 MiB, killed"), "{bomb}");
}

/// What a plugin starts without a sandbox is gone with its worker, whatever it left behind it.
#[test]
fn without_a_sandbox_nothing_outlives_its_worker_either() {
    let Some(bench) = bench(&[]) else { return };
    let all = [
        ("leaves_a_process", COMPLETE),
        ("leaves_its_group", "exceeded the 3 s wall limit in fit, killed"),
        ("segfault_fit", "crashed in fit: segmentation fault (or stack overflow)"),
        ("exit_3", "called exit(3) in fit before it returned"),
        ("none", COMPLETE),
    ];
    compare(&bench, "{ sandbox: off, time: 3 s }", &all);
}

#[test]
fn a_host_that_is_killed_takes_along_what_a_plugin_has_started() {
    let Some(bench) = bench(&["ON_LOAD=5"]) else { return };
    study(&bench, "{ sandbox: off }", &["sleep_forever", "plain"]);
    let mut child = bench.spawn(&["run", "study.yaml", "--quiet"]);
    // A keeper, its sentinel, a worker and what the worker has left, at least once.
    until(|| (4 <= processes(bench.path()).len()).then_some(()));
    child.kill().unwrap();
    child.wait().unwrap();
    until(|| processes(bench.path()).is_empty().then_some(()));
}

#[test]
fn a_model_that_cannot_be_saved_leaves_a_run_that_can_be_gone_on_with() {
    for (behaviour, isolation, said) in [
        ("segfault_save", "{ time: 60 s }", "crashed in save: segmentation fault"),
        ("loop_save", "{ time: 1 s }", "exceeded the 1 s wall limit in save, killed"),
        (
            "saves_without_end",
            "{ memory: 256 MiB, time: 60 s }",
            "ran out of memory in save: limit 256 MiB",
        ),
    ] {
        let Some(bench) = bench(&[]) else { return };
        study(&bench, isolation, &[behaviour]);
        let finished = bench.run(&["run", "study.yaml", "--quiet"]);
        assert_eq!(finished.code, 5, "{}", finished.err);
        assert!(finished.err.contains(said), "{behaviour}: {}", finished.err);
        assert!(bench.ok(&["show", "study-1"]).contains("1 of 1 trial, 0 failed"));
    }
}

/// A million reports are as many as anybody reads; each is one more line of the record.
#[test]
fn a_fit_that_reports_without_end_is_ended() {
    let Some(bench) = bench(&[]) else { return };
    compare(
        &bench,
        "{ memory: 256 MiB }",
        &[("reports_too_often", "reported more than 1000000 times"), ("none", COMPLETE)],
    );
}

#[test]
fn an_exception_that_leaves_a_plugin_ends_its_worker_in_words() {
    for (define, call) in [("CREATE", "create"), ("FIT", "fit"), ("PREDICT", "predict")] {
        let args = ["-std=c++17", &format!("-DTHROWS={define}")];
        let Some(bench) = compiled("c++", "throws.cpp", &args) else { return };
        study(&bench, "{ time: 60 s }", &["throws"]);
        assert_eq!(bench.run(&["run", "study.yaml", "--quiet"]).code, 7);
        let shown = bench.ok(&["show", "study-1"]);
        let said = format!("crashed in {call}: an exception that nobody caught");
        assert!(shown.contains(&said), "{shown}");
    }
}

#[test]
fn a_worker_that_somebody_else_kills_is_told_from_one_that_crashes() {
    let Some(bench) = bench(&[]) else { return };
    study(&bench, "{ time: 60 s }", &["waits_for_the_system", "none"]);
    let mut child = bench.spawn(&["run", "study.yaml", "--quiet"]);
    // As the kernel does when memory is short, to every worker that waits for it.
    let status = until(|| {
        let waits = |folder: &PathBuf| folder.join("cwd/waiting").exists();
        for waiting in processes(bench.path()).into_iter().filter(waits) {
            Command::new("kill").arg("-KILL").arg(waiting.file_name()?).status().ok()?;
        }
        child.try_wait().unwrap()
    });
    assert!(status.success());
    let shown = bench.ok(&["show", "study-1"]);
    assert!(shown.contains("was killed by the system in fit (out of memory?)"), "{shown}");
}

#[test]
fn what_a_plugin_does_while_it_is_loaded_stays_in_its_worker() {
    for (define, said) in [
        ("ON_LOAD=1", "crashed in loading: segmentation fault (or stack overflow)"),
        ("ON_LOAD=3", "exceeded the 10 s wall limit in loading, killed"),
        ("ON_LOAD=4", "called exit(0) in loading before it returned"),
        ("ENTRY=((char *)&plugin + 1)", "a misaligned pointer"),
        (
            "ENTRY=((uintptr_t)&plugin | 0x7ff0000000000000)",
            "crashed in loading: segmentation fault",
        ),
    ] {
        let Some(bench) = bench(&[define]) else { return };
        study(&bench, "{ sandbox: best-effort }", &["none", "plain"]);
        let finished = bench.run(&["run", "study.yaml"]);
        assert_eq!(finished.code, 5, "{}", finished.err);
        assert!(finished.err.contains(said), "{define}: {}", finished.err);
        assert!(!bench.path().join("runs").exists());
        assert_eq!(processes(bench.path()), Vec::<PathBuf>::new());
    }
}

#[test]
fn the_sandbox_is_there_before_a_plugin_is_loaded() {
    for define in ["ON_LOAD=2", "ON_LOAD=5"] {
        let Some(bench) = bench(&[define]) else { return };
        if !is_sandboxed(&bench) {
            println!("SKIPPED: no sandbox here, so loading was not tried in one");
            return;
        }
        let said = bench.ok(&["check", "study.yaml"]);
        assert!(!said.contains("loaded"), "{said}");
        assert_eq!(processes(bench.path()), Vec::<PathBuf>::new());
    }
}

/// Whether this system has a library, which tests take for one that others may lack.
#[expect(clippy::print_stdout, reason = "what was not tested must show")]
pub(crate) fn has_library(name: &str) -> bool {
    let listed = Command::new("ldconfig").arg("-p").output();
    let found = listed.is_ok_and(|l| String::from_utf8_lossy(&l.stdout).contains(name));
    if !found {
        println!("SKIPPED: no library {name} here");
    }
    found
}
