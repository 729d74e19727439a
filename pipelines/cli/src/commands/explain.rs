//! `surmise explain`: which parameters mattered, whether the surrogate can be trusted, and why a
//! trial was proposed.

mod text;

use serde_json::{Value, json};
use surmise_core::history::History;
use surmise_core::seed::Seed;
use surmise_report as report;
use surmise_surrogate::explain::{LeaveOneOut, Row, leave_one_out};
use surmise_surrogate::importance::{Fanova, Importance, PedAnova, Results, fanova, ped_anova};

use crate::args::{Explain, Global, Method};
use crate::exit::{Exit, Failure, Result};
use crate::print;
use crate::run_folder::RunFolder;

pub(crate) fn explain(args: &Explain, global: &Global) -> Result<()> {
    let folder = RunFolder::open(&args.run, &global.runs())?;
    let history = folder.history()?;
    match args.trial {
        Some(trial) => one_trial(args, &folder, &history, trial),
        None => the_study(args, &folder, &history),
    }
}

/// Why one trial was proposed.
fn one_trial(args: &Explain, folder: &RunFolder, history: &History, trial: u64) -> Result<()> {
    let n = history.trials().len();
    let found = usize::try_from(trial).ok().and_then(|i| history.trials().get(i));
    let found = found.ok_or_else(|| {
        let message = format!("there is no trial {trial} in {}: it has {n}", folder.shown());
        Failure::message(Exit::Run, message).hint("trials are counted from 0")
    })?;
    if args.form.json {
        let mut line = report::trial_json(found);
        line["event"] = "trial_explanation".into();
        line["run"] = folder.name().into();
        line["metric"] = history.study().objective.metric.as_str().into();
        line["surprise"] = report::surprise(found).into();
        print::line(&line.to_string());
    } else {
        print::text(&report::trial_reason(history, found));
    }
    Ok(())
}

/// What mattered, by one method or the other.
enum Mattered {
    PedAnova(PedAnova),
    Fanova(Fanova),
}

/// What mattered for one output, and how well its surrogate knows it.
struct Explanation<'a> {
    output: &'a str,
    is_constraint: bool,
    n_trials: usize,
    mattered: Mattered,
    left_out: LeaveOneOut,
}

/// The whole study, one output after the other.
fn the_study(args: &Explain, folder: &RunFolder, history: &History) -> Result<()> {
    let outputs: Vec<&str> = history.study().outputs().collect();
    let wanted = |(_, name): &(usize, &&str)| args.output.as_deref().is_none_or(|w| w == **name);
    let chosen: Vec<usize> = outputs.iter().enumerate().filter(wanted).map(|(k, _)| k).collect();
    if chosen.is_empty() {
        let wanted = args.output.as_deref().unwrap_or_default();
        let message = format!("nothing in {} is called `{wanted}`", folder.shown());
        let hint = format!("what was measured: {}", outputs.join(", "));
        return Err(Failure::message(Exit::Run, message).hint(hint));
    }
    for (place, k) in chosen.into_iter().enumerate() {
        match Results::of(history, k) {
            Ok(results) => {
                let found = explanation(args.method, history, &results, k, outputs[k])?;
                told(args, folder, history, &found, place);
            }
            // What can be explained shall not be lost for one that cannot be.
            Err(error) if place > 0 => unexplained(args, folder, outputs[k], &error),
            Err(error) => {
                let hint = "more trials, by a larger `search.trials`, would tell more";
                let message = format!("failed to {error}");
                return Err(Failure::message(Exit::NoResult, message).hint(hint));
            }
        }
    }
    Ok(())
}

fn explanation<'a>(
    method: Method,
    history: &History,
    results: &Results<'_>,
    k: usize,
    output: &'a str,
) -> Result<Explanation<'a>> {
    let internal = |e| Failure::message(Exit::Internal, format!("failed to {e}"));
    let mattered = match method {
        Method::PedAnova => Mattered::PedAnova(ped_anova(results)),
        Method::Fanova => {
            let seed = Seed::root(history.study().seed).child("explain").child("forest");
            Mattered::Fanova(fanova(results, seed).map_err(internal)?)
        }
    };
    Ok(Explanation {
        output,
        is_constraint: k >= history.study().objectives().count(),
        n_trials: results.n_trials(),
        mattered,
        left_out: leave_one_out(history, k).map_err(internal)?,
    })
}

fn told(
    args: &Explain,
    folder: &RunFolder,
    history: &History,
    found: &Explanation<'_>,
    place: usize,
) {
    if args.form.json {
        let line = json!({
            "event": "explanation",
            "run": folder.name(),
            "path": folder.shown(),
            "metric": found.output,
            "constraint": found.is_constraint,
            "trials": found.n_trials,
            "importance": importance_json(&found.mattered),
            "leave_one_out": leave_one_out_json(&found.left_out, args.loo),
        });
        print::line(&line.to_string());
        return;
    }
    if place > 0 {
        print::line("");
    }
    print::text(&text::importance(history, found));
    print::text(&format!("\n{}", text::trust(&found.left_out)));
    if args.loo {
        print::text(&format!("\n{}", text::rows(found)));
    }
}

/// One of several outputs that cannot be explained.
fn unexplained(args: &Explain, folder: &RunFolder, output: &str, error: &surmise_surrogate::Error) {
    let why = format!("failed to {error}");
    if args.form.json {
        let line = json!({
            "event": "explanation",
            "run": folder.name(),
            "path": folder.shown(),
            "metric": output,
            "error": why,
        });
        print::line(&line.to_string());
    } else {
        print::text(&format!("\n{output}: {why}\n"));
    }
}

fn importance_json(mattered: &Mattered) -> Value {
    let parameter = |i: &Importance| {
        json!({
            "parameter": i.parameter, "importance": i.share, "trials": i.trials,
        })
    };
    match mattered {
        Mattered::PedAnova(found) => json!({
            "method": "ped-anova",
            "best": found.best,
            "parameters": found.importances.iter().map(parameter).collect::<Vec<_>>(),
        }),
        Mattered::Fanova(found) => {
            let pair = |p: &surmise_surrogate::importance::Pair| {
                json!({
                    "parameters": p.parameters, "importance": p.share, "trials": p.trials,
                })
            };
            json!({
                "method": "fanova",
                "parameters": found.importances.iter().map(parameter).collect::<Vec<_>>(),
                "pairs": found.pairs.iter().map(pair).collect::<Vec<_>>(),
            })
        }
    }
}

fn leave_one_out_json(found: &LeaveOneOut, rows: bool) -> Value {
    let row = |row: &Row| {
        json!({
            "trial": row.trial,
            "observed": row.observed,
            "predicted_mean": row.mean,
            "predicted_sd": row.sd,
            "interval_95": row.interval,
        })
    };
    let mut object = json!({
        "r2": found.summary.r2,
        "rank_correlation": found.summary.rank_correlation,
        "covered_95": found.summary.covered,
        "results": found.rows.len(),
        "mean_standardised_log_loss": found.summary.log_loss,
    });
    if rows {
        object["rows"] = found.rows.iter().map(row).collect();
    }
    object
}
