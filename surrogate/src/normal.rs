//! The standard normal law, with the functions of `libm`, which are the same on every processor.

use std::f64::consts::TAU;

use rand::{Rng, RngExt};

/// ln √(2π).
pub(crate) const LN_SQRT_2_PI: f64 = 0.918_938_533_204_672_8;

/// One draw: z = √(−2 ln u) cos(2πv) with u in (0, 1] and v in [0, 1) uniform.
///
/// Source: G. E. P. Box, M. E. Muller, Ann. Math. Statist. 29(2), 610–611 (1958).
pub(crate) fn draw(rng: &mut impl Rng) -> f64 {
    let (u, v): (f64, f64) = (1.0 - rng.random::<f64>(), rng.random());
    (-2.0 * libm::log(u)).sqrt() * libm::cos(TAU * v)
}

#[cfg(test)]
mod tests {
    use surmise_core::seed::Seed;

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
}
