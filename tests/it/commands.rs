//! Any program as a model: what it is given, what it may do, and how its end is told.
//!
//! The programs here are of the POSIX shell, so that these tests run everywhere.

use std::io::BufRead;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Bench, repository};

/// A study of a script, whose loss is the distance of lr from 0.3.
const STUDY: &str = "\
surmise: 1
name: study
seed: 3
model:
  command: [sh, train.sh, \"{lr}\", \"{seed}\"]
  params: { lr: 0.1 }
  deterministic: true
evaluation: { metric: loss, direction: minimize, steps: 2 }
search:
  sampler: { type: gp }
  trials: 6
  space: { model.params.lr: { min: 0.01, max: 1.0, log: true } }
";

const TRAIN: &str = r#"
echo "training with $1 and seed $2"
echo "careful" >&2
echo '{"step": 1, "loss": 9}'
echo "{\"step\": 2, \"loss\": $1}"
awk -v x="$1" 'BEGIN { printf "{\"metric\": %.9f}\n", (x - 0.3) ^ 2 }'
"#;

fn bench() -> Bench {
    let bench = Bench::with(STUDY);
    bench.write("train.sh", TRAIN);
    bench
}

/// One run of a script with the values as written.
fn plain(isolation: &str) -> String {
    format!(
        "surmise: 1\nname: plain\nmodel: {{ command: [sh, script.sh] }}\n\
         evaluation: {{ metric: loss, direction: minimize }}\nisolation: {isolation}\n"
    )
}

/// What one trial of a script came to, in the words of the log, and what the script printed.
fn outcome(script: &str, isolation: &str) -> (Value, String) {
    let bench = Bench::new();
    bench.write("script.sh", script);
    bench.write("study.yaml", plain(isolation));
    bench.run(&["run", "study.yaml", "--quiet"]);
    let shown: Value = serde_json::from_str(&bench.ok(&["show", "plain-1", "--json"])).unwrap();
    let log = bench.path().join("runs/plain-1/logs/trial-0.log");
    (shown["all"][0].clone(), std::fs::read_to_string(log).unwrap_or_default())
}

fn error(script: &str, isolation: &str) -> String {
    let (trial, log) = outcome(script, isolation);
    trial["outcome"]["error"].as_str().unwrap_or_else(|| panic!("{trial}\n{log}")).to_owned()
}

/// Whether the kernel restricts programs in full, as a run says it.
fn is_restricted(bench: &Bench) -> bool {
    let said = bench.ok(&["check", "study.yaml"]);
    said.contains("landlock") && said.contains("seccomp")
}

/// The numbers of processes that have this word among their arguments.
fn processes(word: &str) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let numbers = entries.filter_map(|e| e.file_name().to_str()?.parse::<u32>().ok());
    let named = |id: &u32| {
        let line = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|argument| argument == word.as_bytes())
    };
    numbers.filter(named).collect()
}

#[test]
fn a_script_is_tuned_logged_and_reproduced() {
    let bench = bench();
    let said = bench.ok(&["run", "study.yaml", "--threads", "1"]);
    assert!(said.contains("study-1 runs 6 trials by gp (seed 3)"), "{said}");
    assert!(said.contains("the model's code runs as a command: limits"), "{said}");
    assert!(said.contains("6 of 6 trials, 0 failed"), "{said}");
    let events = bench.events("study-1");
    let first = &events[2];
    assert_eq!(first["params"]["model.params.lr"], 0.1);
    assert_eq!(first["reports"], serde_json::json!([9.0, 0.1]), "{first}");
    let log = String::from_utf8(bench.read("runs/study-1/logs/trial-0.log")).unwrap();
    assert!(log.contains("training with 0.1 and seed ") && log.contains("careful"), "{log}");
    assert!(!bench.path().join("runs/study-1/model.bin").exists());
    // Whatever the number of threads, and done again.
    bench.ok(&["run", "study.yaml", "--threads", "2", "--quiet"]);
    assert_eq!(bench.events("study-2"), events);
    assert!(bench.ok(&["reproduce", "study-1"]).contains("identical: 6 trials identical"));
}

#[test]
fn parameters_come_in_the_environment_and_in_a_file_too() {
    let script = r#"
cat "$SURMISE_PARAMS_FILE"
echo "got $SURMISE_PARAMS|$SURMISE_TRIAL|$GREETING|$OMP_NUM_THREADS|$PRIVATE"
test "$HOME" = "$SURMISE_SCRATCH" && test "$TMPDIR" = "$HOME" && echo > "$HOME/mine" && echo '{"metric": 1}'
"#;
    let bench = Bench::with(&plain("{}").replace(
        "command: [sh, script.sh]",
        "command: [sh, script.sh], params: { a: 1, b: [x, 2.5] }, env: { GREETING: hello }, threads: 3",
    ));
    bench.write("script.sh", script);
    let mut command = bench.command(&["run", "study.yaml"]);
    assert!(command.env("PRIVATE", "secret").output().unwrap().status.success());
    let log = String::from_utf8(bench.read("runs/plain-1/logs/trial-0.log")).unwrap();
    let params = r#"{"a":1,"b":["x",2.5]}"#;
    assert_eq!(log, format!("{params}\ngot {params}|0|hello|3|\n{{\"metric\": 1}}\n"));
}

