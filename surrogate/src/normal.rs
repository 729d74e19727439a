//! The standard normal law, with the functions of `libm`, which are the same on every processor.

use std::f64::consts::{FRAC_1_SQRT_2, TAU};

use rand::{Rng, RngExt};
use surmise_core::sample::sobol::Sobol;
use surmise_core::seed::Seed;

use crate::{Error, Result};

/// ln √(2π).
pub(crate) const LN_SQRT_2_PI: f64 = 0.918_938_533_204_672_8;

/// One draw: z = √(−2 ln u) cos(2πv) with u in (0, 1] and v in [0, 1) uniform.
///
/// Source: G. E. P. Box, M. E. Muller, Ann. Math. Statist. 29(2), 610–611 (1958).
pub(crate) fn draw(rng: &mut impl Rng) -> f64 {
    let (u, v): (f64, f64) = (1.0 - rng.random::<f64>(), rng.random());
    (-2.0 * libm::log(u)).sqrt() * libm::cos(TAU * v)
}

/// Φ(x).
pub(crate) fn cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// Φ⁻¹(p) for p in (0, 1): a rational guess, then two steps of Halley's method on Φ(x) = p.
///
/// Source: M. Abramowitz, I. A. Stegun, *Handbook of Mathematical Functions* (1964), 26.2.23.
pub(crate) fn quantile(p: f64) -> f64 {
    let tail = p.min(1.0 - p);
    let t = (-2.0 * libm::log(tail)).sqrt();
    let guess = (2.515_517 + t * (0.802_853 + t * 0.010_328))
        / (1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308)));
    let lower = (0..2).fold(guess - t, |x, _| {
        let step = (cdf(x) - tail) * libm::exp(0.5 * x * x + LN_SQRT_2_PI);
        x - step / (1.0 + 0.5 * x * step)
    });
    if p < 0.5 { lower } else { -lower }
}

/// So many points of the standard normal law in `dims` dimensions, evenly spread: a scrambled
/// Sobol' sequence through the quantiles.
///
/// # Errors
/// If the sequence has not so many dimensions.
pub(crate) fn draws(dims: usize, count: u64, seed: Seed) -> Result<Vec<Vec<f64>>> {
    /// The sequence can reach 0, which has no quantile.
    const EDGE: f64 = 1e-9;
    let sequence =
        Sobol::new(dims, seed).map_err(|e| Error::invalid("normal draws", e.to_string()))?;
    let normal = |u: &f64| quantile(u.clamp(EDGE, 1.0 - EDGE));
    Ok((0..count).map(|k| sequence.point(k).iter().map(normal).collect()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bounds are five standard errors of each estimate.
    #[test]
    fn draws_have_the_moments_of_the_law() {
        let mut rng = Seed::root(1).rng();
        let n = 20_000;
        let draws: Vec<f64> = (0..n).map(|_| draw(&mut rng)).collect();
        let moment = |k: i32| draws.iter().map(|z| z.powi(k)).sum::<f64>() / f64::from(n);
        assert!(moment(1).abs() < 5.0 * 0.0071, "mean {}", moment(1));
        assert!((moment(2) - 1.0).abs() < 5.0 * 0.01, "variance {}", moment(2));
        assert!((moment(4) - 3.0).abs() < 5.0 * 0.07, "kurtosis {}", moment(4));
        let beyond = draws.iter().filter(|z| z.abs() > 1.959_964).count() as f64 / f64::from(n);
        assert!((beyond - 0.05).abs() < 5.0 * 0.0016, "{beyond}");
    }
    /// p, Φ⁻¹(p): 20 digits by mpmath 1.3.
    #[expect(clippy::excessive_precision, reason = "as they were computed")]
    #[test]
    fn quantiles_from_high_precision_arithmetic() {
        for (p, expected) in [
            (1e-300, -37.047096299361199237),
            (1e-10, -6.3613409024040561991),
            (0.01, -2.3263478740408410931),
            (0.07142857142857142, -1.4652337926855226297),
            (0.25, -0.6744897501960817432),
            (0.75, 0.6744897501960817432),
        ] {
            let x = quantile(p);
            assert!((x / expected - 1.0).abs() < 4e-16, "{p}: {x}");
        }
        assert!(quantile(0.5).abs() < 1e-16);
    }
}
