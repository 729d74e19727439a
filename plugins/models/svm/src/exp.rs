//! The exponential of many non-positive numbers, and the hyperbolic tangent.
//!
//! `f64::exp` calls the platform's libm, whose last bit differs between platforms and versions and
//! which takes one number at a time. This one is plain arithmetic: the same bits everywhere, and
//! vector instructions from the compiler.
//!
//! Method: `x = k ln 2 + r` with `|r| <= ln 2 / 2` (Cody & Waite's two-part `ln 2`), so that
//! `e^x = 2^k e^r`; and `e^r = 1 + r + r² q(r)`, where `q`, of degree 9, interpolates
//! `(e^r - 1 - r) / r²` in the ten Chebyshev nodes of that interval. The truncation is 0.15 units
//! in the last place.

use multiversion::multiversion;

/// Below this the result would be subnormal; it is 0 instead.
const UNDERFLOW: f64 = -708.0;

/// Adding this to a small number leaves the nearest integer in the low mantissa bits: `1.5 × 2^52`.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// The first 32 bits of `ln 2`, so that `k * LN_2_HIGH` is exact, and what is left.
const LN_2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// Coefficients of `q`, from the highest power down.
const Q: [f64; 10] = [
    2.510_038_549_551_032e-8,
    2.762_008_844_540_974_6e-7,
    2.755_726_845_999_706_4e-6,
    2.480_152_129_595_437_6e-5,
    1.984_126_986_305_361_8e-4,
    1.388_888_891_721_371_7e-3,
    8.333_333_333_330_062e-3,
    4.166_666_666_662_413e-2,
    0.166_666_666_666_666_69,
    0.500_000_000_000_000_1,
];

/// Replaces each `x` by `e^(factor x)` to about one unit in the last place of that of the rounded
/// product, where this is `<= 0` or `-∞`; exactly 1 at 0, and 0 below -708.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
pub(crate) fn exp_scaled(values: &mut [f64], factor: f64) {
    for x in values {
        let product = *x * factor;
        let Parts { power, rest } = parts(product);
        *x = if product > UNDERFLOW { (1.0 + rest) * power } else { 0.0 };
    }
}

/// Replaces each `x` by `tanh(factor x + shift)` to about three units in the last place of that of
/// the rounded sum. What is no number stays so.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
pub(crate) fn tanh(values: &mut [f64], factor: f64, shift: f64) {
    for x in values {
        let sum = factor * *x + shift;
        // With `e = e^(-2 |x|) - 1`, which does not cancel near 0: `tanh |x| = -e / (2 + e)`.
        let Parts { power, rest } = parts(-2.0 * sum.abs());
        let e = (power - 1.0) + power * rest;
        let tanh = (-e / (2.0 + e)).copysign(sum);
        *x = if sum.is_nan() { sum } else { tanh };
    }
}

/// `e^x = power (1 + rest)` with a power of two, and `|rest| < 0.42`.
struct Parts {
    power: f64,
    rest: f64,
}

/// The parts of `e^x` for `x <= 0`, those at -708 for what is less.
#[inline(always)]
fn parts(x: f64) -> Parts {
    let inside = if x > UNDERFLOW { x } else { UNDERFLOW };
    let rounded = inside * std::f64::consts::LOG2_E + ROUND;
    let k = rounded - ROUND;
    let r = (inside - k * LN_2_HIGH) - k * LN_2_LOW;
    // By pairs of terms (Estrin): a shorter chain of dependent operations than Horner's.
    let (r2, pair) = (r * r, |k: usize| Q[k] * r + Q[k + 1]);
    let r4 = r2 * r2;
    let q = (pair(0) * r4 + (pair(2) * r2 + pair(4))) * r4 + (pair(6) * r2 + pair(8));
    let power = f64::from_bits(rounded.to_bits().wrapping_add(1023) << 52);
    Parts { power, rest: r + r2 * q }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exp1(x: f64) -> f64 {
        let mut values = [x; 5];
        exp_scaled(&mut values, 1.0);
        values[4]
    }

    fn tanh1(x: f64) -> f64 {
        let mut values = [x / 2.0; 5];
        tanh(&mut values, 2.0, 0.0);
        values[4]
    }

    /// Values of e^x to 17 digits from mpmath 1.3 at 60 digits.
    #[test]
    fn golden_values() {
        for (x, want) in [
            (-1.0, 0.367_879_441_171_442_33),
            (-0.5, 0.606_530_659_712_633_4),
            (-10.0, 4.539_992_976_248_485_2e-5),
            (-100.0, 3.720_075_976_020_835_8e-44),
            (-700.0, 9.859_676_543_759_77e-305),
        ] {
            assert!((exp1(x) / want - 1.0).abs() < 4e-16, "{x}: {} {want}", exp1(x));
        }
    }

    #[test]
    fn ends_of_the_range() {
        assert_eq!(exp1(0.0), 1.0);
        assert_eq!(exp1(-0.0), 1.0);
        assert_eq!(exp1(-709.0), 0.0);
        assert_eq!(exp1(f64::NEG_INFINITY), 0.0);
    }

    #[test]
    fn agrees_with_libm_within_two_units() {
        for k in 0..200_000 {
            let x = -f64::from(k) * 0.003_540_1;
            if x > UNDERFLOW {
                let error = (exp1(x) / x.exp() - 1.0).abs();
                assert!(error <= 2.0 * f64::EPSILON, "{x}: {error:e}");
            }
        }
    }

    /// Values of tanh(x) to 17 digits from mpmath 1.3 at 60 digits.
    #[test]
    fn golden_values_of_the_tangent() {
        for (x, want) in [
            (1e-20, 1e-20),
            (1e-5, 9.999_999_999_666_668e-6),
            (-0.03, -0.029_991_003_238_820_143),
            (0.3, 0.291_312_612_451_590_9),
            (-0.5, -0.462_117_157_260_009_8),
            (1.0, 0.761_594_155_955_764_9),
            (-2.0, -0.964_027_580_075_816_9),
            (7.5, 0.999_999_388_195_546_1),
            (-19.0, -0.999_999_999_999_999_9),
            (25.0, 1.0),
        ] {
            assert!((tanh1(x) / want - 1.0).abs() < 7e-16, "{x}: {} {want}", tanh1(x));
        }
    }

    #[test]
    fn ends_of_the_tangent() {
        assert_eq!((tanh1(0.0), tanh1(f64::INFINITY), tanh1(-1e300)), (0.0, 1.0, -1.0));
        assert!(tanh1(f64::NAN).is_nan());
    }

    #[test]
    fn the_tangent_agrees_with_libm_within_three_units() {
        for k in 1..200_000 {
            let x = f64::from(k) * 1.000_1e-4;
            let error = (tanh1(x) / libm::tanh(x) - 1.0).abs();
            assert!(error <= 3.0 * f64::EPSILON, "{x}: {error:e}");
            assert_eq!(tanh1(-x), -tanh1(x));
        }
    }
}
