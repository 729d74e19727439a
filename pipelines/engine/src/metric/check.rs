//! What every metric checks before it computes, and the counts that several share.

use surmise_core::component::Task;
use surmise_data::Target;
use surmise_plugin_host::PROBABILITY_TOLERANCE;

use super::{Error, Predicted, Result};

/// True and predicted codes, of the same length, both below the number of classes.
pub(super) fn classes<'a>(
    metric: &'static str,
    truth: &'a Target,
    predicted: &'a Predicted,
) -> Result<(&'a [u32], &'a [u32], usize)> {
    let (codes, n_classes) = true_classes(metric, truth)?;
    let Predicted::Classes(predicted) = predicted else {
        return Err(other_kind(metric, "classes", predicted));
    };
    check_length(metric, codes.len(), predicted.len())?;
    check_each(metric, predicted, |&code| {
        (n_classes <= code as usize)
            .then(|| format!("is class {code}, but there are {n_classes}, counted from 0"))
    })?;
    Ok((codes, predicted, n_classes))
}

/// True codes and, for each row, a slice of one probability for each class. What the host hands on
/// passes; this is for who calls a metric with something else, with the host's own tolerance.
pub(super) fn probabilities<'a>(
    metric: &'static str,
    truth: &'a Target,
    predicted: &'a Predicted,
) -> Result<(&'a [u32], std::slice::ChunksExact<'a, f64>)> {
    let (codes, n_classes) = true_classes(metric, truth)?;
    let Predicted::Probabilities { n_classes: found, rows } = predicted else {
        return Err(other_kind(metric, "probabilities", predicted));
    };
    if *found != n_classes {
        let reason = "the model predicts another number of classes than the target has";
        return Err(Error::Undefined { metric, reason });
    }
    check_length(metric, codes.len() * n_classes, rows.len())?;
    let possible = -PROBABILITY_TOLERANCE..=1.0 + PROBABILITY_TOLERANCE;
    let rows = rows.chunks_exact(n_classes);
    for (row, chances) in rows.clone().enumerate() {
        let sum: f64 = chances.iter().sum();
        let reason = if let Some(p) = chances.iter().find(|p| !possible.contains(p)) {
            format!("has the probability {p}, which is not between 0 and 1")
        } else if PROBABILITY_TOLERANCE < (sum - 1.0).abs() {
            format!("has probabilities that sum to {sum}, not 1")
        } else {
            continue;
        };
        return Err(Error::Prediction { metric, row, reason });
    }
    Ok((codes, rows))
}

/// True and predicted numbers, of the same length, all finite.
pub(super) fn values<'a>(
    metric: &'static str,
    truth: &'a Target,
    predicted: &'a Predicted,
) -> Result<(&'a [f64], &'a [f64])> {
    let Target::Values(truth) = truth else {
        return Err(other_task(metric, Task::Regression, truth));
    };
    let Predicted::Values(predicted) = predicted else {
        return Err(other_kind(metric, "values", predicted));
    };
    check_length(metric, truth.len(), predicted.len())?;
    check_each(metric, predicted, |x| {
        (!x.is_finite()).then(|| format!("is {x}, not a finite number"))
    })?;
    Ok((truth, predicted))
}

/// A score, unless it overflowed.
pub(super) fn finite(metric: &'static str, score: f64) -> Result<f64> {
    if score.is_finite() {
        return Ok(score);
    }
    let reason = "the numbers are so large that it overflows";
    Err(Error::Undefined { metric, reason })
}

/// Of one class: how many rows have it, were predicted to have it, and both.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) truth: u64,
    pub(super) predicted: u64,
    pub(super) both: u64,
}

/// The counts of each class.
pub(super) fn count(truth: &[u32], predicted: &[u32], n_classes: usize) -> Vec<Counts> {
    let mut counts = vec![Counts::default(); n_classes];
    for (&t, &p) in truth.iter().zip(predicted) {
        counts[t as usize].truth += 1;
        counts[p as usize].predicted += 1;
        counts[t as usize].both += u64::from(t == p);
    }
    counts
}

fn true_classes<'a>(metric: &'static str, truth: &'a Target) -> Result<(&'a [u32], usize)> {
    match truth {
        Target::Classes { codes, names } if codes.iter().all(|&c| (c as usize) < names.len()) => {
            Ok((codes, names.len()))
        }
        Target::Classes { .. } => {
            let reason = "the target has a code without a class name";
            Err(Error::Undefined { metric, reason })
        }
        Target::Values(_) => Err(other_task(metric, Task::Classification, truth)),
    }
}

fn check_length(metric: &'static str, expected: usize, found: usize) -> Result<()> {
    if expected == 0 {
        let reason = "there are no rows to score";
        return Err(Error::Undefined { metric, reason });
    }
    if expected != found {
        return Err(Error::Length { metric, expected, found });
    }
    Ok(())
}

fn check_each<T>(
    metric: &'static str,
    predicted: &[T],
    problem: impl Fn(&T) -> Option<String>,
) -> Result<()> {
    for (row, prediction) in predicted.iter().enumerate() {
        if let Some(reason) = problem(prediction) {
            return Err(Error::Prediction { metric, row, reason });
        }
    }
    Ok(())
}

fn other_task(metric: &'static str, expected: Task, truth: &Target) -> Error {
    Error::Task { metric, expected, found: truth.task() }
}

fn other_kind(metric: &'static str, needed: &'static str, predicted: &Predicted) -> Error {
    let found = match predicted {
        Predicted::Classes(_) => "classes",
        Predicted::Probabilities { .. } => "probabilities",
        Predicted::Values(_) => "values",
    };
    Error::Kind { metric, needed, found }
}
