//! `surmise runs`: what was run, the latest first.

use serde_json::{Value, json};
use surmise_core::event::Conclusion;
use surmise_core::history::History;
use surmise_core::trial::Trial;
use surmise_report as report;

use crate::args::{Global, Runs};
use crate::exit::Result;
use crate::print;
use crate::run_folder::RunFolder;

pub(crate) fn runs(args: &Runs, global: &Global) -> Result<()> {
    let folders = RunFolder::list(&global.runs())?;
    let listed: Vec<_> = folders.iter().map(|folder| (folder, folder.history())).collect();
    if args.output.json {
        for (folder, history) in &listed {
            print::line(&row_json(folder, history).to_string());
        }
    } else if listed.is_empty() {
        print::line(&format!("no runs in {}", global.runs().display()));
    } else {
        let header = ["run", "state", "trials", "best", "metric", "sampler", "seed"];
        let rows: Vec<_> = listed.iter().map(|(folder, history)| row(folder, history)).collect();
        print::text(&report::table(&header.map(String::from), &rows));
    }
    Ok(())
}

/// One unreadable run must not hide the others.
fn row(folder: &RunFolder, history: &Result<History>) -> Vec<String> {
    let history = match history {
        Ok(history) => history,
        Err(_) if !folder.store().exists() => return vec![folder.name(), "not begun".into()],
        Err(_) => return vec![folder.name(), "unreadable".into()],
    };
    let study = history.study();
    let done = history.n_ended();
    let best = history.best().and_then(Trial::value);
    vec![
        folder.name(),
        state(history).into(),
        format!("{done}/{}", study.trials),
        best.map_or("–".into(), report::number),
        study.objective.metric.clone(),
        study.sampler.name.clone(),
        study.seed.to_string(),
    ]
}

fn row_json(folder: &RunFolder, history: &Result<History>) -> Value {
    match history {
        Ok(history) => {
            let mut row = report::summary_json(history, &folder.name(), &folder.shown());
            row["event"] = "run".into();
            row
        }
        Err(failure) => {
            let error = failure.to_json();
            json!({ "event": "run", "run": folder.name(), "path": folder.shown(), "error": error })
        }
    }
}

fn state(history: &History) -> &'static str {
    match (history.conclusion(), history.refit()) {
        (None, _) => "unfinished",
        (Some(_), None) => "not refitted",
        (Some(Conclusion::Budget), Some(_)) => "finished",
        (Some(Conclusion::Exhausted), Some(_)) => "exhausted",
    }
}
