//! Least squares, with or without an L2 penalty: solved directly.
//!
//! Minimizes `Σ s_i (y_i - w·x_i - b)² + α |w|²`, scikit-learn's `Ridge`. The normal equations are
//! factored where that is accurate (with more features than rows: those of the dual); otherwise,
//! as for features that depend on one another, rows are reduced by Householder reflections with
//! column pivoting, and of several solutions the shortest is taken (Golub & Van Loan, "Matrix
//! Computations", 4th edition, sections 5.4 and 5.5).

use nalgebra::{DMatrix, DVector};
use surmise_plugin_sdk::{Error, Result};

use crate::gram::{Factor, gram};
use crate::table::{Table, too_large};

/// The smallest share of a pivot for which normal equations are used: they lose about the
/// reciprocal of it, so that ten digits are left.
const SHARE_MIN: f64 = 1e-6;

/// The coefficients and the intercept: O(rows × features²).
pub(crate) fn solve(
    table: &Table<'_>,
    y: &[f64],
    alpha: f64,
    fit_intercept: bool,
) -> Result<(Vec<f64>, f64)> {
    let p = table.n_features;
    let mean = if fit_intercept { table.mean_of(y) } else { 0.0 };
    let mut pack = |i: usize, out: &mut [f64]| pack(table, (y, mean), i, out);
    let direct = match p < table.rows.len() {
        true => normal(table, alpha, &mut pack),
        false => dual(table, alpha, (y, mean)),
    };
    let weights = match direct {
        Some(weights) => weights,
        None => orthogonal(table, alpha, &mut pack)?,
    };
    if weights.iter().any(|w| !w.is_finite()) {
        return Err(too_large());
    }
    let intercept = mean - crate::simd::dot(&table.means, &weights);
    Ok((weights, intercept))
}

/// `√s_i (x_i - means, y_i - mean)`.
pub(crate) fn pack(table: &Table<'_>, (y, mean): (&[f64], f64), i: usize, out: &mut [f64]) {
    let scale = table.weight(i).sqrt();
    let Some((last, features)) = out.split_last_mut() else { return };
    for ((out, x), m) in features.iter_mut().zip(table.rows[i]).zip(&table.means) {
        *out = scale * (x - m);
    }
    *last = scale * (y[i] - mean);
}

/// `None` where the normal equations are not accurate.
fn normal(
    table: &Table<'_>,
    alpha: f64,
    pack: &mut dyn FnMut(usize, &mut [f64]),
) -> Option<Vec<f64>> {
    let p = table.n_features;
    let products = gram(table.rows.len(), p + 1, pack);
    table.note_squares((0..p).map(|j| products[(j, j)]));
    let right: Vec<f64> = (0..p).map(|j| products[(j, p)]).collect();
    let mut matrix = products.remove_column(p).remove_row(p);
    for j in 0..p {
        // A feature that never changes has the coefficient 0.
        let is_constant = matrix[(j, j)] == 0.0;
        matrix[(j, j)] += if is_constant && alpha == 0.0 { 1.0 } else { alpha };
    }
    let factor = Factor::new(matrix)?;
    (factor.smallest_share >= SHARE_MIN).then(|| factor.solve(&right))
}

/// The same by the inner products of rows, of which there are fewer: `w = Xᵀ (X Xᵀ + α I)⁻¹ y`.
fn dual(table: &Table<'_>, alpha: f64, (y, mean): (&[f64], f64)) -> Option<Vec<f64>> {
    let n = table.rows.len();
    let roots: Vec<f64> = (0..n).map(|i| table.weight(i).sqrt()).collect();
    let mut products = gram(table.n_features, n, |j, out| {
        for ((out, root), row) in out.iter_mut().zip(&roots).zip(&table.rows) {
            *out = root * (row[j] - table.means[j]);
        }
    });
    for i in 0..n {
        products[(i, i)] += alpha;
    }
    let factor = Factor::new(products).filter(|factor| factor.smallest_share >= SHARE_MIN)?;
    let right: Vec<f64> = y.iter().zip(&roots).map(|(y, root)| root * (y - mean)).collect();
    let shares = factor.solve(&right);
    let mut weights = vec![0.0; table.n_features];
    for ((row, share), root) in table.rows.iter().zip(&shares).zip(&roots) {
        for ((w, x), m) in weights.iter_mut().zip(*row).zip(&table.means) {
            *w += root * share * (x - m);
        }
    }
    Some(weights)
}

fn orthogonal(
    table: &Table<'_>,
    alpha: f64,
    pack: &mut dyn FnMut(usize, &mut [f64]),
) -> Result<Vec<f64>> {
    let (p, n) = (table.n_features, table.rows.len());
    // Rows are taken in a few at a time, so that memory is bounded by the features.
    let height = (4 * (p + 1)).clamp(64, 4096);
    let mut triangle = match alpha > 0.0 {
        // The penalty as rows of its own.
        true => DMatrix::from_diagonal_element(p, p + 1, alpha.sqrt()),
        false => DMatrix::zeros(0, p + 1),
    };
    let mut row = vec![0.0; p + 1];
    for first in (0..n).step_by(height) {
        let (kept, added) = (triangle.nrows(), height.min(n - first));
        let mut stacked = triangle.insert_rows(kept, added, 0.0);
        for r in 0..added {
            pack(first + r, &mut row);
            for (j, value) in row.iter().enumerate() {
                stacked[(kept + r, j)] = *value;
            }
        }
        triangle = stacked.qr().r();
    }
    if triangle.iter().any(|value| !value.is_finite()) {
        return Err(too_large());
    }
    let right: DVector<f64> = triangle.column(p).into_owned();
    shortest(triangle.remove_column(p), right, n.max(p))
        .ok_or_else(|| Error::numeric("the reduced equations are singular; scale the features"))
}

/// The shortest of the vectors that minimize `|matrix w - right|`.
fn shortest(matrix: DMatrix<f64>, mut right: DVector<f64>, size: usize) -> Option<Vec<f64>> {
    let n_columns = matrix.ncols();
    let pivoted = matrix.col_piv_qr();
    pivoted.q_tr_mul(&mut right);
    let triangle = pivoted.r();
    let least = triangle[(0, 0)].abs() * f64::EPSILON * size as f64;
    let rank = triangle.diagonal().iter().take_while(|pivot| pivot.abs() > least).count();
    let mut solution = DVector::zeros(n_columns);
    if rank > 0 {
        let across = triangle.rows(0, rank).transpose().qr();
        let target = right.rows(0, rank).into_owned();
        let short = across.r().tr_solve_upper_triangular(&target)?;
        solution = across.q() * short;
    }
    pivoted.p().inv_permute_rows(&mut solution);
    Some(solution.data.into())
}
