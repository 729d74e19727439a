//! Sorting the rows of a node by their ranks.

/// From here on it pays to count into buckets first.
const MANY: usize = 40;
const MOST_BUCKETS: usize = 1 << 13;
/// Above so many in one bucket, each bucket is sorted by itself.
const CROWDED: u32 = 12;

/// A sorter that keeps its memory.
#[derive(Debug, Default)]
pub(crate) struct Sorter {
    ends: Vec<u32>,
    sorted: Vec<u64>,
    packed: Vec<u64>,
}

/// A key and a place as one number, which are ordered by the key and then by the place.
#[inline]
pub(crate) fn packed(key: u32, place: u32) -> u64 {
    u64::from(key) << 32 | u64::from(place)
}

impl Sorter {
    /// Where to put what is to be sorted.
    pub(crate) fn begin(&mut self) -> &mut Vec<u64> {
        self.packed.clear();
        &mut self.packed
    }

    /// What was put there, in order.
    pub(crate) fn sort(&mut self) -> &[u64] {
        if self.packed.len() < MANY {
            self.packed.sort_unstable();
            return &self.packed;
        }
        self.scatter()
    }

    /// Into buckets of equal ranges of keys, in order; then within each.
    fn scatter(&mut self) -> &[u64] {
        let keys = self.packed.iter().map(|packed| (packed >> 32) as u32);
        let (low, high) =
            keys.fold((u32::MAX, 0), |(low, high), key| (low.min(key), high.max(key)));
        let most = (self.packed.len() / 2).next_power_of_two().min(MOST_BUCKETS);
        let span = u64::from(high - low) + 1;
        let shift = (64 - (span - 1).leading_zeros()).saturating_sub(most.trailing_zeros());
        let bucket = |packed: u64| ((packed >> 32) as u32 - low) as usize >> shift;
        let n_buckets = ((span - 1) >> shift) as usize + 1;
        self.ends.clear();
        self.ends.resize(n_buckets, 0);
        for &packed in &self.packed {
            self.ends[bucket(packed)] += 1;
        }
        let (mut end, mut largest) = (0, 0);
        for count in &mut self.ends {
            largest = largest.max(*count);
            (end, *count) = (end + *count, end);
        }
        self.sorted.clear();
        self.sorted.resize(self.packed.len(), 0);
        for &packed in &self.packed {
            let place = &mut self.ends[bucket(packed)];
            self.sorted[*place as usize] = packed;
            *place += 1;
        }
        if shift > 0 {
            self.finish(largest);
        }
        &self.sorted
    }

    fn finish(&mut self, largest: u32) {
        if largest <= CROWDED {
            insertion(&mut self.sorted);
            return;
        }
        let mut start = 0;
        for &end in &self.ends {
            self.sorted[start..end as usize].sort_unstable();
            start = end as usize;
        }
    }
}

/// Good for what is nearly sorted.
fn insertion(values: &mut [u64]) {
    for i in 1..values.len() {
        let value = values[i];
        let mut j = i;
        while j > 0 && values[j - 1] > value {
            values[j] = values[j - 1];
            j -= 1;
        }
        values[j] = value;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn sorts_whatever_the_keys(
            keys in prop::collection::vec(
                prop_oneof![0_u32..9, 1000_u32..1040, 0_u32..70_000],
                1..400,
            ),
            least in 0_u32..5,
        ) {
            let keys: Vec<u32> = keys.into_iter().map(|key| key + least).collect();
            let mut expected: Vec<(u32, u32)> = keys.iter().copied().zip(0..).collect();
            let mut sorter = Sorter::default();
            sorter.begin().extend(expected.iter().map(|&(key, place)| packed(key, place)));
            let unpack = |packed: &u64| ((packed >> 32) as u32, *packed as u32);
            let found: Vec<(u32, u32)> = sorter.sort().iter().map(unpack).collect();
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }
}
