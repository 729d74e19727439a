//! One trial on a line, and a whole study in a few.

use surmise_core::event::Conclusion;
use surmise_core::history::History;
use surmise_core::trial::{Outcome, Trial};

use crate::measured::{broken, objectives, others};
use crate::names::{short_params, short_value};
use crate::number::{number, score};

/// How one trial ended, on a line: its number, scores and configuration, what it breaks, and
/// whether it is the best so far.
#[must_use]
pub fn outcome_line(history: &History, trial: &Trial) -> String {
    let study = history.study();
    let width = study.trials.saturating_sub(1).to_string().len();
    let outcome = match trial.outcome() {
        Some(Outcome::Complete { .. }) => objectives(study, trial).unwrap_or_default(),
        Some(Outcome::Pruned) => pruned(trial),
        Some(Outcome::Diverged { error, .. }) => format!("diverged: {error}"),
        Some(Outcome::Failed { error }) => format!("failed: {error}"),
        None => "running".into(),
    };
    let is_best = !study.space.is_empty() && history.best().is_some_and(|b| b.id == trial.id);
    let pieces = [
        format!("trial {:>width$}", trial.id.0),
        outcome,
        short_params(&study.space, &trial.params),
        broken(study, trial).unwrap_or_default(),
        if is_best { "(best so far)".into() } else { String::new() },
    ];
    pieces.iter().filter(|p| !p.is_empty()).map(String::as_str).collect::<Vec<_>>().join("  ")
}

fn pruned(trial: &Trial) -> String {
    match trial.reports.as_slice() {
        [] => "pruned".into(),
        [.., last] => format!("pruned at {} after {}", number(*last), trial.reports.len()),
    }
}

/// The best configuration so far on a line, if there is one.
#[must_use]
pub fn best_so_far(history: &History) -> Option<String> {
    let best = history.best()?;
    let study = history.study();
    let params = short_params(&study.space, &best.params);
    let line = format!("{} in trial {}  {params}", objectives(study, best)?, best.id);
    Some(line.trim_end().to_owned())
}

/// What a study found: how many trials, the best configuration in full precision, and its score on
/// the held-out test split.
#[must_use]
pub fn summary(history: &History) -> String {
    let study = history.study();
    let done = history.n_ended();
    let ended = ended_early(history);
    let why = match history.conclusion() {
        Some(Conclusion::Budget) => "",
        Some(Conclusion::Exhausted) => "; every configuration of the space was tried",
        None => "; not finished",
    };
    let plural = if study.trials == 1 { "" } else { "s" };
    let trials = study.trials;
    let mut text = format!("{}: {done} of {trials} trial{plural}, {ended}{why}\n", study.name);
    let Some((best, (value, std_error))) = history.best().and_then(|b| Some((b, b.score()?)))
    else {
        return text + "no trial was evaluated to the end\n";
    };
    let metric = &study.objective.metric;
    let others = others(study, best).map_or(String::new(), |others| format!("  {others}"));
    text += &format!("best {metric}: {}{others} (trial {})\n", score(value, std_error), best.id);
    if let Some(broken) = broken(study, best) {
        text += &format!("no trial keeps every constraint: this one {broken}\n");
    }
    let width = best.params.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for parameter in study.space.parameters() {
        if let Some(value) = best.params.get(&parameter.name) {
            let exact = value.as_f64().filter(|_| value.is_f64());
            let shown = exact.map_or_else(|| short_value(value), |x| x.to_string());
            text += &format!("  {:<width$}  {shown}\n", parameter.name);
        }
    }
    if let Some(test_score) = history.refit().and_then(|refit| refit.test_score) {
        text += &format!("{metric} on the held-out test split: {}\n", number(test_score));
    }
    if history.refit().is_some_and(|refit| refit.model_sha256.is_none()) {
        text += "the model cannot be saved\n";
    }
    if history.refit().is_some() && !study.others.is_empty() {
        text +=
            &format!("the refitted configuration is the best by {metric}, of trial {}\n", best.id);
    }
    text
}

/// How many trials have no result, such as `0 failed` or `2 failed, 5 pruned`.
#[must_use]
pub fn ended_early(history: &History) -> String {
    match (history.n_failed(), history.n_pruned()) {
        (failed, 0) => format!("{failed} failed"),
        (failed, pruned) => format!("{failed} failed, {pruned} pruned"),
    }
}
