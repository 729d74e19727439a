//! Kernels: what stands in for the inner product of two rows.

use crate::exp::exp_nonpositive;
use crate::lanes::{Block, LANES, blocks_mut, padded};
use crate::rows::Panels;

/// A positive semidefinite kernel `k(x, z)` on rows of features. Symmetric to the last bit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kernel {
    /// `k(x, z) = xᵀz`.
    Linear,
    /// `k(x, z) = exp(-gamma ‖x - z‖²)`, in (0, 1]; `gamma > 0`, in units of one over a squared
    /// feature.
    Rbf {
        /// The inverse squared width.
        gamma: f64,
    },
}

impl Kernel {
    /// `k(x, z)` of one pair: O(features).
    #[must_use]
    pub fn evaluate(self, x: &[f64], z: &[f64]) -> f64 {
        let panels = Panels::pack(z.len(), std::iter::once(z));
        let mut out = [0.0; LANES];
        self.fill(x, &panels, &mut out);
        out[0]
    }

    /// `k(x, z)` for every row `z` of `panels`: O(rows × features). `out` takes the padded number
    /// of rows; what is written in the padding means nothing.
    pub(crate) fn fill(self, x: &[f64], panels: &Panels, out: &mut [f64]) {
        debug_assert_eq!(out.len(), padded(panels.len()));
        self.fill_from(0, x, panels, out);
    }

    /// The same for the panels from number `first`, whose rows alone `out` takes.
    pub(crate) fn fill_from(self, first: usize, x: &[f64], panels: &Panels, out: &mut [f64]) {
        let panels = panels.iter().skip(first);
        match self {
            Self::Linear => {
                for (out, panel) in blocks_mut(out).iter_mut().zip(panels) {
                    *out = inner_products(x, panel);
                }
            }
            // Differences rather than `‖x‖² + ‖z‖² - 2xᵀz`: no cancellation far from the origin,
            // k(x, x) = 1 exactly.
            Self::Rbf { gamma } => {
                for (out, panel) in blocks_mut(out).iter_mut().zip(panels) {
                    *out = squared_distances(x, panel);
                }
                for value in &mut *out {
                    *value *= -gamma;
                }
                exp_nonpositive(out);
            }
        }
    }
}

/// scikit-learn's `gamma="scale"`: `1 / (p var)` for `p` features, with the variance of all values
/// together, or 1 where they are all equal. In exchange for one pass it makes the width independent
/// of the features' unit.
pub(crate) fn scale_gamma(rows: &[&[f64]]) -> f64 {
    let values = || rows.iter().copied().flatten();
    let count = values().count() as f64;
    let mean = values().sum::<f64>() / count;
    let variance = values().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
    let n_features = rows.first().map_or(0, |row| row.len()) as f64;
    if variance > 0.0 { 1.0 / (n_features * variance) } else { 1.0 }
}

#[inline]
fn inner_products(x: &[f64], panel: &[Block]) -> Block {
    let mut sums = [0.0; LANES];
    for (&x, z) in x.iter().zip(panel) {
        for l in 0..LANES {
            sums[l] += x * z[l];
        }
    }
    sums
}

#[inline]
fn squared_distances(x: &[f64], panel: &[Block]) -> Block {
    let mut sums = [0.0; LANES];
    for (&x, z) in x.iter().zip(panel) {
        for l in 0..LANES {
            let difference = x - z[l];
            sums[l] += difference * difference;
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_by_hand() {
        let (x, z) = ([1.0, 2.0, 3.0], [4.0, -5.0, 6.0]);
        assert_eq!(Kernel::Linear.evaluate(&x, &z), 12.0);
        let rbf = Kernel::Rbf { gamma: 0.01 };
        assert!((rbf.evaluate(&x, &z) - (-0.67_f64).exp()).abs() < 1e-15);
        assert_eq!(rbf.evaluate(&x, &x), 1.0);
    }

    #[test]
    fn scaled_gamma_by_hand() {
        assert_eq!(scale_gamma(&[&[1.0, 3.0], &[5.0, 7.0]]), 0.1);
        assert_eq!(scale_gamma(&[&[2.0], &[2.0]]), 1.0);
    }

    #[test]
    fn far_points_do_not_overflow() {
        let rbf = Kernel::Rbf { gamma: 1e9 };
        assert_eq!(rbf.evaluate(&[1e300], &[-1e300]), 0.0);
        assert_eq!(rbf.evaluate(&[f64::MAX], &[-f64::MAX]), 0.0);
    }
}
