//! `surmise check`: what a pipeline file was understood to mean.

use serde_json::{Value, json};
use surmise_report as report;

use crate::args::{Check, Global};
use crate::exit::{Exit, Failure, Result};
use crate::experiment::Experiment;
use crate::pipeline_file::PipelineFile;
use crate::print;

pub(crate) fn check(args: &Check, _: &Global) -> Result<()> {
    let file = PipelineFile::read(&args.pipeline.file, args.pipeline.overrides())?;
    let experiment = Experiment::prepare(&file, None)?;
    let study = &experiment.study;
    let folds = experiment.objective.folds.len();
    if args.output.json {
        let canonical: Value = serde_json::from_str(&experiment.spec.canonical())
            .map_err(|e| Failure::new(Exit::Internal, e))?;
        let understood = json!({
            "pipeline": canonical,
            "study": study,
            "folds": folds,
            "fits": study.trials * folds as u64,
            "lock": experiment.lock,
        });
        print::line(&understood.to_string());
        return Ok(());
    }
    print::text(&format!("{}\n", experiment.spec.to_yaml()));
    print::text(&text(&experiment));
    Ok(())
}

/// Data, space and amount of work, for people.
fn text(experiment: &Experiment) -> String {
    let (study, objective) = (&experiment.study, &experiment.objective);
    let held_out = experiment.test.as_ref().map_or(0, surmise_data::Dataset::n_rows);
    let mut text = format!(
        "# data: {} rows for trials, {held_out} held out, {} features, {}\n",
        objective.data.n_rows(),
        objective.data.n_features(),
        objective.data.task()
    );
    let plugin = &experiment.lock.plugin;
    text += &format!("# model: {} {} ({})\n", plugin.id, plugin.version, plugin.path.display());
    if study.space.is_empty() {
        text += "# no search: the values as written are evaluated once\n";
    } else {
        text += "# space:\n";
    }
    for (parameter, (_, short)) in
        study.space.parameters().iter().zip(report::short_names(&study.space))
    {
        text += &format!("#   {short}: {}", parameter.domain);
        if let Some(when) = &parameter.when {
            let values: Vec<_> = when.values.iter().map(ToString::to_string).collect();
            text += &format!(", when {} is {}", when.parameter, values.join(" or "));
        }
        text.push('\n');
    }
    if let Some(n) = study.space.cardinality().filter(|_| !study.space.is_empty()) {
        text += &format!("#   {n} configurations\n");
    }
    let folds = objective.folds.len() as u64;
    text += &format!(
        "# work: {} trials by {} × {folds} folds = {} fits\n",
        study.trials,
        study.sampler.name,
        study.trials * folds
    );
    text
}
