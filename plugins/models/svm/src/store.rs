//! Kernel matrices of small tables, kept from one fit to the next.
//!
//! A search fits the same folds again and again, and most of what it varies is not in the kernel.
//! What is kept is a function of the table and the kernel alone, both of which are compared to the
//! last bit, so it changes the time of a fit and never its result. A matrix is in the hands of one
//! fit at a time; another one that wants it meanwhile computes its own.

use std::sync::{Mutex, PoisonError};

use crate::gram::Gram;
use crate::kernel::Kernel;

/// Bytes of all matrices that are kept, and of one of them at most.
const BYTES_MAX: usize = 8 << 20;
const BYTES_MAX_OF_ONE: usize = 1 << 20;

/// In the order in which they were kept.
static MATRICES: Mutex<Vec<Gram>> = Mutex::new(Vec::new());

/// Takes out the matrix of this table, if it is there.
pub(crate) fn take(kernel: Kernel, table: &[f64], width: usize) -> Option<Gram> {
    let mut matrices = MATRICES.lock().unwrap_or_else(PoisonError::into_inner);
    let place = matrices.iter().position(|gram| gram.is_of(kernel, table, width))?;
    Some(matrices.remove(place))
}

/// Keeps a matrix, unless it is large, and forgets those that were not wanted for longest where
/// there is no room.
pub(crate) fn keep(gram: Gram) {
    if gram.bytes_now() > BYTES_MAX_OF_ONE {
        return;
    }
    let mut matrices = MATRICES.lock().unwrap_or_else(PoisonError::into_inner);
    matrices.push(gram);
    let mut left: usize = matrices.iter().map(Gram::bytes_now).sum();
    while left > BYTES_MAX {
        left -= matrices.remove(0).bytes_now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(seed: usize, n_rows: usize) -> Vec<f64> {
        (0..2 * n_rows).map(|k| ((k + seed) * 37 % 101) as f64 + seed as f64 / 1e6).collect()
    }

    // One test, because tests share what is kept.
    #[test]
    fn matrices_are_found_by_their_last_bit_and_bounded() {
        let (kernel, table) = (Kernel::Rbf { gamma: 0.125 }, made(1, 9));
        keep(Gram::new(kernel, table.clone(), 2));
        assert!(take(Kernel::Rbf { gamma: 0.25 }, &table, 2).is_none());
        assert!(take(kernel, &table, 3).is_none());
        let mut other = table.clone();
        other[17] = other[17].next_up();
        assert!(take(kernel, &other, 2).is_none());
        assert!(take(kernel, &table, 2).is_some());
        assert!(take(kernel, &table, 2).is_none(), "another fit has it");

        let large = made(2, 400);
        keep(Gram::new(Kernel::Linear, large.clone(), 2));
        assert!(take(Kernel::Linear, &large, 2).is_none(), "too large");
        for seed in 100..140 {
            keep(Gram::new(Kernel::Linear, made(seed, 200), 2));
        }
        let held: usize = MATRICES.lock().unwrap().iter().map(Gram::bytes_now).sum();
        assert!(held <= BYTES_MAX);
        assert!(take(Kernel::Linear, &made(139, 200), 2).is_some(), "the newest is there");
        assert!(take(Kernel::Linear, &made(100, 200), 2).is_none(), "the oldest is gone");
    }
}
