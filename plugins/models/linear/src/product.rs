//! Products of rows with the coefficients of one output or of several, and the way back.
//!
//! Of several outputs, tiles of four by eight sums are kept in registers. As in [`crate::simd`],
//! the order of every sum is written out.

use multiversion::multiversion;

use crate::simd::{self, LANES};

/// Rows or outputs of a tile.
const HIGH: usize = 4;

/// Rows whose products with a tile are summed before they are added to the rest.
const BLOCK: usize = 64;

/// Coefficients of outputs, ready to be multiplied with rows.
pub(crate) struct Outputs<'a> {
    weights: &'a [f64],
    /// For each eight outputs: entry `(feature, output)`, with zeros where there are fewer. Empty
    /// for one output.
    panels: Vec<f64>,
    n_features: usize,
    shifts: Vec<f64>,
}

impl<'a> Outputs<'a> {
    /// The coefficients of output `k` begin at `k stride` of `weights`; `shifts` are added.
    pub(crate) fn new(
        weights: &'a [f64],
        n_features: usize,
        stride: usize,
        shifts: Vec<f64>,
    ) -> Self {
        let n_outputs = shifts.len();
        let mut panels = Vec::new();
        if n_outputs > 1 {
            panels = vec![0.0; n_features * n_outputs.next_multiple_of(LANES)];
            for (k, weights) in weights.chunks_exact(stride).enumerate() {
                let panel = &mut panels[k / LANES * LANES * n_features..];
                for (line, w) in panel.chunks_exact_mut(LANES).zip(&weights[..n_features]) {
                    line[k % LANES] = *w;
                }
            }
        }
        Self { weights, panels, n_features, shifts }
    }

    /// The linear predictors of some rows, row-major: O(rows × features × outputs).
    pub(crate) fn of(&self, rows: &[&[f64]], out: &mut [f64]) {
        match self.shifts.as_slice() {
            [_] => {
                let weights = &self.weights[..self.n_features];
                simd::forward(rows, weights, self.n_features, &self.shifts, out);
            }
            shifts => {
                let panels = self.panels.chunks(LANES * self.n_features);
                for (panel, first) in panels.zip((0..).step_by(LANES)) {
                    forward(rows, panel, shifts, first, out);
                }
            }
        }
    }
}

/// Writes the predictors of the up to eight outputs from `first` on.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
fn forward(rows: &[&[f64]], panel: &[f64], shifts: &[f64], first: usize, out: &mut [f64]) {
    let (lines, n_outputs) = (panel.as_chunks::<LANES>().0, shifts.len());
    let shifts = &shifts[first..shifts.len().min(first + LANES)];
    for (rows, out) in rows.chunks(HIGH).zip(out.chunks_mut(HIGH * n_outputs)) {
        // The last tile repeats its last row.
        let [a, b, c, d] = std::array::from_fn(|u| &rows[u.min(rows.len() - 1)][..lines.len()]);
        let mut tile = [[0.0; LANES]; HIGH];
        for ((((line, a), b), c), d) in lines.iter().zip(a).zip(b).zip(c).zip(d) {
            for (sums, x) in tile.iter_mut().zip([a, b, c, d]) {
                for v in 0..LANES {
                    sums[v] += x * line[v];
                }
            }
        }
        for (sums, out) in tile.iter().zip(out.chunks_exact_mut(n_outputs)) {
            for ((out, sum), shift) in out[first..].iter_mut().zip(sums).zip(shifts) {
                *out = sum + shift;
            }
        }
    }
}

