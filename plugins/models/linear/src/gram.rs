//! Matrices of inner products, and what is solved with them.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use crate::simd::{LANES, gram_block};

/// Numbers of a block of packed rows: half of a first-level cache.
const BLOCK: usize = 2048;

/// `Σ_r z_r z_rᵀ` over `n_rows` vectors of length `size`; `pack` writes the r-th. O(rows × size²)
/// time, by blocks of rows that stay in the cache, O(size²) memory.
pub(crate) fn gram(
    n_rows: usize,
    size: usize,
    mut pack: impl FnMut(usize, &mut [f64]),
) -> DMatrix<f64> {
    let width = size.next_multiple_of(LANES);
    let height = (BLOCK / width.max(1)).clamp(16, 256);
    let mut sums = vec![0.0; width * width];
    let mut block = vec![0.0; width * height];
    let mut first = 0;
    while first < n_rows {
        let n = height.min(n_rows - first);
        for (r, packed) in block.chunks_exact_mut(width).take(n).enumerate() {
            pack(first + r, &mut packed[..size]);
        }
        gram_block(&block[..n * width], width, &mut sums);
        first += n;
    }
    DMatrix::from_fn(size, size, |i, j| sums[i.max(j) * width + i.min(j)])
}

/// A Cholesky factorisation with the smallest share of a diagonal entry that was left for its
/// pivot: the square of how nearly a column depends on the ones before it.
pub(crate) struct Factor {
    cholesky: Cholesky<f64, Dyn>,
    pub(crate) smallest_share: f64,
}

impl Factor {
    /// `None` if the matrix is not positive definite.
    pub(crate) fn new(matrix: DMatrix<f64>) -> Option<Self> {
        let diagonal = matrix.diagonal();
        let cholesky = Cholesky::new(matrix)?;
        let pivots = cholesky.l_dirty().diagonal();
        let shares = pivots.iter().zip(&diagonal).map(|(l, a)| l * l / a);
        let smallest_share = shares.fold(1.0, f64::min);
        Some(Self { cholesky, smallest_share })
    }

    /// With as little added to the diagonal as is needed: for a matrix that only guides.
    pub(crate) fn regularized(matrix: &DMatrix<f64>) -> Option<Self> {
        let size = matrix.nrows();
        let mean = matrix.trace() / size.max(1) as f64;
        let shares = [0.0, 1e-12, 1e-9, 1e-6, 1e-3, 1.0];
        shares.iter().find_map(|share| {
            let mut shifted = matrix.clone();
            for i in 0..size {
                shifted[(i, i)] += share * mean + f64::MIN_POSITIVE;
            }
            Self::new(shifted).filter(|factor| factor.smallest_share > 1e-13)
        })
    }

    pub(crate) fn solve(&self, right: &[f64]) -> Vec<f64> {
        let mut x = DVector::from_column_slice(right);
        self.cholesky.solve_mut(&mut x);
        x.data.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_tiles_cover_every_pair() {
        for (n_rows, size) in [(1, 1), (5, 3), (300, 9), (700, 20)] {
            let value = |r: usize, j: usize| ((r * 31 + j * 17) % 13) as f64 - 6.0;
            let found = gram(n_rows, size, |r, out| {
                for (j, out) in out.iter_mut().enumerate() {
                    *out = value(r, j);
                }
            });
            for i in 0..size {
                for j in 0..size {
                    let wanted: f64 = (0..n_rows).map(|r| value(r, i) * value(r, j)).sum();
                    assert_eq!(found[(i, j)], wanted);
                }
            }
        }
    }

    #[test]
    fn a_factor_solves_and_tells_dependence() {
        let matrix = DMatrix::from_row_slice(2, 2, &[4.0, 2.0, 2.0, 3.0]);
        let factor = Factor::new(matrix).unwrap();
        assert!((factor.smallest_share - 2.0 / 3.0).abs() < 1e-15);
        let x = factor.solve(&[8.0, 8.0]);
        assert!((x[0] - 1.0).abs() < 1e-15 && (x[1] - 2.0).abs() < 1e-15, "{x:?}");
        assert!(Factor::new(DMatrix::from_element(2, 2, 1.0)).is_none());
        assert!(Factor::regularized(&DMatrix::from_element(2, 2, 1.0)).is_some());
    }
}
