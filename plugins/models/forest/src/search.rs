//! The best split of a node's rows by one feature, and a random one.

use std::rc::Rc;

use surmise_plugin_sdk::Random;

use crate::criterion::{Criterion, Sample, accumulate};
use crate::few::{self, Few};
use crate::order::{Sorter, packed};
use crate::table::{Column, Extent};

/// Fewer rows are sorted at once.
const FEW: usize = 16;
/// So many rows are first counted into ranges, where that bounds the gain.
const MANY: usize = 64;
const ROWS_A_RANGE: usize = 8;
const FEWEST_RANGES: usize = 32;
const MOST_RANGES: usize = 256;
/// Ranks up to so many are counted one by one.
const FEW_RANKS: u32 = 1024;
/// How far a bound may be off by rounding, relative to it.
const ROUNDING: f64 = 1e-9;

/// Where a node's rows go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Split {
    pub(crate) feature: u32,
    /// Up to this rank rows go left. It need not be one of the node.
    pub(crate) rank: u32,
    /// Whether missing values go left; `false` if there are none.
    pub(crate) missing_left: bool,
    /// The threshold, where it was drawn.
    pub(crate) drawn: Option<f64>,
}

/// The smallest and the largest rank that a node's rows can have by each feature.
pub(crate) type Extents = Rc<[(u32, u32)]>;

/// What each child must have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) min_samples: usize,
    pub(crate) min_weight: f64,
}

/// The rows of a node, some of which have gone to the left.
struct Walk<'a, C: Criterion> {
    criterion: &'a C,
    limits: Limits,
    total: C::Sums,
    n: usize,
    left: C::Sums,
    right: C::Sums,
    n_left: usize,
}

impl<C: Criterion> Walk<'_, C> {
    fn rewind(&mut self) {
        self.left.as_mut().fill(0.0);
        self.n_left = 0;
    }

    #[inline]
    fn take(&mut self, sample: &Sample<C::Label>) {
        self.criterion.add(self.left.as_mut(), sample.label, sample.weight);
        self.n_left += 1;
    }

    /// The gain of splitting here, -∞ where that is not allowed. `n_left` matters only if more than
    /// one row must be on each side.
    #[inline]
    fn gain(&mut self) -> f64 {
        let Limits { min_samples, min_weight } = self.limits;
        if min_samples > 1
            && (self.n_left < min_samples || self.n.saturating_sub(self.n_left) < min_samples)
        {
            return f64::NEG_INFINITY;
        }
        let (left, right) = (self.left.as_ref(), self.right.as_mut());
        for ((right, total), left) in right.iter_mut().zip(self.total.as_ref()).zip(left) {
            *right = total - left;
        }
        let right = self.right.as_ref();
        if min_weight > 0.0
            && self.criterion.weight(left).min(self.criterion.weight(right)) < min_weight
        {
            return f64::NEG_INFINITY;
        }
        self.criterion.gain(left, right)
    }
}

/// The best place to split so far.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    gain: f64,
    /// Of equal gains the smallest is taken, in whatever order they come: the earlier feature,
    /// missing values on the right, the lower rank.
    place: Option<Place>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    /// How many features were drawn before this one.
    turn: usize,
    missing_left: bool,
    /// Up to this rank rows go left; it need not be one of the node.
    rank: u32,
    feature: u32,
}

impl Candidate {
    #[inline]
    fn offer(&mut self, gain: f64, place: Place) {
        let is_first = || self.place.is_some_and(|best| place < best);
        if gain > self.gain || (gain == self.gain && is_first()) {
            *self = Self { gain, place: Some(place) };
        }
    }
}

/// A feature's counts by range of ranks.
#[derive(Debug, Default)]
struct Ranges {
    turn: usize,
    feature: u32,
    low: u32,
    shift: u32,
    /// The left side before each range, and after the last; and its number of rows, where it
    /// matters.
    before: Vec<f64>,
    n_before: Vec<usize>,
    /// The gain after each range.
    gains: Vec<f64>,
    /// What the gain within each range cannot exceed, and the largest of them.
    bounds: Vec<f64>,
    bound: f64,
}

/// The search, with its memory.
pub(crate) struct Search<'a, C: Criterion> {
    columns: &'a [Column],
    walk: Walk<'a, C>,
    is_bounded: bool,
    candidate: Candidate,
    /// The candidate's threshold, where it was drawn.
    threshold: Option<f64>,
    n_drawn: usize,
    /// The ranks of the node's rows by the feature that was gathered last.
    keys: Vec<u32>,
    extent: Extent,
    gathered: u32,
    extents: Extents,
    sorter: Sorter,
    few: Few,
    /// Those of this node that have been counted, and more memory.
    counted: Vec<Ranges>,
    n_counted: usize,
}