#[test]
fn every_end_is_told_in_words() {
    for (script, words) in [
        ("echo bye; exit 3", "the command ended with exit code 3"),
        ("echo why >&2; exit 1", "exit code 1; the last line of its errors: why"),
        ("kill -SEGV $$", "crashed in its run: segmentation fault"),
        (
            "echo all is well",
            "without a line such as {\"metric\": 0.5} for loss; the last it printed: all is well",
        ),
        ("true", "it printed nothing"),
        ("echo '{\"metric\": NaN}'", "diverged: loss is not finite in line 1"),
        ("echo \"{'metric': 1}\"; sleep 600", "is no JSON object in line 1: {'metric': 1}"),
        ("ls $HOME/none >&2; exit 1", "{scratch}/none"),
    ] {
        let told = error(script, "{}");
        assert!(told.contains(words), "{told}");
    }
}

#[test]
fn limits_end_a_command_and_all_that_it_started() {
    let started = Instant::now();
    let word = format!("3{}", std::process::id());
    let script = format!("sleep {word} & (setsid sleep {word} &) ; sleep {word}");
    let told = error(&script, "{ time: 1 s }");
    assert_eq!(told, "the command exceeded the 1 s wall limit in its run, killed");
    assert!(started.elapsed() < Duration::from_secs(60));
    assert_eq!(processes(&word), [] as [u32; 0]);
    // What goes on after its end ends with it.
    let word = format!("4{}", std::process::id());
    let (trial, _) = outcome(&format!("(setsid sleep {word} &); echo '{{\"loss\": 2}}'"), "{}");
    assert_eq!(trial["outcome"]["value"], 2.0);
    assert_eq!(processes(&word), [] as [u32; 0]);
    // A string that doubles until there is no memory.
    let told = error("awk 'BEGIN { x = \"xx\"; while (1) x = x x }'", "{ memory: 64 MiB }");
    assert!(told.contains("ran out of memory in its run: limit 64 MiB"), "{told}");
}

#[test]
fn the_sandbox_leaves_the_pipelines_folder_for_reading_and_scratch_for_writing() {
    let script = r#"
cat data.txt
(echo > beside.txt) 2>/dev/null && echo "wrote beside"
cat ../outside.txt 2>/dev/null && echo "read outside"
echo > "$HOME/mine" && echo '{"metric": 1}'
"#;
    let bench = Bench::new();
    std::fs::create_dir(bench.path().join("project")).unwrap();
    bench.write("project/script.sh", script);
    bench.write("project/data.txt", "numbers\n");
    bench.write("outside.txt", "secret\n");
    bench.write("project/study.yaml", plain("{}"));
    bench.write("study.yaml", plain("{}").replace("script.sh", "project/script.sh"));
    if !is_restricted(&bench) {
        eprintln!("skipped: this kernel has no Landlock or no seccomp");
        return;
    }
    let log =
        |run: &str| String::from_utf8(bench.read(&format!("runs/{run}/logs/trial-0.log"))).unwrap();
    bench.ok(&["run", "project/study.yaml", "--quiet"]);
    assert_eq!(log("plain-1"), "numbers\n{\"metric\": 1}\n");
    // What the file opens is open.
    bench.write("project/study.yaml", plain("{ read: [../outside.txt], write: [.] }"));
    bench.ok(&["run", "project/study.yaml", "--quiet"]);
    assert_eq!(log("plain-2"), "numbers\nwrote beside\nsecret\nread outside\n{\"metric\": 1}\n");
    bench.write("project/study.yaml", plain("{ sandbox: off }"));
    bench.ok(&["run", "project/study.yaml", "--quiet"]);
    assert!(log("plain-3").contains("read outside"));
    bench.write("project/study.yaml", plain("{ read: [../nowhere] }"));
    let refused = bench.run(&["run", "project/study.yaml"]);
    assert_eq!(refused.code, 5);
    assert!(refused.err.contains("nowhere: No such file"), "{}", refused.err);
}

#[test]
fn the_network_is_there_only_where_the_file_says_so() {
    let has_python =
        Command::new("python3").arg("--version").output().is_ok_and(|o| o.status.success());
    let bench = Bench::with(&plain("{}").replace("sh, script.sh", "python3, script.py"));
    if !has_python || !is_restricted(&bench) {
        eprintln!("skipped: there is no python3, or no sandbox");
        return;
    }
    bench.write("script.py", "import socket\nsocket.socket()\nprint('{\"metric\": 1}')\n");
    assert_eq!(bench.run(&["run", "study.yaml", "--quiet"]).code, 7);
    let shown = bench.ok(&["show", "plain-1"]);
    assert!(shown.contains("PermissionError"), "{shown}");
    bench.ok(&["run", "study.yaml", "--quiet", "--set", "isolation.network=true"]);
}

