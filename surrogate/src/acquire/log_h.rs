//! The logarithm of h(u) = φ(u) + u Φ(u), finite and exact wherever u is.

use crate::normal::{self, LN_SQRT_2_PI};

/// Left of this the sum φ + uΦ cancels too much: φ/h grows as u² + 2.
pub(super) const TAIL: f64 = -2.5;

/// ln h(u) and the two ratios of which gradients are made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogH {
    /// ln h(u).
    pub value: f64,
    /// Φ(u) / h(u) = d ln h / du.
    pub cdf_ratio: f64,
    /// φ(u) / h(u).
    pub pdf_ratio: f64,
}

/// ln h(u) with Φ(u)/h(u) and φ(u)/h(u): finite, and the value strictly increasing, up to
/// |u| = 10¹⁰⁰.
///
/// The definition cancels to nothing on the left, hence two branches:
/// - u < −2.5: with z = −u and Mills' ratio R(z) = √(π/2) erfcx(z/√2), which has the continued
///   fraction 1/(z + 1/(z + 2/(z + 3/(z + …)))) =: 1/(z + t), h = φ (1 − z R) = φ t/(z + t)
///   without a difference;
/// - else the definition, with Φ(u) = ½ erfc(−u/√2).
///
/// Source: the need, and other branches, from S. Ament, S. Daulton, D. Eriksson, M. Balandat,
/// E. Bakshy, *Unexpected Improvements to Expected Improvement for Bayesian Optimization*
/// (NeurIPS 2023, arXiv 2310.20708), eq. 9; the fraction from M. Abramowitz, I. A. Stegun,
/// *Handbook of Mathematical Functions* (1964), 26.2.14.
#[must_use]
pub fn log_h(u: f64) -> LogH {
    let ln_pdf = -0.5 * u * u - LN_SQRT_2_PI;
    if u < TAIL {
        let t = tail_fraction(-u);
        // h/φ = t/(z + t) and Φ/φ = 1/(z + t).
        return LogH {
            value: ln_pdf + libm::log(t) - libm::log(t - u),
            cdf_ratio: 1.0 / t,
            pdf_ratio: (t - u) / t,
        };
    }
    let (pdf, cdf) = (libm::exp(ln_pdf), normal::cdf(u));
    let h = pdf + u * cdf;
    LogH { value: libm::log(h), cdf_ratio: cdf / h, pdf_ratio: pdf / h }
}

/// 1/(z + 2/(z + 3/(z + …))) for z ≥ 2.5, from the far end.
pub(super) fn tail_fraction(z: f64) -> f64 {
    // So many leave a relative error below 1e-17, by comparison with 20 000 in 40-digit arithmetic
    // for z from 1.5 to 100.
    let terms = 16 + (450.0 / (z * z)) as u32;
    (1..=terms).rev().fold(0.0, |t, k| f64::from(k) / (z + t))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 17 digits by mpmath.
    #[expect(clippy::excessive_precision, reason = "as they were computed")]
    const VALUES: [(f64, f64); 15] = [
        (-1000.0, -500014.73445209116),
        (-100.0, -5010.1295788002498),
        (-40.0, -808.29856835661996),
        (-37.7, -718.82536430667591),
        (-25.0, -319.86146358149595),
        (-10.0, -55.553122036122356),
        (-5.0, -16.74430116266099),
        (-2.0, -4.7687835239171142),
        (-1.0, -2.4851210257126413),
        (-0.5, -1.6205162643873199),
        (0.0, -0.91893853320467274),
        (0.5, -0.35982768374506382),
        (1.0, 0.08002621884930694),
        (2.0, 0.69738354578822831),
        (5.0, 1.6094379231264314),
    ];

    /// u, Φ/h, φ/h: 20 digits by mpmath 1.3.
    #[expect(clippy::excessive_precision, reason = "as they were computed")]
    const RATIOS: [(f64, f64, f64); 6] = [
        (-30.0, 30.066446154162418902, 902.99338462487256707),
        (-1.5, 2.2795806941564461644, 4.4193710412346692467),
        (-1.0, 1.9042712333296918229, 2.9042712333296918229),
        (-0.3, 1.4323241816484151091, 1.4296972544945245327),
        (0.7, 0.89934143441173923455, 0.37046099591178253581),
        (3.0, 0.33284096845179523558, 0.0014770946446142932501),
    ];

    #[test]
    fn values_and_ratios_from_high_precision_arithmetic() {
        for (u, expected) in VALUES {
            let value = log_h(u).value;
            let error = (value - expected).abs() / expected.abs();
            assert!(error < 1e-14, "ln h({u}) = {value}, off by {error:e}");
        }
        for (u, cdf_ratio, pdf_ratio) in RATIOS {
            let found = log_h(u);
            assert!((found.cdf_ratio / cdf_ratio - 1.0).abs() < 1e-14, "{u}: {found:?}");
            assert!((found.pdf_ratio / pdf_ratio - 1.0).abs() < 1e-14, "{u}: {found:?}");
        }
    }

    /// The property of BoTorch's own test of its log-EI.
    #[test]
    fn finite_and_increasing_with_positive_slope_from_minus_to_plus_10_to_the_100() {
        let magnitudes = (-100..=100).map(|e| 10f64.powi(e));
        let mut points: Vec<f64> = magnitudes.flat_map(|m| [-m, m]).collect();
        points.sort_by(f64::total_cmp);
        for pair in points.windows(2) {
            let (a, b) = (log_h(pair[0]), log_h(pair[1]));
            // Points closer than the precision of the value can only tie.
            let distinct = pair[1] - pair[0] > 1e-14;
            assert!(a.value < b.value || !distinct && a.value <= b.value, "{pair:?}");
            for h in [a, b] {
                assert!(h.value.is_finite() && h.cdf_ratio.is_finite() && h.pdf_ratio.is_finite());
                assert!(h.cdf_ratio > 0.0 && h.pdf_ratio >= 0.0);
            }
        }
    }

    #[test]
    fn the_branches_meet() {
        let (below, above) = (log_h(TAIL - 1e-15), log_h(TAIL + 1e-15));
        assert!((below.value - above.value).abs() < 2e-14);
        assert!((below.cdf_ratio - above.cdf_ratio).abs() < 5e-14);
    }
}
