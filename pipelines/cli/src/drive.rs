//! Runs a study to its end and makes something of its best trial: what `run` and `resume` share.

use surmise_core::event::Event;
use surmise_core::history::{History, Refit};
use surmise_core::store::{EventStore, StudyId};
use surmise_core::trial::Trial;
use surmise_engine::executor::Inline;
use surmise_engine::recorder::{Observer, Recorder};
use surmise_engine::study::{self, Ended};
use surmise_report as report;
use surmise_store::SqliteStore;

use crate::args::{Color, Work};
use crate::exit::{Exit, Failure, Result};
use crate::experiment::{Experiment, Subject};
use crate::run_folder::RunFolder;
use crate::{interrupt, lock, print, registry, surroundings, ui};

/// Whether a log is begun or continued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    New,
    Resumed,
}

/// Runs what is left of a study, refits the best configuration and prints what was found.
pub(crate) fn drive(
    experiment: &Experiment,
    folder: &RunFolder,
    start: Start,
    work: &Work,
    color: Color,
) -> Result<()> {
    let mut sampler =
        registry::sampler(&experiment.study).map_err(|e| Failure::new(Exit::Pipeline, e))?;
    let mut store = open_store(folder)?;
    let id = StudyId::new(&experiment.study.name);
    let mut recorder = match store.studies()?.as_slice() {
        [] => Recorder::create(&mut store, id, &experiment.study)?,
        [only] if *only == id => Recorder::open(&mut store, id)?,
        _ => {
            let message = format!("{} is not the store of `{id}` alone", folder.shown());
            return Err(Failure::message(Exit::Run, message));
        }
    };
    if *recorder.history().study() != experiment.study {
        let message = "the study in the log is not the one that the pipeline file describes";
        return Err(Failure::message(Exit::Differs, message));
    }
    if !work.output.quiet {
        surroundings::warnings(experiment)
            .iter()
            .for_each(|w| print::error(&format!("warning: {w}\n")));
        experiment.notes.iter().for_each(|note| print::error(&format!("note: {note}\n")));
    }
    let mut display = ui::display(&work.output, color);
    display.begin(&described(experiment, folder, start, &recorder), recorder.history());
    let stop = interrupt::flag(display.on_interrupt())?;
    let mut executor = Inline::new(experiment.objective());
    let ended = study::run(&mut recorder, &mut *sampler, &mut executor, &mut *display, &stop);
    let refitted = match ended {
        Ok(Ended::Concluded(_)) => refit(experiment, folder, &mut recorder, &mut *display),
        _ => Ok(()),
    };
    display.end();
    if ended? == Ended::Interrupted {
        return Err(interrupted(folder, recorder.history()));
    }
    refitted?;
    conclude(folder, recorder.history(), work)
}

/// The run's store. A run that was killed before it had one gets it now.
fn open_store(folder: &RunFolder) -> Result<SqliteStore> {
    let path = folder.store();
    match SqliteStore::create(&path) {
        Err(surmise_store::Error::Exists { .. }) => Ok(SqliteStore::open(&path)?),
        made => Ok(made?),
    }
}

fn described<'a>(
    experiment: &Experiment,
    folder: &'a RunFolder,
    start: Start,
    recorder: &Recorder<'_>,
) -> ui::Run<'a> {
    let table = match &experiment.subject {
        Subject::Plugin(plugin) => Some(ui::Table {
            folds: plugin.objective.folds.len(),
            rows: plugin.objective.data.n_rows(),
            features: plugin.objective.data.n_features(),
        }),
        Subject::Command(_) => None,
    };
    ui::Run {
        folder,
        table,
        isolation: experiment.objective().isolation().unwrap_or_default(),
        resumed: start == Start::Resumed,
        events_before: recorder.stored().0,
    }
}

/// Fits the best configuration to all training rows, scores it on the held-out ones and saves the
/// model. A run that was killed in between does it when it is resumed.
fn refit(
    experiment: &Experiment,
    folder: &RunFolder,
    recorder: &mut Recorder<'_>,
    observer: &mut dyn Observer,
) -> Result<()> {
    let history = recorder.history();
    let Some(best) = history.best() else { return Ok(()) };
    if let Some(recorded) = history.refit() {
        return restore(experiment, folder, best, recorded);
    }
    let trial = best.id;
    let Some(refitted) = experiment.refit(best)? else { return Ok(()) };
    // The model first: an event must not speak of a file that a crash has prevented.
    if let Some(model) = &refitted.model {
        folder.write(&folder.model(), model)?;
    }
    let model_sha256 = refitted.model.as_deref().map(lock::sha256);
    let test_score = refitted.test_score;
    recorder.record(Event::Refitted { trial, test_score, model_sha256 })?;
    Ok(recorder.flush(observer)?)
}

/// Makes a model file that was lost or damaged again, and only the very same.
fn restore(
    experiment: &Experiment,
    folder: &RunFolder,
    best: &Trial,
    recorded: &Refit,
) -> Result<()> {
    if folder.holds_model(recorded) {
        return Ok(());
    }
    let again = experiment.refit(best)?.and_then(|refitted| refitted.model);
    match again.filter(|model| Some(lock::sha256(model)) == recorded.model_sha256) {
        Some(model) => folder.write(&folder.model(), &model),
        None => {
            let message =
                "model.bin is not the model that the log names, and fitting gives another";
            let hint = format!("`surmise reproduce {}` says what differs", folder.name());
            Err(Failure::message(Exit::Differs, message).hint(hint))
        }
    }
}

/// Says what was found.
fn conclude(folder: &RunFolder, history: &History, work: &Work) -> Result<()> {
    let path = folder.shown();
    if work.output.json {
        print::line(&report::summary_json(history, &folder.name(), &path).to_string());
    } else if !work.output.quiet {
        let front = report::pareto_front(history);
        let front = if front.is_empty() { front } else { format!("\n{front}\n") };
        print::text(&format!("\n{}{front}run: {path}\n", report::summary(history)));
    }
    if history.best().is_none() {
        let hint = format!("`surmise show {}` prints why each trial failed", folder.name());
        return Err(
            Failure::message(Exit::NoResult, "no trial was evaluated to the end").hint(hint)
        );
    }
    Ok(())
}

fn interrupted(folder: &RunFolder, history: &History) -> Failure {
    let done = history.n_ended();
    let of = history.study().trials;
    Failure::message(Exit::Interrupted, format!("interrupted after {done} of {of} trials"))
        .hint(format!("`surmise resume {}` goes on", folder.name()))
}
