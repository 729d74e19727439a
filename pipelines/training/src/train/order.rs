//! In which order an epoch sees the rows.

use surmise_core::seed::Seed;

use crate::random::shuffle;

/// A function from an epoch and a number of rows to their order.
pub(super) struct Order<'a>(Box<dyn Fn(u64, usize) -> Vec<usize> + 'a>);

impl<'a> Order<'a> {
    /// One drawn for each epoch, or that of the data.
    pub(super) fn of_seed(seed: Seed, shuffled: bool) -> Self {
        Self(Box::new(move |epoch, n| {
            let mut rows: Vec<usize> = (0..n).collect();
            if shuffled {
                shuffle(&mut rows, &mut seed.child("shuffle").child(epoch).rng());
            }
            rows
        }))
    }

    #[cfg(test)]
    pub(super) fn given(order: impl Fn(u64) -> Vec<usize> + 'a) -> Self {
        Self(Box::new(move |epoch, _| order(epoch)))
    }

    pub(super) fn rows(&self, epoch: u64, n: usize) -> Vec<usize> {
        (self.0)(epoch, n)
    }
}
