//! Draws from a stream, of the same bits on every machine.

use rand::{Rng, RngExt};

/// Puts items in a random order: Fisher and Yates, from the last place to the first.
pub(crate) fn shuffle<T>(items: &mut [T], rng: &mut impl Rng) {
    for i in (1..items.len()).rev() {
        items.swap(i, below(i + 1, rng));
    }
}

/// A whole number from 0 to `n` − 1, each as likely as the others; `n` is at least 1.
///
/// Written out rather than taken from `rand`, which does not promise the same numbers in its next
/// release.
pub(crate) fn below(n: usize, rng: &mut impl Rng) -> usize {
    let bound = n as u64;
    // Rejects the remainder that would favour small numbers.
    let limit = u64::MAX - u64::MAX % bound;
    loop {
        let drawn = rng.next_u64();
        if drawn < limit {
            return (drawn % bound) as usize;
        }
    }
}

/// A number from `low` to `high`, evenly.
pub(crate) fn between(low: f64, high: f64, rng: &mut impl Rng) -> f64 {
    low + (high - low) * rng.random::<f64>()
}

/// Whether something happens that does so with that probability.
pub(crate) fn happens(probability: f64, rng: &mut impl Rng) -> bool {
    rng.random::<f64>() < probability
}

/// A draw from the standard normal law: G. E. P. Box and M. E. Muller, *A note on the generation of
/// random normal deviates* (1958).
pub(crate) fn normal(rng: &mut impl Rng) -> f64 {
    // 1 − u lies in (0, 1], where the logarithm is finite.
    let radius = (-2.0 * libm::log(1.0 - rng.random::<f64>())).sqrt();
    radius * libm::cos(2.0 * std::f64::consts::PI * rng.random::<f64>())
}

/// A draw from the law Beta(a, a) for small a: M. D. Jöhnk, *Erzeugung von betaverteilten und
/// gammaverteilten Zufallszahlen* (1964). On average it takes 1/√(πa) · 4ᵃ/2 tries for large a.
pub(crate) fn beta(a: f64, rng: &mut impl Rng) -> f64 {
    loop {
        let x = libm::pow(rng.random(), 1.0 / a);
        let y = libm::pow(rng.random(), 1.0 / a);
        if 0.0 < x + y && x + y <= 1.0 {
            return x / (x + y);
        }
    }
}

#[cfg(test)]
mod tests {
    use surmise_core::seed::Seed;

    use super::*;

    fn moments(draws: &[f64]) -> (f64, f64) {
        let n = draws.len() as f64;
        let mean = draws.iter().sum::<f64>() / n;
        (mean, draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n)
    }

    /// Within four standard deviations of the law's own moments; Beta(a, a) has variance
    /// 1/(8a + 4).
    #[test]
    fn draws_have_the_moments_of_their_law() {
        let mut rng = Seed::root(1).rng();
        let draws: Vec<f64> = (0..10_000).map(|_| normal(&mut rng)).collect();
        let (mean, variance) = moments(&draws);
        assert!(mean.abs() < 0.04 && (variance - 1.0).abs() < 0.06, "{mean} {variance}");
        for a in [0.2, 1.0, 3.0] {
            let draws: Vec<f64> = (0..10_000).map(|_| beta(a, &mut rng)).collect();
            let (mean, variance) = moments(&draws);
            let expected = 1.0 / (8.0 * a + 4.0);
            assert!((mean - 0.5).abs() < 0.02 && (variance / expected - 1.0).abs() < 0.06);
        }
    }

    #[test]
    fn every_order_comes_up() {
        let mut rng = Seed::root(2).rng();
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..6000 {
            let mut items = [0, 1, 2];
            shuffle(&mut items, &mut rng);
            *counts.entry(items).or_insert(0) += 1;
        }
        assert!(counts.len() == 6 && counts.values().all(|n| (880..=1120).contains(n)));
    }
}
