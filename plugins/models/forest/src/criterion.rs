//! What a split is judged by: sums over rows, and the impurity that they have.

use crate::table::Table;

/// A training row in a tree.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample<L> {
    /// Its place in the [`Table`].
    pub(crate) row: u32,
    pub(crate) label: L,
    /// Above 0.
    pub(crate) weight: f64,
}

/// Fewer rows are added one after the other.
const MANY: usize = 64;

/// Numbers that are added over rows.
pub(crate) trait Sums: Clone + Send + Sync + AsRef<[f64]> + AsMut<[f64]> {}
impl<T: Clone + Send + Sync + AsRef<[f64]> + AsMut<[f64]>> Sums for T {}

/// Adds to the sums of each cell those of all before it.
#[inline]
pub(crate) fn accumulate<S: Sums>(zero: S, cells: &mut [f64]) {
    let mut sums = zero;
    let sums = sums.as_mut();
    for cell in cells.chunks_exact_mut(sums.len()) {
        for (sum, part) in sums.iter_mut().zip(cell) {
            *sum += *part;
            *part = *sum;
        }
    }
}

/// An impurity.
pub(crate) trait Criterion: Sync {
    /// A class code or a number.
    type Label: Copy + Send + Sync + PartialEq;
    /// What must be known of a set of rows.
    type Sums: Sums;

    /// The sums of no rows.
    fn zero(&self) -> Self::Sums;
    /// Adds a row to the sums.
    fn add(&self, sums: &mut [f64], label: Self::Label, weight: f64);

    /// The sums of these rows.
    fn sum(&self, samples: &[Sample<Self::Label>]) -> Self::Sums {
        if samples.len() < MANY {
            let mut sums = self.zero();
            for sample in samples {
                self.add(sums.as_mut(), sample.label, sample.weight);
            }
            return sums;
        }
        // As many at once as can be added side by side.
        let mut lanes: [Self::Sums; 4] = std::array::from_fn(|_| self.zero());
        let (blocks, rest) = samples.as_chunks::<4>();
        for block in blocks {
            for (sums, sample) in lanes.iter_mut().zip(block) {
                self.add(sums.as_mut(), sample.label, sample.weight);
            }
        }
        let [mut sums, others @ ..] = lanes;
        for other in others {
            sums.as_mut().iter_mut().zip(other.as_ref()).for_each(|(sum, part)| *sum += part);
        }
        for sample in rest {
            self.add(sums.as_mut(), sample.label, sample.weight);
        }
        sums
    }

    /// The weight of the rows.
    fn weight(&self, sums: &[f64]) -> f64;
    /// `-weight × impurity`, up to a term that is linear in the sums; convex in them, and -∞ for
    /// rows that must not be a node.
    fn score(&self, sums: &[f64]) -> f64;
    /// The impurity, 0 for rows that are all alike.
    fn impurity(&self, sums: &[f64]) -> f64;
    /// Appends what a leaf of these rows predicts.
    fn predict(&self, samples: &[Sample<Self::Label>], sums: &[f64], out: &mut Vec<f64>);

    /// The sum of both scores.
    fn gain(&self, left: &[f64], right: &[f64]) -> f64 {
        self.score(left) + self.score(right)
    }

    /// Whether [`Criterion::judge`] knows bounds.
    fn is_bounded(&self) -> bool {
        false
    }

    /// Rows go over to the left range by range: `before` has their sums before each range and at
    /// the end. Writes the gain after each range.
    fn gains(&self, before: &[f64], total: &[f64], gains: &mut [f64]) {
        gains_of_ends(self, before, total, gains);
    }

    /// The same, and what the gain within each range cannot exceed.
    fn judge(&self, before: &[f64], total: &[f64], gains: &mut [f64], bounds: &mut [f64]) {
        self.gains(before, total, gains);
        bounds.fill(f64::INFINITY);
    }
}

fn gains_of_ends<C: Criterion + ?Sized>(
    criterion: &C,
    before: &[f64],
    total: &[f64],
    gains: &mut [f64],
) {
    let mut right = total.to_vec();
    for (left, gain) in before.chunks_exact(total.len()).skip(1).zip(gains) {
        for ((right, total), left) in right.iter_mut().zip(total).zip(left) {
            *right = total - left;
        }
        *gain = criterion.gain(left, &right);
    }
}

