//! Which rows cannot be among the nearest, told in single precision with room for every error.
//!
//! Rows are centered and scaled so that every entry is within ±1, and rounded to `f32`; with
//! `u = 2⁻²⁴` that moves a distance by at most `u (|q| + |t|)`. Sums of `p` terms in `f32` err at
//! most `p u` times the sum of the terms' sizes (Higham, "Accuracy and Stability of Numerical
//! Algorithms", 2nd edition, section 3.1). So a row whose score is beyond the bound by more than
//!
//! | metric | score | slack |
//! |---|---|---|
//! | Euclidean, cosine | `|t|² - 2 q·t` | `(p/2 + 8) u (|q|₂ + |t|₂)²` |
//! | Manhattan | `Σ |q - t|` | `(p + 8) u (|q|₁ + |t|₁)` |
//! | Chebyshev, and Minkowski, which is at least as far | `max |q - t|` | `8 u (|q|_∞ + |t|_∞)` |
//!
//! is farther, and, but for Minkowski, so is one whose score is beyond the `k`-th lowest by more
//! than twice the slack. What is left is compared in `f64`.

use crate::metric::Metric;
use crate::simd::{GROUP, Hits, PANEL, Panels, screen_absolute, screen_largest, screen_products};

/// Rows of a stretch, which stays in the cache while queries pass.
const STRETCH: usize = 1024;

/// Rows of the first stretch: few, as nothing is known yet.
const FIRST: usize = 64;

/// `2⁻²⁴`.
const UNIT: f64 = f32::EPSILON as f64 / 2.0;

/// For what is smaller than the normal numbers of `f32`.
const TINY: f64 = 1e-30;

/// Beyond, a query is compared with every row.
const SIZE_MAX: f64 = 1e12;

/// The training rows as they are screened.
#[derive(Debug, Clone)]
pub(crate) struct Screen {
    metric: Metric,
    center: Vec<f64>,
    /// What a distance is multiplied with.
    scale: f64,
    values: Vec<f32>,
    offsets: Vec<f32>,
    stretches: Vec<Stretch>,
}

#[derive(Debug, Clone)]
struct Stretch {
    first: usize,
    n_rows: usize,
    /// The size of its largest row, by the norm of the slack.
    size: f64,
}

/// Queries as they are screened.
pub(crate) struct Group {
    values: Vec<f32>,
    /// The norm of each, and its square where scores leave it out.
    sizes: [f64; GROUP],
    squares: [f64; GROUP],
}

impl Screen {
    /// O(rows × features).
    pub(crate) fn new(metric: Metric, rows: &[f64], width: usize) -> Self {
        let n_rows = rows.len() / width;
        let center = match metric {
            Metric::Cosine => vec![0.0; width],
            _ => middle(rows, width),
        };
        let distances = rows.chunks_exact(width).flat_map(|row| row.iter().zip(&center));
        let top = distances.fold(0.0_f64, |top, (x, m)| top.max((x - m).abs()));
        let scale = if metric == Metric::Cosine || top == 0.0 { 1.0 } else { 1.0 / top };
        let mut screen = Self {
            metric,
            center,
            scale,
            values: Vec::new(),
            offsets: Vec::new(),
            stretches: vec![],
        };
        let n_padded = n_rows.next_multiple_of(PANEL);
        screen.values = vec![0.0; n_padded * width];
        screen.offsets = vec![f32::INFINITY; n_padded];
        let mut sizes = Vec::with_capacity(n_rows);
        for (i, row) in rows.chunks_exact(width).enumerate() {
            let (panel, lane) = (i / PANEL, i % PANEL);
            let scaled = screen.scaled(row);
            for (j, value) in scaled.iter().enumerate() {
                screen.values[(panel * width + j) * PANEL + lane] = *value;
            }
            sizes.push(screen.size(&scaled));
            screen.offsets[i] = screen.offset(&scaled);
        }
        screen.stretches = stretches(&sizes);
        screen
    }

    fn scaled(&self, row: &[f64]) -> Vec<f32> {
        row.iter().zip(&self.center).map(|(x, m)| ((x - m) * self.scale) as f32).collect()
    }

    fn size(&self, scaled: &[f32]) -> f64 {
        let values = scaled.iter().map(|x| f64::from(*x).abs());
        match self.metric {
            Metric::Euclidean | Metric::Cosine => values.map(|x| x * x).sum::<f64>().sqrt(),
            Metric::Manhattan => values.sum(),
            Metric::Chebyshev | Metric::Minkowski(_) => values.fold(0.0, f64::max),
        }
    }

    fn offset(&self, scaled: &[f32]) -> f32 {
        match self.metric {
            Metric::Euclidean => scaled.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() as f32,
            Metric::Cosine => 2.0,
            _ => 0.0,
        }
    }

