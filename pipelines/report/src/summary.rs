//! One trial on a line, and a whole study in a few.

use surmise_core::event::Conclusion;
use surmise_core::history::History;
use surmise_core::trial::{Outcome, Trial};

use crate::names::{short_params, short_value};
use crate::number::{number, score};

/// How one trial ended, on a line: its number, score and configuration, and whether it is the best
/// so far.
#[must_use]
pub fn outcome_line(history: &History, trial: &Trial) -> String {
    let width = (history.study().trials.saturating_sub(1)).to_string().len();
    let params = short_params(&history.study().space, &trial.params);
    let head = format!("trial {:>width$}", trial.id.0);
    match trial.outcome() {
        Some(Outcome::Complete { value, std_error }) => {
            let best = history.best().is_some_and(|best| best.id == trial.id);
            let mark = if best { "  (best so far)" } else { "" };
            let metric = &history.study().objective.metric;
            format!("{head}  {metric} {}  {params}{mark}", score(*value, *std_error))
        }
        Some(Outcome::Failed { error }) => format!("{head}  failed: {error}  {params}"),
        None => format!("{head}  running  {params}"),
    }
}

/// The best configuration so far on a line, if there is one.
#[must_use]
pub fn best_so_far(history: &History) -> Option<String> {
    let best = history.best()?;
    let (value, std_error) = best.score()?;
    let params = short_params(&history.study().space, &best.params);
    let metric = &history.study().objective.metric;
    Some(format!("{metric} {} in trial {}  {params}", score(value, std_error), best.id))
}

/// What a study found: how many trials, the best configuration in full precision, and its score on
/// the held-out test split.
#[must_use]
pub fn summary(history: &History) -> String {
    let study = history.study();
    let done = history.trials().iter().filter(|t| t.outcome().is_some()).count();
    let failed = history.n_failed();
    let why = match history.conclusion() {
        Some(Conclusion::Budget) => "",
        Some(Conclusion::Exhausted) => "; every configuration of the space was tried",
        None => "; not finished",
    };
    let mut text =
        format!("{}: {done} of {} trials, {failed} failed{why}\n", study.name, study.trials);
    let Some((best, (value, std_error))) = history.best().and_then(|b| Some((b, b.score()?)))
    else {
        return text + "no trial was evaluated to the end\n";
    };
    let metric = &study.objective.metric;
    text += &format!("best {metric}: {} (trial {})\n", score(value, std_error), best.id);
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
    text
}