impl<'a, C: Criterion> Search<'a, C> {
    pub(crate) fn new(criterion: &'a C, columns: &'a [Column], limits: Limits) -> Self {
        let zero = criterion.zero();
        let is_bounded = criterion.is_bounded();
        let (total, left, right) = (zero.clone(), zero.clone(), zero);
        Self {
            columns,
            walk: Walk { criterion, limits, total, n: 0, left, right, n_left: 0 },
            is_bounded,
            candidate: Candidate { gain: f64::NEG_INFINITY, place: None },
            threshold: None,
            n_drawn: 0,
            keys: Vec::new(),
            extent: Extent { low: 0, high: 0, n_missing: 0 },
            gathered: u32::MAX,
            extents: Rc::default(),
            sorter: Sorter::default(),
            few: Few::default(),
            counted: Vec::new(),
            n_counted: 0,
        }
    }

    /// Begins with a node of `n` rows.
    pub(crate) fn enter(&mut self, total: &C::Sums, n: usize, extents: &Extents) {
        self.extents = Rc::clone(extents);
        self.walk.total.clone_from(total);
        self.walk.n = n;
        self.candidate = Candidate { gain: f64::NEG_INFINITY, place: None };
        self.threshold = None;
        (self.n_drawn, self.n_counted, self.gathered) = (0, 0, u32::MAX);
    }

    /// Looks at all splits by `feature`. `false` if it is constant here.
    pub(crate) fn exact(&mut self, samples: &[Sample<C::Label>], feature: u32) -> bool {
        self.n_drawn += 1;
        let (low, high) = self.extents[feature as usize];
        match self.shift(samples.len(), high - low + 1) {
            Some(shift) if !self.columns[feature as usize].has_missing() => {
                if let Some(varies) = self.count(samples, feature, (low, high), shift) {
                    return varies;
                }
            }
            _ => {}
        }
        if !self.gather(samples, feature) {
            return false;
        }
        let Extent { low, high, n_missing } = self.extent;
        match self.shift(samples.len(), high - low + 1).filter(|_| n_missing == 0) {
            Some(shift) => self.count(samples, feature, (low, high), shift) != Some(false),
            None if self.is_few(n_missing) => {
                self.order(samples);
                true
            }
            None => {
                self.sort(samples);
                true
            }
        }
    }

    /// Whether [`Search::order`] is for such a node.
    fn is_few(&self, n_missing: usize) -> bool {
        self.is_bounded
            && self.walk.n <= few::MOST
            && n_missing == 0
            && self.walk.limits.min_weight <= 0.0
    }

    /// Looks at all splits of a few rows by the feature that was gathered.
    fn order(&mut self, samples: &[Sample<C::Label>]) {
        let Self { walk, keys, few, candidate, .. } = self;
        let (turn, feature) = (self.n_drawn, self.gathered);
        let least = walk.limits.min_samples.max(1);
        few.search(walk.criterion, samples, keys, walk.total.as_ref(), |n_left, rank, gain| {
            if gain >= candidate.gain && n_left >= least && samples.len() - n_left >= least {
                candidate.offer(gain, Place { turn, missing_left: false, rank, feature });
            }
        });
    }

    /// Counts the rows by ranges of ranks, and says whether the feature varies; `None` if all rows
    /// are in one range of several ranks.
    fn count(
        &mut self,
        samples: &[Sample<C::Label>],
        feature: u32,
        (low, high): (u32, u32),
        shift: u32,
    ) -> Option<bool> {
        if self.n_counted == self.counted.len() {
            self.counted.push(Ranges::default());
        }
        let ranges = &mut self.counted[self.n_counted];
        *ranges = Ranges { turn: self.n_drawn, feature, low, shift, ..std::mem::take(ranges) };
        if !ranges.fill(&self.walk, samples, &self.columns[feature as usize], high) {
            return (shift == 0).then_some(false);
        }
        ranges.judge(&mut self.walk, &mut self.candidate);
        self.n_counted += usize::from(shift > 0);
        Some(true)
    }