#[test]
fn a_program_that_is_not_there_is_told_before_any_trial() {
    let bench = bench();
    for (program, words) in [
        ("no-such-program", "there is no program `no-such-program` in PATH, which is "),
        ("./train.sh", "is not executable"),
        ("train.sh", "for the file beside the pipeline write `./train.sh`"),
        ("./none", "No such file"),
    ] {
        let study = STUDY.replace("[sh, train.sh,", &format!("[{program},"));
        bench.write("study.yaml", study);
        let refused = bench.run(&["run", "study.yaml"]);
        assert_eq!(refused.code, 5, "{}", refused.err);
        assert!(refused.err.contains(words), "{}", refused.err);
        assert!(refused.err.contains("study.yaml:5:"), "{}", refused.err);
    }
    assert!(!bench.path().join("runs").exists());
}

#[test]
fn a_killed_run_goes_on_to_the_same_log_and_leaves_nothing_behind() {
    let bench = bench();
    bench.ok(&["run", "study.yaml", "--quiet"]);
    let whole = bench.events("study-1");
    let word = format!("5{}", std::process::id());
    // The third trial waits until it is killed; the fourth attempt at it does not.
    let waiting = format!(
        "if test \"$SURMISE_TRIAL\" = 2 && test -e wait; then (setsid sleep {word} &); sleep {word}; fi\n{TRAIN}"
    );
    bench.write("train.sh", &waiting);
    bench.write("wait", "");
    let mut child = bench
        .command(&["run", "study.yaml", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
    let mut begun = lines.map_while(Result::ok);
    assert!(begun.any(|line| line.contains("\"started\"") && line.contains("\"trial\":2")));
    let deadline = Instant::now() + Duration::from_secs(60);
    while processes(&word).len() < 2 && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(processes(&word).len(), 2);
    child.kill().unwrap();
    child.wait().unwrap();
    while !processes(&word).is_empty() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(processes(&word), [] as [u32; 0]);
    std::fs::remove_file(bench.path().join("wait")).unwrap();
    bench.ok(&["resume", "study-2", "--quiet"]);
    assert_eq!(bench.events("study-2"), whole);
}

#[test]
fn a_changed_script_is_another_experiment() {
    let bench = bench();
    bench.ok(&["run", "study.yaml", "--quiet"]);
    let lock = String::from_utf8(bench.read("runs/study-1/surmise.lock")).unwrap();
    assert!(lock.contains("\n  files:\n    train.sh: "), "{lock}");
    bench.write("train.sh", format!("{TRAIN}# the same, but who knows\n"));
    let refused = bench.run(&["resume", "study-1"]);
    assert_eq!(refused.code, 8);
    assert!(refused.err.contains("the file train.sh changed: sha256 "), "{}", refused.err);
    assert!(refused.err.contains("--accept script"), "{}", refused.err);
    let again = bench.run(&["reproduce", "study-1"]);
    assert_eq!(again.code, 8);
    assert!(
        again.out.contains("6 trials identical, 0 differ; but the script changed"),
        "{}",
        again.out
    );
    bench.ok(&["resume", "study-1", "--accept", "script", "--quiet"]);
    assert!(bench.ok(&["show", "study-1"]).contains("the file train.sh changed"));
}

#[test]
fn several_objectives_and_bounds_come_from_the_same_lines() {
    let bench = Bench::with(&STUDY.replace(
        "metric: loss, direction: minimize, steps: 2",
        "objectives: [{ metric: loss, direction: minimize }, { metric: size, direction: minimize }], \
         constraints: [{ metric: size, max: 0.5 }]",
    ));
    bench.write("train.sh", format!("{TRAIN}echo \"{{\\\"size\\\": $1}}\"\n"));
    let said = bench.ok(&["run", "study.yaml"]);
    assert!(said.contains("Pareto"), "{said}");
    let trial = &bench.events("study-1")[2];
    assert_eq!(trial["outcome"]["others"], serde_json::json!([0.1]));
    assert_eq!(trial["outcome"]["constraints"], serde_json::json!([-0.4]));
}

/// The script that ships for PyTorch, where there is a Python with it.
#[test]
fn the_pytorch_example_runs() {
    let python = std::env::var("SURMISE_TEST_PYTHON").unwrap_or_else(|_| "python3".into());
    let torch = Command::new(&python).args(["-c", "import torch"]).output();
    if !torch.is_ok_and(|torch| torch.status.success()) {
        eprintln!("skipped: there is no Python with torch; SURMISE_TEST_PYTHON names one");
        return;
    }
    let example = repository().join("pipelines/examples/pytorch/pipeline.yaml");
    let text = std::fs::read_to_string(&example).unwrap();
    let bench = Bench::new();
    std::fs::create_dir(bench.path().join("pytorch")).unwrap();
    let script = std::fs::read(example.with_file_name("train.py")).unwrap();
    bench.write("pytorch/train.py", script);
    bench.write("pytorch/study.yaml", text.replace("[python3,", &format!("[{python},")));
    let said = bench.ok(&["run", "pytorch/study.yaml", "--set", "search.trials=3"]);
    assert!(said.contains("3 of 3 trials, 0 failed"), "{said}");
}
