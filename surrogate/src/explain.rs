//! Can the surrogate be trusted? Every result beside what is predicted for it from all others.

use surmise_core::history::History;
use surmise_core::trial::TrialId;

use crate::Result;
use crate::importance::Results;
use crate::normal::quantile;
use crate::sample::Fitted;

/// How often an interval shall hold what it predicts.
const INTERVAL: f64 = 0.95;

/// The results of a study, each predicted without it.
#[derive(Debug, Clone, PartialEq)]
pub struct LeaveOneOut {
    /// One a complete trial that the surrogate knows, by number.
    pub rows: Vec<Row>,
    /// How good the predictions are.
    pub summary: Summary,
}

/// One result and its prediction, in the output's own units and sign.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The trial.
    pub trial: TrialId,
    /// What came out.
    pub observed: f64,
    /// The predicted median.
    pub mean: f64,
    /// The predicted standard deviation of a result, its noise included: half the width of the
    /// interval that holds one standard deviation of the target on each side.
    pub sd: f64,
    /// The interval that holds 95 % of what is predicted, the smaller end first.
    pub interval: (f64, f64),
}

/// How good predictions of results are that the surrogate did not know.
///
/// `r2` is of the output's own units, but for results so bad that they would hide all others;
/// `log_loss` of the targets, the units in which the surrogate is a normal law. The other two are
/// the same in both.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// 1 − Σ(y − μ)² / Σ(y − ȳ)²: 1 is perfect, 0 no better than the mean of all, below 0 worse.
    pub r2: f64,
    /// Spearman's correlation of predictions and results; 0 if all predictions are equal.
    pub rank_correlation: f64,
    /// How many results lie in their 95 % intervals.
    pub covered: usize,
    /// The mean of −ln p(y) + ln p₀(y), p being the prediction and p₀ the normal law with mean and
    /// variance of all results: below 0 is better than knowing these alone. Source: Rasmussen and
    /// Williams (2006), section 2.5.
    pub log_loss: f64,
}

/// Predicts an output of each complete trial of a study from all others, by the surrogate that the
/// sampler `gp` has of it or, where another one proposed, would have. The output is given by its
/// number in [`Study::outputs`](surmise_core::study::Study::outputs).
///
/// That surrogate is fitted once: parameters and warp are those of all results. Failed, pruned and
/// running trials take no part, and neither do values on the way to a result. Of very many results
/// the surrogate knows only some, and those are the ones predicted.
/// Complexity: that of a fit.
///
/// # Errors
/// Where [`Results::of`] has none, or if the surrogate cannot be fitted.
pub fn leave_one_out(history: &History, output: usize) -> Result<LeaveOneOut> {
    Results::of(history, output)?;
    let fitted = Fitted::new(history, output)?;
    let left_out = fitted.gp.leave_one_out();
    let (mut rows, mut laws) = (Vec::new(), Vec::new());
    for (i, known) in fitted.known.iter().enumerate() {
        let outcome = history.trials()[known.trial.index()].outcome();
        if let Some(observed) = outcome.and_then(|outcome| outcome.output(output)) {
            let (mean, sd) = (left_out.mean[i], left_out.variance[i].sqrt());
            let law = Law { target: known.target, mean, sd };
            rows.push(row(known.trial, observed, law, &fitted));
            laws.push(law);
        }
    }
    rows.sort_by_key(|row| row.trial);
    Ok(LeaveOneOut { rows, summary: Summary::new(&laws, &|target| fitted.value(target)) })
}

/// A prediction in the output's own units.
fn row(trial: TrialId, observed: f64, law: Law, fitted: &Fitted) -> Row {
    let at = |z: f64| fitted.value(law.mean + z * law.sd);
    let reach = quantile(0.5 + 0.5 * INTERVAL);
    let ends = (at(-reach), at(reach));
    Row {
        trial,
        observed,
        mean: at(0.0),
        sd: 0.5 * (at(1.0) - at(-1.0)).abs(),
        interval: (ends.0.min(ends.1), ends.0.max(ends.1)),
    }
}

/// A target and the normal law that was predicted for it.
#[derive(Debug, Clone, Copy)]
struct Law {
    target: f64,
    mean: f64,
    sd: f64,
}

impl Summary {
    /// Of targets that are not all equal, with the way back to the output's own units.
    fn new(laws: &[Law], value: &dyn Fn(f64) -> f64) -> Self {
        let targets: Vec<f64> = laws.iter().map(|l| l.target).collect();
        let means: Vec<f64> = laws.iter().map(|l| l.mean).collect();
        let own_units = |targets: &[f64]| targets.iter().map(|t| value(*t)).collect::<Vec<_>>();
        let reach = quantile(0.5 + 0.5 * INTERVAL);
        Self {
            r2: r2(&own_units(&targets), &own_units(&means)),
            rank_correlation: correlation(&ranks(&targets), &ranks(&means)),
            covered: laws.iter().filter(|l| (l.target - l.mean).abs() <= reach * l.sd).count(),
            log_loss: log_loss(laws),
        }
    }
}

/// 1 − Σ(y − μ)² / Σ(y − ȳ)², in units of the largest result, since squares can overflow.
fn r2(observed: &[f64], predicted: &[f64]) -> f64 {
    let unit = observed.iter().fold(f64::MIN_POSITIVE, |m, v| m.max(v.abs()));
    let mean = observed.iter().map(|y| y / unit).sum::<f64>() / observed.len() as f64;
    let square = |difference: f64| difference * difference;
    let spread: f64 = observed.iter().map(|y| square(y / unit - mean)).sum();
    let pairs = observed.iter().zip(predicted);
    let left: f64 = pairs.map(|(y, p)| square(y / unit - p / unit)).sum();
    (1.0 - left / spread).max(f64::MIN)
}

fn log_loss(laws: &[Law]) -> f64 {
    let n = laws.len() as f64;
    let mean = laws.iter().map(|l| l.target).sum::<f64>() / n;
    let variance = laws.iter().map(|l| (l.target - mean) * (l.target - mean)).sum::<f64>() / n;
    // Without ½ ln 2π, which both have.
    let loss = |y: f64, mean: f64, variance: f64| {
        0.5 * (libm::log(variance) + (y - mean) * (y - mean) / variance)
    };
    let losses =
        laws.iter().map(|l| loss(l.target, l.mean, l.sd * l.sd) - loss(l.target, mean, variance));
    losses.sum::<f64>() / n
}

/// Ranks from 0, equals sharing the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let below = |v: &f64| sorted.partition_point(|other| other < v);
    let up_to = |v: &f64| sorted.partition_point(|other| other <= v);
    values.iter().map(|v| 0.5 * (below(v) + up_to(v) - 1) as f64).collect()
}

/// Pearson's correlation; 0 if one side is constant.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let sum = |f: &dyn Fn(f64, f64) -> f64| -> f64 {
        a.iter().zip(b).map(|(a, b)| f(a - mean_a, b - mean_b)).sum()
    };
    let scale = (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt();
    if scale > 0.0 { sum(&|a, b| a * b) / scale } else { 0.0 }
}

#[cfg(test)]
mod tests;
