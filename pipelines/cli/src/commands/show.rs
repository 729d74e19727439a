//! `surmise show`: a run's best trials, and why others failed.

use serde_json::{Value, json};
use surmise_core::history::History;
use surmise_core::study::Study;
use surmise_core::trial::Outcome;
use surmise_report as report;

use crate::args::{Global, Show};
use crate::exit::Result;
use crate::lock::Lock;
use crate::print;
use crate::run_folder::RunFolder;

pub(crate) fn show(args: &Show, global: &Global) -> Result<()> {
    let folder = RunFolder::open(&args.run, &global.runs())?;
    let history = folder.history()?;
    let path = folder.shown();
    if args.output.json {
        let mut summary = report::summary_json(&history, &folder.name(), &path);
        let trials: Vec<Value> = history.trials().iter().map(report::trial_json).collect();
        summary["study"] = json!(history.study());
        summary["all"] = trials.into();
        print::line(&summary.to_string());
        return Ok(());
    }
    print::text(&report::summary(&history));
    if history.best().is_some() {
        print::text(&format!("\n{}", report::best_trials(&history, args.top)));
        print::text(&legend(history.study()));
    }
    let front = report::pareto_front(&history);
    if !front.is_empty() {
        print::text(&format!("\n{front}"));
    }
    print::text(&failures(&history, args.top));
    print::text(&accepted(&folder));
    print::line(&format!("\nrun: {path}"));
    Ok(())
}

/// What the columns of the table mean.
fn legend(study: &Study) -> String {
    let p = "p: how often two equally good configurations differ this much over the folds\n";
    let bounds = "constraints: how far a mean lies beyond the limit; kept where at most 0\n";
    let shown = [(study.steps.is_none(), p), (!study.constraints.is_empty(), bounds)];
    shown.iter().filter(|(shown, _)| *shown).map(|(_, text)| *text).collect()
}

/// Inputs that changed in the course of the run: its results are not those of one experiment.
fn accepted(folder: &RunFolder) -> String {
    match Lock::read(&folder.lock()) {
        Ok(lock) => lock
            .accepted
            .iter()
            .map(|a| format!("\nafter {} events {}\n", a.after_events, a.change))
            .collect(),
        // No reason to hide the results, but none to be silent either.
        Err(failure) => format!("\n{}", failure.render(false)),
    }
}

/// Failed trials with their errors, equal errors together, in the order in which they came up.
fn failures(history: &History, n: usize) -> String {
    let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
    for trial in history.trials() {
        if let Some(error) = trial.outcome().and_then(Outcome::error) {
            match groups.iter_mut().find(|(known, _)| *known == error) {
                Some((_, trials)) => trials.push(trial.id.to_string()),
                None => groups.push((error, vec![trial.id.to_string()])),
            }
        }
    }
    let line = |(error, trials): &(&str, Vec<String>)| {
        let plural = if trials.len() == 1 { "" } else { "s" };
        format!("\ntrial{plural} {} failed: {}", trials.join(", "), error.escape_debug())
    };
    let mut text: String = groups.iter().take(n).map(line).collect();
    if groups.len() > n {
        text += &format!("\nand {} other errors", groups.len() - n);
    }
    if text.is_empty() { text } else { text + "\n" }
}
