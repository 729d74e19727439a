//! `surmise reproduce`: executes a run again from its folder and compares.

mod out;

use std::sync::atomic::Ordering;

use serde_json::json;
use surmise_core::component::Deterministic;
use surmise_core::event::Event;
use surmise_core::history::History;
use surmise_engine::reproduce::{Difference, Verdict, reproduce as execute};

use self::out::Out;
use crate::args::{Changed, Global, Reproduce};
use crate::exit::{Exit, Failure, Result};
use crate::experiment::Experiment;
use crate::interrupt::Press;
use crate::lock::{Change, Lock, sha256};
use crate::run_folder::RunFolder;
use crate::{interrupt, print, registry};

pub(crate) fn reproduce(args: &Reproduce, global: &Global) -> Result<()> {
    let folder = RunFolder::open(&args.run, &global.runs())?;
    let lock = Lock::read(&folder.lock())?;
    let (events, history) = (folder.events()?, folder.history()?);
    let out = Out { output: &args.work.output };
    let experiment = Experiment::of_run(&folder, &lock, &args.moved, args.work.threads)?;
    let mut changes = lock.changes(&experiment.lock);
    changes.extend(lock.accepted.iter().map(Change::in_the_course));
    changes.iter().for_each(|change| out.changed(change));

    let mut tally = trials(&experiment, &events, &history, &out)?;
    if *history.study() != experiment.study {
        tally.elsewhere += 1;
        out.definition_differs();
    }
    if let Some(difference) = refit(&experiment, &events, &history)? {
        tally.elsewhere += 1;
        out.refit(&difference);
    }
    if history.refit().is_some_and(|recorded| !folder.holds_model(recorded)) {
        tally.elsewhere += 1;
        out.model_differs();
    }
    conclude(&tally, &changes, &history, &experiment, &out)
}

/// Executes every trial again and tells each verdict as it falls.
fn trials(
    experiment: &Experiment,
    events: &[Event],
    history: &History,
    out: &Out<'_>,
) -> Result<Tally> {
    let stop = interrupt::flag(|press| {
        if press == Press::First {
            print::error("\nstopping after this trial\n");
        }
    })?;
    let mut tally = Tally::default();
    let mut sampler = registry::sampler(history.study())?;
    execute(events, &mut *sampler, experiment.objective(), &mut |verdict| {
        tally.count(verdict);
        out.verdict(verdict);
        !stop.load(Ordering::Relaxed)
    })?;
    if stop.load(Ordering::Relaxed) {
        let message = format!("interrupted after {} trials", tally.identical + tally.differing);
        return Err(Failure::message(Exit::Interrupted, message));
    }
    Ok(tally)
}

/// Counts verdicts.
#[derive(Debug, Default)]
struct Tally {
    identical: usize,
    differing: usize,
    /// Differences outside the trials: the definition, the refit.
    elsewhere: usize,
}

impl Tally {
    fn count(&mut self, verdict: &Verdict) {
        match verdict.difference {
            None => self.identical += 1,
            Some(_) => self.differing += 1,
        }
    }
}

/// Fits the best configuration again, if the run got that far.
fn refit(
    experiment: &Experiment,
    events: &[Event],
    history: &History,
) -> Result<Option<Difference>> {
    let recorded = events.iter().find(|e| matches!(e, Event::Refitted { .. }));
    let (Some(recorded), Some(best)) = (recorded, history.best()) else { return Ok(None) };
    let Some(again) = experiment.refit(best)? else { return Ok(None) };
    let now = Event::Refitted {
        trial: best.id,
        test_score: again.test_score,
        model_sha256: again.model.as_deref().map(sha256),
    };
    Ok((now != *recorded).then(|| Difference { recorded: Some(recorded.clone()), now: Some(now) }))
}

/// The verdict on the whole. Another build or machine that gives the same results is what
/// reproduction is for; other data or another file is not the same experiment, whatever it gives.
fn conclude(
    tally: &Tally,
    changes: &[Change],
    history: &History,
    experiment: &Experiment,
    out: &Out<'_>,
) -> Result<()> {
    let same = tally.differing + tally.elsewhere == 0;
    let inputs: Vec<String> = changes
        .iter()
        .filter(|c| matches!(c.what, Changed::Data | Changed::Script | Changed::Pipeline))
        .map(|c| format!("; but the {} changed", c.what))
        .collect();
    let unfinished = match history.conclusion() {
        Some(_) => "",
        None => " (the run is unfinished: only what it holds was compared)",
    };
    let promise = experiment.promise();
    let promised = match promise {
        Deterministic::Bitwise | Deterministic::PerThreadCount => String::new(),
        Deterministic::No => format!("; the {} does not promise determinism", experiment.kind()),
    };
    let word = if same { "identical" } else { "differs" };
    let text = format!(
        "{word}: {} trials identical, {} differ{unfinished}{}{promised}",
        tally.identical,
        tally.differing,
        inputs.concat()
    );
    out.tell(
        &text,
        &json!({
            "event": "reproduced",
            "verdict": word,
            "identical": tally.identical,
            "differing": tally.differing,
            "elsewhere": tally.elsewhere,
            "deterministic": promise,
            "changed": changes.iter().map(|c| c.what.to_string()).collect::<Vec<_>>(),
        }),
    );
    if same && inputs.is_empty() { Ok(()) } else { Err(Failure::silent(Exit::Differs)) }
}