/// The gains and bounds for two classes and a convex gain. It is largest at a corner of what is
/// between the sums before and after a range; two of the four are these ends.
#[inline]
fn judge_two(
    gain: impl Fn([f64; 2], [f64; 2]) -> f64,
    before: &[f64],
    total: [f64; 2],
    gains: &mut [f64],
    bounds: &mut [f64],
) {
    let gain = |a: f64, b: f64| gain([a, b], [total[0] - a, total[1] - b]);
    let (sums, _) = before.as_chunks::<2>();
    for ((ends, after), bound) in sums.windows(2).zip(gains).zip(bounds) {
        let ([a, b], [c, d]) = (ends[0], ends[1]);
        *after = gain(c, d);
        *bound = gain(c, b).max(gain(a, d));
    }
}

fn shares(sums: &[f64], out: &mut Vec<f64>) {
    let weight: f64 = sums.iter().sum();
    out.extend(sums.iter().map(|part| part / weight));
}

/// The Gini index `1 - Σ (w_c / w)²`. Its sums are the weights of the classes.
#[derive(Debug)]
pub(crate) struct Gini<S>(pub(crate) S);

impl<S: Sums> Criterion for Gini<S> {
    type Label = u32;
    type Sums = S;

    fn zero(&self) -> S {
        self.0.clone()
    }

    #[inline]
    fn add(&self, sums: &mut [f64], label: u32, weight: f64) {
        sums[label as usize] += weight;
    }

    #[inline]
    fn weight(&self, sums: &[f64]) -> f64 {
        sums.iter().sum()
    }

    #[inline]
    fn score(&self, sums: &[f64]) -> f64 {
        let weight = self.weight(sums);
        let squares: f64 = sums.iter().map(|part| part * part).sum();
        if weight > 0.0 { squares / weight - weight } else { 0.0 }
    }

    #[inline]
    fn gain(&self, left: &[f64], right: &[f64]) -> f64 {
        match (left, right) {
            (&[a, b], &[c, d]) => gini_of_two([a, b], [c, d]),
            _ => self.score(left) + self.score(right),
        }
    }

    fn impurity(&self, sums: &[f64]) -> f64 {
        -self.score(sums) / self.weight(sums)
    }

    fn predict(&self, _: &[Sample<u32>], sums: &[f64], out: &mut Vec<f64>) {
        shares(sums, out);
    }

    fn is_bounded(&self) -> bool {
        self.0.as_ref().len() == 2
    }

    fn gains(&self, before: &[f64], total: &[f64], gains: &mut [f64]) {
        let &[a, b] = total else { return gains_of_ends(self, before, total, gains) };
        let (sums, _) = before.as_chunks::<2>();
        for (&[c, d], gain) in sums[1..].iter().zip(gains) {
            *gain = gini_of_two([c, d], [a - c, b - d]);
        }
    }

    fn judge(&self, before: &[f64], total: &[f64], gains: &mut [f64], bounds: &mut [f64]) {
        match *total {
            [a, b] => judge_two(gini_of_two, before, [a, b], gains, bounds),
            _ => {
                gains_of_ends(self, before, total, gains);
                bounds.fill(f64::INFINITY);
            }
        }
    }
}

/// `-2 l_0 l_1 / l - 2 r_0 r_1 / r` with one division.
#[inline]
fn gini_of_two([a, b]: [f64; 2], [c, d]: [f64; 2]) -> f64 {
    let (left, right) = (a + b, c + d);
    -2.0 * (a * b * right + c * d * left) / (left * right)
}

/// The entropy `-Σ (w_c / w) log₂ (w_c / w)`, in bits. Its sums are the weights of the classes.
#[derive(Debug)]
pub(crate) struct Entropy<S>(pub(crate) S);

impl<S: Sums> Criterion for Entropy<S> {
    type Label = u32;
    type Sums = S;

    fn zero(&self) -> S {
        self.0.clone()
    }

    #[inline]
    fn add(&self, sums: &mut [f64], label: u32, weight: f64) {
        sums[label as usize] += weight;
    }

    #[inline]
    fn weight(&self, sums: &[f64]) -> f64 {
        sums.iter().sum()
    }

    #[inline]
    fn score(&self, sums: &[f64]) -> f64 {
        let weight = self.weight(sums);
        let term = |part: &f64| if *part > 0.0 { part * (part / weight).log2() } else { 0.0 };
        sums.iter().map(term).sum()
    }

    fn impurity(&self, sums: &[f64]) -> f64 {
        -self.score(sums) / self.weight(sums)
    }

    fn predict(&self, _: &[Sample<u32>], sums: &[f64], out: &mut Vec<f64>) {
        shares(sums, out);
    }

    fn is_bounded(&self) -> bool {
        self.0.as_ref().len() == 2
    }

