//! The best split of a node by one feature.

use crate::moment::{Moment, Scale};
use crate::table::Column;

/// Keeps denominators from 0, as in scikit-learn.
const EPSILON: f64 = 1e-15;
/// Smallest sum of hessians on either side, as in scikit-learn.
pub(crate) const MIN_HESSIAN: f64 = 1e-3;
/// Gains that are no larger than this share of what they are the difference of are rounding errors.
const ROUNDING: f64 = 1e-14;

/// A split: rows up to a bin go left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Split {
    /// By how much it lowers the loss, twice, to second order.
    pub(crate) gain: f64,
    pub(crate) feature: u32,
    /// Place of the feature in the table.
    pub(crate) column: u32,
    pub(crate) bin: u8,
    pub(crate) missing_left: bool,
    pub(crate) left: Moment,
}

impl Split {
    /// The better of two, of equal ones the one by the earlier feature.
    pub(crate) fn better(self, other: Self) -> Self {
        let is_first =
            self.gain > other.gain || (self.gain == other.gain && self.feature < other.feature);
        if is_first { self } else { other }
    }
}

/// Which way predictions may go along a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Monotone {
    Free,
    Increasing,
    Decreasing,
}

/// What a node's value is held within, so that its ancestors' constraints are kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bounds {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Bounds {
    pub(crate) const NONE: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY };
}

/// A node as the search sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    pub(crate) total: Moment,
    pub(crate) bounds: Bounds,
}

/// What holds for all splits of a tree.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules<'a> {
    pub(crate) scale: Scale,
    pub(crate) l2: f64,
    pub(crate) min_samples: u32,
    /// One for each feature, or none.
    pub(crate) monotone: &'a [Monotone],
}

/// Sums over the rows on one side.
#[derive(Debug, Clone, Copy)]
struct Side {
    gradient: f64,
    /// With the penalty.
    hessian: f64,
}

impl Side {
    /// What its best value takes from twice the loss.
    fn score(self) -> f64 {
        self.gradient * self.gradient / self.hessian
    }

    fn value(self, bounds: Bounds) -> f64 {
        (-self.gradient / self.hessian).clamp(bounds.low, bounds.high)
    }
}

impl Rules<'_> {
    #[inline(always)]
    fn side(&self, sum: Moment) -> Side {
        let hessian = self.scale.hessian(sum) + (self.l2 + EPSILON);
        Side { gradient: self.scale.gradient(sum), hessian }
    }

    #[inline(always)]
    fn is_large(&self, sum: Moment) -> bool {
        self.scale.n_rows(sum) >= self.min_samples && self.scale.hessian(sum) >= MIN_HESSIAN
    }

    /// `-G / (H + l2)`, within the bounds.
    pub(crate) fn value(&self, node: Node) -> f64 {
        self.side(node.total).value(node.bounds)
    }

    /// Whether a node has the rows for two children.
    pub(crate) fn can_split(&self, total: Moment) -> bool {
        self.scale.n_rows(total) / 2 >= self.min_samples.max(1)
            && self.scale.hessian(total) >= MIN_HESSIAN
    }

    /// The best split by the feature of `column`, which `places` of the node's histogram belong to,
    /// if one gains anything. O(bins).
    pub(crate) fn search(&self, places: &[Moment], column: &Column, node: Node) -> Option<Found> {
        let missing = column.missing().map_or(Moment::default(), |bin| places[usize::from(bin)]);
        let places = &places[..column.n_bins()];
        if self.monotone.is_empty() {
            let judge = Free::new(self.side(node.total));
            return self.scan(places, missing, node.total, judge);
        }
        let monotone = self.monotone[column.feature as usize];
        let value = self.side(node.total).value(node.bounds);
        let loss = value * self.scale.gradient(node.total);
        let judge = Held { bounds: node.bounds, monotone, loss, best: 0.0 };
        self.scan(places, missing, node.total, judge)
    }

    #[inline(always)]
    fn scan<J: Judge>(
        &self,
        places: &[Moment],
        missing: Moment,
        total: Moment,
        mut judge: J,
    ) -> Option<Found> {
        let mut found = None;
        let n_last = places.len() - usize::from(missing.is_empty());
        let mut left = Moment::default();
        for (bin, place) in places[..n_last].iter().enumerate() {
            if place.is_empty() {
                continue;
            }
            left.add(*place);
            let right = total.minus(left);
            if !self.is_large(left) {
                continue;
            }
            if !self.is_large(right) {
                break;
            }
            if judge.is_better(self.side(left), self.side(right)) {
                found = Some((bin as u8, false, left));
            }
        }
        if !missing.is_empty() {
            let mut right = Moment::default();
            for (bin, place) in places.iter().enumerate().skip(1).rev() {
                if place.is_empty() {
                    continue;
                }
                right.add(*place);
                let left = total.minus(right);
                if !self.is_large(right) {
                    continue;
                }
                if !self.is_large(left) {
                    break;
                }
                if judge.is_better(self.side(left), self.side(right)) {
                    found = Some((bin as u8 - 1, true, left));
                }
            }
        }
        let (bin, missing_left, left) = found?;
        let gain = judge.gain();
        (gain > 0.0).then_some(Found { gain, bin, missing_left, left })
    }
}

