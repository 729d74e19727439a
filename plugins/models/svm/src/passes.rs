//! The passes over the active variables: what one iteration costs.
//!
//! Where several places are equally good the last one is taken, as libsvm does.

use std::ops::Range;

use multiversion::multiversion;

use crate::lanes::{Block, LANES, blocks, blocks_mut};

/// The least curvature a step may assume, for kernels that are not strictly definite (Fan et al.,
/// section 4).
const CURVATURE_MIN: f64 = 1e-12;

/// The curvature of the dual along a step of one variable against another.
#[inline(always)]
pub(crate) fn curvature(k_ii: f64, k_jj: f64, k_ij: f64) -> f64 {
    let curvature = k_ii + k_jj - 2.0 * k_ij;
    if curvature > CURVATURE_MIN { curvature } else { CURVATURE_MIN }
}

/// What is added to a gradient for the slope of growing, and of falling.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Biases<'a> {
    pub(crate) up: &'a [f64],
    pub(crate) low: &'a [f64],
}

/// How far the variables that share a sum are from optimal.
///
/// `up` is the largest slope of the dual along a variable that may grow, `low` the smallest of one
/// that may fall. The point is optimal exactly when `up <= low`; in Fan et al. these are `m(α)` and
/// `M(α)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Extremes {
    pub(crate) up: f64,
    pub(crate) low: f64,
}

impl Extremes {
    /// The violation of the optimality conditions; not positive at an optimum.
    pub(crate) fn gap(self) -> f64 {
        self.up - self.low
    }
}

/// The extreme slopes: O(variables).
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
pub(crate) fn extremes(gradient: &[f64], biases: Biases<'_>) -> Extremes {
    let (mut top, mut bottom) = NOTHING;
    let both = blocks(biases.up).iter().zip(blocks(biases.low));
    for (g, (up, low)) in blocks(gradient).iter().zip(both) {
        for l in 0..LANES {
            keep(g[l] + up[l], g[l] + low[l], &mut top[l], &mut bottom[l]);
        }
    }
    for k in rest(gradient.len()) {
        let (high, deep) = (gradient[k] + biases.up[k], gradient[k] + biases.low[k]);
        keep(high, deep, &mut top[0], &mut bottom[0]);
    }
    reduce(top, bottom)
}

/// `g -= amount (row_i - row_j)`, and the extreme slopes of what results: O(variables).
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
pub(crate) fn descend(
    gradient: &mut [f64],
    amount: f64,
    (row_i, row_j): (&[f64], &[f64]),
    biases: Biases<'_>,
) -> Extremes {
    let (mut top, mut bottom) = NOTHING;
    let places = rest(gradient.len());
    let both = blocks(biases.up).iter().zip(blocks(biases.low));
    let inputs = blocks(row_i).iter().zip(blocks(row_j)).zip(both);
    for (g, ((k_i, k_j), (up, low))) in blocks_mut(gradient).iter_mut().zip(inputs) {
        for l in 0..LANES {
            g[l] -= amount * (k_i[l] - k_j[l]);
        }
        for l in 0..LANES {
            keep(g[l] + up[l], g[l] + low[l], &mut top[l], &mut bottom[l]);
        }
    }
    for k in places {
        gradient[k] -= amount * (row_i[k] - row_j[k]);
        let (high, deep) = (gradient[k] + biases.up[k], gradient[k] + biases.low[k]);
        keep(high, deep, &mut top[0], &mut bottom[0]);
    }
    reduce(top, bottom)
}

/// No slopes, lane by lane.
const NOTHING: (Block, Block) = ([f64::NEG_INFINITY; LANES], [f64::INFINITY; LANES]);

#[inline(always)]
fn keep(high: f64, deep: f64, top: &mut f64, bottom: &mut f64) {
    *top = if high > *top { high } else { *top };
    *bottom = if deep < *bottom { deep } else { *bottom };
}

#[inline(always)]
fn reduce(top: Block, bottom: Block) -> Extremes {
    let up = top.into_iter().fold(f64::NEG_INFINITY, f64::max);
    let low = bottom.into_iter().fold(f64::INFINITY, f64::min);
    Extremes { up, low }
}

/// What whole blocks leave of so many places: something only where a second group follows.
#[inline(always)]
fn rest(len: usize) -> Range<usize> {
    len - len % LANES..len
}

/// The last variable whose slope of growing is `slope`: O(variables).
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
pub(crate) fn last_of_slope(gradient: &[f64], up_bias: &[f64], slope: f64) -> Option<usize> {
    let is_it = |k: &usize| gradient[*k] + up_bias[*k] == slope;
    if let Some(place) = rest(gradient.len()).rev().find(is_it) {
        return Some(place);
    }
    for (b, (g, up)) in blocks(gradient).iter().zip(blocks(up_bias)).enumerate().rev() {
        // One branch a block, not one a lane.
        let hits: u64 = g.iter().zip(up).map(|(g, up)| u64::from(g + up == slope)).sum();
        if hits > 0 {
            return (b * LANES..(b + 1) * LANES).rev().find(is_it);
        }
    }
    None
}

/// The variable of a stretch that may fall and with which a step from a variable of slope `slope`
/// and curvature `k_ii` gains most, `(slope - s_j)² / (k_ii + k_jj - 2 k_ij)`; `None` if no step
/// gains. O(variables); `gains` has room for a number of each.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
pub(crate) fn best_partner(
    (slope, k_ii): (f64, f64),
    (gradient, low_bias): (&[f64], &[f64]),
    (diagonal, row): (&[f64], &[f64]),
    gains: &mut [f64],
) -> Option<usize> {
    let mut top = [0.0; LANES];
    let slopes = blocks(gradient).iter().zip(blocks(low_bias));
    let inputs = slopes.zip(blocks(diagonal).iter().zip(blocks(row)));
    for (gains, ((g, low), (k_jj, k_ij))) in blocks_mut(gains).iter_mut().zip(inputs) {
        let mut block = [0.0; LANES];
        for l in 0..LANES {
            block[l] = gain(slope - (g[l] + low[l]), curvature(k_ii, k_jj[l], k_ij[l]));
        }
        for l in 0..LANES {
            top[l] = if block[l] > top[l] { block[l] } else { top[l] };
        }
        *gains = block;
    }
    for k in rest(gradient.len()) {
        let gap = slope - (gradient[k] + low_bias[k]);
        gains[k] = gain(gap, curvature(k_ii, diagonal[k], row[k]));
        top[0] = if gains[k] > top[0] { gains[k] } else { top[0] };
    }
    let best = top.into_iter().fold(0.0, f64::max);
    if best > 0.0 { last_position(&gains[..gradient.len()], best) } else { None }
}

#[inline(always)]
fn gain(gap: f64, curvature: f64) -> f64 {
    let gap = if gap > 0.0 { gap } else { 0.0 };
    gap * gap / curvature
}

/// The position of the last number equal to `target`.
#[inline(always)]
fn last_position(values: &[f64], target: f64) -> Option<usize> {
    if let Some(place) = rest(values.len()).rev().find(|&k| values[k] == target) {
        return Some(place);
    }
    for (b, block) in blocks(values).iter().enumerate().rev() {
        // One branch a block, not one a lane.
        let hits: u64 = block.iter().map(|&v| u64::from(v == target)).sum();
        if hits > 0 {
            return Some(b * LANES + block.iter().rposition(|&v| v == target)?);
        }
    }
    None
}
