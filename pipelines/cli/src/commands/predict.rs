//! `surmise predict`: what a run's model says of the rows of a file.

use std::fs;
use std::path::Path;

use anyhow::Context;
use serde_json::{Map, Value, json};
use surmise_data::csv;
use surmise_engine::saved::{Predictions, SavedPipeline};
use surmise_spec::Spec;

use crate::args::{Global, Predict};
use crate::exit::{Exit, Failure, Result};
use crate::experiment::csv_options;
use crate::lock::Lock;
use crate::pipeline_file::{Checked, PipelineFile};
use crate::print;
use crate::registry;
use crate::run_folder::RunFolder;

pub(crate) fn predict(args: &Predict, global: &Global) -> Result<()> {
    let run = RunFolder::open(&args.run, &global.runs())?;
    let lock = Lock::read(&run.lock())?;
    let pipeline = saved(&run)?;
    let Checked::Plugin { spec, model } =
        PipelineFile::of_run(&run, &lock, &args.moved)?.check()?
    else {
        let message = "a command keeps its own model: only it can predict";
        return Err(Failure::message(Exit::Run, message));
    };
    let rows = read(&args.rows, &spec, &pipeline)?;
    let predicted = pipeline.predict(&model, &rows, args.probabilities);
    let predicted = predicted.map_err(|e| Failure::new(Exit::Plugin, e))?;
    let classes = pipeline.classes().unwrap_or_default();
    match args.output.json {
        true => print::text(&json_lines(&predicted, classes)),
        false => print::text(&table(&predicted, classes)?),
    }
    Ok(())
}

/// The pipeline that the run has saved, and no other.
fn saved(run: &RunFolder) -> Result<SavedPipeline> {
    let history = run.history()?;
    let Some(recorded) = history.refit().filter(|refit| refit.model_sha256.is_some()) else {
        let message = format!("there is no model in {}", run.shown());
        let hint = "a run has one when it is done, if its model can be saved";
        return Err(Failure::message(Exit::Run, message).hint(hint));
    };
    if !run.holds_model(recorded) {
        let message = "model.bin is not the model that the log names";
        let hint = format!("`surmise resume {}` makes it again", run.name());
        return Err(Failure::message(Exit::Differs, message).hint(hint));
    }
    let path = run.model();
    let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()));
    let bytes = bytes.map_err(|e| Failure::new(Exit::Run, e))?;
    SavedPipeline::load(&bytes, registry::fitted_stage).map_err(|e| Failure::new(Exit::Run, e))
}

fn read(path: &Path, spec: &Spec, pipeline: &SavedPipeline) -> Result<surmise_data::Dataset> {
    let rows = csv::read_rows(path, &csv_options(spec)?, pipeline.features());
    rows.map_err(|e| Failure::new(Exit::Data, anyhow::Error::new(e).context("cannot use the rows")))
}

/// `prediction`, and a column for the probability of each class.
fn table(predictions: &Predictions, classes: &[String]) -> Result<String> {
    let mut out = ::csv::Writer::from_writer(Vec::new());
    let mut header = vec!["prediction".to_owned()];
    if let Predictions::Classes { probabilities: Some(_), .. } = predictions {
        header.extend(classes.iter().map(|class| format!("probability of {class}")));
    }
    let mut write = |record: &[String]| out.write_record(record);
    write(&header).map_err(internal)?;
    match predictions {
        Predictions::Values(values) => {
            for value in values {
                write(&[value.to_string()]).map_err(internal)?;
            }
        }
        Predictions::Classes { codes, probabilities } => {
            for (i, code) in codes.iter().enumerate() {
                let shares = probabilities.iter().flat_map(|all| row(all, i, classes));
                let shares = shares.map(ToString::to_string);
                let record: Vec<String> =
                    std::iter::once(classes[*code].clone()).chain(shares).collect();
                write(&record).map_err(internal)?;
            }
        }
    }
    let bytes = out.into_inner().map_err(|e| internal(e.into_error()))?;
    String::from_utf8(bytes).map_err(internal)
}

fn json_lines(predictions: &Predictions, classes: &[String]) -> String {
    let line = |i: usize, mut line: Value| {
        line["row"] = i.into();
        format!("{line}\n")
    };
    match predictions {
        Predictions::Values(values) => {
            let told = |(i, value): (usize, &f64)| line(i, json!({ "prediction": value }));
            values.iter().enumerate().map(told).collect()
        }
        Predictions::Classes { codes, probabilities } => {
            let told = |(i, code): (usize, &usize)| {
                let mut told = json!({ "prediction": classes[*code] });
                if let Some(all) = probabilities {
                    let shares = classes.iter().cloned().zip(row(all, i, classes));
                    let shares: Map<String, Value> =
                        shares.map(|(class, share)| (class, (*share).into())).collect();
                    told["probabilities"] = shares.into();
                }
                line(i, told)
            };
            codes.iter().enumerate().map(told).collect()
        }
    }
}

/// The probabilities of a row.
fn row<'a>(all: &'a [f64], i: usize, classes: &[String]) -> &'a [f64] {
    &all[i * classes.len()..(i + 1) * classes.len()]
}

fn internal(e: impl std::error::Error + Send + Sync + 'static) -> Failure {
    Failure::new(Exit::Internal, e)
}
