//! What must hold of a domain, and what to say if it does not.

use super::{same, steps};
use crate::Value;

/// Whole numbers beyond this have neighbours that a float cannot tell apart.
const INT_MAX: i64 = 1 << 53;

/// With more values than this, or larger ones on a logarithmic scale, a place on the unit interval
/// could not tell neighbours apart.
const VALUES_MAX: i64 = 1 << 51;
const LOG_INT_MAX: i64 = 1 << 40;

/// Whether each demand is met, with the complaint.
type Checks = Vec<(bool, String)>;

pub(super) fn float(low: f64, high: f64, log: bool, step: Option<f64>) -> Checks {
    let range = high - low;
    let finite = low.is_finite() && high.is_finite() && range.is_finite();
    let mut checks = vec![
        (finite, "needs finite bounds".into()),
        (!finite || low < high, format!("needs min < max, not {low} and {high}")),
        (!log || low > 0.0, format!("has `log`, so min must be above 0, not {low}")),
    ];
    if let Some(step) = step {
        checks.push((!log, "cannot have both `log` and `step`".into()));
        checks.push((
            step > 0.0 && step <= range,
            format!("needs a step above 0 and at most max − min = {range}, not {step}"),
        ));
        let countable = range / step <= INT_MAX as f64;
        checks.push((countable, format!("has more than 2^53 steps of {step}")));
        let finest = steps::finest(low, high);
        checks.push((
            !countable || step >= finest,
            format!("needs a step of at least {finest:e}: smaller ones round away at such bounds"),
        ));
    }
    checks
}

pub(super) fn int(low: i64, high: i64, log: bool, step: i64) -> Checks {
    let exact = |n: i64| (-INT_MAX..=INT_MAX).contains(&n);
    let mut checks = vec![
        (low < high, format!("needs min < max, not {low} and {high}")),
        (!log || low > 0, format!("has `log`, so min must be above 0, not {low}")),
        (!log || step == 1, "cannot have both `log` and `step`".into()),
    ];
    if exact(low) && exact(high) {
        let range = high - low;
        let sound = step >= 1 && (step <= range || low >= high);
        checks.push((
            sound,
            format!("needs a step of at least 1 and at most max − min = {range}, not {step}"),
        ));
        checks.push((!sound || range / step < VALUES_MAX, "has more than 2^51 values".into()));
        checks.push((!log || high <= LOG_INT_MAX, "has `log`, so max is at most 2^40".into()));
    } else {
        checks.push((false, "needs bounds within ±2^53".into()));
    }
    checks
}

pub(super) fn choice(values: &[Value]) -> Checks {
    let mut checks = vec![(!values.is_empty(), "has no value to choose from".into())];
    let mut listed = values.iter().enumerate();
    if let Some((_, value)) = listed.find(|(i, v)| values[..*i].iter().any(|w| same(v, w))) {
        checks.push((false, format!("lists {value} twice")));
    }
    checks
}
