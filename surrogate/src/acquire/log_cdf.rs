//! The logarithm of Φ(u), finite and exact wherever u is.

use std::f64::consts::SQRT_2;

use super::log_h::{TAIL, tail_fraction};
use crate::normal::{self, LN_SQRT_2_PI};

/// ln Φ(u) and its slope.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogCdf {
    /// ln Φ(u).
    pub value: f64,
    /// φ(u) / Φ(u) = d ln Φ / du.
    pub pdf_ratio: f64,
}

/// ln Φ(u) with φ(u)/Φ(u): finite, and the value never falling, up to |u| = 10¹⁰⁰.
///
/// Three branches:
/// - u < −2.5, where Φ underflows: with z = −u and Mills' ratio R(z) = 1/(z + t),
///   Φ = φ R(z) = φ/(z + t);
/// - u > 1, where Φ rounds to 1: ln(1 − Φ(−u));
/// - else the definition.
///
/// Source: M. Abramowitz, I. A. Stegun, *Handbook of Mathematical Functions* (1964), 26.2.14.
#[must_use]
pub fn log_cdf(u: f64) -> LogCdf {
    let ln_pdf = -0.5 * u * u - LN_SQRT_2_PI;
    if u < TAIL {
        let inverse_mills = tail_fraction(-u) - u;
        return LogCdf { value: ln_pdf - libm::log(inverse_mills), pdf_ratio: inverse_mills };
    }
    let cdf = normal::cdf(u);
    let value = if u > 1.0 { libm::log1p(-0.5 * libm::erfc(u / SQRT_2)) } else { libm::log(cdf) };
    LogCdf { value, pdf_ratio: libm::exp(ln_pdf) / cdf }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// u, ln Φ, φ/Φ: 20 digits by mpmath 1.3.
    #[expect(clippy::excessive_precision, reason = "as they were computed")]
    const VALUES: [(f64, f64, f64); 14] = [
        (-1000.0, -500007.82669481218431, 1000.00099999800001),
        (-100.0, -5005.5242086942050886, 100.00999800099926071),
        (-30.0, -454.32124395634319711, 30.033259667433677037),
        (-10.0, -53.231285150512470578, 10.098093233962511963),
        (-5.0, -15.064998393988725736, 5.1865039671258421156),
        (-2.5, -5.0816482772786904984, 2.8227447976639072505),
        (-2.4, -4.8039216668706721312, 2.7318611959539799319),
        (-1.0, -1.8410216450092635058, 1.5251352761609812091),
        (-0.3, -0.96210281816885066774, 0.99816596885848332764),
        (0.0, -std::f64::consts::LN_2, 0.79788456080286535588),
        (0.7, -0.27702394227713124471, 0.41192475041929064994),
        (2.0, -0.023012909328963488465, 0.055247862678989959102),
        (5.0, -2.8665161296376359338e-7, 1.4867199409049057124e-6),
        (10.0, -7.619853024160526066e-24, 7.6945986267064193463e-23),
    ];

    #[test]
    fn values_and_slopes_from_high_precision_arithmetic() {
        for (u, value, pdf_ratio) in VALUES {
            let found = log_cdf(u);
            assert!((found.value / value - 1.0).abs() < 2e-14, "{u}: {found:?}");
            assert!((found.pdf_ratio / pdf_ratio - 1.0).abs() < 2e-14, "{u}: {found:?}");
        }
    }

    #[test]
    fn finite_and_never_falling_from_minus_to_plus_10_to_the_100() {
        let magnitudes = (-100..=100).map(|e| 10f64.powi(e));
        let mut points: Vec<f64> = magnitudes.flat_map(|m| [-m, m]).collect();
        points.sort_by(f64::total_cmp);
        for pair in points.windows(2) {
            let (a, b) = (log_cdf(pair[0]), log_cdf(pair[1]));
            assert!(a.value <= b.value && b.value <= 0.0, "{pair:?}");
            for at in [a, b] {
                assert!(at.value.is_finite() && at.pdf_ratio.is_finite() && at.pdf_ratio >= 0.0);
            }
        }
    }
}
