//! Whether what a model predicted can be used.

use crate::PredictKind;

/// Rounding that is forgiven in a probability and in the sum of a row of them: room for models in
/// single precision.
pub const PROBABILITY_TOLERANCE: f64 = 1e-6;

/// Checks predictions made into a buffer that was filled with NaN, and clamps probabilities to
/// [0, 1]. `n_classes` is `None` for a regression.
pub(crate) fn accept(
    kind: PredictKind,
    n_classes: Option<usize>,
    out: &mut [f64],
) -> Result<(), String> {
    if let Some(i) = out.iter().position(|value| !value.is_finite()) {
        return Err(match out[i].is_nan() {
            true => format!("prediction {i} is NaN or was not written"),
            false => format!("prediction {i} is infinite"),
        });
    }
    match (kind, n_classes) {
        (PredictKind::Value, Some(n)) => check_codes(n, out),
        (PredictKind::Proba, Some(n)) => accept_probabilities(n, out),
        _ => Ok(()),
    }
}

/// Checks importances told into a buffer that was filled with NaN.
pub(crate) fn check_importance(out: &[f64]) -> Result<(), String> {
    match out.iter().position(|value| !value.is_finite() || *value < 0.0) {
        None => Ok(()),
        Some(i) if out[i].is_nan() => {
            Err(format!("the importance of feature {} is NaN or was not written", i + 1))
        }
        Some(i) => Err(format!("feature {} has the importance {}", i + 1, out[i])),
    }
}

fn check_codes(n_classes: usize, out: &[f64]) -> Result<(), String> {
    let is_code = |value: &f64| 0.0 <= *value && *value < n_classes as f64 && value.fract() == 0.0;
    match out.iter().find(|value| !is_code(value)) {
        None => Ok(()),
        Some(value) => Err(format!("{value} is not the code of one of {n_classes} classes")),
    }
}

fn accept_probabilities(n_classes: usize, out: &mut [f64]) -> Result<(), String> {
    let possible = -PROBABILITY_TOLERANCE..=1.0 + PROBABILITY_TOLERANCE;
    for (i, row) in out.chunks_exact_mut(n_classes.max(1)).enumerate() {
        if let Some(p) = row.iter().find(|p| !possible.contains(p)) {
            return Err(format!("row {i} has probability {p}"));
        }
        for p in &mut *row {
            *p = p.clamp(0.0, 1.0);
        }
        // Of what is handed on, so that nobody who adds it up again finds another sum.
        let sum: f64 = row.iter().sum();
        if PROBABILITY_TOLERANCE < (sum - 1.0).abs() {
            return Err(format!("the probabilities of row {i} sum to {sum}, not to 1"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_usable_predictions_pass() {
        use PredictKind::{Decision, Proba, Value};
        let nan = f64::NAN;
        for (kind, n_classes, mut out, good) in [
            (Value, None, vec![-1.5, 1e300], true),
            (Value, None, vec![1.0, nan], false),
            (Value, None, vec![f64::INFINITY], false),
            (Value, Some(2), vec![0.0, 1.0], true),
            (Value, Some(2), vec![2.0], false),
            (Value, Some(2), vec![0.5], false),
            (Value, Some(2), vec![-1.0], false),
            (Proba, Some(2), vec![0.25, 0.75, 1.0, 0.0], true),
            (Proba, Some(2), vec![0.25, 0.75, 1.0, 1.0], false),
            (Proba, Some(2), vec![-0.5, 1.5], false),
            (Proba, Some(2), vec![1.0 + 2e-6, -2e-6], false),
            (Proba, Some(3), vec![0.5, 0.5, 2e-6], false),
            (Decision, Some(2), vec![-3.0, 4.0], true),
        ] {
            assert_eq!(accept(kind, n_classes, &mut out).is_ok(), good, "{kind:?} {out:?}");
        }
    }

    #[test]
    fn importances_are_finite_and_not_negative() {
        assert!(check_importance(&[0.0, 1e300]).is_ok());
        for bad in [f64::NAN, -1e-9, f64::INFINITY] {
            assert!(check_importance(&[1.0, bad]).expect_err("bad").contains("feature 2"));
        }
    }

    #[test]
    fn probabilities_that_are_off_by_rounding_are_clamped() {
        let mut out = [1.0 + 5e-7, -5e-7, 0.25, 0.75];
        accept(PredictKind::Proba, Some(2), &mut out).expect("rounding");
        assert_eq!(out, [1.0, 0.0, 0.25, 0.75]);
    }
}
