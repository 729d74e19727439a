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
    json!({
        "event": "summary",
        "run": run,
        "path": path,
        "name": study.name,
        "metric": study.objective.metric,
        "direction": study.objective.direction,
        "trials": study.trials,
        "done": history.n_ended(),
        "failed": history.n_failed(),
        "conclusion": history.conclusion(),
        "best": history.best().map(trial_json),
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
    })
}

/// One event, or nothing where there is none.
#[must_use]
pub fn event_json(event: Option<&Event>) -> Value {
    // An event is plain data with text keys, which always has a JSON form.
    event.map_or(Value::Null, |event| serde_json::to_value(event).unwrap_or(Value::Null))
}
