//! A bounded cache of kernel rows that forgets the least recently used.

use crate::gram::KernelRows;
use crate::lanes::padded;

/// One row, if it is held.
#[derive(Debug, Clone, Default)]
struct Entry {
    /// Empty where the row is not held.
    values: Vec<f64>,
    /// The cache's clock at the last use.
    used: u64,
    /// Which of [`RowCache::sets`] the values are over.
    set: usize,
}

/// The kernel rows of one problem within a budget of memory.
///
/// When the solver shrinks its active set, rows already held are cut down to the remaining columns
/// the next time they are used: each such cut costs no more than the pass over the row that follows
/// it. What the cache holds never changes a value, only the time it takes to get it.
#[derive(Debug)]
pub(crate) struct RowCache<R> {
    rows: R,
    /// Numbers that may be held, but two rows always are.
    budget: usize,
    held: usize,
    clock: u64,
    entries: Vec<Entry>,
    /// All columns, and then each smaller set that the solver shrank to.
    sets: Vec<Vec<u32>>,
}

impl<R: KernelRows> RowCache<R> {
    /// An empty cache over all of the problem's `len` columns.
    pub(crate) fn new(mut rows: R, len: u32, budget_bytes: usize) -> Self {
        let all: Vec<u32> = (0..len).collect();
        rows.restrict(&all);
        Self {
            rows,
            budget: budget_bytes / size_of::<f64>(),
            held: 0,
            clock: 0,
            entries: vec![Entry::default(); len as usize],
            sets: vec![all],
        }
    }

    /// Where the rows come from, restricted to the active columns.
    pub(crate) fn source(&self) -> &R {
        &self.rows
    }

    /// The same, to be restricted otherwise for a while; [`RowCache::activate_all`] must follow.
    pub(crate) fn source_mut(&mut self) -> &mut R {
        &mut self.rows
    }

    /// Shrinks the columns to `active`, an ascending subset of the present ones.
    pub(crate) fn shrink(&mut self, active: Vec<u32>) {
        self.rows.restrict(&active);
        self.sets.push(active);
    }

    /// Goes back to all columns. Rows that were cut down are forgotten.
    pub(crate) fn activate_all(&mut self) {
        self.sets.truncate(1);
        self.rows.restrict(&self.sets[0]);
        for entry in self.entries.iter_mut().filter(|entry| entry.set > 0) {
            self.held -= entry.values.len();
            *entry = Entry::default();
        }
    }

    /// Makes sure that row `i` is held over the active columns. The row asked for before it stays.
    pub(crate) fn ensure(&mut self, i: u32) {
        self.clock += 1;
        let newest = self.sets.len() - 1;
        let entry = &mut self.entries[i as usize];
        entry.used = self.clock;
        if entry.values.is_empty() {
            self.fetch(i, newest);
        } else if entry.set < newest {
            let before = entry.values.len();
            cut_down(&mut entry.values, &self.sets[entry.set], &self.sets[newest]);
            entry.set = newest;
            self.held -= before - entry.values.len();
        }
    }

    /// Row `i` over the active columns, with unspecified padding. It must have been ensured, with
    /// at most one other row ensured since.
    pub(crate) fn row(&self, i: u32) -> &[f64] {
        &self.entries[i as usize].values
    }

    fn fetch(&mut self, i: u32, set: usize) {
        let size = padded(self.sets[set].len());
        let mut values = self.make_room(size);
        values.resize(size, 0.0);
        self.rows.fill(i, &mut values);
        self.held += size;
        let used = self.clock;
        self.entries[i as usize] = Entry { values, used, set };
    }

    /// Forgets rows until `size` more numbers fit, and hands over the memory of the last one
    /// forgotten.
    ///
    /// Looking for the oldest row passes over all entries, which costs less than computing the row
    /// that needs the room.
    fn make_room(&mut self, size: usize) -> Vec<f64> {
        let mut freed = Vec::new();
        while self.held + size > self.budget {
            let evictable =
                |entry: &&mut Entry| !entry.values.is_empty() && entry.used + 1 < self.clock;
            let oldest = self.entries.iter_mut().filter(evictable).min_by_key(|entry| entry.used);
            let Some(oldest) = oldest else { break };
            freed = std::mem::take(&mut oldest.values);
            self.held -= freed.len();
        }
        freed
    }
}

/// Keeps the values whose columns are in `to`, an ascending subset of the ascending `from`.
fn cut_down(values: &mut Vec<f64>, from: &[u32], to: &[u32]) {
    let mut kept = 0;
    for (position, column) in from.iter().enumerate() {
        if to.get(kept) == Some(column) {
            values[kept] = values[position];
            kept += 1;
        }
    }
    values.truncate(padded(kept));
    values.shrink_to_fit();
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Row `i` has `100 i + column` in each column, and every fetch is counted.
    #[derive(Default)]
    struct Counted {
        columns: Vec<u32>,
        fetched: std::cell::Cell<u32>,
    }

    impl KernelRows for Counted {
        fn diagonal(&self, i: u32) -> f64 {
            f64::from(101 * i)
        }

        fn restrict(&mut self, columns: &[u32]) {
            self.columns = columns.to_vec();
        }

        fn fill(&self, i: u32, out: &mut [f64]) {
            self.fetched.set(self.fetched.get() + 1);
            for (out, column) in out.iter_mut().zip(&self.columns) {
                *out = f64::from(100 * i + column);
            }
        }
    }

    fn check_row(cache: &mut RowCache<Counted>, i: u32, want: &[f64], fetched: u32) {
        cache.ensure(i);
        assert_eq!(cache.row(i)[..want.len()], *want, "row {i}");
        assert_eq!(cache.source().fetched.get(), fetched, "fetches after row {i}");
    }

    #[test]
    fn the_least_recently_used_row_goes() {
        let three_rows = 3 * 8 * size_of::<f64>();
        let mut cache = RowCache::new(Counted::default(), 8, three_rows);
        for (i, fetched) in [(0, 1), (1, 2), (2, 3), (0, 3), (3, 4), (0, 4), (2, 4), (1, 5)] {
            check_row(&mut cache, i, &[f64::from(100 * i)], fetched);
        }
    }

    #[test]
    fn two_rows_are_held_without_any_budget() {
        let mut cache = RowCache::new(Counted::default(), 8, 0);
        cache.ensure(4);
        cache.ensure(5);
        assert_eq!((cache.row(4)[1], cache.row(5)[1]), (401.0, 501.0));
        check_row(&mut cache, 5, &[500.0], 2);
        check_row(&mut cache, 6, &[600.0], 3);
        check_row(&mut cache, 4, &[400.0], 4);
    }

    #[test]
    fn held_rows_are_cut_down_and_forgotten() {
        let mut cache = RowCache::new(Counted::default(), 20, 1 << 20);
        check_row(&mut cache, 1, &[100.0, 101.0], 1);
        check_row(&mut cache, 2, &[200.0], 2);
        cache.shrink((1..12).collect());
        cache.shrink(vec![3, 5, 9]);
        check_row(&mut cache, 1, &[103.0, 105.0, 109.0], 2);
        check_row(&mut cache, 7, &[703.0, 705.0, 709.0], 3);
        cache.activate_all();
        check_row(&mut cache, 2, &[200.0, 201.0], 3);
        check_row(&mut cache, 1, &[100.0, 101.0], 4);
    }
}
