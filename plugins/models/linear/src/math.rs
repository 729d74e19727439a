//! The exponential and the logarithm: the same bits everywhere, many at a time.
//!
//! Plain arithmetic without branches, which compilers turn into vector instructions.

use std::f64::consts::{LN_2, LOG2_E, SQRT_2};

/// Below this the exponential would be subnormal; it is 0 instead.
const UNDERFLOW: f64 = -708.0;

/// Adding this to a small number leaves the nearest integer in the low mantissa bits: `1.5 × 2^52`.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// The first 32 bits of `ln 2`, so that their multiples are exact, and what is left.
const LN_2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// `e^x` of `x <= 0`, to about one unit in the last place; exactly 1 at 0, 0 below -708, NaN of
/// NaN.
///
/// `x = k ln 2 + r`, `e^x = 2^k e^r`, and of `e^r` the Taylor series up to `r^13`, whose rest is
/// below a quarter of a unit in the last place.
#[inline(always)]
pub(crate) fn exp_nonpositive(x: f64) -> f64 {
    let inside = if x < UNDERFLOW { UNDERFLOW } else { x };
    let rounded = inside * LOG2_E + ROUND;
    let k = rounded - ROUND;
    let r = (inside - k * LN_2_HIGH) - k * LN_2_LOW;
    // By pairs of terms (Estrin): a shorter chain of dependent operations than Horner's.
    let pair = |k: usize| INVERSE_FACTORIALS[k] * r + INVERSE_FACTORIALS[k + 1];
    let r2 = r * r;
    let r4 = r2 * r2;
    let high = (pair(0) * r2 + pair(2)) * r4 + (pair(4) * r2 + pair(6));
    let series = high * r4 + (pair(8) * r2 + pair(10));
    let exp_r = 1.0 + (r + r2 * series);
    let power = f64::from_bits(rounded.to_bits().wrapping_add(1023) << 52);
    if x < UNDERFLOW { 0.0 } else { exp_r * power }
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

/// `ln x` to about one unit in the last place of the larger of it and 1, for normal `x > 0`; NaN
/// of NaN.
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
    let found = k * LN_2 + (2.0 * s + 2.0 * s * z * series);
    if x.is_nan() { x } else { found }
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
    fn golden_values() {
        for (x, want) in [
            (-1.0, 0.367_879_441_171_442_33),
            (-0.5, 0.606_530_659_712_633_4),
            (-10.0, 4.539_992_976_248_485_2e-5),
            (-100.0, 3.720_075_976_020_835_8e-44),
            (-700.0, 9.859_676_543_759_77e-305),
        ] {
            let found = exp_nonpositive(x);
            assert!((found / want - 1.0).abs() < 4e-16, "{x}: {found} {want}");
            assert!((ln(want) / x - 1.0).abs() < 4e-16, "{want}: {} {x}", ln(want));
        }
        assert_eq!((exp_nonpositive(0.0), exp_nonpositive(-709.0)), (1.0, 0.0));
        assert_eq!((exp_nonpositive(f64::NEG_INFINITY), ln(1.0)), (0.0, 0.0));
        assert!(exp_nonpositive(f64::NAN).is_nan() && ln(f64::NAN).is_nan());
    }

    #[test]
    fn all_agree_with_libm() {
        for k in 0..200_000 {
            let x = -f64::from(k) * 0.003_540_1;
            if x > UNDERFLOW {
                let error = (exp_nonpositive(x) / libm::exp(x) - 1.0).abs();
                assert!(error <= 2.0 * f64::EPSILON, "{x}: {error:e}");
            }
            let x = 1.0 - x / 10.0;
            let (found, wanted) = (ln(x), libm::log(x));
            assert!((found - wanted).abs() <= 2.0 * f64::EPSILON * wanted.max(1.0), "{x}");
        }
    }
}
