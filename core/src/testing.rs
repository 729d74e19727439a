//! Short ways to a study and its events, for this crate's unit tests.

use serde_json::json;

use crate::Value;
use crate::event::{Event, VERSION};
use crate::study::Study;
use crate::trial::{Outcome, Params, Reason, TrialId};

/// A study over the space that this JSON describes: maximises, ten trials, one at a time.
pub(crate) fn study(space: &Value) -> Study {
    let definition = json!({
        "name": "test",
        "seed": 42,
        "objective": { "metric": "accuracy", "direction": "maximize" },
        "space": space,
        "sampler": { "name": "random" },
        "trials": 10,
        "parallel": 1,
    });
    serde_json::from_value(definition).unwrap()
}

/// A study over `x` in [0, 1].
pub(crate) fn study_of_x() -> Study {
    study(&json!([{ "name": "x", "type": "float", "low": 0.0, "high": 1.0 }]))
}

pub(crate) fn created(study: &Study) -> Event {
    Event::Created { version: VERSION, study: Box::new(study.clone()) }
}

pub(crate) fn proposed(trial: u64, x: f64) -> Event {
    Event::Proposed {
        trial: TrialId(trial),
        params: Params::from_iter([("x".to_owned(), json!(x))]),
        reason: Reason::new("test", "because"),
    }
}

pub(crate) fn started(trial: u64) -> Event {
    Event::Started { trial: TrialId(trial), isolation: None }
}

pub(crate) fn reported(trial: u64, step: u64, value: f64) -> Event {
    Event::Reported { trial: TrialId(trial), step, value }
}

pub(crate) fn finished(trial: u64, value: f64) -> Event {
    Event::Finished { trial: TrialId(trial), outcome: Outcome::complete(value, None) }
}

pub(crate) fn pruned(trial: u64) -> Event {
    Event::Finished { trial: TrialId(trial), outcome: Outcome::Pruned }
}

pub(crate) fn failed(trial: u64) -> Event {
    Event::Finished {
        trial: TrialId(trial),
        outcome: Outcome::Failed { error: "did not converge".into() },
    }
}
