//! `surmise check`: what a pipeline file was understood to mean.

use serde_json::{Value, json};
use surmise_core::component::{Deterministic, ModelInfo};
use surmise_core::study::{Direction, Objective, Study};
use surmise_report as report;
use surmise_surrogate::sample::auto;

use crate::args::{Check, Global};
use crate::exit::{Exit, Failure, Result};
use crate::experiment::{CommandSubject, Experiment, PluginSubject, Subject};
use crate::lock::Lock;
use crate::pipeline_file::PipelineFile;
use crate::print;

pub(crate) fn check(args: &Check, _: &Global) -> Result<()> {
    let file = PipelineFile::read(&args.pipeline.file, args.pipeline.overrides(), false, &[])?;
    let experiment = Experiment::prepare(&file, None)?;
    let study = &experiment.study;
    let (canonical, yaml, folds) = match &experiment.subject {
        Subject::Plugin(plugin) => {
            (plugin.spec.canonical(), plugin.spec.to_yaml(), plugin.objective.folds.len() as u64)
        }
        // One run a trial.
        Subject::Command(command) => (command.spec.canonical(), command.spec.to_yaml(), 1),
    };
    if args.output.json {
        let canonical: Value =
            serde_json::from_str(&canonical).map_err(|e| Failure::new(Exit::Internal, e))?;
        let mut understood = json!({
            "pipeline": canonical,
            "study": study,
            "folds": folds,
            "fits": study.trials * folds,
            "lock": experiment.lock,
        });
        if let Some(choice) = automatic(study) {
            understood["auto"] = json!({ "sampler": choice.name, "why": choice.why });
        }
        print::line(&understood.to_string());
        return Ok(());
    }
    print::text(&format!("{yaml}\n"));
    print::text(&text(&experiment));
    Ok(())
}

/// What the sampler `auto` would choose, if the file leaves it the choice.
fn automatic(study: &Study) -> Option<auto::Choice> {
    let is_auto = study.sampler.name == (auto::ENTRY.component)().name;
    (is_auto && !study.space.is_empty()).then(|| auto::choose(study))
}

/// What a model does not promise, a line each.
fn reservations(model: &ModelInfo) -> String {
    let repeats = match model.deterministic {
        Deterministic::Bitwise => "",
        Deterministic::PerThreadCount => {
            "#   repeats itself on one number of threads: it gets one\n"
        }
        Deterministic::No => "#   does not promise that the same seed gives the same model\n",
    };
    let saves = if model.save { "" } else { "#   cannot be saved: there will be no model.bin\n" };
    [repeats, saves].concat()
}

/// Objectives, if there are several, and output constraints, a line each.
fn goals(study: &Study) -> String {
    let mut text = String::new();
    if !study.others.is_empty() {
        let objective = |o: &Objective| match o.direction {
            Direction::Minimize => format!("{} small", o.metric),
            Direction::Maximize => format!("{} large", o.metric),
        };
        let all: Vec<String> = study.objectives().map(objective).collect();
        text += &format!("# objectives: {}; the first one ranks\n", all.join(", "));
    }
    if !study.constraints.is_empty() {
        text += &format!("# feasible: {}\n", study.constraints.join(", "));
    }
    text
}

/// Data, model, space and amount of work, for people.
fn text(experiment: &Experiment) -> String {
    let study = &experiment.study;
    let mut text = match &experiment.subject {
        Subject::Plugin(plugin) => of_plugin(plugin, &experiment.lock),
        Subject::Command(command) => of_command(command, &experiment.lock),
    };
    text += &goals(study);
    text += &space(study);
    if let Some(choice) = automatic(study) {
        text += &format!("# sampler: auto chooses {}: {}\n", choice.name, choice.why);
    }
    text += &experiment.notes.iter().map(|n| format!("# note: {n}\n")).collect::<String>();
    text + &work(experiment)
}

