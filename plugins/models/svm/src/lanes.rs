//! Eight numbers at a time, in a fixed order.
//!
//! Every inner loop of this crate works on whole blocks of [`LANES`] numbers. The compiler turns
//! such a block into vector instructions of whatever width it has; each lane is a sum of its own
//! with a written-down order, so the width never changes a result.

/// Numbers in a block: one cache line of `f64`.
pub(crate) const LANES: usize = 8;

/// One block.
pub(crate) type Block = [f64; LANES];

/// The smallest multiple of [`LANES`] that is at least `len`.
pub(crate) const fn padded(len: usize) -> usize {
    len.next_multiple_of(LANES)
}

/// The whole blocks of `values`; a remainder is not seen, so pad first.
pub(crate) fn blocks(values: &[f64]) -> &[Block] {
    values.as_chunks().0
}

/// The whole blocks of `values`, to be written.
pub(crate) fn blocks_mut(values: &mut [f64]) -> &mut [Block] {
    values.as_chunks_mut().0
}

/// `Σ a_k b_k` over the shorter length: lane sums first, then the lanes in order, then the
/// remainder in order.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a_blocks, a_rest) = a.as_chunks::<LANES>();
    let (b_blocks, b_rest) = b.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for (a, b) in a_blocks.iter().zip(b_blocks) {
        for l in 0..LANES {
            lanes[l] += a[l] * b[l];
        }
    }
    let rest = a_rest.iter().zip(b_rest).map(|(a, b)| a * b);
    lanes.into_iter().chain(rest).sum()
}

/// The largest of `values`, or -∞ of none. NaN is passed over.
pub(crate) fn maximum(values: &[f64]) -> f64 {
    let mut top = [f64::NEG_INFINITY; LANES];
    for block in blocks(values) {
        for l in 0..LANES {
            top[l] = if block[l] > top[l] { block[l] } else { top[l] };
        }
    }
    top.into_iter().fold(f64::NEG_INFINITY, f64::max)
}

/// The position of the last number equal to `target`.
pub(crate) fn last_position(values: &[f64], target: f64) -> Option<usize> {
    for (b, block) in blocks(values).iter().enumerate().rev() {
        // One branch a block, not one a lane.
        let hits: u64 = block.iter().map(|&v| u64::from(v == target)).sum();
        if hits > 0 {
            let lane = block.iter().rposition(|&v| v == target)?;
            return Some(b * LANES + lane);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dot_takes_blocks_and_remainder() {
        let a: Vec<f64> = (1..=19).map(f64::from).collect();
        let b: Vec<f64> = (1..=19).map(|k| f64::from(k) * 2.0).collect();
        assert_eq!(dot(&a, &b), 2.0 * 2470.0);
        assert_eq!(dot(&[], &[]), 0.0);
    }

    #[test]
    fn last_position_prefers_the_end() {
        let mut values = vec![0.0; 24];
        values[3] = 5.0;
        values[9] = 5.0;
        values[12] = 5.0;
        assert_eq!(last_position(&values, 5.0), Some(12));
        assert_eq!(last_position(&values, 6.0), None);
    }
}
