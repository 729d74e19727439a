//! Explanations as people read them.

use surmise_core::history::History;
use surmise_report::{number, score, short_names, table};
use surmise_surrogate::explain::{LeaveOneOut, Row};
use surmise_surrogate::importance::{Importance, TRIALS_MIN};

use super::{Explanation, Mattered};

/// With fewer best trials than this, shares of PED-ANOVA are rough.
const BEST_MIN: usize = 5;

/// Pairs that explain less than this are not printed.
const PAIR_MIN: f64 = 0.01;

/// Which parameters mattered.
pub(super) fn importance(history: &History, found: &Explanation<'_>) -> String {
    let study = history.study();
    let names = short_names(&study.space);
    let short = |full: &str| {
        let known = names.iter().find(|(name, _)| name == full);
        known.map_or_else(|| full.to_owned(), |(_, short)| short.clone())
    };
    let role = if found.is_constraint { "the constraint " } else { "" };
    let Explanation { output, n_trials, .. } = found;
    let mut text = format!("{}: {n_trials} results, {role}{output}\n\n", study.name);
    match &found.mattered {
        Mattered::PedAnova(mattered) => {
            let (trials, differ) = match mattered.best {
                1 => ("trial", "differs"),
                _ => ("trials", "differ"),
            };
            let which = if found.is_constraint { " at keeping it" } else { "" };
            text += &format!(
                "what mattered: how the best {} {trials}{which} {differ} from all (PED-ANOVA)\n",
                mattered.best,
            );
            text += &shares(&mattered.importances, &short);
            if mattered.best < BEST_MIN {
                text += "rough: fewer than 5 trials count as the best ones\n";
            }
        }
        Mattered::Fanova(found) => {
            text += "what mattered: shares of the variance over the space (fANOVA)\n";
            text += &shares(&found.importances, &short);
            let pairs: Vec<Vec<String>> = found
                .pairs
                .iter()
                .filter(|p| p.share >= PAIR_MIN)
                .map(|p| {
                    let [a, b] = &p.parameters;
                    let both = format!("{} × {}", short(a), short(b));
                    vec![both, format!("{:.2}", p.share), p.trials.to_string()]
                })
                .collect();
            if !pairs.is_empty() {
                text += "\nwhat pairs explain beyond that\n";
                text += &table(&["pair", "share", "trials"].map(String::from), &pairs);
            }
        }
    }
    text
}

fn shares(importances: &[Importance], short: &dyn Fn(&str) -> String) -> String {
    let rows: Vec<Vec<String>> = importances
        .iter()
        .map(|i| {
            let share = i.share.map_or("–".into(), |share| format!("{share:.2}"));
            vec![short(&i.parameter), share, i.trials.to_string()]
        })
        .collect();
    let mut text = table(&["parameter", "share", "trials"].map(String::from), &rows);
    if importances.iter().any(|i| i.share.is_none()) {
        text += &format!("–: active in too few trials to tell; {TRIALS_MIN} would do\n");
    }
    text
}

/// Whether the surrogate can be trusted.
pub(super) fn trust(found: &LeaveOneOut) -> String {
    let (summary, n) = (found.summary, found.rows.len());
    let rows = [
        ("R²", number(summary.r2), "1: perfect; 0: no better than the mean of all results"),
        ("rank correlation", number(summary.rank_correlation), "1: the right order; 0: any order"),
        (
            "in its 95 % interval",
            format!("{} of {n}", summary.covered),
            "far fewer: too sure of itself; all of many: too careful",
        ),
        (
            "log loss",
            number(summary.log_loss),
            "below 0: it knows more than mean and spread of all results",
        ),
    ];
    let row = |(name, value, meaning): &(&str, String, &str)| {
        vec![(*name).to_owned(), value.clone(), (*meaning).to_owned()]
    };
    let rows: Vec<Vec<String>> = rows.iter().map(row).collect();
    let header = ["measure", "value", "meaning"].map(String::from);
    let title = "can the surrogate be trusted? each result, predicted from all others\n";
    format!("{title}{}", table(&header, &rows))
}

/// Every result beside its prediction.
pub(super) fn rows(found: &Explanation<'_>) -> String {
    let row = |row: &Row| {
        let off = (row.observed - row.mean) / row.sd;
        vec![
            row.trial.to_string(),
            number(row.observed),
            score(row.mean, Some(row.sd)),
            format!("{off:.1}"),
        ]
    };
    let header = ["trial", found.output, "predicted", "sds off"].map(String::from);
    table(&header, &found.left_out.rows.iter().map(row).collect::<Vec<_>>())
}
