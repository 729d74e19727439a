//! The training rows by column: ranks in place of values, in an order of the rows' own.

use std::cmp::Ordering;

use crate::threads::each;

/// One feature: the rank of each row's value among the distinct ones, ascending. Missing values
/// have the rank after the last.
#[derive(Debug)]
pub(crate) struct Column {
    ranks: Ranks,
    values: Vec<f64>,
    has_missing: bool,
}

/// Half the memory, and so half the traffic, where 16 bits suffice.
#[derive(Debug)]
enum Ranks {
    Narrow(Vec<u16>),
    Wide(Vec<u32>),
}

/// What the ranks of a node's rows span.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    /// Smallest and largest rank of a value that is there.
    pub(crate) low: u32,
    pub(crate) high: u32,
    pub(crate) n_missing: usize,
}

impl Column {
    fn new(values: impl Iterator<Item = f64>) -> Self {
        let mut sorted: Vec<(u64, u32)> =
            values.zip(0..).map(|(value, row)| (ascending(value), row)).collect();
        sorted.sort_unstable();
        let mut ranks = vec![0; sorted.len()];
        let mut distinct: Vec<u64> = Vec::new();
        for &(bits, row) in &sorted {
            if bits != MISSING && distinct.last() != Some(&bits) {
                distinct.push(bits);
            }
            let rank = distinct.len() - usize::from(bits != MISSING);
            ranks[row as usize] = rank as u32;
        }
        let has_missing = sorted.last().is_some_and(|(bits, _)| *bits == MISSING);
        Self {
            ranks: Ranks::Wide(ranks),
            values: distinct.into_iter().map(value_of).collect(),
            has_missing,
        }
    }

    /// The rows in another order, and as narrow as possible.
    fn arranged(self, order: &[u32]) -> Self {
        let Ranks::Wide(wide) = &self.ranks else { return self };
        let ranks = match u16::try_from(self.values.len()) {
            Ok(_) => Ranks::Narrow(order.iter().map(|&i| wide[i as usize] as u16).collect()),
            Err(_) => Ranks::Wide(order.iter().map(|&i| wide[i as usize]).collect()),
        };
        Self { ranks, ..self }
    }

    pub(crate) fn rank(&self, row: u32) -> u32 {
        match &self.ranks {
            Ranks::Narrow(ranks) => u32::from(ranks[row as usize]),
            Ranks::Wide(ranks) => ranks[row as usize],
        }
    }

    /// The distinct values, ascending.
    pub(crate) fn values(&self) -> &[f64] {
        &self.values
    }

    /// The rank of a missing value.
    pub(crate) fn missing(&self) -> u32 {
        self.values.len() as u32
    }

    /// Fills `keys` with the ranks of these rows.
    pub(crate) fn gather(&self, rows: impl Iterator<Item = u32>, keys: &mut Vec<u32>) -> Extent {
        keys.clear();
        let (mut low, mut high) = (u32::MAX, 0);
        let mut spanned = |key: u32| {
            (low, high) = (low.min(key), high.max(key));
            key
        };
        match &self.ranks {
            Ranks::Narrow(ranks) => {
                keys.extend(rows.map(|row| spanned(u32::from(ranks[row as usize]))));
            }
            Ranks::Wide(ranks) => keys.extend(rows.map(|row| spanned(ranks[row as usize]))),
        }
        if !self.has_missing || high < self.missing() {
            return Extent { low, high, n_missing: 0 };
        }
        let there = keys.iter().filter(|key| **key < self.missing());
        let n_missing = keys.len() - there.clone().count();
        Extent { low, high: there.copied().max().unwrap_or(low), n_missing }
    }

    /// Calls `visit` with each item and its row's rank.
    #[inline]
    pub(crate) fn each<T: Copy>(
        &self,
        items: impl Iterator<Item = T>,
        row: impl Fn(T) -> u32,
        mut visit: impl FnMut(T, u32),
    ) {
        match &self.ranks {
            Ranks::Narrow(ranks) => {
                items.for_each(|item| visit(item, u32::from(ranks[row(item) as usize])));
            }
            Ranks::Wide(ranks) => items.for_each(|item| visit(item, ranks[row(item) as usize])),
        }
    }

    pub(crate) fn has_missing(&self) -> bool {
        self.has_missing
    }
}

/// NaN in the order of [`ascending`].
const MISSING: u64 = u64::MAX;

/// Bits that ascend with the value; both zeros are one value, and every NaN is last.
fn ascending(value: f64) -> u64 {
    if value.is_nan() {
        return MISSING;
    }
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}

fn value_of(ascending: u64) -> f64 {
    f64::from_bits(if ascending >> 63 == 1 { ascending & !(1 << 63) } else { !ascending })
}

/// All columns.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) columns: Vec<Column>,
    /// The caller's row at each place.
    pub(crate) order: Vec<u32>,
}

impl Table {
    /// `compare` orders two of the caller's rows whose features are equal.
    pub(crate) fn new(
        rows: &[&[f64]],
        n_threads: usize,
        compare: impl Fn(u32, u32) -> Ordering,
    ) -> Self {
        let n_features = rows.first().map_or(0, |row| row.len());
        let columns = each(n_threads, n_features, &mut || false, |f| {
            Column::new(rows.iter().map(|row| row[f]))
        });
        let mut order: Vec<u32> = (0..rows.len() as u32).collect();
        order.sort_unstable_by(|&a, &b| {
            let by_rank = |column: &Column| column.rank(a).cmp(&column.rank(b));
            let different = columns.iter().map(by_rank).find(|order| order.is_ne());
            different.unwrap_or_else(|| compare(a, b))
        });
        let columns = columns.into_iter().map(|column| column.arranged(&order)).collect();
        Self { columns, order }
    }

    pub(crate) fn n_rows(&self) -> usize {
        self.order.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_dense_and_missing_values_last() {
        let column = Column::new([2.0, f64::NAN, -1.0, -0.0, 0.0, -f64::NAN].into_iter());
        assert_eq!(column.values(), [-1.0, 0.0, 2.0]);
        let mut keys = Vec::new();
        let extent = column.gather(0..6, &mut keys);
        assert_eq!(keys, [2, 3, 0, 1, 1, 3]);
        assert_eq!((extent.low, extent.high, extent.n_missing), (0, 2, 2));
        let extent = column.gather([1, 5].into_iter(), &mut keys);
        assert_eq!(extent.n_missing, 2);
    }

    #[test]
    fn the_order_of_rows_is_their_own() {
        let rows = [[1.0, 5.0], [0.0, 7.0], [1.0, 4.0]];
        let table = Table::new(&rows.each_ref().map(<[f64; 2]>::as_slice), 1, |a, b| a.cmp(&b));
        assert_eq!(table.order, [1, 2, 0]);
        assert_eq!((0..3).map(|row| table.columns[1].rank(row)).collect::<Vec<_>>(), [2, 0, 1]);
    }
}