/// The other way: `gradient_k += Σ_i factors[i][k] rows[i]`, where `gradient_k` begins at
/// `k stride` of `gradient`. O(rows × features × outputs).
pub(crate) fn backward(rows: &[&[f64]], factors: &[f64], stride: usize, gradient: &mut [f64]) {
    let n_outputs = gradient.len() / stride;
    if n_outputs == 1 {
        return backward_one(rows, factors, gradient);
    }
    let mut packed = [[0.0; HIGH]; BLOCK];
    for (rows, factors) in rows.chunks(BLOCK).zip(factors.chunks(BLOCK * n_outputs)) {
        for (first, gradient) in (0..).step_by(HIGH).zip(gradient.chunks_mut(HIGH * stride)) {
            for (packed, factors) in packed.iter_mut().zip(factors.chunks_exact(n_outputs)) {
                for (u, packed) in packed.iter_mut().enumerate() {
                    *packed = factors.get(first + u).copied().unwrap_or(0.0);
                }
            }
            backward_tiles(rows, &packed, stride, gradient);
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
fn backward_one(rows: &[&[f64]], factors: &[f64], gradient: &mut [f64]) {
    for (row, factor) in rows.iter().zip(factors) {
        for (g, x) in gradient.iter_mut().zip(*row) {
            *g += factor * x;
        }
    }
}

/// Of up to four outputs.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
fn backward_tiles(
    rows: &[&[f64]],
    factors: &[[f64; HIGH]; BLOCK],
    stride: usize,
    gradient: &mut [f64],
) {
    let n_features = rows.first().map_or(0, |row| row.len());
    let n_whole = n_features / LANES * LANES;
    for j in (0..n_whole).step_by(LANES) {
        let mut tile = [[0.0; LANES]; HIGH];
        for (row, factors) in rows.iter().zip(factors) {
            let Some(line) = row[j..].first_chunk::<LANES>() else { continue };
            for u in 0..HIGH {
                for v in 0..LANES {
                    tile[u][v] += factors[u] * line[v];
                }
            }
        }
        for (tile, gradient) in tile.iter().zip(gradient.chunks_exact_mut(stride)) {
            for (g, sum) in gradient[j..].iter_mut().zip(tile) {
                *g += sum;
            }
        }
    }
    for j in n_whole..n_features {
        let mut sums = [0.0; HIGH];
        for (row, factors) in rows.iter().zip(factors) {
            for u in 0..HIGH {
                sums[u] += factors[u] * row[j];
            }
        }
        for (sum, gradient) in sums.iter().zip(gradient.chunks_exact_mut(stride)) {
            gradient[j] += sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_by_hand() {
        let rows: [&[f64]; 2] = [&[1.0, 2.0], &[3.0, 4.0]];
        let mut out = [0.0; 4];
        let weights = [1.0, 1.0, 9.0, 0.0, 2.0, 9.0];
        Outputs::new(&weights, 2, 3, vec![0.5, 0.0]).of(&rows, &mut out);
        assert_eq!(out, [3.5, 4.0, 7.5, 8.0]);
        let mut gradient = [0.0; 6];
        backward(&rows, &[1.0, 0.0, 2.0, -1.0], 3, &mut gradient);
        assert_eq!(gradient, [7.0, 10.0, 0.0, -3.0, -4.0, 0.0]);
    }

    /// Whole numbers, whose sums have no rounding.
    #[test]
    fn tiles_cover_every_row_feature_and_output() {
        for (n_rows, p, n_outputs) in [(1, 1, 1), (3, 7, 2), (70, 9, 3), (130, 17, 10), (4, 8, 8)] {
            let value = |i: usize, j: usize| ((i * 31 + j * 17) % 13) as f64 - 6.0;
            let all: Vec<Vec<f64>> =
                (0..n_rows).map(|i| (0..p).map(|j| value(i, j)).collect()).collect();
            let rows: Vec<&[f64]> = all.iter().map(Vec::as_slice).collect();
            let weights: Vec<f64> = (0..n_outputs * (p + 1)).map(|j| value(j, 3)).collect();
            let shifts: Vec<f64> = (0..n_outputs).map(|k| value(5, k)).collect();
            let mut out = vec![0.0; n_rows * n_outputs];
            Outputs::new(&weights, p, p + 1, shifts.clone()).of(&rows, &mut out);
            let mut gradient = vec![1.0; weights.len()];
            backward(&rows, &out, p + 1, &mut gradient);
            for k in 0..n_outputs {
                let w = &weights[k * (p + 1)..];
                for i in 0..n_rows {
                    let sum: f64 = (0..p).map(|j| w[j] * value(i, j)).sum();
                    assert_eq!(out[i * n_outputs + k], sum + shifts[k]);
                }
                for j in 0..p {
                    let terms = (0..n_rows).map(|i| out[i * n_outputs + k] * value(i, j));
                    assert_eq!(gradient[k * (p + 1) + j], 1.0 + terms.sum::<f64>());
                }
                assert_eq!(gradient[k * (p + 1) + p], 1.0);
            }
        }
    }
}