    /// Looks at one threshold, uniform between the feature's smallest and largest value.
    pub(crate) fn random(
        &mut self,
        samples: &[Sample<C::Label>],
        feature: u32,
        random: &mut Random,
    ) -> bool {
        self.n_drawn += 1;
        if !self.gather(samples, feature) {
            return false;
        }
        let column = &self.columns[feature as usize];
        let Extent { low, high, n_missing } = self.extent;
        let (low, high) = (column.values()[low as usize], column.values()[high as usize]);
        let share = random.uniform();
        let drawn = low * (1.0 - share) + high * share;
        let threshold = if drawn < high { drawn.max(low) } else { low };
        let rank = column.values().partition_point(|value| *value <= threshold) as u32 - 1;
        let missing_left = (n_missing > 0).then(|| random.below(2) == 0);
        let is_left =
            |key: u32| key <= rank || (key == column.missing() && missing_left == Some(true));
        self.walk.rewind();
        for (sample, _) in samples.iter().zip(&self.keys).filter(|(_, key)| is_left(**key)) {
            self.walk.take(sample);
        }
        if (1..samples.len()).contains(&self.walk.n_left) {
            let missing_left = missing_left == Some(true);
            let place = Place { turn: self.n_drawn, missing_left, rank, feature };
            self.candidate.offer(self.walk.gain(), place);
            if self.candidate.place == Some(place) {
                self.threshold = Some(threshold);
            }
        }
        true
    }

    /// The best of all splits that were looked at, and its gain.
    pub(crate) fn best(&mut self, samples: &[Sample<C::Label>]) -> Option<(Split, f64)> {
        for number in 0..self.n_counted {
            if self.counted[number].bound >= self.floor() {
                self.refine(samples, number);
            }
        }
        let Candidate { gain, place } = self.candidate;
        let Place { feature, rank, missing_left, .. } = place?;
        Some((Split { feature, rank, missing_left, drawn: self.threshold }, gain))
    }

    /// `false` if the feature is constant here.
    fn gather(&mut self, samples: &[Sample<C::Label>], feature: u32) -> bool {
        if self.gathered != feature {
            let rows = samples.iter().map(|sample| sample.row);
            self.extent = self.columns[feature as usize].gather(rows, &mut self.keys);
            self.gathered = feature;
        }
        let Extent { low, high, n_missing } = self.extent;
        n_missing < samples.len() && (n_missing > 0 || low < high)
    }

    /// By how many bits the ranks of `n` rows are shortened for counting, or `None` to sort.
    fn shift(&self, n: usize, span: u32) -> Option<u32> {
        if n < FEW {
            return None;
        }
        if span <= FEW_RANKS && span as usize <= n {
            return Some(0);
        }
        let most = n / ROWS_A_RANGE;
        let most = most.next_power_of_two().clamp(FEWEST_RANGES, MOST_RANGES);
        let bits = 32 - (span - 1).leading_zeros();
        (self.is_bounded && n >= MANY).then(|| bits.saturating_sub(most.trailing_zeros()))
    }

    fn sort(&mut self, samples: &[Sample<C::Label>]) {
        let Self { walk, keys, sorter, candidate, extent, .. } = self;
        let missing = self.columns[self.gathered as usize].missing();
        let there = keys.iter().copied().zip(0..).filter(|(key, _)| *key < missing);
        sorter.begin().extend(there.map(|(key, place)| packed(key, place)));
        let sorted = sorter.sort();
        let (turn, feature) = (self.n_drawn, self.gathered);
        let place = |rank| Place { turn, missing_left: false, rank, feature };
        walk.rewind();
        scan(walk, samples, sorted, candidate, place);
        if extent.n_missing > 0 {
            candidate.offer(walk.gain(), place(extent.high));
            walk.rewind();
            for (sample, _) in samples.iter().zip(keys).filter(|(_, key)| **key == missing) {
                walk.take(sample);
            }
            let place = |rank| Place { missing_left: true, ..place(rank) };
            scan(walk, samples, sorted, candidate, place);
        }
    }

    /// What a bound must reach to be worth a look.
    fn floor(&self) -> f64 {
        self.candidate.gain - ROUNDING * self.candidate.gain.abs()
    }

    /// Looks into the ranges that may hold something better than their ends.
    fn refine(&mut self, samples: &[Sample<C::Label>], number: usize) {
        let floor = self.floor();
        let Self { walk, columns, sorter, counted, candidate, .. } = self;
        let ranges = &counted[number];
        let width = walk.left.as_ref().len();
        let (low, shift) = (ranges.low, ranges.shift);
        let range = |key: u32| ((key - low) >> shift) as usize;
        let open = sorter.begin();
        let rows = samples.iter().zip(0_u32..);
        columns[ranges.feature as usize].each(
            rows,
            |(sample, _)| sample.row,
            |(_, place), key| {
                if ranges.bounds[range(key)] >= floor {
                    open.push(packed(key, place));
                }
            },
        );
        let sorted = sorter.sort();
        let of_one_range = |a: &u64, b: &u64| range((a >> 32) as u32) == range((b >> 32) as u32);
        for group in sorted.chunk_by(of_one_range) {
            let start = range((group[0] >> 32) as u32);
            walk.left.as_mut().copy_from_slice(&ranges.before[start * width..][..width]);
            walk.n_left = ranges.n_before.get(start).copied().unwrap_or(0);
            scan(walk, samples, group, candidate, |rank| ranges.place(rank));
        }
    }
}

