//! Why a trial was proposed, and whether it came out as predicted.

use serde_json::{Map, Value};
use surmise_core::history::History;
use surmise_core::trial::Trial;

use crate::names::{short_names, short_value};
use crate::number::{number, score};
use crate::summary::outcome_line;

/// By how many standard deviations a trial came out above what was predicted for it, the noise of a
/// result included where the proposal tells it; `None` without a prediction or a result.
#[must_use]
pub fn surprise(trial: &Trial) -> Option<f64> {
    let detail = |name: &str| trial.reason.details.get(name).and_then(Value::as_f64);
    let (mean, sd) = (detail("predicted_mean")?, detail("predicted_sd")?);
    let sd = sd.hypot(detail("noise_sd").unwrap_or(0.0));
    (sd > 0.0).then_some((trial.value()? - mean) / sd)
}

/// What the sampler said when it proposed a trial: why, its prediction beside what came out, all
/// numbers behind the choice, and lengthscales sorted by how much their parameters matter.
#[must_use]
pub fn trial_reason(history: &History, trial: &Trial) -> String {
    let reason = &trial.reason;
    let mut text = outcome_line(history, trial) + "\n";
    text += &format!("proposed by {}: {}\n", reason.by, printable(&reason.why));
    if let Some(fallback) = reason.details.get("fallback").and_then(Value::as_str) {
        text += &format!("because: failed to {}\n", printable(fallback));
    }
    text += &prediction(trial);
    let shown = |(name, value): &(&String, &Value)| {
        !["fallback", "predicted_mean", "predicted_sd"].contains(&name.as_str())
            && !value.is_object()
            && !value.is_null()
    };
    let rows = reason.details.iter().filter(shown);
    let rows: Vec<_> = rows.map(|(name, value)| (label(name), short_value(value))).collect();
    if !rows.is_empty() {
        text += &format!("\nwhat it knew\n{}", columns(&rows));
    }
    for (name, value) in &reason.details {
        if let Value::Object(numbers) = value {
            text += &format!("\n{}\n{}", label(name), columns(&smallest_first(history, numbers)));
        }
    }
    text
}

/// What was predicted and what came out, if both are known.
fn prediction(trial: &Trial) -> String {
    let detail = |name: &str| trial.reason.details.get(name).and_then(Value::as_f64);
    let Some(mean) = detail("predicted_mean") else {
        return String::new();
    };
    let mut rows = vec![("predicted".to_owned(), score(mean, detail("predicted_sd")))];
    if let Some((value, std_error)) = trial.score() {
        let by = surprise(trial).map_or(String::new(), |z| {
            let side = if z < 0.0 { "below" } else { "above" };
            format!(", {:.1} standard deviations {side} what was predicted", z.abs())
        });
        rows.push(("came out".to_owned(), score(value, std_error) + &by));
    }
    format!("\n{}", columns(&rows))
}

/// What people call a detail; a name that is new to this version speaks for itself.
fn label(name: &str) -> String {
    match name {
        "log_ei" => "log expected improvement".into(),
        "contenders" => "trials that may be the best".into(),
        "incumbent_mean" => "best mean so far".into(),
        "n_observations" => "results".into(),
        "n_failed" => "of them failed".into(),
        "n_running" => "running trials".into(),
        "lengthscales" => "lengthscales: the shorter, the more a parameter matters".into(),
        "input_warps" => "axes stretched where results change fast: a, b of 1 − (1 − u^a)^b".into(),
        other => printable(&other.replace('_', " ")),
    }
}

/// Numbers by name, with short names where they are those of parameters.
fn smallest_first(history: &History, numbers: &Map<String, Value>) -> Vec<(String, String)> {
    let names = short_names(&history.study().space);
    let short = |full: &String| {
        let known = names.iter().find(|(name, _)| name == full);
        known.map_or_else(|| printable(full), |(_, short)| short.clone())
    };
    let mut sorted: Vec<(&String, &Value)> = numbers.iter().collect();
    let place = |value: &Value| value.as_f64().unwrap_or(f64::INFINITY);
    sorted.sort_by(|a, b| place(a.1).total_cmp(&place(b.1)));
    let shown = |value: &Value| value.as_f64().map_or_else(|| short_value(value), number);
    let row = |(name, value): (&String, &Value)| match value {
        Value::Array(all) => (short(name), all.iter().map(shown).collect::<Vec<_>>().join(", ")),
        value => (short(name), shown(value)),
    };
    sorted.into_iter().map(row).collect()
}

fn columns(rows: &[(String, String)]) -> String {
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    rows.iter().map(|(name, value)| format!("  {name:<width$}  {value}\n")).collect()
}

fn printable(text: &str) -> String {
    text.escape_debug().to_string().replace("\\'", "'").replace("\\\"", "\"")
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use surmise_core::event::{Event, VERSION};
    use surmise_core::trial::{Outcome, Reason, TrialId};

    use super::*;

    fn history(reason: Value, value: f64) -> History {
        let study = serde_json::from_value(json!({
            "name": "test", "seed": 0, "trials": 9, "parallel": 1,
            "objective": { "metric": "loss", "direction": "minimize" },
            "sampler": { "name": "gp" },
            "space": [
                { "name": "model.params.a", "type": "float", "low": 0.0, "high": 1.0 },
                { "name": "model.params.b", "type": "float", "low": 0.0, "high": 1.0 },
            ],
        }));
        let params = json!({ "model.params.a": 0.25, "model.params.b": 0.5 });
        let trial = TrialId(0);
        let reason: Reason = serde_json::from_value(reason).unwrap();
        let outcome = Outcome::complete(value, None);
        History::fold(&[
            Event::Created { version: VERSION, study: Box::new(study.unwrap()) },
            Event::Proposed { trial, params: serde_json::from_value(params).unwrap(), reason },
            Event::Started { trial, isolation: None },
            Event::Finished { trial, outcome },
        ])
        .unwrap()
    }

    #[test]
    fn a_prediction_stands_beside_what_came_out() {
        let details = json!({
            "predicted_mean": 2.0, "predicted_sd": 0.3, "noise_sd": 0.4, "log_ei": -1.25,
            "warp": "log", "trend": null,
            "lengthscales": { "model.params.a": 3.0, "model.params.b": 0.2 },
            "input_warps": { "model.params.a": [1.0, 0.25] },
        });
        let history = history(json!({ "by": "gp", "why": "promising", "details": details }), 1.0);
        assert_eq!(surprise(&history.trials()[0]), Some(-2.0));
        let expected = "\
trial 0  loss 1  a=0.25 b=0.5  (best so far)
proposed by gp: promising

  predicted  2 ± 0.3
  came out   1, 2.0 standard deviations below what was predicted

what it knew
  log expected improvement  -1.25
  noise sd                  0.4
  warp                      log

axes stretched where results change fast: a, b of 1 − (1 − u^a)^b
  a  1, 0.25

lengthscales: the shorter, the more a parameter matters
  b  0.2
  a  3
";
        assert_eq!(trial_reason(&history, &history.trials()[0]), expected);
    }

    #[test]
    fn a_fallback_is_named_and_nothing_is_made_up() {
        let reason = json!({
            "by": "gp", "why": "a Sobol' point",
            "details": { "fallback": "factor\u{1b} a matrix" },
        });
        let history = history(reason, 1.0);
        assert_eq!(surprise(&history.trials()[0]), None);
        let expected = "\
trial 0  loss 1  a=0.25 b=0.5  (best so far)
proposed by gp: a Sobol' point
because: failed to factor\\u{1b} a matrix
";
        assert_eq!(trial_reason(&history, &history.trials()[0]), expected);
    }
}
