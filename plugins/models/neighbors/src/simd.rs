//! The inner loops, compiled once for each of some instruction sets.
//!
//! The order of every sum in `f64` is written out and nothing is contracted, so the processor that
//! is found at run time cannot change a bit of a result. Screens only say what is worth a
//! comparison in `f64`, within bounds that hold with and without a fused product and sum.

use multiversion::multiversion;
use multiversion::target::target_cfg_f;

const LANES: usize = 8;

/// Rows of a panel.
pub(crate) const PANEL: usize = 16;

/// Queries that are screened together.
pub(crate) const GROUP: usize = 6;

#[inline(always)]
fn lanes(x: &[f64], z: &[f64], term: impl Fn(f64, f64) -> f64) -> f64 {
    let len = x.len().min(z.len());
    let (x, x_rest) = x[..len].as_chunks::<LANES>();
    let (z, z_rest) = z[..len].as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (x, z) in x.iter().zip(z) {
        for l in 0..LANES {
            sums[l] += term(x[l], z[l]);
        }
    }
    for (l, (x, z)) in x_rest.iter().zip(z_rest).enumerate() {
        sums[l] += term(*x, *z);
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// `Σ (x_j - z_j)²`.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
pub(crate) fn squared(x: &[f64], z: &[f64]) -> f64 {
    lanes(x, z, |x, z| (x - z) * (x - z))
}

/// `Σ |x_j - z_j|`.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
pub(crate) fn absolute(x: &[f64], z: &[f64]) -> f64 {
    lanes(x, z, |x, z| (x - z).abs())
}

/// `Σ x_j z_j`.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
pub(crate) fn dot(x: &[f64], z: &[f64]) -> f64 {
    lanes(x, z, |x, z| x * z)
}

/// `max |x_j - z_j|`.
pub(crate) fn largest(x: &[f64], z: &[f64]) -> f64 {
    x.iter()
        .zip(z)
        .fold(0.0, |most, (x, z)| if (x - z).abs() > most { (x - z).abs() } else { most })
}

/// Rows of training data as panels of [`PANEL`]: entry `(feature, lane)` of each, one panel after
/// the other; and a number for each row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Panels<'a> {
    pub(crate) values: &'a [f32],
    pub(crate) offsets: &'a [f32],
    pub(crate) width: usize,
}

/// For each query of a group, the scores of rows that may be near enough, and those rows.
pub(crate) type Hits = [Vec<(f32, u32)>; GROUP];

/// One number a query and row of a panel.
type Scores = [[f32; PANEL]; GROUP];

#[inline(always)]
fn accumulate(
    queries: &[f32],
    panel: &[f32],
    width: usize,
    step: impl Fn(f32, f32, f32) -> f32,
) -> Scores {
    let mut sums = [[0.0; PANEL]; GROUP];
    let (lines, _) = panel.as_chunks::<PANEL>();
    let (queries, _) = queries.as_chunks::<GROUP>();
    for (line, query) in lines.iter().zip(queries).take(width) {
        for q in 0..GROUP {
            for l in 0..PANEL {
                sums[q][l] = step(sums[q][l], query[q], line[l]);
            }
        }
    }
    sums
}

/// Notes rows with scores that are not above the query's bound. `queries` are packed as
/// `(feature, query)`.
#[inline(always)]
fn screen(
    queries: &[f32],
    bounds: &[f32; GROUP],
    panels: Panels<'_>,
    hits: &mut Hits,
    step: impl Fn(f32, f32, f32) -> f32,
    finish: impl Fn(f32, f32) -> f32,
) {
    let each =
        panels.values.chunks_exact(panels.width * PANEL).zip(panels.offsets.as_chunks::<PANEL>().0);
    for (b, (panel, offsets)) in each.enumerate() {
        let sums = accumulate(queries, panel, panels.width, &step);
        for q in 0..GROUP {
            let mut scores = [0.0; PANEL];
            let mut is_hit = false;
            for l in 0..PANEL {
                scores[l] = finish(sums[q][l], offsets[l]);
                is_hit |= scores[l] <= bounds[q];
            }
            if is_hit {
                note(&scores, bounds[q], b * PANEL, &mut hits[q]);
            }
        }
    }
}

/// Without a branch for each row: which are hits cannot be foreseen.
#[inline(always)]
fn note(scores: &[f32; PANEL], bound: f32, first: usize, hits: &mut Vec<(f32, u32)>) {
    let mut found = [(0.0, 0); PANEL];
    let mut n = 0;
    for (l, score) in scores.iter().enumerate() {
        found[n % PANEL] = (*score, (first + l) as u32);
        n += usize::from(*score <= bound);
    }
    hits.extend_from_slice(&found[..n]);
}

/// By `offset - 2 Σ q_j t_j`.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq+fma", "x86_64+avx2+fma"))]
pub(crate) fn screen_products(
    queries: &[f32],
    bounds: &[f32; GROUP],
    panels: Panels<'_>,
    hits: &mut Hits,
) {
    let step = |sum: f32, q: f32, t: f32| match target_cfg_f!(target_feature = "fma") {
        true => q.mul_add(t, sum),
        false => sum + q * t,
    };
    screen(queries, bounds, panels, hits, step, |sum, offset| offset - 2.0 * sum);
}

/// By `offset + Σ |q_j - t_j|`.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
pub(crate) fn screen_absolute(
    queries: &[f32],
    bounds: &[f32; GROUP],
    panels: Panels<'_>,
    hits: &mut Hits,
) {
    let step = |sum: f32, q: f32, t: f32| sum + (q - t).abs();
    screen(queries, bounds, panels, hits, step, |sum, offset| offset + sum);
}

/// By `offset + max |q_j - t_j|`.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
pub(crate) fn screen_largest(
    queries: &[f32],
    bounds: &[f32; GROUP],
    panels: Panels<'_>,
    hits: &mut Hits,
) {
    let step = |most: f32, q: f32, t: f32| if (q - t).abs() > most { (q - t).abs() } else { most };
    screen(queries, bounds, panels, hits, step, |most, offset| offset + most);
}
