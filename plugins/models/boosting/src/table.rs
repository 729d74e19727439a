//! The training rows as bins: at most 255 for the values of a feature, and one for missing ones.

use surmise_plugin_sdk::Random;

use crate::threads::each;

/// Features whose bins lie side by side: what one row of them needs is one load.
pub(crate) const LANES: usize = 4;
/// The bins of that many features of a row.
pub(crate) type Group = [u8; LANES];

/// Rows from which the bins are learned, as many as scikit-learn takes.
const SAMPLE: usize = 200_000;

/// How many places of a histogram a feature has: those of a block all the same.
const WIDTHS: [usize; 3] = [16, 64, 256];

/// Some features of all rows.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) groups: Vec<Group>,
    pub(crate) width: usize,
    /// Where its places begin in a histogram of all blocks.
    pub(crate) start: usize,
}

/// One feature.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) feature: u32,
    pub(crate) block: usize,
    pub(crate) lane: usize,
    /// Where its places lie in a histogram of all blocks.
    pub(crate) start: usize,
    pub(crate) width: usize,
    /// A value is in the bin of the first of these that is not below it.
    pub(crate) cuts: Vec<f64>,
    pub(crate) has_missing: bool,
}

impl Column {
    pub(crate) fn n_bins(&self) -> usize {
        self.cuts.len() + 1
    }

    /// The bin of missing values, if there are any.
    pub(crate) fn missing(&self) -> Option<u8> {
        self.has_missing.then_some(self.n_bins() as u8)
    }
}

/// All rows and features.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) blocks: Vec<Block>,
    /// In the order of a histogram.
    pub(crate) columns: Vec<Column>,
    /// Places of a histogram.
    pub(crate) n_places: usize,
}

impl Table {
    /// O(rows × features × log rows). Bins are the distinct values if they are at most `max_bins`,
    /// otherwise quantiles by weight; of many rows those of a sample.
    pub(crate) fn new(
        rows: &[&[f64]],
        weights: Option<&[f64]>,
        max_bins: usize,
        (seed, n_threads): (u64, usize),
    ) -> Self {
        let n_features = rows.first().map_or(0, |row| row.len());
        let sample = sample(rows.len(), seed);
        let learned =
            each(n_threads, n_features, |f| Learned::new(rows, weights, &sample, f, max_bins));
        let mut blocks = Vec::new();
        let mut columns: Vec<Column> = Vec::new();
        let (mut start, mut learned): (_, Vec<_>) =
            (0, learned.into_iter().zip(0..).map(Some).collect());
        for width in WIDTHS {
            let fits = |one: &&mut Option<(Learned, u32)>| {
                one.as_ref().is_some_and(|(learned, _)| learned.cuts.len() + 2 <= width)
            };
            let of_width: Vec<(Learned, u32)> =
                learned.iter_mut().filter(fits).filter_map(Option::take).collect();
            for (i, (Learned { cuts, has_missing }, feature)) in of_width.into_iter().enumerate() {
                let lane = i % LANES;
                if lane == 0 {
                    blocks.push(Block { groups: Vec::new(), width, start });
                    start += LANES * width;
                }
                let start = start - (LANES - lane) * width;
                let block = blocks.len() - 1;
                columns.push(Column { feature, block, lane, start, width, cuts, has_missing });
            }
        }
        let groups = each(n_threads, blocks.len(), |block| groups(rows, &columns, block));
        blocks.iter_mut().zip(groups).for_each(|(block, groups)| block.groups = groups);
        Self { blocks, columns, n_places: start }
    }
}

/// What is known of a feature before its rows are put into bins.
struct Learned {
    cuts: Vec<f64>,
    has_missing: bool,
}

impl Learned {
    fn new(
        rows: &[&[f64]],
        weights: Option<&[f64]>,
        sample: &[u32],
        f: usize,
        max_bins: usize,
    ) -> Self {
        let has_missing = rows.iter().any(|row| row[f].is_nan());
        let there = sample.iter().map(|&i| i as usize).filter(|&i| !rows[i][f].is_nan());
        let cuts = match weights {
            None => cuts(&mut there.map(|i| rows[i][f]).collect::<Vec<_>>(), max_bins),
            Some(weights) => {
                weighted_cuts(there.map(|i| (rows[i][f], weights[i])).collect(), max_bins)
            }
        };
        Self { cuts, has_missing }
    }
}

/// All rows, or the first to be drawn of them.
fn sample(n_rows: usize, seed: u64) -> Vec<u32> {
    let mut all: Vec<u32> = (0..n_rows as u32).collect();
    if n_rows > SAMPLE {
        let mut random = Random::named(seed, "bins");
        for i in 0..SAMPLE {
            all.swap(i, i + random.below(n_rows - i));
        }
        all.truncate(SAMPLE);
        all.sort_unstable();
    }
    all
}

/// Between all distinct values, or at quantiles: the inverse of the distribution function, averaged
/// where it jumps (definition 2 of Hyndman & Fan, The American Statistician 50, 1996).
fn cuts(values: &mut [f64], max_bins: usize) -> Vec<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let distinct = distinct(values.iter().copied(), max_bins);
    if distinct.len() <= max_bins {
        return distinct.windows(2).map(|pair| between(pair[0], pair[1])).collect();
    }
    let n = values.len();
    let quantile = |k: usize| {
        let place = n * k / max_bins;
        let is_whole = (n * k).is_multiple_of(max_bins);
        if is_whole { average(values[place - 1], values[place]) } else { values[place] }
    };
    distinct_cuts((1..max_bins).map(quantile))
}

