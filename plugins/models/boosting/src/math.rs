//! The exponential and the logarithm: the same bits everywhere, many at a time.
//!
//! The platform's own differ in the last bit between platforms and versions and take one number at
//! a time. These are plain arithmetic without branches, which compilers turn into vector
//! instructions.

use std::f64::consts::{LN_2, LOG2_E, SQRT_2};

/// Beyond these the result would be subnormal or infinite.
const LOWEST: f64 = -708.0;
const HIGHEST: f64 = 709.0;

/// Adding this to a small number leaves the nearest integer in the low mantissa bits: `1.5 × 2^52`.
pub(crate) const ROUND: f64 = 6_755_399_441_055_744.0;

/// The first 32 bits of `ln 2`, so that their multiples are exact, and what is left.
const LN_2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// `e^x` to about one unit in the last place; of `x` within the limits, to which others are moved.
///
/// `x = k ln 2 + r`, `e^x = 2^k e^r`, and of `e^r` the Taylor series up to `r^13`, whose rest is
/// below a quarter of a unit in the last place.
#[inline(always)]
pub(crate) fn exp(x: f64) -> f64 {
    let x = if x > LOWEST { x } else { LOWEST };
    let x = if x < HIGHEST { x } else { HIGHEST };
    let rounded = x * LOG2_E + ROUND;
    let k = rounded - ROUND;
    let r = (x - k * LN_2_HIGH) - k * LN_2_LOW;
    let series = INVERSE_FACTORIALS.iter().fold(0.0, |sum, c| sum * r + c);
    let exp_r = 1.0 + (r + r * r * series);
    exp_r * f64::from_bits(rounded.to_bits().wrapping_add(1023) << 52)
}

/// `1 / 13!` down to `1 / 2!`.
const INVERSE_FACTORIALS: [f64; 12] = {
    let (mut all, mut factorial, mut i) = ([0.0; 12], 1.0, 2);
    while i <= 13 {
        factorial *= i as f64;
        all[13 - i] = 1.0 / factorial;
        i += 1;
    }
    all
};

/// `ln x` to about one unit in the last place of the larger of it and 1, for normal `x > 0`.
///
/// `x = 2^k m` with `m` from `1/√2` to `√2`, and `ln m = 2 artanh s` with `s = (m - 1) / (m + 1)`,
/// of whose series the terms up to `s^21` are taken; the rest is below `1e-18`.
#[inline(always)]
pub(crate) fn ln(x: f64) -> f64 {
    const MANTISSA: u64 = (1 << 52) - 1;
    let bits = x.to_bits();
    let m = f64::from_bits(bits & MANTISSA | 1.0_f64.to_bits());
    let is_large = m > SQRT_2;
    let m = if is_large { 0.5 * m } else { m };
    let k = f64::from_bits((bits >> 52) | ROUND.to_bits()) - (ROUND + 1023.0);
    let k = if is_large { k + 1.0 } else { k };
    let s = (m - 1.0) / (m + 1.0);
    let z = s * s;
    let series = INVERSE_ODDS.iter().fold(0.0, |sum, c| sum * z + c);
    k * LN_2 + (2.0 * s + 2.0 * s * z * series)
}

/// `1 / 21` down to `1 / 3`.
const INVERSE_ODDS: [f64; 10] = {
    let (mut all, mut i) = ([0.0; 10], 0);
    while i < 10 {
        all[i] = 1.0 / (21 - 2 * i) as f64;
        i += 1;
    }
    all
};

#[cfg(test)]
mod tests {
    use super::*;

    /// Values to 17 digits from mpmath 1.3 at 60 digits.
    #[test]
    fn exp_by_golden_values() {
        for (x, want) in [
            (-1.0, 0.367_879_441_171_442_33),
            (-0.5, 0.606_530_659_712_633_4),
            (-10.0, 4.539_992_976_248_485_2e-5),
            (-100.0, 3.720_075_976_020_835_8e-44),
            (1.0, std::f64::consts::E),
        ] {
            assert!((exp(x) / want - 1.0).abs() < 5e-16, "{x}: {} {want}", exp(x));
        }
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(f64::INFINITY), exp(HIGHEST));
        assert!(exp(f64::NEG_INFINITY) > 0.0 && exp(1e300).is_finite());
    }

    #[test]
    fn ln_is_the_inverse() {
        assert_eq!(ln(1.0), 0.0);
        assert!((ln(2.0) - LN_2).abs() < 1e-16);
        assert!((ln(10.0) - std::f64::consts::LN_10).abs() < 5e-16);
        for i in -700..700 {
            let x = f64::from(i) + 0.37;
            assert!((ln(exp(x)) - x).abs() < 3e-16 * x.abs().max(1.0), "{x}: {}", ln(exp(x)));
        }
    }
}
