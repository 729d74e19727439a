//! `surmise show`: a run's best trials, and why others failed.

use serde_json::Value;
use surmise_core::history::History;
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
        summary["study"] = serde_json::to_value(history.study()).unwrap_or(Value::Null);
        summary["all"] = trials.into();
        print::line(&summary.to_string());
        return Ok(());
    }
    print::text(&report::summary(&history));
    if history.best().is_some() {
        print::text(&format!("\n{}", report::best_trials(&history, args.top)));
        print::line("p: how often two equally good configurations differ this much over the folds");
    }
    print::text(&failures(&history, args.top));
    print::text(&accepted(&folder));
    print::line(&format!("\nrun: {path}"));
    Ok(())
}

/// Inputs that changed in the course of the run: its results are not those of one experiment.
fn accepted(folder: &RunFolder) -> String {
    // A lock that cannot be read is no reason to hide the results; resuming will tell.
    let accepted = Lock::read(&folder.lock()).map(|lock| lock.accepted).unwrap_or_default();
    accepted.iter().map(|a| format!("\nafter {} events {}\n", a.after_events, a.change)).collect()
}

/// Failed trials with their errors, equal errors together.
fn failures(history: &History, n: usize) -> String {
    let mut text = String::new();
    for trial in history.trials() {
        if let Some(Outcome::Failed { error }) = trial.outcome() {
            text += &format!("\ntrial {} failed: {}", trial.id, error.escape_debug());
        }
    }
    if text.is_empty() {
        return text;
    }
    let shown: Vec<&str> = text.lines().take(n + 1).collect();
    let more = history.n_failed().saturating_sub(n);
    let rest = if more == 0 { String::new() } else { format!("\nand {more} more") };
    format!("{}{rest}\n", shown.join("\n"))
}
