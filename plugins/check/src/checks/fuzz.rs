//! Whole lives at random: hyperparameters, data, and the moment of a stop.

use rand::{Rng, RngExt};
use serde_json::Value;
use surmise_core::component::{Layout, Task};
use surmise_core::seed::Seed;
use surmise_plugin_abi as abi;

use super::Check;
use crate::data::{Data, Target};
use crate::doing;
use crate::outcome::{Not, Verdict, fail};
use crate::raw::{Answer, Placement, Source};
use crate::settings;
use crate::subject::{Subject, fit_as, orderly, same};

pub(super) const CHECKS: &[Check] =
    &[Check::model("fuzz.lives", "it lives through lives at random", lives)];

/// Where a stop comes at the latest, so that no life is long.
const QUESTIONS_MAX: u64 = 300;

fn lives(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    let drawn = |k: u64| subject.seed.child("fuzz").child(k).to_u64();
    let seeds: Vec<u64> = match subject.reproduce {
        Some(seed) => vec![seed],
        None => (0..subject.rounds).map(drawn).collect(),
    };
    for seed in seeds {
        life(subject, seed).map_err(|not| match not {
            Not::Failed(why) => Not::Failed(format!("{why} (--reproduce {seed} does it again)")),
            other => other,
        })?;
    }
    Ok(())
}

fn life(subject: &Subject, seed: u64) -> Verdict {
    let mut rng = Seed::root(seed).rng();
    let component = &subject.info.component;
    let Some(params) = settings::random(component, &mut rng) else {
        return fail("valid hyperparameters could not be drawn");
    };
    let params = Value::Object(params).to_string();
    let tasks = &subject.info.tasks;
    let data =
        draw(tasks[rng.random_range(0..tasks.len())], &mut rng).in_layout(subject.info.layout());
    let after = rng.random_range(0..QUESTIONS_MAX);
    let verdict = if rng.random_bool(0.8) { abi::STOP } else { abi::CANCEL };
    doing::with(format!(
        "--reproduce {seed}: {} rows × {} features, told {} after {after}, {params}",
        data.n_rows,
        data.n_features,
        if verdict == abi::STOP { "to stop" } else { "to cancel" }
    ));
    let mut instance = subject.model.create(params.as_bytes())?;
    let answer = Answer { verdict, after };
    let (fitted, heard) = fit_as(&mut instance, &data, Placement::Packed, 1, answer)?;
    if let Some(breach) = heard.breaches.first() {
        return fail(format!("it {breach}"));
    }
    match fitted {
        Ok(_) if heard.answered && verdict == abi::CANCEL => return Ok(()),
        Ok(_) => {}
        Err(refusal) if refusal.status == abi::E_CANCELLED && heard.answered => return Ok(()),
        Err(refusal) => return orderly(refusal),
    }
    let Some(predicted) = subject.outcome(&mut instance, &data)? else {
        return Ok(());
    };
    if !subject.info.save {
        return Ok(());
    }
    let bytes = subject.state(&mut instance)?;
    let mut loaded = subject.model.load(Source::new(&bytes))?;
    same("a loaded model", &subject.predicted(&mut loaded, &data)?, &predicted)
}

/// Small data of many shapes and scales; some values are the same, some columns constant.
fn draw(task: Task, rng: &mut impl Rng) -> Data {
    let (n_rows, n_features) = (rng.random_range(1..40), rng.random_range(1..6));
    let scales: Vec<f64> = (0..n_features).map(|_| 10_f64.powi(rng.random_range(-8..8))).collect();
    let coarse = rng.random_bool(0.3);
    let mut value = |column: usize| {
        let x: f64 = 2.0 * rng.random::<f64>() - 1.0;
        scales[column] * if coarse { (2.0 * x).round() } else { x }
    };
    let x: Vec<f64> = (0..n_rows * n_features).map(|i| value(i % n_features)).collect();
    let target = match task {
        Task::Regression => {
            let scale = 10_f64.powi(rng.random_range(-3..6));
            Target::Values((0..n_rows).map(|_| scale * rng.random::<f64>()).collect())
        }
        Task::Classification => {
            let n_classes = rng.random_range(1..5);
            let codes = (0..n_rows).map(|_| rng.random_range(0..n_classes as u32)).collect();
            Target::Classes { codes, n_classes }
        }
    };
    Data { n_rows, n_features, x, target, weights: None, layout: Layout::RowsF64 }
}
