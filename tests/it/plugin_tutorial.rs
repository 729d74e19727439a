//! The tutorial of `plugins/README.md`, walked as it is written.

use std::path::Path;
use std::process::Command;

use crate::plugin::{has, target_of_plugins};
use crate::support::{Bench, Finished, repository};

/// The commands of the blocks marked `console`, in order.
fn commands(page: &str) -> Vec<&str> {
    let mut inside = false;
    let mut commands = Vec::new();
    for line in page.lines() {
        match line {
            "```console" => inside = true,
            "```" => inside = false,
            _ if inside => commands.push(line),
            _ => {}
        }
    }
    commands
}

#[test]
fn every_command_of_the_tutorial_works() {
    if !has("cc") || !has("bash") {
        return;
    }
    let page = std::fs::read_to_string(repository().join("plugins/README.md")).unwrap();
    let commands = commands(&page);
    let walks = |begin: &str| commands.iter().filter(|c| c.starts_with(begin)).count();
    let all = ["new", "build", "check", "list", "info"];
    let missing: Vec<_> =
        all.iter().filter(|c| walks(&format!("surmise plugin {c}")) == 0).collect();
    assert!(missing.is_empty() && 2 <= walks("surmise run"), "{missing:?} of {commands:#?}");

    let bench = Bench::new();
    bench.write("tutorial.sh", format!("set -eux\n{}\n", commands.join("\n")));
    let walked = Finished::of(shell(&bench));
    assert_eq!(walked.code, 0, "{}\n{}", walked.out, walked.err);
    let n_tuned = walked.out.matches(" of 25 trials, 0 failed").count();
    assert_eq!(n_tuned, 2, "{}", walked.out);
}

/// A shell with `surmise` on its path, and the folder as its home.
fn shell(bench: &Bench) -> Command {
    let folder = Path::new(env!("CARGO_BIN_EXE_surmise")).parent().unwrap().to_path_buf();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([folder].into_iter().chain(std::env::split_paths(&path)));
    let home = std::env::home_dir().unwrap();
    let tool = |variable: &str, default: &str| {
        std::env::var_os(variable).unwrap_or_else(|| home.join(default).into_os_string())
    };
    let mut command = Command::new("bash");
    command
        .arg("tutorial.sh")
        .current_dir(bench.path())
        .env("PATH", path.unwrap())
        .env("CARGO_HOME", tool("CARGO_HOME", ".cargo"))
        .env("RUSTUP_HOME", tool("RUSTUP_HOME", ".rustup"))
        .env("CARGO_TARGET_DIR", target_of_plugins())
        .env("HOME", bench.path())
        .env_remove("XDG_DATA_HOME")
        .env_remove("SURMISE_RUNS");
    command
}
