//! `surmise resume`: goes on with a run to the very events an uninterrupted one would have had.

use crate::args::{Changed, Global, Resume};
use crate::drive::{Start, drive};
use crate::exit::{Exit, Failure, Result};
use crate::experiment::Experiment;
use crate::lock::{Accepted, Change, Lock};
use crate::run_folder::RunFolder;

pub(crate) fn resume(args: &Resume, global: &Global) -> Result<()> {
    let folder = RunFolder::open(&args.run, &global.runs())?;
    let mut lock = Lock::read(&folder.lock())?;
    let mut experiment = Experiment::of_run(&folder, &lock, &args.moved, args.work.threads)?;
    let changes = lock.changes(&experiment.lock);
    let refused: Vec<_> = changes.iter().filter(|c| !args.accept.contains(&c.what)).collect();
    if !refused.is_empty() {
        return Err(refusal(&refused));
    }
    if !changes.is_empty() {
        let after_events = folder.events()?.len() as u64;
        let accepted = changes.into_iter().map(|Change { what, text }| Accepted {
            what,
            after_events,
            change: text,
        });
        lock.accepted.extend(accepted);
        experiment.lock.accepted = lock.accepted;
        folder.write(&folder.lock(), experiment.lock.to_text()?.as_bytes())?;
    }
    experiment.keep_logs(&folder)?;
    drive(&experiment, &folder, Start::Resumed, &args.work, global.color)
}

/// What changed, and what can be done about it.
fn refusal(changes: &[&Change]) -> Failure {
    let all: Vec<_> = changes.iter().map(|c| c.text.as_str()).collect();
    let message = format!("cannot go on as the run began: {}", all.join("; "));
    let hint = if changes.iter().any(|c| c.what == Changed::Pipeline) {
        "put the file back as it was; another experiment is another run".into()
    } else {
        let what: Vec<_> = changes.iter().map(|c| c.what.to_string()).collect();
        let accept = what.join(",");
        format!("put back what changed, or mix old and new results with --accept {accept}")
    };
    Failure::message(Exit::Differs, message).hint(hint)
}
