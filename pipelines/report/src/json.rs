//! The same figures for programs.

use serde_json::{Value, json};
use surmise_core::event::Event;
use surmise_core::history::History;
use surmise_core::trial::Trial;

/// What a study found, as the last line of `--json` output and as the whole of `surmise show`'s
/// head. Keys are stable; new ones may be added.
#[must_use]
pub fn summary_json(history: &History, run: &str, path: &str) -> Value {
    let study = history.study();
    let front = || history.pareto_front().iter().map(|trial| trial.id).collect::<Vec<_>>();
    let front = (!study.others.is_empty()).then(front);
    json!({
        "event": "summary",
        "run": run,
        "path": path,
        "name": study.name,
        "metric": study.objective.metric,
        "direction": study.objective.direction,
        "others": study.others,
        "constraints": study.constraints,
        "trials": study.trials,
        "done": history.n_ended(),
        "failed": history.n_failed(),
        "pruned": history.n_pruned(),
        "conclusion": history.conclusion(),
        "best": history.best().map(trial_json),
        "feasible": history.best().is_some_and(Trial::feasible),
        "pareto_front": front,
        "test_score": history.refit().and_then(|refit| refit.test_score),
        "model_sha256": history.refit().and_then(|refit| refit.model_sha256.as_ref()),
    })
}

/// One trial.
#[must_use]
pub fn trial_json(trial: &Trial) -> Value {
    json!({
        "trial": trial.id,
        "params": trial.params,
        "reason": trial.reason,
        "reports": trial.reports,
        "outcome": trial.outcome(),
        "isolation": trial.isolation,
    })
}

/// One event, or nothing where there is none.
#[must_use]
pub fn event_json(event: Option<&Event>) -> Value {
    // An event is plain data with text keys, which always has a JSON form.
    event.map_or(Value::Null, |event| serde_json::to_value(event).unwrap_or(Value::Null))
}
