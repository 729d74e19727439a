//! The passes over the active variables: what one iteration costs.
//!
//! Each lane of a block has its own search, and the lanes' winners are compared in the end,
//! whatever the width of a register: that chooses the same variable on every processor. Where
//! several are equally good, it is the last one, as in libsvm.

use pulp::{Arch, Simd, WithSimd};

use crate::lanes::{Block, LANES};

/// The least curvature a step may assume, for kernels that are not strictly definite (Fan et al.,
/// section 4).
const CURVATURE_MIN: f64 = 1e-12;

/// The curvature of the dual along a step of one variable against another.
pub(crate) fn curvature(k_ii: f64, k_jj: f64, k_ij: f64) -> f64 {
    (k_ii + k_jj - 2.0 * k_ij).max(CURVATURE_MIN)
}

/// How far the variables that share a sum are from optimal.
///
/// `up` is the largest slope of the dual along a variable that may grow, `low` the smallest of one
/// that may fall. The point is optimal exactly when `up <= low`; in Fan et al. these are `m(α)` and
/// `M(α)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Extremes {
    pub(crate) up: f64,
    /// The place of the variable whose slope is `up`, if that is finite.
    pub(crate) steepest: usize,
    pub(crate) low: f64,
}

impl Extremes {
    /// Those of no variables.
    pub(crate) const NONE: Self = Self { up: f64::NEG_INFINITY, steepest: 0, low: f64::INFINITY };

    /// The violation of the optimality conditions; not positive at an optimum.
    pub(crate) fn gap(self) -> f64 {
        self.up - self.low
    }
}

/// `g -= amount (row_i - row_j)`, and the extreme slopes of what results: O(variables).
pub(crate) struct Descent<'a> {
    pub(crate) gradient: &'a mut [f64],
    pub(crate) amount: f64,
    pub(crate) row_i: &'a [f64],
    pub(crate) row_j: &'a [f64],
    /// What is added to a gradient for the slope of growing, and of falling.
    pub(crate) up_bias: &'a [f64],
    pub(crate) low_bias: &'a [f64],
}

impl Descent<'_> {
    pub(crate) fn run(self) -> Extremes {
        Arch::new().dispatch(self)
    }
}

impl WithSimd for Descent<'_> {
    type Output = Extremes;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Extremes {
        match S::F64_LANES {
            8 => self.pass::<S, 1>(simd),
            4 => self.pass::<S, 2>(simd),
            2 => self.pass::<S, 4>(simd),
            _ => self.pass::<S, 8>(simd),
        }
    }
}

impl Descent<'_> {
    #[inline(always)]
    fn pass<S: Simd, const N: usize>(self, simd: S) -> Extremes {
        let whole = self.gradient.len() - self.gradient.len() % LANES;
        let mut top = [simd.splat_f64s(f64::NEG_INFINITY); N];
        let mut bottom = [simd.splat_f64s(f64::INFINITY); N];
        let (mut place, mut b) = ([simd.splat_f64s(0.0); N], simd.splat_f64s(0.0));
        let amount = simd.splat_f64s(self.amount);
        let rows = vectors::<S, N>(self.row_i).iter().zip(vectors::<S, N>(self.row_j));
        let biases = vectors::<S, N>(self.up_bias).iter().zip(vectors::<S, N>(self.low_bias));
        let gradient = S::as_mut_simd_f64s(&mut self.gradient[..whole]).0.as_chunks_mut::<N>().0;
        for (g, ((k_i, k_j), (up, low))) in gradient.iter_mut().zip(rows.zip(biases)) {
            for n in 0..N {
                let change = simd.mul_f64s(amount, simd.sub_f64s(k_i[n], k_j[n]));
                g[n] = simd.sub_f64s(g[n], change);
                let (high, deep) = (simd.add_f64s(g[n], up[n]), simd.add_f64s(g[n], low[n]));
                let is_top = simd.greater_than_or_equal_f64s(high, top[n]);
                top[n] = simd.select_f64s(is_top, high, top[n]);
                place[n] = simd.select_f64s(is_top, b, place[n]);
                bottom[n] = simd.min_f64s(deep, bottom[n]);
            }
            b = simd.add_f64s(b, simd.splat_f64s(1.0));
        }
        let (mut top, mut place) = (block::<S, N>(&top), block::<S, N>(&place));
        let mut low = -largest(&block::<S, N>(&bottom).map(|low| -low));
        // Something only where a second group follows.
        for k in whole..self.gradient.len() {
            let g = &mut self.gradient[k];
            *g -= self.amount * (self.row_i[k] - self.row_j[k]);
            if *g + self.up_bias[k] >= top[k - whole] {
                (top[k - whole], place[k - whole]) = (*g + self.up_bias[k], (k / LANES) as f64);
            }
            low = low.min(*g + self.low_bias[k]);
        }
        let (up, steepest) = last_maximum(&top, &place);
        Extremes { up, steepest, low }
    }
}