fn of_plugin(subject: &PluginSubject, lock: &Lock) -> String {
    let objective = &subject.objective;
    let held_out = subject.test.as_ref().map_or(0, surmise_data::Dataset::n_rows);
    let mut text = format!(
        "# data: {} rows for trials, {held_out} held out, {} features, {}\n",
        objective.data.n_rows(),
        objective.data.n_features(),
        objective.data.task()
    );
    if let Some(weights) = &subject.spec.data.weights {
        text += &format!("#   fits weigh the rows by {weights:?}; metrics count them all alike\n");
    }
    if let Some(plugin) = &lock.plugin {
        let (id, version, path) = (&plugin.id, &plugin.version, plugin.path.display());
        text += &format!("# model: {id} {version} ({path})\n");
    }
    text + &reservations(objective.model.info())
}

fn of_command(subject: &CommandSubject, lock: &Lock) -> String {
    let model = &subject.spec.model;
    let words: Vec<String> = model.command.iter().map(|word| format!("{word:?}")).collect();
    let mut text = format!("# model: the command {}\n", words.join(" "));
    text += &format!("#   program: {}\n", subject.program.path.display());
    if let Some(command) = lock.command.as_ref().filter(|command| !command.files.is_empty()) {
        let files: Vec<&str> = command.files.keys().map(String::as_str).collect();
        text += &format!("#   depends on {}\n", files.join(", "));
    }
    text += &format!("#   runs {}\n", subject.objective.commands.isolation());
    text += "#   loads its own data, and keeps its own models: there will be no model.bin\n";
    if !model.deterministic {
        text += "#   does not promise that the same seed gives the same numbers\n";
    }
    let evaluation = &subject.spec.evaluation;
    if let [one] = evaluation.objectives.as_slice() {
        let better = match one.direction {
            Direction::Minimize => "small",
            Direction::Maximize => "large",
        };
        text += &format!("#   prints {{\"metric\": …}}: {}, better if {better}\n", one.metric);
    }
    match evaluation.steps {
        Some(steps) => text + &format!("#   reports up to {steps} steps a training\n"),
        None => text + "#   what it prints of single steps is for the log only\n",
    }
}

fn work(experiment: &Experiment) -> String {
    let (study, sampler) = (&experiment.study, &experiment.study.sampler.name);
    let trials = study.trials;
    match (&experiment.subject, study.space.is_empty()) {
        (Subject::Plugin(plugin), is_plain) => {
            let folds = plugin.objective.folds.len() as u64;
            let fits = trials * folds;
            match is_plain {
                true => format!("# work: {folds} folds = {fits} fits\n"),
                false => {
                    format!("# work: {trials} trials by {sampler} × {folds} folds = {fits} fits\n")
                }
            }
        }
        (Subject::Command(_), true) => "# work: 1 run\n".to_owned(),
        (Subject::Command(_), false) => format!("# work: {trials} trials by {sampler}\n"),
    }
}

/// What may vary, for people.
fn space(study: &Study) -> String {
    let space = &study.space;
    if space.is_empty() {
        return "# no search: the values as written are evaluated once\n".into();
    }
    let mut text = "# space:\n".to_owned();
    for (parameter, (_, short)) in space.parameters().iter().zip(report::short_names(space)) {
        text += &format!("#   {short}: {}", parameter.domain);
        if let Some(when) = &parameter.when {
            let values: Vec<_> = when.values.iter().map(ToString::to_string).collect();
            text += &format!(", when {} is {}", when.parameter, values.join(" or "));
        }
        text.push('\n');
    }
    text += &space.constraints().iter().map(|c| format!("#   only if {c}\n")).collect::<String>();
    text += &space.forbidden().iter().map(|f| format!("#   never {f}\n")).collect::<String>();
    match (space.cardinality(), space.is_restricted()) {
        (Some(n), false) => text += &format!("#   {n} configurations\n"),
        (Some(n), true) => {
            let all = space.unrestricted_cardinality().unwrap_or(n);
            text += &format!("#   {n} configurations of {all} are allowed\n");
        }
        (None, true) => {
            let share = 100.0 * space.acceptance();
            text += &format!("#   about {share:.1} % of the space is allowed\n");
        }
        (None, false) => {}
    }
    if space.cardinality().is_some_and(|n| n < study.trials) {
        text += "#   fewer configurations than trials: some samplers will try one again\n";
    }
    text
}
