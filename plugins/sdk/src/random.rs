//! Random numbers that are the same on every machine.

/// Numbers from a seed: SplitMix64 (Steele, Lea & Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014). Good for starting weights, dropout and shuffles, and for seeding a
/// generator of a library; not for secrets.
///
/// ```
/// use surmise_plugin_sdk::Random;
///
/// let mut random = Random::new(7);
/// assert!((0.0..1.0).contains(&random.uniform()) && random.below(6) < 6);
/// ```
#[derive(Debug, Clone)]
pub struct Random(u64);

const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

impl Random {
    /// The numbers of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The numbers of this seed that belong to a name, so that what one part of a model draws
    /// does not depend on what another has drawn.
    #[must_use]
    pub fn named(seed: u64, name: &str) -> Self {
        name.bytes().fold(Self(seed), |state, byte| Self(Self(state.0 ^ u64::from(byte)).bits()))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GAMMA);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number of [0, 1), one of 2⁵³ that are equally far apart.
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number of the standard normal law (Box & Muller, "A note on the generation of random normal
    /// deviates", Annals of Mathematical Statistics 29(2), 1958).
    pub fn normal(&mut self) -> f64 {
        let (radius, turn) = (1.0 - self.uniform(), self.uniform());
        libm::sqrt(-2.0 * libm::log(radius)) * libm::cos(std::f64::consts::TAU * turn)
    }

    /// A whole number below `n`, each as likely as the others.
    ///
    /// # Panics
    /// If `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        assert!(0 < n, "no number is below 0");
        let n = n as u64;
        // Lemire, "Fast random integer generation in an interval", ACM TOMACS 29(1), 2019.
        let unfair = n.wrapping_neg() % n;
        loop {
            let product = u128::from(self.bits()) * u128::from(n);
            if unfair <= product as u64 {
                return (product >> 64) as usize;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From Vigna's reference implementation, <https://prng.di.unimi.it/splitmix64.c>, seed 0 and
    /// 1234567.
    #[test]
    fn numbers_are_those_of_the_reference() {
        let mut random = Random::new(0);
        assert_eq!([random.bits(), random.bits()], [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4]);
        let mut random = Random::new(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| random.bits()).collect();
        let expected =
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!(first, expected);
    }

    #[test]
    fn each_number_below_six_is_as_likely() {
        let mut random = Random::named(0, "die");
        let mut counts = [0_i32; 6];
        for _ in 0..60_000 {
            counts[random.below(6)] += 1;
        }
        // Five standard deviations of a binomial law.
        assert!(counts.iter().all(|n| (n - 10_000).abs() < 457), "{counts:?}");
    }

    #[test]
    fn normal_numbers_have_the_moments_of_their_law() {
        let mut random = Random::named(0, "normal");
        let numbers: Vec<f64> = (0..100_000).map(|_| random.normal()).collect();
        let moment = |k| numbers.iter().map(|z| z.powi(k)).sum::<f64>() / 1e5;
        // Five standard deviations of each mean: √(1, 2, 15, 96 / 10⁵).
        for (k, expected, bound) in
            [(1, 0.0, 0.016), (2, 1.0, 0.023), (3, 0.0, 0.062), (4, 3.0, 0.16)]
        {
            assert!((moment(k) - expected).abs() < bound, "{k}: {}", moment(k));
        }
    }

    #[test]
    fn names_have_numbers_of_their_own() {
        let first = |name| Random::named(1, name).bits();
        assert_ne!(first("ab"), first("ba"));
        assert_eq!(first("ab"), first("ab"));
    }
}
