//! A warp of the inputs: where along a parameter the objective changes fast.

/// w(u) = 1 − (1 − uᵃ)ᵇ, the distribution function of Kumaraswamy's law: a monotone map of [0, 1]
/// onto itself, the identity for a = b = 1.
///
/// a < 1 stretches the lower end, b < 1 the upper one. Both may be learnt with the kernel.
///
/// Source: J. Snoek, K. Swersky, R. Zemel, R. P. Adams, *Input Warping for Bayesian Optimization of
/// Non-stationary Functions* (ICML 2014, arXiv 1402.0929), section 4, with Kumaraswamy's law in
/// place of the beta law; P. Kumaraswamy, J. Hydrology 46, 79–88 (1980).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kumaraswamy {
    /// a, positive.
    pub a: f64,
    /// b, positive.
    pub b: f64,
}

/// w(u) with its derivatives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kumaraswamied {
    /// w.
    pub value: f64,
    /// ∂w/∂u.
    pub by_u: f64,
    /// ∂w/∂ ln a.
    pub by_ln_a: f64,
    /// ∂w/∂ ln b.
    pub by_ln_b: f64,
}

/// ∂w/∂u, which can be infinite at the ends, is that so far inside of them.
const EDGE: f64 = 1e-9;

impl Kumaraswamy {
    /// w(u); outside of [0, 1] that of the nearer end, which is its own image.
    #[must_use]
    pub fn apply(&self, u: f64) -> f64 {
        if u <= 0.0 {
            return 0.0;
        }
        if u >= 1.0 {
            return 1.0;
        }
        let ln_rest = ln_one_minus_exp(self.a * libm::log(u));
        -libm::expm1(self.b * ln_rest)
    }

    /// u = w⁻¹(w); outside of [0, 1] the nearer end.
    #[must_use]
    pub fn invert(&self, w: f64) -> f64 {
        // 1 − w = (1 − uᵃ)ᵇ is the same law with a and b exchanged, read from the other end.
        let rest = libm::log1p(-w.clamp(0.0, 1.0)) / self.b;
        let u = libm::exp(ln_one_minus_exp(rest) / self.a);
        u.clamp(0.0, 1.0)
    }

    /// w(u) with its derivatives, all finite; with p = 1 − uᵃ:
    /// ∂w/∂u = ab uᵃ⁻¹ pᵇ⁻¹, ∂w/∂ ln a = ab uᵃ pᵇ⁻¹ ln u, ∂w/∂ ln b = −b pᵇ ln p.
    #[must_use]
    pub fn with_slopes(&self, u: f64) -> Kumaraswamied {
        let (a, b) = (self.a, self.b);
        let inside = u.clamp(EDGE, 1.0 - EDGE);
        let ln_u = libm::log(inside);
        let ln_p = ln_one_minus_exp(a * ln_u);
        let by_u = a * b * libm::exp((a - 1.0) * ln_u + (b - 1.0) * ln_p);
        let w = -libm::expm1(b * ln_p);
        let at_an_end = u <= 0.0 || u >= 1.0;
        let by_parameter = |slope: f64| if at_an_end { 0.0 } else { slope };
        Kumaraswamied {
            value: if u == inside { w } else { self.apply(u) },
            by_u: by_u.min(f64::MAX),
            by_ln_a: by_parameter((by_u * inside * ln_u).max(f64::MIN)),
            by_ln_b: by_parameter(if ln_p < 0.0 { -b * (1.0 - w) * ln_p } else { 0.0 }),
        }
    }
}

