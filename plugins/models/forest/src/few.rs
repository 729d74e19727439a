//! All splits of a few rows: their places in order are counted without a branch.

use crate::criterion::{Criterion, Sample, accumulate};

/// More rows are sorted in less time.
pub(crate) const MOST: usize = 64;
/// Places that are counted at once.
const LANES: usize = 8;

/// Memory for a node.
#[derive(Debug)]
pub(crate) struct Few {
    keys: [u32; MOST],
    /// For each row how many have a smaller key.
    places: [u32; MOST],
    /// For each place the key there, if a row has it.
    starts: [u32; MOST],
    /// The sums before each place, and at the end.
    before: Vec<f64>,
    gains: [f64; MOST],
}

impl Default for Few {
    fn default() -> Self {
        let none = [0; MOST];
        Self { keys: none, places: none, starts: none, before: Vec::new(), gains: [0.0; MOST] }
    }
}

/// No row's key.
const NONE: u32 = u32::MAX;

impl Few {
    /// Calls `offer` for each split with how many rows go left, up to which key, and the gain.
    /// O(n²), of which [`LANES`] are one step.
    pub(crate) fn search<C: Criterion>(
        &mut self,
        criterion: &C,
        samples: &[Sample<C::Label>],
        keys: &[u32],
        total: &[f64],
        mut offer: impl FnMut(usize, u32, f64),
    ) {
        let (n, width) = (samples.len(), total.len());
        self.place(keys);
        self.starts[..n].fill(NONE);
        self.before.clear();
        self.before.resize((n + 1) * width, 0.0);
        for ((sample, &key), &place) in samples.iter().zip(keys).zip(&self.places) {
            let place = place as usize;
            self.starts[place] = key;
            let cell = &mut self.before[(place + 1) * width..][..width];
            criterion.add(cell, sample.label, sample.weight);
        }
        accumulate(criterion.zero(), &mut self.before[width..]);
        criterion.gains(&self.before, total, &mut self.gains[..n]);
        for n_left in 1..n {
            if self.starts[n_left] != NONE {
                offer(n_left, self.starts[n_left] - 1, self.gains[n_left - 1]);
            }
        }
    }

    /// Counts for each key how many are smaller.
    fn place(&mut self, keys: &[u32]) {
        self.keys[..keys.len()].copy_from_slice(keys);
        let blocks = self.keys.as_chunks::<LANES>().0.iter();
        let n_blocks = keys.len().div_ceil(LANES);
        for (block, places) in blocks.zip(self.places.as_chunks_mut::<LANES>().0).take(n_blocks) {
            let own = block.map(signed);
            let mut counts = [0_i32; LANES];
            for &key in keys {
                let key = signed(key);
                for (count, own) in counts.iter_mut().zip(own) {
                    *count += i32::from(key < own);
                }
            }
            *places = counts.map(|count| count as u32);
        }
    }
}

/// In the same order: every processor compares these side by side.
fn signed(key: u32) -> i32 {
    (key ^ 1 << 31) as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::criterion::Gini;

    #[test]
    fn every_split_is_offered_with_its_gain() {
        let rows = [(7, 0, 1.0), (2, 1, 2.0), (7, 1, 1.0), (9, 0, 3.0), (2, 1, 1.0)];
        let samples: Vec<Sample<u32>> =
            rows.iter().map(|&(_, label, weight)| Sample { row: 0, label, weight }).collect();
        let gini = Gini([0.0; 2]);
        let mut found = Vec::new();
        Few::default().search(
            &gini,
            &samples,
            &rows.map(|row| row.0),
            &[4.0, 4.0],
            |n, key, gain| {
                found.push((n, key, gain));
            },
        );
        let gain = |left: [f64; 2], right: [f64; 2]| gini.score(&left) + gini.score(&right);
        let expected = [(2, 6, gain([0.0, 3.0], [4.0, 1.0])), (4, 8, gain([1.0, 4.0], [3.0, 0.0]))];
        assert_eq!(found.len(), 2);
        for (found, expected) in found.iter().zip(expected) {
            assert_eq!((found.0, found.1), (expected.0, expected.1));
            assert!((found.2 - expected.2).abs() < 1e-12, "{found:?} and {expected:?}");
        }
    }
}
