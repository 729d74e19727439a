//! A log to store.

use serde_json::json;
use surmise_core::event::{Conclusion, Event, VERSION};
use surmise_core::space::Space;
use surmise_core::study::{Direction, Objective, SamplerChoice, Study};
use surmise_core::trial::{Outcome, Params, Reason, TrialId};

pub(crate) fn reported(step: u64, value: f64) -> Event {
    Event::Reported { trial: TrialId(0), step, value }
}

pub(crate) fn proposed(trial: u64, params: Params) -> Event {
    let mut reason = Reason::new("kit", "to see it again");
    reason.details.insert("acquisition".into(), json!(0.1 + 0.2));
    Event::Proposed { trial: TrialId(trial), params, reason }
}

/// A whole log with every kind of event and outcome: three trials over `x`.
#[must_use]
pub fn events() -> Vec<Event> {
    let x = |value: f64| Params::from_iter([("x".to_owned(), json!(value))]);
    let trial = |n| Event::Started { trial: TrialId(n), isolation: None };
    vec![
        Event::Created { version: VERSION, study: Box::new(study()) },
        proposed(0, x(1.0 / 3.0)),
        trial(0),
        reported(0, 0.1 + 0.2),
        Event::Finished {
            trial: TrialId(0),
            outcome: Outcome::Complete {
                value: 0.1 + 0.2,
                std_error: Some(1e-17),
                others: vec![1.0 / 7.0],
                constraints: vec![-1e-300],
            },
        },
        proposed(1, x(0.7)),
        trial(1),
        Event::Finished {
            trial: TrialId(1),
            outcome: Outcome::Failed { error: "did not converge".into() },
        },
        proposed(2, x(0.3)),
        trial(2),
        Event::Finished { trial: TrialId(2), outcome: Outcome::Pruned },
        Event::Concluded { reason: Conclusion::Budget },
        Event::Refitted {
            trial: TrialId(0),
            test_score: Some(2.0 / 3.0),
            model_sha256: Some("e3b0c442".into()),
        },
    ]
}

fn study() -> Study {
    let space: Space = serde_json::from_value(json!([
        { "name": "x", "type": "float", "low": 0.1, "high": 0.7 },
    ]))
    .expect("the kit's own space is sound");
    Study {
        name: "kit".into(),
        seed: u64::MAX,
        objective: Objective { metric: "score".into(), direction: Direction::Maximize },
        others: vec![Objective { metric: "cost".into(), direction: Direction::Minimize }],
        constraints: vec!["memory".into()],
        steps: Some(3),
        space,
        first: None,
        sampler: SamplerChoice { name: "random".into(), settings: serde_json::Map::new() },
        trials: 3,
        parallel: 1,
    }
}
