//! `surmise reproduce`: executes a run again from its folder and compares.

use serde_json::json;
use surmise_core::event::Event;
use surmise_core::history::History;
use surmise_core::seed::Seed;
use surmise_engine::reproduce::{Difference, Verdict, reproduce as execute};
use surmise_report as report;

use crate::args::{Changed, Global, Reproduce};
use crate::exit::{Exit, Failure, Result};
use crate::experiment::Experiment;
use crate::lock::{Change, Lock, sha256};
use crate::run_folder::RunFolder;
use crate::{interrupt, print, registry};

pub(crate) fn reproduce(args: &Reproduce, global: &Global) -> Result<()> {
    let folder = RunFolder::open(&args.run, &global.runs)?;
    let lock = Lock::read(&folder.lock())?;
    let events = folder.events()?;
    let history = History::fold(&events)?;
    let out = Out { json: args.work.output.json, quiet: args.work.output.quiet };
    let experiment = Experiment::of_run(&folder, &lock, args.work.threads)?;
    let changes = lock.changes(&experiment.lock);
    for change in &changes {
        out.tell(
            &change.text,
            &json!({ "event": "changed", "what": change.what.to_string(), "text": change.text }),
        );
    }
    let mut tally = Tally::default();
    let stop = interrupt::flag()?;
    let mut sampler = registry::sampler(history.study())?;
    execute(&events, &mut *sampler, &experiment.objective, &mut |verdict| {
        tally.count(verdict);
        out.verdict(verdict);
        !stop.load(std::sync::atomic::Ordering::Relaxed)
    })?;
    if stop.load(std::sync::atomic::Ordering::Relaxed) {
        let message = format!("interrupted after {} trials", tally.identical + tally.differing);
        return Err(Failure::message(Exit::Interrupted, message));
    }
    let defined = *history.study() == experiment.study;
    if !defined {
        tally.elsewhere += 1;
        out.tell(
            "the study's definition differs",
            &json!({ "event": "verdict", "definition": "differs" }),
        );
    }
    if let Some(recorded) = events.iter().find(|e| matches!(e, Event::Refitted { .. })) {
        if let Some(difference) = refit(&experiment, &history, recorded)? {
            tally.elsewhere += 1;
            out.refit(&difference);
        }
    }
    conclude(&tally, &changes, &history, &out)
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

/// Fits the best configuration again.
fn refit(
    experiment: &Experiment,
    history: &History,
    recorded: &Event,
) -> Result<Option<Difference>> {
    let Some(best) = history.best() else {
        return Ok(None);
    };
    let seed = Seed::root(history.study().seed).child("refit");
    let again = experiment.objective.refit(&best.params, experiment.test.as_ref(), seed)?;
    let now = Event::Refitted {
        trial: best.id,
        test_score: again.test_score,
        model_sha256: sha256(&again.model),
    };
    Ok((now != *recorded).then(|| Difference { recorded: Some(recorded.clone()), now: Some(now) }))
}

/// The verdict on the whole. Another build or machine that gives the same results is what
/// reproduction is for; other data or another file is not the same experiment, whatever it gives.
fn conclude(tally: &Tally, changes: &[Change], history: &History, out: &Out) -> Result<()> {
    let same = tally.differing + tally.elsewhere == 0;
    let inputs: Vec<String> = changes
        .iter()
        .filter(|c| matches!(c.what, Changed::Data | Changed::Pipeline))
        .map(|c| format!("; but the {} changed", c.what))
        .collect();
    let unfinished = match history.conclusion() {
        Some(_) => "",
        None => " (the run is unfinished: only what it holds was compared)",
    };
    let word = if same { "identical" } else { "differs" };
    let text = format!(
        "{word}: {} trials identical, {} differ{unfinished}{}",
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
            "changed": changes.iter().map(|c| c.what.to_string()).collect::<Vec<_>>(),
        }),
    );
    if same && inputs.is_empty() { Ok(()) } else { Err(Failure::silent(Exit::Differs)) }
}

/// Says things to people or to programs.
struct Out {
    json: bool,
    quiet: bool,
}

impl Out {
    fn tell(&self, text: &str, object: &serde_json::Value) {
        if self.json {
            print::line(&object.to_string());
        } else if !self.quiet {
            print::line(text);
        }
    }

    fn verdict(&self, verdict: &Verdict) {
        let trial = verdict.trial;
        match &verdict.difference {
            None => self.tell(
                &format!("trial {trial}  identical"),
                &json!({ "event": "verdict", "trial": trial, "verdict": "identical" }),
            ),
            Some(difference) => self.tell(
                &format!("trial {trial}  differs{}", differs(difference)),
                &json!({
                    "event": "verdict",
                    "trial": trial,
                    "verdict": "differs",
                    "recorded": report::event_json(difference.recorded.as_ref()),
                    "now": report::event_json(difference.now.as_ref()),
                }),
            ),
        }
    }

    fn refit(&self, difference: &Difference) {
        self.tell(
            &format!("refit  differs{}", differs(difference)),
            &json!({
                "event": "verdict",
                "refit": "differs",
                "recorded": report::event_json(difference.recorded.as_ref()),
                "now": report::event_json(difference.now.as_ref()),
            }),
        );
    }
}

/// The first event that came out otherwise, before and after.
fn differs(difference: &Difference) -> String {
    let show = |event: &Option<Event>| match event {
        Some(event) => report::event_json(Some(event)).to_string(),
        None => "nothing".into(),
    };
    format!("\n  recorded: {}\n  now:      {}", show(&difference.recorded), show(&difference.now))
}