/// The variable that may fall and with which a step from a variable of slope `slope` and curvature
/// `k_ii` gains most, `(slope - s_j)² / (k_ii + k_jj - 2 k_ij)`: O(variables).
///
/// Without a division for each: two quotients are compared by products.
pub(crate) struct Partner<'a> {
    pub(crate) slope: f64,
    pub(crate) k_ii: f64,
    pub(crate) gradient: &'a [f64],
    pub(crate) low_bias: &'a [f64],
    pub(crate) diagonal: &'a [f64],
    pub(crate) row: &'a [f64],
}

impl Partner<'_> {
    /// `None` if no step gains.
    pub(crate) fn run(self) -> Option<usize> {
        Arch::new().dispatch(self)
    }
}

impl WithSimd for Partner<'_> {
    type Output = Option<usize>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Option<usize> {
        match S::F64_LANES {
            8 => self.pass::<S, 1>(simd),
            4 => self.pass::<S, 2>(simd),
            2 => self.pass::<S, 4>(simd),
            _ => self.pass::<S, 8>(simd),
        }
    }
}

impl Partner<'_> {
    #[inline(always)]
    fn pass<S: Simd, const N: usize>(self, simd: S) -> Option<usize> {
        let whole = self.gradient.len() - self.gradient.len() % LANES;
        let zero = simd.splat_f64s(0.0);
        let (mut above, mut below) = ([zero; N], [simd.splat_f64s(1.0); N]);
        let (mut place, mut b) = ([zero; N], zero);
        let (slope, k_ii) = (simd.splat_f64s(self.slope), simd.splat_f64s(self.k_ii));
        let least = simd.splat_f64s(CURVATURE_MIN);
        let slopes = vectors::<S, N>(&self.gradient[..whole]).iter();
        let slopes = slopes.zip(vectors::<S, N>(self.low_bias));
        let kernels = vectors::<S, N>(self.diagonal).iter().zip(vectors::<S, N>(self.row));
        for ((g, low), (k_jj, k_ij)) in slopes.zip(kernels) {
            for n in 0..N {
                let gap = simd.sub_f64s(slope, simd.add_f64s(g[n], low[n]));
                let gap = simd.max_f64s(gap, zero);
                let square = simd.mul_f64s(gap, gap);
                let twice = simd.add_f64s(k_ij[n], k_ij[n]);
                let curvature = simd.sub_f64s(simd.add_f64s(k_ii, k_jj[n]), twice);
                let curvature = simd.max_f64s(curvature, least);
                let (ours, best) =
                    (simd.mul_f64s(square, below[n]), simd.mul_f64s(above[n], curvature));
                let is_best = simd.greater_than_or_equal_f64s(ours, best);
                above[n] = simd.select_f64s(is_best, square, above[n]);
                below[n] = simd.select_f64s(is_best, curvature, below[n]);
                place[n] = simd.select_f64s(is_best, b, place[n]);
            }
            b = simd.add_f64s(b, simd.splat_f64s(1.0));
        }
        let (above, below) = (block::<S, N>(&above), block::<S, N>(&below));
        let mut gains: Block = std::array::from_fn(|l| above[l] / below[l]);
        let mut place = block::<S, N>(&place);
        for k in whole..self.gradient.len() {
            let gap = (self.slope - (self.gradient[k] + self.low_bias[k])).max(0.0);
            let gain = gap * gap / curvature(self.k_ii, self.diagonal[k], self.row[k]);
            if gain >= gains[k - whole] {
                (gains[k - whole], place[k - whole]) = (gain, (k / LANES) as f64);
            }
        }
        let (gain, place) = last_maximum(&gains, &place);
        (gain > 0.0).then_some(place)
    }
}