/// ln(1 − eˣ) for x ≤ 0, without cancellation at either end.
///
/// Source: M. Mächler, *Accurately Computing log(1 − exp(−|a|))* (2012, R package Rmpfr), eq. 7.
fn ln_one_minus_exp(x: f64) -> f64 {
    if x > -std::f64::consts::LN_2 {
        libm::log(-libm::expm1(x))
    } else {
        libm::log1p(-libm::exp(x))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// a, b, u, w, ∂w/∂u (0 where not computed): 20 digits by mpmath 1.3. Those for a = 2 and
    /// b = ½ are also 1 − √(1 − u²).
    #[expect(clippy::excessive_precision, reason = "as they were computed")]
    const VALUES: [(f64, f64, f64, f64, f64); 7] = [
        (2.0, 0.5, 0.1, 0.0050125628933800458234, 0.100503781525921213),
        (2.0, 0.5, 0.25, 0.031754163448145778705, 0.258198889747161126),
        (2.0, 0.5, 0.5, 0.13397459621556135324, 0.577350269189625765),
        (2.0, 0.5, 0.75, 0.33856217223385235237, 1.13389341902768168),
        (2.0, 0.5, 0.9, 0.56411010564593269062, 2.06474160483505616),
        (0.25, 4.0, 8.673617379884035e-19, 0.00012206472467823827749, 0.0),
        (8.0, 0.125, 0.9999999999999991, 0.9829608166771053557, 0.0),
    ];

    #[test]
    fn values_from_high_precision_arithmetic_near_both_ends_too() {
        for (a, b, u, expected, slope) in VALUES {
            let warp = Kumaraswamy { a, b };
            let w = warp.apply(u);
            assert!((w / expected - 1.0).abs() < 1e-14, "{warp:?} at {u}: {w}");
            let found = warp.with_slopes(u);
            assert_eq!(found.value, w);
            assert!(slope == 0.0 || (found.by_u / slope - 1.0).abs() < 1e-13);
            assert!((warp.invert(w) / u - 1.0).abs() < 1e-12, "{warp:?} at {u}");
        }
    }

    #[test]
    fn a_value_far_below_one_keeps_its_digits() {
        let w = Kumaraswamy { a: 1.0, b: 3.0 }.apply(1e-200);
        assert!((w / 3e-200 - 1.0).abs() < 1e-13);
    }

    #[test]
    fn ends_are_exact_and_everything_finite_and_rising() {
        for (a, b) in [(1.0, 1.0), (0.05, 20.0), (20.0, 0.05), (0.05, 0.05), (20.0, 20.0)] {
            let warp = Kumaraswamy { a, b };
            assert_eq!((warp.apply(0.0), warp.apply(1.0)), (0.0, 1.0));
            assert_eq!((warp.apply(-1.0), warp.apply(2.0)), (0.0, 1.0));
            let us = [0.0, 5e-324, 1e-300, 1e-12, 0.3, 0.9, 1.0 - f64::EPSILON / 2.0, 1.0];
            let ws = us.map(|u| warp.apply(u));
            assert!(ws.is_sorted() && ws.iter().all(|w| (0.0..=1.0).contains(w)), "{ws:?}");
            for at in us.map(|u| warp.with_slopes(u)) {
                let all = [at.by_u, at.by_ln_a, at.by_ln_b];
                assert!(all.iter().all(|s| s.is_finite()) && at.by_u >= 0.0, "{warp:?}: {at:?}");
            }
        }
        let identity = Kumaraswamy { a: 1.0, b: 1.0 };
        assert!((identity.apply(0.3) - 0.3).abs() < 1e-16);
    }

    #[test]
    fn derivatives_agree_with_central_differences() {
        for (a, b) in [(0.6f64, 1.7f64), (3.0, 0.4), (1.0, 1.0)] {
            for u in [0.01, 0.4, 0.97] {
                let found = Kumaraswamy { a, b }.with_slopes(u);
                let h = 1e-6;
                let difference = |f: &dyn Fn(f64) -> f64| (f(h) - f(-h)) / (2.0 * h);
                for (slope, expected) in [
                    (found.by_u, difference(&|h| Kumaraswamy { a, b }.apply(u + h))),
                    (found.by_ln_a, difference(&|h| Kumaraswamy { a: a * h.exp(), b }.apply(u))),
                    (found.by_ln_b, difference(&|h| Kumaraswamy { a, b: b * h.exp() }.apply(u))),
                ] {
                    let error = (slope - expected).abs();
                    assert!(error < 1e-8 * expected.abs().max(1.0), "{slope} or {expected}");
                }
            }
        }
    }
}
