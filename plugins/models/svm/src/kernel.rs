//! Kernels: what stands in for the inner product of two rows.

use multiversion::multiversion;

use crate::exp::{exp_scaled, tanh};
use crate::lanes::{Block, LANES, blocks_mut, padded};

/// Panels that are passed over together: enough independent sums to keep a processor busy.
pub(crate) const TOGETHER: usize = 4;

/// A kernel `k(x, z)` on rows of features. Symmetric to the last bit.
///
/// All but the sigmoid are positive semidefinite, the polynomial for `coef0 >= 0`; with the others
/// the solver may end at a point that is stationary, but not the best.
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
    /// `k(x, z) = (gamma xᵀz + coef0)^degree`, by repeated squaring.
    Polynomial {
        /// The factor of the inner product, `> 0`.
        gamma: f64,
        /// What is added to it.
        coef0: f64,
        /// The power.
        degree: u32,
    },
    /// `k(x, z) = tanh(gamma xᵀz + coef0)`, in [-1, 1].
    Sigmoid {
        /// The factor of the inner product, `> 0`.
        gamma: f64,
        /// What is added to it.
        coef0: f64,
    },
}

impl Kernel {
    /// `k(x, z)` of one pair: O(features).
    #[must_use]
    pub fn evaluate(self, x: &[f64], z: &[f64]) -> f64 {
        let mut value = [self.sum(x, z); LANES];
        self.apply(&mut value);
        value[0]
    }