/// The whole blocks of `values`, each in as many vectors as it takes.
#[inline(always)]
fn vectors<S: Simd, const N: usize>(values: &[f64]) -> &[[S::f64s; N]] {
    S::as_simd_f64s(values).0.as_chunks().0
}

#[inline(always)]
fn block<S: Simd, const N: usize>(vectors: &[S::f64s; N]) -> Block {
    let mut block = [0.0; LANES];
    for (out, vector) in S::as_mut_simd_f64s(&mut block).0.iter_mut().zip(vectors) {
        *out = *vector;
    }
    block
}

/// The largest of the lanes' values, and the place of it in the given blocks: of equals the last.
#[inline(always)]
fn last_maximum(values: &Block, blocks: &Block) -> (f64, usize) {
    let best = largest(values);
    let mut places = [-1.0; LANES];
    for l in 0..LANES {
        let place = blocks[l] * LANES as f64 + l as f64;
        places[l] = if values[l] == best { place } else { -1.0 };
    }
    (best, largest(&places) as usize)
}

/// By halves: a shorter chain of dependent comparisons than one after the other.
#[inline(always)]
fn largest(values: &Block) -> f64 {
    let larger = |a: f64, b: f64| if a > b { a } else { b };
    let [a, b, c, d, e, f, g, h] = *values;
    let (left, right) = (larger(larger(a, b), larger(c, d)), larger(larger(e, f), larger(g, h)));
    larger(left, right)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const LEN: usize = 61;

    /// Small whole numbers, so that sums are exact and many are equal.
    fn numbers(range: std::ops::Range<i8>) -> impl Strategy<Value = Vec<f64>> {
        vec(range.prop_map(f64::from), LEN)
    }

    fn biases(infinity: f64) -> impl Strategy<Value = Vec<f64>> {
        vec(prop_oneof![Just(0.0), Just(infinity)], LEN)
    }

    proptest! {
        #[test]
        fn a_descent_is_what_its_formula_says(
            (before, row_i, row_j) in (numbers(-9..9), numbers(-3..4), numbers(-3..4)),
            (up_bias, low_bias) in (biases(f64::NEG_INFINITY), biases(f64::INFINITY)),
            len in 1..=LEN,
        ) {
            let mut gradient = before[..len].to_vec();
            let (row_i, row_j) = (&row_i[..len], &row_j[..len]);
            let (up_bias, low_bias) = (&up_bias[..len], &low_bias[..len]);
            let amount = 0.5;
            let found =
                Descent { gradient: &mut gradient, amount, row_i, row_j, up_bias, low_bias }.run();
            let wanted: Vec<f64> =
                (0..len).map(|k| before[k] - amount * (row_i[k] - row_j[k])).collect();
            prop_assert_eq!(&gradient, &wanted);
            let high = |k: usize| wanted[k] + up_bias[k];
            let up = (0..len).map(high).fold(f64::NEG_INFINITY, f64::max);
            let low = (0..len).map(|k| wanted[k] + low_bias[k]).fold(f64::INFINITY, f64::min);
            prop_assert_eq!((found.up, found.low), (up, low));
            if up.is_finite() {
                prop_assert_eq!(Some(found.steepest), (0..len).rev().find(|&k| high(k) == up));
            }
        }

        #[test]
        fn the_best_partner_gains_most(
            (gradient, row) in (numbers(-9..9), numbers(-3..4)),
            (diagonal, low_bias) in (numbers(1..3), biases(f64::INFINITY)),
            (slope, len) in (-9_i8..9, 1..=LEN),
        ) {
            let (slope, k_ii) = (f64::from(slope), 2.0);
            let (gradient, low_bias) = (&gradient[..len], &low_bias[..len]);
            let (diagonal, row) = (&diagonal[..len], &row[..len]);
            let found = Partner { slope, k_ii, gradient, low_bias, diagonal, row }.run();
            let gain = |k: usize| {
                let gap = (slope - (gradient[k] + low_bias[k])).max(0.0);
                gap * gap / curvature(k_ii, diagonal[k], row[k])
            };
            let best = (0..len).map(gain).fold(0.0, f64::max);
            match found {
                None => prop_assert_eq!(best, 0.0),
                Some(place) => prop_assert!(best > 0.0 && gain(place) >= best * (1.0 - 1e-15)),
            }
        }
    }
}
