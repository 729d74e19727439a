//! Fitting: learning, repeating, reporting, stopping.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use surmise_core::component::{Deterministic, Task};
use surmise_plugin_abi as abi;

use super::{Check, system};
use crate::data::{Data, Target};
use crate::doing;
use crate::outcome::{Verdict, fail, skip, warn};
use crate::raw::{Answer, Given, Instance, Placement, View};
use crate::subject::{PLAIN, Subject, fit, fit_as, near, orderly, same};

pub(super) const CHECKS: &[Check] = &[
    Check::model("fit.learns", "it learns what is easy better than a constant", learns),
    Check::model("fit.repeats", "the same seed gives the same bits, as it claims", repeats),
    Check::model("fit.threads", "any number of threads gives the same bits, as it claims", threads),
    Check::model("fit.seeds", "it takes every seed, and heeds all of it if any", seeds),
    Check::model("fit.again", "an instance that is fitted again is as one fitted first", again),
    Check::model("fit.reports", "its reports follow the rules, and are claimed", reports),
    Check::model("fit.stop", "told to stop, it returns with a model that predicts", stop),
    Check::model("fit.cancel", "told to cancel, it returns and says so", cancel),
    Check::model("fit.deadline", "past its deadline it ends in an orderly way", deadline),
    Check::model("fit.tasks", "a task that it does not do is refused", tasks),
    Check::model("fit.weights", "a row of weight 2 counts as the same row twice", weights),
    Check::model("fit.budget", "it uses no more threads than it is given", budget),
    Check::model("fit.joins", "its threads have ended when it returns", joins),
];

const N_LONG: usize = 300;
/// How far a weight of 2 may be from the same row twice.
const WEIGHT_TOLERANCE: f64 = 1e-6;

fn learns(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    for data in subject.easy() {
        let mut instance = subject.fitted(&data)?;
        let predicted = subject.predicted(&mut instance, &data)?;
        let (found, constant) = losses(&data, &predicted[..data.n_rows]);
        if constant <= found {
            let task = data.task();
            return warn(format!(
                "an easy {task}: its loss on the training rows is {found:.4}, that of a constant \
                 {constant:.4}"
            ));
        }
    }
    Ok(())
}

/// The share of wrong classes or the mean squared error, of the predictions and of a constant.
fn losses(data: &Data, predicted: &[f64]) -> (f64, f64) {
    let n = data.n_rows as f64;
    match &data.target {
        Target::Classes { codes, .. } => {
            let wrong = codes.iter().zip(predicted).filter(|(code, p)| f64::from(**code) != **p);
            (wrong.count() as f64 / n, 0.5)
        }
        Target::Values(values) => {
            let mean = values.iter().sum::<f64>() / n;
            let error = values.iter().zip(predicted).map(|(y, p)| (y - p).powi(2)).sum::<f64>();
            (error / n, values.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / n)
        }
    }
}

fn repeats(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    subject.repeats()?;
    for data in subject.easy() {
        let first = subject.predicted(&mut subject.fitted(&data)?, &data)?;
        let second = subject.predicted(&mut subject.fitted(&data)?, &data)?;
        same("a second fit with the same seed", &second, &first)?;
    }
    Ok(())
}

fn threads(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    if subject.info.deterministic != Deterministic::Bitwise {
        return skip("the model does not promise the same bits for any number of threads");
    }
    for data in subject.easy() {
        let fitted = |n_threads| {
            let mut instance = subject.create()?;
            fit_as(&mut instance, &data, Placement::Packed, n_threads, Answer::CONTINUE)?.0?;
            subject.predicted(&mut instance, &data)
        };
        let one = fitted(1)?;
        for n_threads in [2, 3, 8] {
            same(&format!("{n_threads} threads"), &fitted(n_threads)?, &one)?;
        }
    }
    Ok(())
}

