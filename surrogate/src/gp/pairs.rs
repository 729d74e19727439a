//! What a fit needs to know of its points, computed once: how far apart they are.

use nalgebra::DMatrix;

/// For every pair of points its squared distance along each group of features.
///
/// Pairs (i, j) with i > j, the columns j one after another: as the lower triangle of a matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct Pairs {
    pub(super) n: usize,
    /// Σ_f (xᵢf − xⱼf)² over the features of each group.
    pub(super) squares: Vec<Vec<f64>>,
}

impl Pairs {
    /// The pairs of `points` (features × n), whose feature f belongs to `groups[f]` of `dims`.
    /// Complexity: O(n² · features), in time as in memory.
    #[must_use]
    pub fn new(points: &DMatrix<f64>, groups: &[usize], dims: usize) -> Self {
        let n = points.ncols();
        let mut squares = vec![vec![0.0; n * n.saturating_sub(1) / 2]; dims];
        for (f, group) in groups.iter().enumerate() {
            let row: Vec<f64> = points.row(f).iter().copied().collect();
            add_squares(&row, &mut squares[*group]);
        }
        Self { n, squares }
    }

    /// The same with one more feature of that group, given at each point.
    /// Complexity: O(n²).
    pub(crate) fn add(&mut self, group: usize, row: &[f64]) {
        add_squares(row, &mut self.squares[group]);
    }
}

fn add_squares(row: &[f64], mut out: &mut [f64]) {
    let n = row.len();
    for (j, b) in row.iter().enumerate() {
        let (column, rest) = out.split_at_mut(n - 1 - j);
        for (out, a) in column.iter_mut().zip(&row[j + 1..]) {
            *out += (a - b) * (a - b);
        }
        out = rest;
    }
}