/// The same of values with weights, where a whole weight counts as that many values.
fn weighted_cuts(mut values: Vec<(f64, f64)>, max_bins: usize) -> Vec<f64> {
    values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let distinct = distinct(values.iter().map(|(value, _)| *value), max_bins);
    if distinct.len() <= max_bins {
        return distinct.windows(2).map(|pair| between(pair[0], pair[1])).collect();
    }
    let total: f64 = values.iter().map(|(_, weight)| weight).sum();
    let (mut i, mut sum) = (0, values[0].1);
    let quantile = |k: usize| {
        let place = total * k as f64;
        while sum * max_bins as f64 <= place && i + 1 < values.len() {
            if sum * max_bins as f64 == place {
                return average(values[i].0, values[i + 1].0);
            }
            i += 1;
            sum += values[i].1;
        }
        values[i].0
    };
    distinct_cuts((1..max_bins).map(quantile))
}

/// The distinct of these ascending values, at most one more than `most`.
fn distinct(values: impl Iterator<Item = f64>, most: usize) -> Vec<f64> {
    let mut found: Vec<f64> = Vec::new();
    for value in values {
        if found.last() != Some(&value) {
            found.push(value);
            if found.len() > most {
                break;
            }
        }
    }
    found
}

fn distinct_cuts(cuts: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut cuts: Vec<f64> = cuts.collect();
    cuts.dedup();
    cuts
}

fn average(a: f64, b: f64) -> f64 {
    if a == b { a } else { between(a, b) }
}

/// A finite cut that `a < b` are on both sides of: in the middle, unless rounding forbids.
fn between(a: f64, b: f64) -> f64 {
    let middle = 0.5 * (a + b);
    if a <= middle && middle < b { middle.max(-f64::MAX) } else { a.max(-f64::MAX) }
}

/// The bins of a block's features, row by row.
fn groups(rows: &[&[f64]], columns: &[Column], block: usize) -> Vec<Group> {
    let mut groups = vec![[0; LANES]; rows.len()];
    for column in columns.iter().filter(|column| column.block == block) {
        let mut cuts = [f64::INFINITY; 255];
        cuts[..column.cuts.len()].copy_from_slice(&column.cuts);
        let missing = column.n_bins() as u8;
        for (group, row) in groups.iter_mut().zip(rows) {
            let value = row[column.feature as usize];
            group[column.lane] = if value.is_nan() { missing } else { bin(&cuts, value) };
        }
    }
    groups
}

/// How many cuts are below the value; there are as many steps for each.
#[inline(always)]
fn bin(cuts: &[f64; 255], value: f64) -> u8 {
    let mut place = 0;
    for step in [128, 64, 32, 16, 8, 4, 2, 1] {
        place += if cuts[place + step - 1] < value { step } else { 0 };
    }
    place as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_have_a_bin_each() {
        assert_eq!(cuts(&mut [3.0, 1.0, 1.0, 2.0], 3), [1.5, 2.5]);
        assert_eq!(cuts(&mut [1.0, 1.0], 3), [0.0; 0]);
        assert_eq!(cuts(&mut [f64::NEG_INFINITY, 0.0, f64::INFINITY], 9), [-f64::MAX, 0.0]);
        let next = 1.0_f64.next_up();
        assert_eq!(cuts(&mut [1.0, next], 9), [1.0]);
    }

    #[test]
    fn of_many_values_quantiles_are_taken() {
        let mut values: Vec<f64> = (0..10).map(f64::from).collect();
        // Of ten values in four parts: 2.5, 5 and 7.5 values from the left.
        assert_eq!(cuts(&mut values, 4), [2.0, 4.5, 7.0]);
        assert_eq!(cuts(&mut [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0], 3), [0.0]);
        let ones = values.iter().map(|value| (*value, 1.0)).collect();
        assert_eq!(weighted_cuts(ones, 4), [2.0, 4.5, 7.0]);
    }

    #[test]
    fn whole_weights_count_values() {
        let weighted = vec![(0.0, 3.0), (1.0, 1.0), (2.0, 5.0), (3.0, 2.0), (4.0, 1.0)];
        let repeat = |(value, n): &(f64, f64)| std::iter::repeat_n(*value, *n as usize);
        let mut all: Vec<f64> = weighted.iter().flat_map(repeat).collect();
        for max_bins in 2..5 {
            assert_eq!(weighted_cuts(weighted.clone(), max_bins), cuts(&mut all, max_bins));
        }
    }

    #[test]
    fn bins_of_rows() {
        let nan = f64::NAN;
        let rows: Vec<[f64; 3]> =
            (0..40).map(|i| [i.into(), if i < 3 { nan } else { 1.0 }, (i % 2).into()]).collect();
        let rows: Vec<&[f64]> = rows.iter().map(|row| &row[..]).collect();
        let table = Table::new(&rows, None, 255, (0, 2));
        let of = |feature: u32| {
            let column = table.columns.iter().find(|column| column.feature == feature).unwrap();
            let bins = table.blocks[column.block].groups.iter().map(|group| group[column.lane]);
            (column, bins.collect::<Vec<_>>())
        };
        assert_eq!(of(0).1, (0..40).collect::<Vec<u8>>());
        assert_eq!((of(1).0.missing(), &of(1).1[..4]), (Some(1), &[1, 1, 1, 0][..]));
        assert_eq!((of(2).0.missing(), &of(2).1[..4]), (None, &[0, 1, 0, 1][..]));
        assert_eq!((of(0).0.width, of(1).0.width), (64, 16));
        assert_eq!(table.n_places, 4 * (16 + 64));
    }
}