/// Whether a model draws at random nobody promises; what it does shows.
fn seeds(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    let mut draws = false;
    for data in subject.easy() {
        for edge in [0, u64::MAX] {
            seeded(subject, &data, edge)?;
        }
        let plain = seeded(subject, &data, PLAIN.seed)?;
        // Several, as two seeds may draw the same by chance.
        let any_differs = |shift: u32| -> Verdict<bool> {
            for k in 1..=4_u64 {
                if seeded(subject, &data, PLAIN.seed + (k << shift))? != plain {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        let (low, high) = (any_differs(0)?, any_differs(32)?);
        if low && !high {
            return warn("it heeds the lower half of its seed alone: 7 and 7 + 2^32 do the same");
        }
        draws |= low || high;
    }
    if draws { Ok(()) } else { skip("every seed gives the same model") }
}

/// The bits of what is predicted after a fit with a seed.
fn seeded(subject: &Subject, data: &Data, seed: u64) -> Verdict<Vec<u64>> {
    doing::with(format!("seed {seed}"));
    let mut instance = subject.create()?;
    let train = View::train(data, Placement::Packed)?;
    instance.fit(Given { seed, ..PLAIN }, &train, Answer::CONTINUE).0?;
    let predicted = subject.predicted(&mut instance, data)?;
    Ok(predicted.into_iter().map(f64::to_bits).collect())
}

fn again(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    subject.repeats()?;
    for data in subject.easy() {
        let fresh = subject.predicted(&mut subject.fitted(&data)?, &data)?;
        let other = data.at(&(0..data.n_rows / 2).collect::<Vec<_>>());
        let mut instance = subject.fitted(&other)?;
        fit(&mut instance, &data)?;
        same("fitted a second time", &subject.predicted(&mut instance, &data)?, &fresh)?;
    }
    Ok(())
}

fn reports(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    let mut n_reports = 0;
    for data in subject.easy() {
        let heard = fit(&mut subject.create()?, &data)?;
        if let Some(breach) = heard.breaches.first() {
            return fail(format!("it {breach}"));
        }
        n_reports += heard.steps.len();
    }
    match (n_reports, subject.caps.contains("report")) {
        (0, true) => warn("it has the cap `report`, but reports nothing of an easy fit"),
        (1.., false) => warn("it reports, but does not have the cap `report`"),
        _ => Ok(()),
    }
}

/// Data that take a while, so that a fit has time to ask: many rows, of which a fifth are wrong.
fn long(subject: &Subject) -> Vec<Data> {
    let long = |task: &Task| {
        let mut data = subject.data(*task, N_LONG, 3);
        if let Target::Classes { codes, .. } = &mut data.target {
            for code in codes.iter_mut().step_by(5) {
                *code = 1 - *code;
            }
        }
        data
    };
    subject.info.tasks.iter().map(long).collect()
}

fn stop(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    let mut answered = false;
    for data in long(subject) {
        for after in [0, 1, 5] {
            let mut instance = subject.create()?;
            let answer = Answer { verdict: abi::STOP, after };
            let (fitted, heard) = fit_as(&mut instance, &data, Placement::Packed, 1, answer)?;
            answered |= heard.answered;
            if let Some(breach) = heard.breaches.first() {
                return fail(format!("told to stop, it {breach}"));
            }
            match fitted {
                Ok(_) => drop(subject.predicted(&mut instance, &data)?),
                Err(refusal) if heard.answered => orderly(refusal.clone())
                    .and_then(|()| warn(format!("told to stop, it keeps no model: {refusal}")))?,
                Err(refusal) => return Err(refusal.into()),
            }
        }
    }
    told(answered)
}

fn cancel(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    let mut answered = false;
    for data in long(subject) {
        for after in [0, 3] {
            let mut instance = subject.create()?;
            let answer = Answer { verdict: abi::CANCEL, after };
            let (fitted, heard) = fit_as(&mut instance, &data, Placement::Packed, 1, answer)?;
            answered |= heard.answered;
            match fitted {
                Err(refusal) if refusal.status == abi::E_CANCELLED => {}
                Err(refusal) if heard.answered => {
                    return warn(format!("told to cancel, {refusal}; E_CANCELLED is expected"));
                }
                Err(refusal) => return Err(refusal.into()),
                Ok(_) if heard.answered => {
                    return warn(
                        "told to cancel, fit answers with success; E_CANCELLED is expected",
                    );
                }
                Ok(_) => {}
            }
        }
    }
    told(answered)
}

/// Whether it heeds a deadline does not show in a fit that is quick.
fn deadline(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    for data in long(subject) {
        let mut instance = subject.create()?;
        let train = View::train(&data, Placement::Packed)?;
        let past = Given { deadline_ns: 1, ..PLAIN };
        doing::with("a deadline that has passed");
        match instance.fit(past, &train, Answer::CONTINUE).0 {
            Ok(_) => drop(subject.predicted(&mut instance, &data)?),
            Err(refusal) if refusal.status == abi::E_CANCELLED => {}
            Err(refusal) => orderly(refusal)?,
        }
    }
    Ok(())
}

fn told(answered: bool) -> Verdict {
    match answered {
        true => Ok(()),
        false => skip("it neither reports nor asks, so it cannot be told"),
    }
}

/// No host asks for it, but numbers read as codes, or codes as numbers, lie beyond the memory.
fn tasks(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    let all = [Task::Classification, Task::Regression];
    let others: Vec<Task> =
        all.into_iter().filter(|task| !subject.info.tasks.contains(task)).collect();
    if others.is_empty() {
        return skip("the model does every task");
    }
    for task in others {
        let data = subject.data(task, 40, 3);
        let mut instance = subject.create()?;
        let (fitted, _) = fit_as(&mut instance, &data, Placement::Packed, 1, Answer::CONTINUE)?;
        match fitted {
            Ok(_) => return warn(format!("a {task}, which it does not claim to do, succeeds")),
            Err(refusal) => orderly(refusal)?,
        }
    }
    Ok(())
}

fn weights(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    subject.needs("weights")?;
    subject.repeats()?;
    for data in subject.easy() {
        let n_twice = data.n_rows / 2;
        let twice: Vec<usize> = (0..data.n_rows).chain(0..n_twice).collect();
        let weights = (0..data.n_rows).map(|i| if i < n_twice { 2.0 } else { 1.0 }).collect();
        let doubled = subject.predicted(&mut subject.fitted(&data.at(&twice))?, &data)?;
        let weighted = subject.predicted(&mut subject.fitted(&data.weighted(weights))?, &data)?;
        near(
            "rows of weight 2 against the same rows twice",
            &weighted,
            &doubled,
            WEIGHT_TOLERANCE,
        )?;
    }
    Ok(())
}

/// Counts threads from another one while a fit runs. What is too short to be seen is forgiven.
fn budget(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    for data in subject.easy() {
        for n_threads in [1, 2] {
            let mut instance = subject.create()?;
            let more = most_threads(&mut instance, &data, n_threads)?;
            if (n_threads as usize) < more {
                return fail(format!("given {n_threads} threads, a fit starts {more} more"));
            }
        }
    }
    Ok(())
}

/// How many threads a fit adds.
fn most_threads(instance: &mut Instance, data: &Data, n_threads: u32) -> Verdict<usize> {
    let before = system::threads()?;
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut most = 0;
            while !done.load(Ordering::Relaxed) {
                most = most.max(system::threads().unwrap_or(0));
                thread::sleep(Duration::from_micros(200));
            }
            most
        });
        let fitted = fit_as(instance, data, Placement::Packed, n_threads, Answer::CONTINUE);
        done.store(true, Ordering::Relaxed);
        let most = watch.join().unwrap_or(0);
        fitted?.0?;
        // Without the watch itself.
        Ok(most.saturating_sub(before + 1))
    })
}

fn joins(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    for data in subject.easy() {
        let mut instance = subject.create()?;
        let before = system::threads()?;
        fit_as(&mut instance, &data, Placement::Packed, 2, Answer::CONTINUE)?.0?;
        let after = system::settled_threads(before)?;
        if before < after {
            return fail(format!("{} threads still run after fit has returned", after - before));
        }
    }
    Ok(())
}
