//! The losses of generalized linear models, as functions of the linear predictors of rows.

use multiversion::multiversion;

use crate::math::{exp_nonpositive, ln};

/// A loss with its target.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Loss<'a> {
    /// `-log p` with `p = 1 / (1 + e^-η)`, where the target is 1.
    Binary(&'a [u32]),
    /// `-log p` with `p` the softmax of several predictors; the target is a class's place.
    Softmax(&'a [u32]),
    /// `e^η - y η`, half the Poisson deviance up to a constant.
    Poisson(&'a [f64]),
}

impl Loss<'_> {
    /// The losses of the rows from `first` on, of which there are as many as `losses`; replaces
    /// their predictors, row-major, with the losses' slopes. O(rows × outputs).
    pub(crate) fn slopes(&self, first: usize, predictors: &mut [f64], losses: &mut [f64]) {
        let rows = first..first + losses.len();
        match self {
            Self::Binary(codes) => binary_slopes(&codes[rows], predictors, losses),
            Self::Softmax(codes) => softmax_slopes(&codes[rows], predictors, losses),
            Self::Poisson(values) => {
                for ((eta, loss), y) in predictors.iter_mut().zip(losses).zip(&values[rows]) {
                    let mean = libm::exp(*eta);
                    *loss = mean - y * *eta;
                    *eta = mean - y;
                }
            }
        }
    }

    /// Replaces the predictors of rows with the loss's second slopes, each on its own.
    pub(crate) fn curvatures(&self, predictors: &mut [f64], n_outputs: usize) {
        match self {
            Self::Binary(_) => binary_curvatures(predictors),
            Self::Softmax(_) => {
                softmax(predictors, &mut vec![0.0; predictors.len() / n_outputs]);
                for p in predictors {
                    *p *= 1.0 - *p;
                }
            }
            Self::Poisson(_) => {
                for eta in predictors {
                    *eta = libm::exp(*eta);
                }
            }
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
fn binary_slopes(codes: &[u32], predictors: &mut [f64], losses: &mut [f64]) {
    for ((predictor, loss), code) in predictors.iter_mut().zip(losses).zip(codes) {
        let (eta, y) = (*predictor, f64::from(*code));
        let small = exp_nonpositive(-eta.abs());
        let p = if eta >= 0.0 { 1.0 } else { small } / (1.0 + small);
        *predictor = p - y;
        *loss = ln(1.0 + small) + if eta > 0.0 { eta } else { 0.0 } - y * eta;
    }
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
fn binary_curvatures(predictors: &mut [f64]) {
    for predictor in predictors {
        let small = exp_nonpositive(-predictor.abs());
        *predictor = small / ((1.0 + small) * (1.0 + small));
    }
}

fn softmax_slopes(codes: &[u32], predictors: &mut [f64], losses: &mut [f64]) {
    let n_outputs = predictors.len() / losses.len().max(1);
    let of_class = |r: usize| r * n_outputs + codes[r] as usize;
    let own: Vec<f64> = (0..losses.len()).map(|r| predictors[of_class(r)]).collect();
    softmax(predictors, losses);
    for (r, (loss, own)) in losses.iter_mut().zip(own).enumerate() {
        *loss -= own;
        predictors[of_class(r)] -= 1.0;
    }
}

/// Replaces the predictors of rows, row-major, with probabilities; writes `log Σ e^η` of each row.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
pub(crate) fn softmax(predictors: &mut [f64], log_sums: &mut [f64]) {
    let n_outputs = predictors.len() / log_sums.len().max(1);
    for (row, log_sum) in predictors.chunks_exact_mut(n_outputs).zip(&mut *log_sums) {
        let top =
            row.iter().fold(f64::NEG_INFINITY, |top, eta| if *eta > top { *eta } else { top });
        for eta in row {
            *eta -= top;
        }
        *log_sum = top;
    }
    for p in &mut *predictors {
        *p = exp_nonpositive(*p);
    }
    for (row, log_sum) in predictors.chunks_exact_mut(n_outputs).zip(log_sums) {
        let sum: f64 = row.iter().sum();
        for p in row {
            *p /= sum;
        }
        *log_sum += ln(sum);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(loss: Loss<'_>, i: usize, predictors: &mut [f64]) -> f64 {
        let mut losses = [0.0];
        loss.slopes(i, predictors, &mut losses);
        losses[0]
    }

    /// Slopes and curvatures against differences of the loss.
    #[test]
    fn slopes_are_those_of_the_loss() {
        let (codes, counts) = ([1, 0, 2], [3.0, 0.0, 1.5]);
        let check = |loss: Loss<'_>, i: usize, eta: &[f64]| {
            let at = |eta: &[f64]| one(loss, i, &mut eta.to_vec());
            let (mut slopes, mut bends) = (eta.to_vec(), eta.to_vec());
            one(loss, i, &mut slopes);
            loss.curvatures(&mut bends, eta.len());
            for k in 0..eta.len() {
                let moved = |h: f64| {
                    let mut moved = eta.to_vec();
                    moved[k] += h;
                    at(&moved)
                };
                let slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
                let bend = (moved(1e-4) - 2.0 * at(eta) + moved(-1e-4)) / 1e-8;
                assert!((slope - slopes[k]).abs() < 1e-8, "{loss:?} {slope} {}", slopes[k]);
                assert!((bend - bends[k]).abs() < 1e-5, "{loss:?} {bend} {}", bends[k]);
            }
        };
        for eta in [-2.0, 0.0, 0.7, 3.0] {
            check(Loss::Binary(&codes[..2]), 0, &[eta]);
            check(Loss::Binary(&codes[..2]), 1, &[eta]);
            check(Loss::Poisson(&counts), 0, &[eta]);
            check(Loss::Softmax(&codes), 2, &[eta, 0.1, -0.4]);
        }
    }

    #[test]
    fn far_predictors_stay_finite() {
        let codes = [1, 0];
        for eta in [800.0, -800.0] {
            for i in 0..2 {
                let mut slopes = [eta];
                let loss = one(Loss::Binary(&codes), i, &mut slopes);
                assert!(loss.is_finite() && slopes[0].is_finite());
            }
            assert!(one(Loss::Softmax(&codes), 0, &mut [eta, 0.0, -eta]).is_finite());
        }
    }
}
