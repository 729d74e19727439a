//! Kernels: what stands in for the inner product of two rows.

use crate::exp::exp_nonpositive;
use crate::lanes::{Block, LANES, blocks_mut, padded};
use crate::rows::Panels;

/// A positive semidefinite kernel `k(x, z)` on rows of features. Symmetric to the last bit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kernel {
    /// `k(x, z) = xᵀz`.
    Linear,
    /// `k(x, z) = exp(-gamma ‖x - z‖²)`, in (0, 1]; `gamma > 0`, in units of one over a squared feature.
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

    /// `k(x, z)` for every row `z` of `panels`: O(rows × features). `out` takes the padded number of rows; what is
    /// written in the padding means nothing.
    pub(crate) fn fill(self, x: &[f64], panels: &Panels, out: &mut [f64]) {
        debug_assert_eq!(out.len(), padded(panels.len()));
        for (panel, out) in panels.iter().zip(blocks_mut(out)) {
            *out = self.block(x, panel);
        }
    }

    /// `k(x, z)` for the eight rows of one panel.
    #[inline]
    pub(crate) fn block(self, x: &[f64], panel: &[Block]) -> Block {
        match self {
            Self::Linear => inner_products(x, panel),
            // Differences rather than `‖x‖² + ‖z‖² - 2xᵀz`: no cancellation far from the origin, k(x, x) = 1 exactly.
            Self::Rbf { gamma } => exp_nonpositive(squared_distances(x, panel).map(|d| -gamma * d)),
        }
    }
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
    fn far_points_do_not_overflow() {
        let rbf = Kernel::Rbf { gamma: 1e9 };
        assert_eq!(rbf.evaluate(&[1e300], &[-1e300]), 0.0);
        assert_eq!(rbf.evaluate(&[f64::MAX], &[-f64::MAX]), 0.0);
    }
}