/// What a search finds of a [`Split`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Found {
    pub(crate) gain: f64,
    pub(crate) bin: u8,
    pub(crate) missing_left: bool,
    pub(crate) left: Moment,
}

/// Compares splits with the best so far.
trait Judge {
    /// Whether this one is better, and so the best from now on.
    fn is_better(&mut self, left: Side, right: Side) -> bool;
    /// Of the best so far.
    fn gain(&self) -> f64;
}

/// Without constraints.
struct Free {
    parent: f64,
    best: f64,
}

impl Free {
    fn new(parent: Side) -> Self {
        Self { parent: parent.score(), best: parent.score() }
    }
}

impl Judge for Free {
    /// `L² / l + R² / r > best`, without a division where it is not.
    #[inline(always)]
    fn is_better(&mut self, left: Side, right: Side) -> bool {
        let sum = left.gradient * left.gradient * right.hessian
            + right.gradient * right.gradient * left.hessian;
        let product = left.hessian * right.hessian;
        if sum <= self.best * product {
            return false;
        }
        let score = sum / product;
        let is_better = score > self.best;
        self.best = self.best.max(score);
        is_better
    }

    fn gain(&self) -> f64 {
        let gain = self.best - self.parent;
        if gain > ROUNDING * self.best { gain } else { 0.0 }
    }
}

/// With monotone constraints, on this feature or others.
struct Held {
    bounds: Bounds,
    monotone: Monotone,
    loss: f64,
    best: f64,
}

impl Judge for Held {
    fn is_better(&mut self, left: Side, right: Side) -> bool {
        let (low, high) = (left.value(self.bounds), right.value(self.bounds));
        let is_kept = match self.monotone {
            Monotone::Free => true,
            Monotone::Increasing => low <= high,
            Monotone::Decreasing => low >= high,
        };
        let (left, right) = (low * left.gradient, high * right.gradient);
        let gain = self.loss - left - right;
        let size = self.loss.abs() + left.abs() + right.abs();
        let is_better = is_kept && gain > self.best && gain > ROUNDING * size;
        if is_better {
            self.best = gain;
        }
        is_better
    }

    fn gain(&self) -> f64 {
        self.best
    }
}

#[cfg(test)]
mod tests {
    use surmise_plugin_sdk::Random;

    use super::*;

    const N_BINS: usize = 6;

    /// A column whose histogram has missing values in its last place.
    fn column() -> Column {
        let cuts = (1..N_BINS).map(|i| i as f64).collect();
        Column { feature: 0, block: 0, lane: 0, start: 0, width: 16, cuts, has_missing: true }
    }

    /// Gradient, hessian and rows of each bin.
    fn drawn(random: &mut Random) -> Vec<(f64, f64, u32)> {
        let one = |_| match random.below(4) {
            0 => (0.0, 0.0, 0),
            n => (2.0 * random.uniform() - 1.0, 0.1 + random.uniform(), n as u32),
        };
        (0..=N_BINS).map(one).collect()
    }

    /// The largest gain of all splits, sums taken anew for each.
    fn exhaustive(bins: &[(f64, f64, u32)], rules: &Rules<'_>) -> f64 {
        let sums = |is_in: &dyn Fn(usize) -> bool| {
            let chosen = bins.iter().enumerate().filter(|(bin, _)| is_in(*bin));
            chosen
                .fold((0.0, 0.0, 0), |sum, (_, bin)| (sum.0 + bin.0, sum.1 + bin.1, sum.2 + bin.2))
        };
        let score = |sum: (f64, f64, u32)| sum.0 * sum.0 / (sum.1 + rules.l2);
        let mut most: f64 = 0.0;
        for cut in 0..N_BINS {
            for missing_left in [false, true] {
                let is_left = |bin: usize| if bin < N_BINS { bin <= cut } else { missing_left };
                let (left, right) = (sums(&is_left), sums(&|bin| !is_left(bin)));
                if left.2.min(right.2) >= rules.min_samples {
                    most = most.max(score(left) + score(right) - score(sums(&|_| true)));
                }
            }
        }
        most
    }

    #[test]
    fn the_best_split_is_found() {
        let (mut random, column) = (Random::new(4), column());
        for _ in 0..2000 {
            let bins = drawn(&mut random);
            let scale = Scale::new(100, 1.0, 2.0);
            let free = [Monotone::Free];
            let min_samples = 1 + random.below(3) as u32;
            for monotone in [&free[..0], &free] {
                let rules = Rules { scale, l2: 0.5, min_samples, monotone };
                let mut places = [Moment::default(); 16];
                let mut total = Moment::default();
                for (place, (gradient, hessian, n)) in places.iter_mut().zip(&bins) {
                    if *n > 0 {
                        place.add(scale.moment(*gradient, *hessian, *n));
                        total.add(*place);
                    }
                }
                let node = Node { total, bounds: Bounds::NONE };
                let found = rules.search(&places, &column, node).map_or(0.0, |found| found.gain);
                let best = exhaustive(&bins, &rules);
                assert!((found - best).abs() < 1e-9, "{found} and {best}: {bins:?}");
            }
        }
    }
}
