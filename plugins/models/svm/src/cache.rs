//! A bounded cache of kernel rows that forgets the least recently used.

use crate::gram::KernelRows;
use crate::lanes::padded;

/// In place of the slot of a row that is not held.
const ABSENT: u32 = u32::MAX;

/// Numbers that there is room for from the start; more is found when it is needed.
pub(crate) const AT_ONCE: usize = 1 << 21;

/// The kernel rows of one problem within a budget of memory.
///
/// When the solver shrinks its active set, the rows of active variables are cut down to the
/// remaining columns, and the others forgotten: more rows fit then. What the cache holds never
/// changes a value, only the time it takes to get it.
#[derive(Debug)]
pub(crate) struct RowCache<R> {
    rows: R,
    /// Rows, and columns while none is shrunk.
    len: u32,
    columns: Vec<u32>,
    /// Numbers that may be held, but two rows always are.
    budget: usize,
    /// Slots of the padded number of columns.
    values: Vec<f64>,
    slots: Vec<Slot>,
    /// The slot of each row.
    places: Vec<u32>,
    clock: u64,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    row: u32,
    /// The cache's clock at the last use.
    used: u64,
}

impl<R: KernelRows> RowCache<R> {
    /// An empty cache over all of the problem's `len` columns.
    pub(crate) fn new(rows: R, len: u32, budget_bytes: usize) -> Self {
        let budget = budget_bytes / size_of::<f64>();
        let whole = padded(len as usize).saturating_mul(len as usize);
        let mut cache = Self {
            rows,
            len,
            columns: Vec::new(),
            budget,
            values: Vec::with_capacity(whole.min(budget).min(AT_ONCE)),
            slots: Vec::with_capacity(len as usize),
            places: vec![ABSENT; len as usize],
            clock: 0,
        };
        cache.restrict((0..len).collect());
        cache
    }

    /// Where the rows come from, restricted to the active columns.
    pub(crate) fn source(&self) -> &R {
        &self.rows
    }

    /// The same, to be restricted otherwise for a while; [`RowCache::activate_all`] must follow.
    pub(crate) fn source_mut(&mut self) -> &mut R {
        &mut self.rows
    }

    /// Shrinks the columns to `active`, an ascending subset of the present ones; only rows that
    /// are `wanted` are asked for until all are active again.
    pub(crate) fn shrink(&mut self, active: Vec<u32>, wanted: &[bool]) {
        let (from, to) = (self.row_len(), padded(active.len()));
        let kept = kept(&self.columns, &active);
        let slots = std::mem::take(&mut self.slots);
        for (s, slot) in slots.iter().enumerate() {
            if !wanted[slot.row as usize] {
                self.places[slot.row as usize] = ABSENT;
                continue;
            }
            // Values only move down, and slots come in order: nothing is overwritten before it is
            // read.
            let (source, target) = (s * from, self.slots.len() * to);
            for (k, &place) in kept.iter().enumerate() {
                self.values[target + k] = self.values[source + place];
            }
            self.places[slot.row as usize] = self.slots.len() as u32;
            self.slots.push(*slot);
        }
        self.values.truncate(self.slots.len() * to);
        self.restrict(active);
    }

    /// Goes back to all columns. Rows that were cut down are forgotten.
    pub(crate) fn activate_all(&mut self) {
        if self.columns.len() < self.len as usize {
            self.values.clear();
            self.slots.clear();
            self.places.fill(ABSENT);
        }
        self.restrict((0..self.len).collect());
    }

    fn restrict(&mut self, columns: Vec<u32>) {
        self.rows.restrict(&columns);
        self.columns = columns;
    }

    fn row_len(&self) -> usize {
        padded(self.columns.len())
    }

    /// Makes sure that row `i` is held over the active columns. The row asked for before it stays.
    pub(crate) fn ensure(&mut self, i: u32) {
        self.clock += 1;
        if self.places[i as usize] == ABSENT {
            self.fetch(i);
        }
        self.slots[self.places[i as usize] as usize].used = self.clock;
    }

    /// Row `i` over the active columns, with unspecified padding. It must have been ensured, with
    /// at most one other row ensured since.
    pub(crate) fn row(&self, i: u32) -> &[f64] {
        &self.values[self.places[i as usize] as usize * self.row_len()..][..self.row_len()]
    }

    fn fetch(&mut self, i: u32) {
        let slot = Slot { row: i, used: self.clock };
        let place = match self.evictable() {
            Some(place) => {
                self.places[self.slots[place].row as usize] = ABSENT;
                self.slots[place] = slot;
                place
            }
            None => {
                self.values.resize(self.values.len() + self.row_len(), 0.0);
                self.slots.push(slot);
                self.slots.len() - 1
            }
        };
        self.places[i as usize] = place as u32;
        let (start, len) = (place * self.row_len(), self.row_len());
        self.rows.fill(i, &mut self.values[start..][..len]);
    }

    /// The least recently used slot, if there is no room for another one; never that of the row
    /// asked for before.
    ///
    /// Looking for it passes over all slots, which costs less than computing the row that needs the
    /// room.
    fn evictable(&self) -> Option<usize> {
        if self.values.len() + self.row_len() <= self.budget {
            return None;
        }
        let is_evictable = |place: &usize| self.slots[*place].used + 1 < self.clock;
        (0..self.slots.len()).filter(is_evictable).min_by_key(|&place| self.slots[place].used)
    }
}

/// Where the columns `to`, an ascending subset of the ascending `from`, are among these.
fn kept(from: &[u32], to: &[u32]) -> Vec<usize> {
    let mut left = to.iter().peekable();
    (0..from.len()).filter(|&place| left.next_if_eq(&&from[place]).is_some()).collect()
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
        check_row(&mut cache, 7, &[700.0], 3);
        let wanted = |rows: &[usize]| (0..20).map(|row| rows.contains(&row)).collect::<Vec<bool>>();
        cache.shrink((1..12).collect(), &wanted(&[1, 3, 7]));
        cache.shrink(vec![3, 5, 9], &wanted(&[3, 7, 9]));
        check_row(&mut cache, 7, &[703.0, 705.0, 709.0], 3);
        check_row(&mut cache, 9, &[903.0, 905.0, 909.0], 4);
        cache.activate_all();
        check_row(&mut cache, 7, &[700.0, 701.0], 5);
        cache.activate_all();
        check_row(&mut cache, 7, &[700.0, 701.0], 5);
    }
}
