//! Figures worked out elsewhere, and studies that a surrogate can and cannot learn.

use serde_json::json;
use surmise_core::event::{Event, VERSION};
use surmise_core::study::{Direction, Objective, Study};
use surmise_core::trial::{Outcome, Reason};

use super::*;

/// Figures by scipy 1.17.1 (`spearmanr`, `norm.logpdf`) and numpy 2.4.6.
#[test]
fn the_summary_is_that_of_scipy() {
    let laws = [(0.5, 0.4, 0.3), (-1.0, -0.2, 0.35), (2.0, 1.1, 0.8), (0.5, 0.4, 0.1)];
    let laws = laws.map(|(target, mean, sd)| Law { target, mean, sd });
    let summary = Summary::new(&laws, &|target| 3.0 - 1e300 * target);
    assert!((summary.r2 - 0.673_333_333_333_333_3).abs() < 1e-14, "{summary:?}");
    assert!((summary.rank_correlation - 1.0).abs() < 1e-14, "{summary:?}");
    assert_eq!(summary.covered, 3);
    assert!((summary.log_loss + 0.803_619_172_732_724_2).abs() < 1e-13, "{summary:?}");
}

#[test]
fn equals_share_their_rank_and_constants_correlate_with_nothing() {
    assert_eq!(ranks(&[3.0, 1.0, 3.0, -2.0]), [2.5, 1.0, 2.5, 0.0]);
    assert_eq!(correlation(&[0.0, 1.0, 2.0], &[1.0, 1.0, 1.0]), 0.0);
    assert!((correlation(&[0.0, 1.0, 2.0], &[5.0, 3.0, 1.0]) + 1.0).abs() < 1e-15);
}

/// A study by random search, trial 3 failed, over 0 ≤ x, y ≤ 1.
fn history(trials: u64, direction: &str, objective: &dyn Fn(f64, f64) -> f64) -> History {
    let study: Study = serde_json::from_value(json!({
        "name": "test", "seed": 1, "trials": trials, "parallel": 1,
        "objective": { "metric": "loss", "direction": direction },
        "sampler": { "name": "random" },
        "space": [
            { "name": "x", "type": "float", "low": 0.0, "high": 1.0 },
            { "name": "y", "type": "float", "low": 0.0, "high": 1.0 },
        ],
    }))
    .unwrap();
    let mut events = vec![Event::Created { version: VERSION, study: Box::new(study.clone()) }];
    for k in 0..trials {
        let (x, y) = ((k as f64 * 0.618_034).fract(), (k as f64 * 0.754_877_7).fract());
        let trial = TrialId(k);
        let reason = Reason::new("test", "because");
        events.push(Event::Proposed { trial, params: study.space.at(&[x, y]), reason });
        events.push(Event::Started { trial, isolation: None });
        let outcome = if k == 3 {
            Outcome::Failed { error: "no".into() }
        } else {
            Outcome::complete(objective(x, y), None)
        };
        events.push(Event::Finished { trial, outcome });
    }
    History::fold(&events).unwrap()
}

#[test]
fn a_smooth_objective_is_predicted_in_its_own_units_and_sign() {
    for (direction, sign) in [("minimize", 1.0), ("maximize", -1.0)] {
        let bowl = |x: f64, y: f64| sign * (500.0 + 100.0 * (x - 0.3) * (x - 0.3) + 20.0 * y);
        let found = leave_one_out(&history(31, direction, &bowl), 0).unwrap();
        assert_eq!(found.rows.len(), 30);
        assert!(found.rows.iter().all(|r| r.trial != TrialId(3)));
        for row in &found.rows {
            assert!((row.mean - row.observed).abs() < 30.0, "{row:?}");
            assert!(row.interval.0 < row.mean && row.mean < row.interval.1, "{row:?}");
            assert!(row.sd > 0.0 && row.interval.1 - row.interval.0 > 2.0 * row.sd, "{row:?}");
        }
        let summary = found.summary;
        assert!(summary.r2 > 0.6 && summary.rank_correlation > 0.8, "{summary:?}");
        assert!(summary.log_loss < -0.4 && summary.covered >= 26, "{summary:?}");
    }
}