    /// `k(x, x)` of each row: O(rows × features).
    pub(crate) fn diagonal<'a>(self, rows: impl ExactSizeIterator<Item = &'a [f64]>) -> Vec<f64> {
        let n_rows = rows.len();
        let mut values = vec![0.0; padded(n_rows)];
        for (value, x) in values.iter_mut().zip(rows) {
            *value = self.sum(x, x);
        }
        self.apply(&mut values);
        values.truncate(n_rows);
        values
    }

    /// The inner product or the squared distance.
    fn sum(self, x: &[f64], z: &[f64]) -> f64 {
        let terms = x.iter().zip(z);
        match self {
            Self::Rbf { .. } => terms.fold(0.0, |sum, (x, z)| sum + (x - z) * (x - z)),
            _ => terms.fold(0.0, |sum, (x, z)| sum + x * z),
        }
    }

    /// `k(x, z)` for every row `z` of some panels: O(rows × features). `out` has a number for each
    /// of their lanes; what is written for those that hold no row means nothing.
    pub(crate) fn fill(self, x: &[f64], panels: &[Block], out: &mut [f64]) {
        debug_assert_eq!(out.len() * x.len(), panels.len() * LANES);
        match self {
            // Differences rather than `‖x‖² + ‖z‖² - 2xᵀz`: no cancellation far from the origin,
            // k(x, x) = 1 exactly.
            Self::Rbf { .. } => squared_distances(x, panels, out),
            _ => inner_products(x, panels, out),
        }
        self.apply(out);
    }

    /// From inner products, or squared distances, to values of the kernel.
    fn apply(self, values: &mut [f64]) {
        match self {
            Self::Linear => {}
            Self::Rbf { gamma } => exp_scaled(values, -gamma),
            Self::Polynomial { gamma, coef0, degree } => powers(values, gamma, coef0, degree),
            Self::Sigmoid { gamma, coef0 } => tanh(values, gamma, coef0),
        }
    }

    /// `gamma` and `coef0`, where it has them.
    pub(crate) fn parameters(self) -> (Option<f64>, Option<f64>) {
        match self {
            Self::Linear => (None, None),
            Self::Rbf { gamma } => (Some(gamma), None),
            Self::Polynomial { gamma, coef0, .. } | Self::Sigmoid { gamma, coef0 } => {
                (Some(gamma), Some(coef0))
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

#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
fn inner_products(x: &[f64], panels: &[Block], out: &mut [f64]) {
    accumulate(x, panels, out, |x, z| x * z);
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
fn squared_distances(x: &[f64], panels: &[Block], out: &mut [f64]) {
    accumulate(x, panels, out, |x, z| (x - z) * (x - z));
}

/// A sum over the features in their order for each row of the panels.
#[inline(always)]
fn accumulate(x: &[f64], panels: &[Block], out: &mut [f64], term: impl Fn(f64, f64) -> f64 + Copy) {
    let (groups, rest) = blocks_mut(out).as_chunks_mut::<TOGETHER>();
    let (in_groups, in_rest) = panels.split_at(groups.len() * TOGETHER * x.len());
    for (out, panels) in groups.iter_mut().zip(in_groups.chunks_exact(TOGETHER * x.len())) {
        *out = sums(x, panels, term);
    }
    for (out, panel) in rest.iter_mut().zip(in_rest.chunks_exact(x.len())) {
        [*out] = sums(x, panel, term);
    }
}

#[inline(always)]
fn sums<const N: usize>(x: &[f64], panels: &[Block], term: impl Fn(f64, f64) -> f64) -> [Block; N] {
    let panels: [&[Block]; N] = std::array::from_fn(|n| &panels[n * x.len()..][..x.len()]);
    let mut sums = [[0.0; LANES]; N];
    for (k, &x) in x.iter().enumerate() {
        for (sums, panel) in sums.iter_mut().zip(panels) {
            for l in 0..LANES {
                sums[l] += term(x, panel[k][l]);
            }
        }
    }
    sums
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
fn powers(values: &mut [f64], gamma: f64, coef0: f64, degree: u32) {
    for block in blocks_mut(values) {
        let mut square = block.map(|value| gamma * value + coef0);
        *block = [1.0; LANES];
        let mut left = degree;
        while left > 0 {
            for l in 0..LANES {
                block[l] *= if left % 2 == 1 { square[l] } else { 1.0 };
                square[l] *= square[l];
            }
            left /= 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Panels;

    #[test]
    fn values_by_hand() {
        let (x, z) = ([1.0, 2.0, 3.0], [4.0, -5.0, 6.0]);
        assert_eq!(Kernel::Linear.evaluate(&x, &z), 12.0);
        let rbf = Kernel::Rbf { gamma: 0.01 };
        assert!((rbf.evaluate(&x, &z) - (-0.67_f64).exp()).abs() < 1e-15);
        assert_eq!(rbf.evaluate(&x, &x), 1.0);
    }

    /// From mpmath 1.3 at 60 digits; the inner product is -1.4375.
    #[test]
    fn golden_values_of_the_power_and_the_tangent() {
        let (x, z) = ([0.5, -1.25, 3.0], [2.0, 0.75, -0.5]);
        let gamma = 0.25;
        for (kernel, want) in [
            (Kernel::Polynomial { gamma, coef0: 1.5, degree: 3 }, 1.483_982_086_181_640_6),
            (Kernel::Polynomial { gamma, coef0: -0.5, degree: 7 }, -0.346_161_694_864_122_2),
            (Kernel::Polynomial { gamma, coef0: -0.5, degree: 0 }, 1.0),
            (Kernel::Sigmoid { gamma, coef0: 0.0 }, -0.344_663_398_358_572_1),
            (Kernel::Sigmoid { gamma: 0.5, coef0: 0.125 }, -0.532_587_286_171_919_5),
        ] {
            let found = kernel.evaluate(&x, &z);
            assert!((found / want - 1.0).abs() < 1e-15, "{kernel:?}: {found}");
            assert_eq!(found, kernel.evaluate(&z, &x));
        }
    }

    /// Lanes, panels and their remainders have the bits of one pair alone.
    #[test]
    fn rows_are_filled_as_pairs_are() {
        let value = |k: usize| (k * k % 61) as f64 / 17.0 - 1.0;
        let table: Vec<f64> = (0..53 * 5).map(value).collect();
        let rows = || table.chunks_exact(5);
        let panels = Panels::pack(5, rows());
        let mut out = vec![0.0; padded(53)];
        for kernel in [
            Kernel::Linear,
            Kernel::Rbf { gamma: 0.3 },
            Kernel::Polynomial { gamma: 0.3, coef0: 1.0, degree: 5 },
            Kernel::Sigmoid { gamma: 0.1, coef0: -0.5 },
        ] {
            for x in rows() {
                kernel.fill(x, panels.blocks(), &mut out);
                let alone: Vec<f64> = rows().map(|z| kernel.evaluate(x, z)).collect();
                assert_eq!(out[..53], alone, "{kernel:?}");
            }
        }
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
