//! The loops over rows, eight numbers at a time.
//!
//! Each function is compiled once for each of these instruction sets, and the processor's best one
//! is chosen at run time. None of them contracts a product and a sum into one rounding, and the
//! order of every sum is written out, so the width of a register cannot change a bit of a result.

use multiversion::multiversion;
use multiversion::target::target_cfg_f;

/// Numbers in a line: one line of the cache.
pub(crate) const LANES: usize = 8;

/// `Σ a_j b_j` over the shorter of the two: entry j goes to the partial sum j mod 8.
#[inline(always)]
fn dot_inline(a: &[f64], b: &[f64]) -> f64 {
    let len = a.len().min(b.len());
    let (a, a_rest) = a[..len].as_chunks::<LANES>();
    let (b, b_rest) = b[..len].as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for l in 0..LANES {
            sums[l] += a[l] * b[l];
        }
    }
    for (l, (a, b)) in a_rest.iter().zip(b_rest).enumerate() {
        sums[l] += a * b;
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// `Σ a_j b_j` over the shorter of the two.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    dot_inline(a, b)
}

/// `y_j += factor x_j` over the shorter of the two.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
pub(crate) fn axpy(factor: f64, x: &[f64], y: &mut [f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += factor * x;
    }
}

/// The linear predictors of some rows, row-major: `out[i][k] = rows[i] · w_k + shifts[k]`, where
/// `w_k` begins at `k stride` of `weights`.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
pub(crate) fn forward(
    rows: &[&[f64]],
    weights: &[f64],
    stride: usize,
    shifts: &[f64],
    out: &mut [f64],
) {
    for (row, out) in rows.iter().zip(out.chunks_exact_mut(shifts.len())) {
        for ((out, shift), w) in out.iter_mut().zip(shifts).zip(weights.chunks_exact(stride)) {
            *out = dot_inline(row, w) + shift;
        }
    }
}

/// `sums[i][j] += Σ_r block[r][i] block[r][j]` for the tiles on and below the diagonal. The length
/// of a row of both, `width`, is a multiple of eight.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
pub(crate) fn gram_block(block: &[f64], width: usize, sums: &mut [f64]) {
    // As many sums as there are registers for.
    match target_cfg_f!(target_feature = "avx512f") {
        true => gram_tiles::<8>(block, width, sums),
        false => gram_tiles::<4>(block, width, sums),
    }
}

#[inline(always)]
fn gram_tiles<const HIGH: usize>(block: &[f64], width: usize, sums: &mut [f64]) {
    for i in (0..width).step_by(HIGH) {
        for j in (0..=i).step_by(LANES) {
            let mut tile = [[0.0; LANES]; HIGH];
            for row in block.chunks_exact(width) {
                let (Some(a), Some(b)) =
                    (row[i..].first_chunk::<HIGH>(), row[j..].first_chunk::<LANES>())
                else {
                    continue;
                };
                for u in 0..HIGH {
                    for v in 0..LANES {
                        tile[u][v] += a[u] * b[v];
                    }
                }
            }
            for (u, tile) in tile.iter().enumerate() {
                for (sum, value) in sums[(i + u) * width + j..].iter_mut().zip(tile) {
                    *sum += value;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_complete() {
        let a: Vec<f64> = (1..=19).map(f64::from).collect();
        let b: Vec<f64> = (1..=19).map(|k| f64::from(k) * 2.0).collect();
        assert_eq!(dot(&a, &b), 2.0 * 2470.0);
        assert_eq!(dot(&a[..3], &b), 28.0);
        let mut y = b.clone();
        axpy(-2.0, &a, &mut y);
        assert_eq!(y, [0.0; 19]);
    }
}
