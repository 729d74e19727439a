//! `surmise resume`: goes on with a run to the very events an uninterrupted one would have had.

use crate::args::{Global, Resume};
use crate::drive::{Start, drive};
use crate::exit::{Exit, Failure, Result};
use crate::experiment::Experiment;
use crate::lock::Lock;
use crate::run_folder::RunFolder;

pub(crate) fn resume(args: &Resume, global: &Global) -> Result<()> {
    let folder = RunFolder::open(&args.run, &global.runs)?;
    let lock = Lock::read(&folder.lock())?;
    let experiment = Experiment::of_run(&folder, &lock, args.work.threads)?;
    let changes = lock.changes(&experiment.lock);
    let refused: Vec<_> = changes.iter().filter(|c| !args.accept.contains(&c.what)).collect();
    if !refused.is_empty() {
        let all: Vec<_> = refused.iter().map(|c| c.text.as_str()).collect();
        let flags: Vec<_> = refused.iter().map(|c| format!("--accept {}", c.what)).collect();
        let message = format!("cannot go on as the run began: {}", all.join("; "));
        return Err(Failure::message(Exit::Differs, message).hint(format!(
            "put back what changed, or mix old and new results with {}",
            flags.join(" ")
        )));
    }
    if !changes.is_empty() {
        folder.write(&folder.lock(), experiment.lock.to_text()?.as_bytes())?;
    }
    drive(&experiment, &folder, Start::Resumed, &args.work, global.color)
}