/// The middle of two values, or the lower one where there is no number between them.
pub(crate) fn between(low: f64, high: f64) -> f64 {
    let middle = low / 2.0 + high / 2.0;
    if low <= middle && middle < high { middle } else { low }
}

/// None of the numbers is NaN.
fn largest(values: &[f64]) -> f64 {
    let more = |most: f64, value: f64| if value > most { value } else { most };
    let (blocks, rest) = values.as_chunks::<4>();
    let mut lanes = [f64::NEG_INFINITY; 4];
    for block in blocks {
        lanes = std::array::from_fn(|i| more(lanes[i], block[i]));
    }
    lanes.iter().chain(rest).fold(f64::NEG_INFINITY, |most, value| more(most, *value))
}

/// Offers each place between two different ranks of `sorted`, whose rows go over to the left.
fn scan<C: Criterion>(
    walk: &mut Walk<'_, C>,
    samples: &[Sample<C::Label>],
    sorted: &[u64],
    candidate: &mut Candidate,
    place: impl Fn(u32) -> Place,
) {
    let take = |walk: &mut Walk<'_, C>, packed: u64| walk.take(&samples[packed as u32 as usize]);
    for pair in sorted.windows(2) {
        take(walk, pair[0]);
        let (rank, next) = ((pair[0] >> 32) as u32, (pair[1] >> 32) as u32);
        if rank != next {
            candidate.offer(walk.gain(), place(rank));
        }
    }
    if let Some(last) = sorted.last() {
        take(walk, *last);
    }
}

impl Ranges {
    fn place(&self, rank: u32) -> Place {
        Place { turn: self.turn, missing_left: false, rank, feature: self.feature }
    }

    /// `false` if all rows are in one range, and nothing else is done.
    fn fill<C: Criterion>(
        &mut self,
        walk: &Walk<'_, C>,
        samples: &[Sample<C::Label>],
        column: &Column,
        high: u32,
    ) -> bool {
        let (low, shift, width) = (self.low, self.shift, walk.left.as_ref().len());
        let n_ranges = ((high - low) >> shift) as usize + 1;
        self.before.clear();
        self.before.resize((n_ranges + 1) * width, 0.0);
        let cells = &mut self.before[width..];
        column.each(
            samples.iter(),
            |sample| sample.row,
            |sample, key| {
                let range = ((key - low) >> shift) as usize;
                let cell = &mut cells[range * width..][..width];
                walk.criterion.add(cell, sample.label, sample.weight);
            },
        );
        let is_filled = |cell: &&[f64]| cell.iter().any(|part| *part != 0.0);
        if cells.chunks_exact(width).filter(is_filled).take(2).count() < 2 {
            return false;
        }
        accumulate(walk.criterion.zero(), cells);
        self.n_before.clear();
        if walk.limits.min_samples > 1 {
            self.n_before.resize(n_ranges + 1, 0);
            column.each(
                samples.iter(),
                |sample| sample.row,
                |_, key| {
                    self.n_before[((key - low) >> shift) as usize + 1] += 1;
                },
            );
            for i in 0..n_ranges {
                self.n_before[i + 1] += self.n_before[i];
            }
        }
        true
    }

    /// Offers the end of each range, and bounds what is within.
    fn judge<C: Criterion>(&mut self, walk: &mut Walk<'_, C>, candidate: &mut Candidate) {
        let total = walk.total.as_ref();
        let n_ranges = self.before.len() / total.len() - 1;
        self.gains.resize(n_ranges, 0.0);
        self.bounds.resize(n_ranges, 0.0);
        walk.criterion.judge(&self.before, total, &mut self.gains, &mut self.bounds);
        self.bound = largest(&self.bounds);
        for range in 0..n_ranges - 1 {
            if self.gains[range] >= candidate.gain && self.is_allowed(walk, range + 1) {
                let end = self.low + ((range as u32 + 1) << self.shift) - 1;
                candidate.offer(self.gains[range], self.place(end));
            }
        }
    }

    fn is_allowed<C: Criterion>(&self, walk: &mut Walk<'_, C>, end: usize) -> bool {
        let width = walk.left.as_ref().len();
        walk.left.as_mut().copy_from_slice(&self.before[end * width..][..width]);
        walk.n_left = self.n_before.get(end).copied().unwrap_or(0);
        walk.gain() > f64::NEG_INFINITY
    }
}
