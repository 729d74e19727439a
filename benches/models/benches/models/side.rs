//! Either side in a process of its own.

use std::path::Path;
use std::process::Command;

use crate::measure::Taken;
use crate::work::Work;

/// Settings of this machine that would hold a library back on its processor.
const IN_THE_WAY: [&str; 2] = ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"];

/// Where libraries read how many threads they may use.
const THREADS: [&str; 3] = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"];

/// Surmise with so many threads.
pub(crate) fn ours(work: &Work, n_threads: u32) -> Taken {
    let mut command = Command::new(std::env::current_exe().expect("a path"));
    command.args(["--alone", work.name, "--threads", &n_threads.to_string()]);
    let [taken]: [Taken; 1] = told(command).try_into().expect("one line");
    taken
}

/// Every other library that does this work so often, on one thread.
pub(crate) fn theirs(work: &str, repeats: usize, python: &Path, data: &Path) -> Vec<Taken> {
    let mut command = Command::new(python);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/peers.py");
    command.arg(script).args([work, &repeats.to_string()]).arg(data);
    for name in IN_THE_WAY {
        command.env_remove(name);
    }
    command.envs(THREADS.map(|name| (name, "1")));
    told(command)
}

fn told(mut command: Command) -> Vec<Taken> {
    let output = command.stderr(std::process::Stdio::inherit()).output().expect("a program");
    assert!(output.status.success(), "{command:?} ended with {}", output.status);
    let lines = String::from_utf8(output.stdout).expect("text");
    lines.lines().map(|line| serde_json::from_str(line).expect("what it took")).collect()
}