#[test]
fn noise_cannot_be_predicted_and_the_summary_says_so() {
    let noise = |x: f64, y: f64| ((12.9898 * x + 78.233 * y).sin() * 43_758.545_3).fract();
    let summary = leave_one_out(&history(40, "minimize", &noise), 0).unwrap().summary;
    assert!(summary.r2 < 0.3 && summary.log_loss > -0.3, "{summary:?}");
    assert!(summary.covered >= 33, "{summary:?}");
}

/// A second objective and a constraint; trial 3 failed, so places and numbers of trials differ.
#[test]
fn every_output_is_predicted_of_the_trials_that_have_it_and_in_its_own_units() {
    let plain = history(31, "minimize", &|x, y| x + y);
    let mut study = plain.study().clone();
    let direction = Direction::Maximize;
    study.others = vec![Objective { metric: "speed".into(), direction }];
    study.constraints = vec!["memory".into(), "always".into()];
    let mut events = vec![Event::Created { version: VERSION, study: Box::new(study) }];
    for t in plain.trials() {
        let (trial, params, reason) = (t.id, t.params.clone(), t.reason.clone());
        events.push(Event::Proposed { trial, params, reason });
        events.push(Event::Started { trial, isolation: None });
        let outcome = match t.value() {
            None => t.outcome().unwrap().clone(),
            Some(value) => Outcome::Complete {
                value,
                std_error: None,
                others: vec![700.0 + 50.0 * value],
                constraints: vec![-1e4 * value, -1.0],
            },
        };
        events.push(Event::Finished { trial, outcome });
    }
    let told = History::fold(&events).unwrap();
    for (output, scale) in [(1, 50.0), (2, 1e4)] {
        let found = leave_one_out(&told, output).unwrap();
        assert_eq!(found.rows.len(), 30);
        for row in &found.rows {
            let outcome = told.trials()[row.trial.index()].outcome().unwrap();
            assert_eq!(Some(row.observed), outcome.output(output), "{row:?}");
            assert!((row.mean - row.observed).abs() < 0.5 * scale, "{row:?}");
        }
        assert!(found.summary.r2 > 0.6, "{output}: {:?}", found.summary);
    }
    let error = leave_one_out(&told, 3).unwrap_err();
    assert_eq!(error.to_string(), "use the results: all 30 are equal");
}

#[test]
fn too_few_results_are_an_error_that_says_how_many_it_takes() {
    let error = leave_one_out(&history(10, "minimize", &|x, _| x), 0).unwrap_err();
    assert_eq!(error.to_string(), "explain 9 results: at least 10 are needed");
    let error = leave_one_out(&history(12, "minimize", &|_, _| 0.5), 0).unwrap_err();
    assert_eq!(error.to_string(), "use the results: all 11 are equal");
}

/// What a training says on its way must not help to predict its own result.
#[test]
fn values_on_the_way_take_no_part() {
    let bowl = |x: f64, y: f64| (x - 0.3) * (x - 0.3) + 0.2 * y;
    let plain = history(14, "minimize", &bowl);
    let mut study = plain.study().clone();
    study.steps = Some(27);
    let mut events = vec![Event::Created { version: VERSION, study: Box::new(study) }];
    for t in plain.trials() {
        let (trial, params, reason) = (t.id, t.params.clone(), t.reason.clone());
        events.push(Event::Proposed { trial, params, reason });
        events.push(Event::Started { trial, isolation: None });
        for step in 0..27 {
            let value = t.value().unwrap_or(1.0) + 1.0 / (step + 1) as f64;
            events.push(Event::Reported { trial, step, value });
        }
        events.push(Event::Finished { trial, outcome: t.outcome().unwrap().clone() });
    }
    let stepwise = History::fold(&events).unwrap();
    assert_eq!(leave_one_out(&stepwise, 0), leave_one_out(&plain, 0));
}
