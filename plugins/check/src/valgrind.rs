//! A process that valgrind watches: what it finds, however little came of it, is a fault.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::outcome::{Outcome, Status, one_line};

/// How much longer everything takes, at most.
pub(crate) const SLOWDOWN: u32 = 60;

const LINES_MAX: usize = 12;

/// Why it cannot be used, if so.
pub(crate) fn missing() -> Option<String> {
    let mut command = Command::new("valgrind");
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match command.status() {
        Ok(status) if status.success() => None,
        _ => Some("valgrind is not installed".to_owned()),
    }
}

/// The command that watches a program, whose arguments follow. Leaks are another check's.
pub(crate) fn command(scratch: &Path, program: &OsStr) -> Command {
    let mut command = Command::new("valgrind");
    command.args(["--quiet", "--tool=memcheck", "--leak-check=no", "--num-callers=20"]);
    command.arg(format!("--log-file={}", scratch.join("valgrind").display()));
    command.arg(program);
    command
}

/// What it found, with the beginning of its own words.
pub(crate) fn found(scratch: &Path) -> Option<(Outcome, Vec<String>)> {
    let log = std::fs::read(scratch.join("valgrind")).ok()?;
    let log = String::from_utf8_lossy(&log);
    let lines: Vec<String> = log.lines().map(without_mark).filter(|l| !l.is_empty()).collect();
    let first = lines.first()?;
    if let Some(line) = lines.iter().find(|line| line.contains("unhandled instruction")) {
        let why = format!("valgrind does not know this processor's instructions: {line}");
        return Some((Outcome { status: Status::Skip, why }, Vec::new()));
    }
    let why = format!("valgrind: {first}");
    Some((Outcome { status: Status::Fail, why }, lines.into_iter().take(LINES_MAX).collect()))
}

/// Without the number of the process that begins each line.
fn without_mark(line: &str) -> String {
    let rest = line.split_once("== ").map_or("", |(_, rest)| rest);
    one_line(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(log: &str) -> Option<(Outcome, Vec<String>)> {
        let scratch = tempfile::tempdir().expect("a folder");
        std::fs::write(scratch.path().join("valgrind"), log).expect("written");
        found(scratch.path())
    }

    #[test]
    fn what_is_found_is_told_in_its_words() {
        assert_eq!(told(""), None);
        let log = "==7== Invalid write of size 8\n==7==    at 0x48: fit (a.c:3)\n==7== \n";
        let (outcome, lines) = told(log).expect("found");
        assert_eq!(outcome.why, "valgrind: Invalid write of size 8");
        assert_eq!(lines, ["Invalid write of size 8", "at 0x48: fit (a.c:3)"]);
        let (outcome, _) = told("==7== unhandled instruction bytes: 0x62 0xF1\n").expect("found");
        assert_eq!(outcome.status, Status::Skip);
    }
}
