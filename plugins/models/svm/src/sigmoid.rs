//! From decisions to probabilities of two classes.
//!
//! Platt's sigmoid, `P(first | f) = 1 / (1 + exp(A f + B))`, fitted as Lin, Lin & Weng, "A note on
//! Platt's probabilistic outputs for support vector machines", Machine Learning 68, 2007, have it:
//! Newton's method with backtracking on the cross-entropy with targets a little inside (0, 1). It
//! goes on until rounding ends it, and rows have weights.

use crate::error::SvmError;

/// Steps of Newton's method; it takes about ten.
const STEPS_MAX: usize = 100;
/// The shortest step that is tried (algorithm 1 of the paper).
const STEP_MIN: f64 = 1e-10;
/// What is added to the Hessian's diagonal for each unit of weight, as in the paper for each fit.
const RIDGE: f64 = 1e-12;
/// The largest entry of the gradient that is left, for each unit of weight.
const GRADIENT: f64 = 1e-14;

/// A fitted sigmoid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sigmoid {
    /// `A`, not positive unless decisions are worse than chance.
    pub a: f64,
    /// `B`.
    pub b: f64,
}

/// A decision, whether its row is of the first class, and the row's weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Decided {
    pub(crate) decision: f64,
    pub(crate) is_first: bool,
    pub(crate) weight: f64,
}

impl Sigmoid {
    /// The probability of the first class.
    #[must_use]
    pub fn probability(self, decision: f64) -> f64 {
        let z = self.a * decision + self.b;
        // Either way the exponential does not overflow.
        if z >= 0.0 {
            let e = libm::exp(-z);
            e / (1.0 + e)
        } else {
            1.0 / (1.0 + libm::exp(z))
        }
    }

    /// The most likely sigmoid: O(rows) for each step.
    pub(crate) fn fit(decided: &[Decided]) -> Result<Self, SvmError> {
        let largest = decided.iter().fold(0.0, |most: f64, d| most.max(d.decision.abs()));
        // In units of the largest decision nothing overflows.
        let unit = if largest > 0.0 { largest } else { 1.0 };
        let rows = targets(decided, unit);
        let total: f64 = rows.iter().map(|row| row.weight).sum();
        let weight_of = |is_first| weight_of(decided, is_first);
        let start = libm::log((weight_of(false) + 1.0) / (weight_of(true) + 1.0));
        let mut point = Self { a: 0.0, b: start };
        let mut loss = point.loss(&rows);
        for _ in 0..STEPS_MAX {
            let (gradient, step) = point.newton(&rows, RIDGE * total.max(1.0));
            if gradient.0.abs().max(gradient.1.abs()) <= GRADIENT * total {
                break;
            }
            let Some((next, lower)) = point.search(&rows, loss, gradient, step) else { break };
            (point, loss) = (next, lower);
        }
        let fitted = Self { a: point.a / unit, b: point.b };
        let is_finite = fitted.a.is_finite() && fitted.b.is_finite();
        if is_finite { Ok(fitted) } else { Err(SvmError::Overflow) }
    }

    /// The cross-entropy.
    fn loss(self, rows: &[Row]) -> f64 {
        let losses = rows.iter().map(|row| {
            let z = self.a * row.decision + self.b;
            let linear = if z >= 0.0 { row.target * z } else { (row.target - 1.0) * z };
            row.weight * (linear + libm::log1p(libm::exp(-z.abs())))
        });
        losses.sum()
    }

    /// The gradient and Newton's step.
    fn newton(self, rows: &[Row], ridge: f64) -> ((f64, f64), (f64, f64)) {
        let (mut h_aa, mut h_bb, mut h_ab) = (ridge, ridge, 0.0);
        let (mut g_a, mut g_b) = (0.0, 0.0);
        for row in rows {
            let p = self.probability(row.decision);
            let curvature = row.weight * p * (1.0 - p);
            let slope = row.weight * (row.target - p);
            h_aa += row.decision * row.decision * curvature;
            h_ab += row.decision * curvature;
            h_bb += curvature;
            g_a += row.decision * slope;
            g_b += slope;
        }
        let determinant = h_aa * h_bb - h_ab * h_ab;
        let step_a = -(h_bb * g_a - h_ab * g_b) / determinant;
        let step_b = -(h_aa * g_b - h_ab * g_a) / determinant;
        ((g_a, g_b), (step_a, step_b))
    }

    /// The first of ever shorter steps that lowers the loss enough; `None` if rounding hides it.
    fn search(
        self,
        rows: &[Row],
        loss: f64,
        gradient: (f64, f64),
        step: (f64, f64),
    ) -> Option<(Self, f64)> {
        let descent = gradient.0 * step.0 + gradient.1 * step.1;
        let mut share = 1.0;
        while share >= STEP_MIN {
            let next = Self { a: self.a + share * step.0, b: self.b + share * step.1 };
            let lower = next.loss(rows);
            if lower < loss + 1e-4 * share * descent {
                return Some((next, lower));
            }
            share /= 2.0;
        }
        None
    }
}

/// A decision in other units with what its probability should be.
struct Row {
    decision: f64,
    target: f64,
    weight: f64,
}

/// `(N₊ + 1) / (N₊ + 2)` for the first class and `1 / (N₋ + 2)` for the second.
fn targets(decided: &[Decided], unit: f64) -> Vec<Row> {
    let high = (weight_of(decided, true) + 1.0) / (weight_of(decided, true) + 2.0);
    let low = 1.0 / (weight_of(decided, false) + 2.0);
    let row = |d: &Decided| Row {
        decision: d.decision / unit,
        target: if d.is_first { high } else { low },
        weight: d.weight,
    };
    decided.iter().map(row).collect()
}

fn weight_of(decided: &[Decided], is_first: bool) -> f64 {
    decided.iter().filter(|d| d.is_first == is_first).map(|d| d.weight).sum()
}

#[cfg(test)]
mod tests {
    use surmise_test_models::{check_close, floats, golden};

    use super::*;

    /// Against minima in 50 digits.
    #[test]
    fn the_fit_is_the_most_likely_sigmoid() {
        for case in golden("svm_exact.json")["sigmoids"].as_array().expect("a list") {
            let first = case["first"].as_array().expect("a list");
            let rows = floats(&case["decisions"]).into_iter().zip(floats(&case["weights"]));
            let decided: Vec<Decided> = rows
                .zip(first)
                .map(|((decision, weight), first)| Decided {
                    decision,
                    is_first: *first == true,
                    weight,
                })
                .collect();
            let fitted = Sigmoid::fit(&decided).expect("finite decisions");
            check_close(&[fitted.a, fitted.b], &floats(&case["a_b"]), 1e-8, "A and B");
        }
    }

    #[test]
    fn without_rows_nothing_is_known() {
        assert_eq!(Sigmoid::fit(&[]).map(|s| s.probability(3.0)), Ok(0.5));
    }

    #[test]
    fn far_decisions_are_sure() {
        let sigmoid = Sigmoid { a: -1.0, b: 0.0 };
        assert_eq!([1e300, -1e300].map(|f| sigmoid.probability(f)), [1.0, 0.0]);
        let row = |decision, is_first| Decided { decision, is_first, weight: 1.0 };
        let fitted = Sigmoid::fit(&[row(1e300, true), row(-1e300, false)]).expect("finite");
        assert!(fitted.probability(1e300) > 0.6);
    }
}
