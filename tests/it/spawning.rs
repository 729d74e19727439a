//! What goes wrong when processes are started, and what is wrong around them.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::hostile;
use crate::isolation::until;
use crate::support::{Bench, Finished, STUDY, repository};

/// Runs the study by another program, which does something to itself first.
fn run_by(bench: &Bench, program: &str, args: &[&str]) -> Finished {
    let ready = bench.command(&["run", "study.yaml"]);
    let mut other = Command::new(program);
    other.args(args).arg(ready.get_program()).args(ready.get_args()).current_dir(bench.path());
    other.envs(ready.get_envs().filter_map(|(name, value)| Some((name, value?))));
    Finished::of(other)
}

/// Puts the plugin where it is found without a look at the program's own place.
fn bring_plugin(bench: &Bench) {
    let (plugins, svm) = (bench.path().join("plugins"), "libsurmise_svm.so");
    std::fs::create_dir(&plugins).unwrap();
    let built = Path::new(env!("CARGO_BIN_EXE_surmise")).parent().unwrap().join("deps");
    std::fs::copy(built.join(svm), plugins.join(svm)).unwrap();
}

#[test]
fn a_program_that_is_replaced_while_it_runs_goes_on_with_itself() {
    let bench = Bench::with(STUDY);
    let program = bench.path().join("surmise");
    std::fs::copy(env!("CARGO_BIN_EXE_surmise"), &program).unwrap();
    bring_plugin(&bench);
    let ready = bench.command(&["run", "study.yaml", "--quiet"]);
    let mut own = Command::new(&program);
    own.args(ready.get_args()).current_dir(bench.path()).env("TMPDIR", bench.path());
    let mut child = own.spawn().unwrap();
    until(|| bench.path().join("runs/study-1/study.db").exists().then_some(()));
    std::fs::remove_file(&program).unwrap();
    std::fs::write(&program, "something else").unwrap();
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_process_that_cannot_be_started_is_told_with_the_reason() {
    let bench = Bench::with(STUDY);
    let mut n_told = 0;
    // From none to enough: wherever descriptors end, it is said.
    for n in 4..40 {
        let first = format!("ulimit -n {n} && exec \"$0\" \"$@\"");
        let finished = run_by(&bench, "sh", &["-c", &first]);
        let err = finished.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(!err.contains("panicked"), "{n}: {err}");
        match finished.code {
            0 => break,
            code => assert!((2..=7).contains(&code) && !err.is_empty(), "{n}: {code} {err}"),
        }
        n_told += u32::from(err.contains("Too many open files"));
    }
    assert!(0 < n_told);
}

#[test]
fn without_proc_it_is_said_that_no_worker_can_be_started() {
    let bench = Bench::with(STUDY);
    bring_plugin(&bench);
    let hides = Command::new("unshare").args(["--mount", "true"]).output();
    if !hides.is_ok_and(|tried| tried.status.success()) {
        println!("SKIPPED: no mount namespaces for this user");
        return;
    }
    let first = "mount -t tmpfs none /proc && exec \"$0\" \"$@\"";
    let finished = run_by(&bench, "unshare", &["--mount", "sh", "-c", first]);
    assert_eq!(finished.code, 5, "{}", finished.err);
    assert!(finished.err.contains("no worker process can be started"), "{}", finished.err);
}

#[test]
fn what_the_loader_was_told_to_do_to_this_program_is_warned_of_once_and_workers_run_without() {
    let bench = Bench::with(STUDY);
    let mut command = bench.command(&["run", "study.yaml"]);
    command.env("LD_LIBRARY_PATH", bench.path()).env("LD_PRELOAD", "libm.so.6");
    let finished = Finished::of(command);
    assert_eq!(finished.code, 0, "{}", finished.err);
    let warning =
        "warning: LD_PRELOAD and LD_LIBRARY_PATH may put other libraries into this program";
    assert_eq!(finished.err.matches(warning).count(), 1, "{}", finished.err);
    let finished = bench.run(&["run", "study.yaml", "--quiet"]);
    assert_eq!(finished.err, "");
}

#[test]
fn root_is_warned_once_and_nobody_else() {
    let bench = Bench::with(STUDY);
    let id = Command::new("id").arg("-u").output().unwrap().stdout;
    let expected = usize::from(id.starts_with(b"0\n"));
    let finished = bench.run(&["run", "study.yaml"]);
    assert_eq!(finished.err.matches("warning: this runs as root").count(), expected);
}

/// On a kernel that lacks one half of the sandbox or the other.
#[test]
fn a_sandbox_that_is_not_whole_is_warned_of_once_or_refused() {
    let Some(bench) = hostile::bench(&[]) else { return };
    if !hostile::is_sandboxed(&bench) {
        println!("SKIPPED: no whole sandbox here, of which to take a half away");
        return;
    }
    let source = repository().join("tests/fixtures/hostile/without.c");
    let made = Command::new("cc").arg(source).arg("-o").arg(bench.path().join("without")).status();
    assert!(made.unwrap().success());
    for (half, lacks) in [
        ("landlock", "the sandbox is required, but Landlock restricts no files"),
        ("seccomp", "the sandbox is required, but seccomp filters no system calls"),
    ] {
        let run = || run_by(&bench, "./without", &[half]);
        hostile::study(&bench, "{ sandbox: required }", &["none", "plain"]);
        let refused = run();
        assert_eq!(refused.code, 5, "{}", refused.err);
        assert!(refused.err.contains(lacks), "{}", refused.err);
        hostile::study(&bench, "{ time: 60 s }", &["leaves_a_process", "none"]);
        let finished = run();
        assert_eq!(finished.code, 0, "{}", finished.err);
        let warning = "warning: this kernel restricts a model's code in part only (limits+";
        assert_eq!(finished.err.matches(warning).count(), 1, "{}", finished.err);
        assert_eq!(hostile::processes(bench.path()), Vec::<PathBuf>::new());
    }
}