    /// Up to [`GROUP`] queries, prepared; `None` if one is too far away for single precision.
    pub(crate) fn group(&self, queries: &[Vec<f64>]) -> Option<Group> {
        let mut group = Group {
            values: vec![0.0; self.center.len() * GROUP],
            sizes: [0.0; GROUP],
            squares: [0.0; GROUP],
        };
        for (q, query) in queries.iter().enumerate() {
            let scaled = self.scaled(query);
            group.sizes[q] = self.size(&scaled);
            if group.sizes[q].is_nan() || group.sizes[q] >= SIZE_MAX {
                return None;
            }
            if self.metric == Metric::Euclidean {
                group.squares[q] = group.sizes[q] * group.sizes[q];
            }
            for (j, value) in scaled.iter().enumerate() {
                group.values[j * GROUP + q] = *value;
            }
        }
        Some(group)
    }

    pub(crate) fn n_stretches(&self) -> usize {
        self.stretches.len()
    }

    /// Notes the rows of a stretch that may be at most as far as the query's bound, a rank of
    /// [`Metric::rank`], and may be among its `k` nearest of the stretch.
    pub(crate) fn pass(
        &self,
        stretch: usize,
        group: &Group,
        bounds: &[f64],
        k: usize,
        hits: &mut Hits,
    ) {
        let Stretch { first, n_rows, size } = self.stretches[stretch];
        let width = self.center.len();
        let mut limits = [f32::NEG_INFINITY; GROUP];
        for (q, bound) in bounds.iter().enumerate() {
            limits[q] = upward(self.limit(*bound, group.squares[q], group.sizes[q] + size));
        }
        let end = first + n_rows;
        let panels = Panels {
            values: &self.values[first * width..end * width],
            offsets: &self.offsets[first..end],
            width,
        };
        hits.iter_mut().for_each(Vec::clear);
        match self.metric {
            Metric::Euclidean | Metric::Cosine => {
                screen_products(&group.values, &limits, panels, hits);
            }
            Metric::Manhattan => screen_absolute(&group.values, &limits, panels, hits),
            Metric::Chebyshev | Metric::Minkowski(_) => {
                screen_largest(&group.values, &limits, panels, hits);
            }
        }
        for (hits, query) in hits.iter_mut().zip(group.sizes) {
            // A score of Minkowski's is no bound from above.
            if !matches!(self.metric, Metric::Minkowski(_)) {
                keep_nearest(hits, k, 2.0 * self.slack(query + size));
            }
            for (_, row) in hits {
                *row += first as u32;
            }
        }
    }

    /// The largest score of a row that may be within `bound`.
    fn limit(&self, bound: f64, square: f64, sizes: f64) -> f64 {
        let score = match self.metric {
            Metric::Euclidean => bound * self.scale * self.scale - square,
            Metric::Cosine => 2.0 * bound,
            Metric::Manhattan | Metric::Chebyshev => bound * self.scale,
            Metric::Minkowski(_) => self.metric.distance(bound) * self.scale * (1.0 + 1e-9),
        };
        score + self.slack(sizes)
    }

    /// How far a score may be from the exact one.
    fn slack(&self, sizes: f64) -> f64 {
        let p = self.center.len() as f64;
        let slack = match self.metric {
            Metric::Euclidean => (p / 2.0 + 8.0) * sizes * sizes,
            Metric::Cosine => (p / 2.0 + 8.0) * sizes * sizes + 8.0,
            Metric::Manhattan => (p + 8.0) * sizes,
            Metric::Chebyshev | Metric::Minkowski(_) => 8.0 * sizes,
        };
        UNIT * slack + TINY
    }
}

/// Keeps rows whose scores are beyond the `k`-th lowest by at most `slack`.
fn keep_nearest(hits: &mut Vec<(f32, u32)>, k: usize, slack: f64) {
    if hits.len() <= k {
        return;
    }
    let (_, (score, _), _) = hits.select_nth_unstable_by(k - 1, |a, b| a.0.total_cmp(&b.0));
    let limit = f64::from(*score) + slack;
    hits.retain(|(score, _)| f64::from(*score) <= limit);
}

/// The next number of `f32` that is not below.
fn upward(x: f64) -> f32 {
    let near = x as f32;
    if f64::from(near) < x { near.next_up() } else { near }
}

/// The middle of the range of each feature.
fn middle(rows: &[f64], width: usize) -> Vec<f64> {
    let mut low = vec![f64::INFINITY; width];
    let mut high = vec![f64::NEG_INFINITY; width];
    for row in rows.chunks_exact(width) {
        for ((low, high), x) in low.iter_mut().zip(&mut high).zip(row) {
            *low = low.min(*x);
            *high = high.max(*x);
        }
    }
    low.iter().zip(&high).map(|(low, high)| f64::midpoint(*low, *high)).collect()
}

fn stretches(sizes: &[f64]) -> Vec<Stretch> {
    let (mut found, mut first, mut height) = (Vec::new(), 0, FIRST);
    while first < sizes.len() {
        let end = (first + height).min(sizes.len());
        let size = sizes[first..end].iter().copied().fold(0.0, f64::max);
        let n_rows = (end - first).next_multiple_of(PANEL);
        found.push(Stretch { first, n_rows, size });
        first = end;
        height = (4 * height).min(STRETCH);
    }
    found
}
