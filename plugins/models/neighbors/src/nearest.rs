//! The few nearest rows so far.

/// A row at a rank; lower ranks are nearer, and of equal ranks the lower row is.
pub(crate) type Neighbor = (f64, u32);

/// The `k` nearest of the rows that were offered, nearest first.
#[derive(Debug, Clone)]
pub(crate) struct Nearest {
    k: usize,
    found: Vec<Neighbor>,
}

impl Nearest {
    pub(crate) fn new(k: usize) -> Self {
        Self { k, found: Vec::with_capacity(k + 1) }
    }

    /// The rank beyond which no row is taken; ∞ while there are fewer than `k`.
    pub(crate) fn bound(&self) -> f64 {
        if self.found.len() < self.k { f64::INFINITY } else { self.found[self.k - 1].0 }
    }

    pub(crate) fn offer(&mut self, rank: f64, row: u32) {
        let place = self.found.partition_point(|(r, i)| (*r, *i) < (rank, row));
        if place < self.k {
            self.found.insert(place, (rank, row));
            self.found.truncate(self.k);
        }
    }

    pub(crate) fn found(&self) -> &[Neighbor] {
        &self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_stay_and_ties_go_to_the_lowest_row() {
        let mut nearest = Nearest::new(2);
        nearest.offer(3.0, 0);
        assert_eq!(nearest.bound(), f64::INFINITY);
        for (rank, row) in [(1.0, 5), (1.0, 2), (1.0, 9), (2.0, 1)] {
            nearest.offer(rank, row);
        }
        assert_eq!(nearest.found(), [(1.0, 2), (1.0, 5)]);
        assert_eq!(nearest.bound(), 1.0);
    }
}
