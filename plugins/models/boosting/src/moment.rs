//! Sums of gradients, hessians and rows, in whole numbers.
//!
//! The sum of whole numbers is exact, whatever the order. So a histogram has the same bits for any
//! number of threads, and what is left of a parent's without one child's is the other child's.

use crate::math::ROUND;

/// The gradient in the first half; the number of rows and, below it, the hessian in the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Moment([i64; 2]);

impl Moment {
    #[inline(always)]
    pub(crate) fn add(&mut self, other: Self) {
        self.0[0] = self.0[0].wrapping_add(other.0[0]);
        self.0[1] = self.0[1].wrapping_add(other.0[1]);
    }

    #[inline(always)]
    pub(crate) fn minus(self, other: Self) -> Self {
        Self([self.0[0].wrapping_sub(other.0[0]), self.0[1].wrapping_sub(other.0[1])])
    }

    /// Every row counts, so this is one of no rows.
    #[inline(always)]
    pub(crate) fn is_empty(self) -> bool {
        self.0[1] == 0
    }
}

/// How the whole numbers stand for real ones: as multiples of powers of 2, small enough that no sum
/// over all rows overflows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    gradient: f64,
    hessian: f64,
    /// One over each of them.
    inverse: [f64; 2],
    /// Bits of the hessian.
    shift: u32,
}

/// What [`ROUND`] can round, with one bit for the sign.
const MOST_BITS: i32 = 50;

impl Scale {
    /// For so many rows in sum, whose gradients are at most so large, and hessians, too.
    pub(crate) fn new(n_rows: usize, gradient: f64, hessian: f64) -> Self {
        let n_bits = usize::BITS - n_rows.leading_zeros();
        let left = 64 - n_bits as i32;
        let gradient = unit(gradient, (left - 2).min(MOST_BITS));
        let hessian = unit(hessian, (left - n_bits as i32).min(MOST_BITS));
        let inverse = [1.0 / gradient, 1.0 / hessian];
        Self { gradient, hessian, inverse, shift: left as u32 }
    }

    /// One row that counts as so many, at least one.
    #[inline(always)]
    pub(crate) fn moment(self, gradient: f64, hessian: f64, count: u32) -> Moment {
        let hessian = whole(hessian * self.inverse[1]);
        Moment([whole(gradient * self.inverse[0]), i64::from(count) << self.shift | hessian])
    }

    #[inline(always)]
    pub(crate) fn gradient(self, sum: Moment) -> f64 {
        sum.0[0] as f64 * self.gradient
    }

    #[inline(always)]
    pub(crate) fn hessian(self, sum: Moment) -> f64 {
        (sum.0[1] & self.mask()) as f64 * self.hessian
    }

    /// Of the hessian's bits.
    #[inline(always)]
    fn mask(self) -> i64 {
        !(-1 << self.shift)
    }

    #[inline(always)]
    pub(crate) fn n_rows(self, sum: Moment) -> u32 {
        (sum.0[1] as u64 >> self.shift) as u32
    }
}

/// The unit in which `largest` has at most so many bits: a power of 2, so that no multiple is
/// rounded.
fn unit(largest: f64, bits: i32) -> f64 {
    // The exponent of the next power of 2.
    let exponent = (largest.to_bits() >> 52) as i32 - 1022;
    let unit = (exponent - bits).clamp(-1000, 1000);
    f64::from_bits(((1023 + unit) as u64) << 52)
}

/// The nearest whole number, for at most 2^51.
#[inline(always)]
fn whole(value: f64) -> i64 {
    (value + ROUND).to_bits().wrapping_sub(ROUND.to_bits()) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_real_numbers() {
        let rows = [(1.25, 0.25), (-0.75, 0.125), (-1.5, 0.0), (1.0, 0.2)];
        let scale = Scale::new(4, 1.5, 0.25);
        let mut sum = Moment::default();
        rows.iter().for_each(|(g, h)| sum.add(scale.moment(*g, *h, 1)));
        assert_eq!(scale.gradient(sum), 0.0);
        assert!((scale.hessian(sum) - 0.575).abs() < 1e-14);
        assert_eq!(scale.n_rows(sum), 4);
        let rest = sum.minus(scale.moment(1.25, 0.25, 1));
        assert_eq!((scale.gradient(rest), scale.n_rows(rest)), (-1.25, 3));
        assert!(rest.minus(rest).is_empty());
    }

    #[test]
    fn the_largest_sums_do_not_overflow() {
        for n_rows in [1_u64, 2, 1023, 1024, 100_000, (1 << 30) - 1] {
            let scale = Scale::new(n_rows as usize, 3.999, 0.25);
            let Moment([gradient, rest]) = scale.moment(-3.999, 0.25, 1);
            let times = |value: i64| value.checked_mul(n_rows as i64);
            assert!(times(gradient).is_some());
            let hessian = rest & scale.mask();
            assert!(times(hessian).is_some_and(|sum| sum <= scale.mask()));
            assert!(n_rows < 1 << (64 - scale.shift));
        }
    }

    #[test]
    fn all_zero_is_zero() {
        let scale = Scale::new(10, 0.0, 0.0);
        let moment = scale.moment(0.0, 0.0, 1);
        assert_eq!((scale.gradient(moment), scale.hessian(moment)), (0.0, 0.0));
        assert_eq!(scale.n_rows(moment), 1);
    }
}
