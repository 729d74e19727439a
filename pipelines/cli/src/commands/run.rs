//! `surmise run`: a new run of a pipeline file.

use crate::args::{Global, Run};
use crate::drive::{Start, drive};
use crate::exit::Result;
use crate::experiment::Experiment;
use crate::pipeline_file::PipelineFile;
use crate::run_folder::RunFolder;

pub(crate) fn run(args: &Run, global: &Global) -> Result<()> {
    let file = PipelineFile::read(
        &args.pipeline.file,
        args.pipeline.overrides(),
        args.locked,
        &args.accept,
    )?;
    let mut experiment = Experiment::prepare(&file, args.work.threads)?;
    // Only a run that can begin leaves a folder.
    let folder = RunFolder::create(&global.runs(), experiment.name())?;
    // The pipeline file last: a folder is a run, and can be resumed, from that moment on.
    folder.write(&folder.lock(), experiment.lock.to_text()?.as_bytes())?;
    folder.write(&folder.pipeline(), file.source.text.as_bytes())?;
    experiment.keep_logs(&folder)?;
    drive(&experiment, &folder, Start::New, &args.work, global.color)
}