    fn judge(&self, before: &[f64], total: &[f64], gains: &mut [f64], bounds: &mut [f64]) {
        let gain = |left: [f64; 2], right: [f64; 2]| self.gain(&left, &right);
        match *total {
            [a, b] => judge_two(gain, before, [a, b], gains, bounds),
            _ => {
                gains_of_ends(self, before, total, gains);
                bounds.fill(f64::INFINITY);
            }
        }
    }
}

/// The mean of the rows' labels, exactly the label where all are equal.
fn mean(samples: &[Sample<f64>], weight: f64) -> f64 {
    let first = samples.first().map_or(0.0, |sample| sample.label);
    let rest: f64 = samples.iter().map(|sample| sample.weight * (sample.label - first)).sum();
    first + rest / weight
}

/// The variance. Its sums are those of `w`, `w d` and `w d²`, where `d` is the label less the
/// middle of all labels, rounded to so few bits that sums of `w d` are exact for whole weights:
/// then they depend neither on the order of the rows nor on whether a row is repeated or weighs
/// more. Only splits are judged by it; leaves predict from the labels as they are.
#[derive(Debug)]
pub(crate) struct SquaredError {
    middle: f64,
    /// Adding it and taking it away rounds.
    rounder: f64,
}

impl SquaredError {
    /// For rows of this weight in all.
    pub(crate) fn new(labels: &[f64], weight: f64) -> Self {
        let low = labels.iter().copied().fold(f64::INFINITY, f64::min);
        let high = labels.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let middle = low / 2.0 + high / 2.0;
        let bits = |value: f64| if value > 0.0 { value.log2().ceil() } else { 0.0 };
        // The sum of 2^52 units keeps its last bit.
        let unit = (bits(high / 2.0 - low / 2.0) + bits(weight) - 51.0).exp2();
        Self { middle, rounder: 1.5 * 52_f64.exp2() * unit }
    }
}

impl Criterion for SquaredError {
    type Label = f64;
    type Sums = [f64; 3];

    fn zero(&self) -> [f64; 3] {
        [0.0; 3]
    }

    #[inline]
    fn add(&self, sums: &mut [f64], label: f64, weight: f64) {
        let difference = (label - self.middle + self.rounder) - self.rounder;
        sums[0] += weight;
        sums[1] += weight * difference;
        sums[2] += weight * difference * difference;
    }

    #[inline]
    fn weight(&self, sums: &[f64]) -> f64 {
        sums[0]
    }

    #[inline]
    fn score(&self, sums: &[f64]) -> f64 {
        if sums[0] > 0.0 { sums[1] * sums[1] / sums[0] } else { 0.0 }
    }

    fn impurity(&self, sums: &[f64]) -> f64 {
        (sums[2] - self.score(sums)) / sums[0]
    }

    fn predict(&self, samples: &[Sample<f64>], sums: &[f64], out: &mut Vec<f64>) {
        out.push(mean(samples, sums[0]));
    }
}

/// Half the mean Poisson deviance. Its sums are those of `w`, `w y` and `w y ln y`.
#[derive(Debug)]
pub(crate) struct Poisson;

impl Criterion for Poisson {
    type Label = f64;
    type Sums = [f64; 3];

    fn zero(&self) -> [f64; 3] {
        [0.0; 3]
    }

    #[inline]
    fn add(&self, sums: &mut [f64], label: f64, weight: f64) {
        sums[0] += weight;
        sums[1] += weight * label;
        sums[2] += if label > 0.0 { weight * label * label.ln() } else { 0.0 };
    }

    #[inline]
    fn weight(&self, sums: &[f64]) -> f64 {
        sums[0]
    }

    /// A node of zeros would predict what has no deviance: -∞, as in scikit-learn.
    #[inline]
    fn score(&self, sums: &[f64]) -> f64 {
        match sums[1] > f64::EPSILON {
            true => sums[1] * (sums[1] / sums[0]).ln(),
            false => f64::NEG_INFINITY,
        }
    }

    fn impurity(&self, sums: &[f64]) -> f64 {
        let score = self.score(sums);
        if score.is_finite() { (sums[2] - score) / sums[0] } else { 0.0 }
    }

    fn predict(&self, samples: &[Sample<f64>], sums: &[f64], out: &mut Vec<f64>) {
        out.push(mean(samples, sums[0]));
    }
}

/// All rows of a table that have a weight.
pub(crate) fn samples<L: Copy>(
    table: &Table,
    labels: &[L],
    weight: impl Fn(usize) -> f64,
) -> Vec<Sample<L>> {
    let all = (0..table.n_rows()).map(|row| (row, weight(row)));
    all.filter(|(_, weight)| *weight > 0.0)
        .map(|(row, weight)| Sample { row: row as u32, label: labels[row], weight })
        .collect()
}
