//! Eight numbers at a time, in a fixed order.
//!
//! Every inner loop of this crate works on whole blocks of [`LANES`] numbers, and is compiled once
//! for each of some instruction sets, of which the processor's best is taken at run time. Each lane
//! is a sum of its own with a written-down order, and no product and sum are rounded as one, so
//! neither the width of a register nor the processor ever changes a bit of a result.

use multiversion::multiversion;

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

/// `Σ a_k b_k` over the shorter length: entry `k` goes to lane `k` modulo 8.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let len = a.len().min(b.len());
    let (a_blocks, a_rest) = a[..len].as_chunks::<LANES>();
    let (b_blocks, b_rest) = b[..len].as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for (a, b) in a_blocks.iter().zip(b_blocks) {
        for l in 0..LANES {
            lanes[l] += a[l] * b[l];
        }
    }
    for (lane, (a, b)) in lanes.iter_mut().zip(a_rest.iter().zip(b_rest)) {
        *lane += a * b;
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// `out_k += weight × row_k`.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
pub(crate) fn add_scaled(weight: f64, row: &[f64], out: &mut [f64]) {
    for (out, value) in out.iter_mut().zip(row) {
        *out += weight * value;
    }
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
}
