//! What is believed about the surrogate's parameters before a result is seen.

use crate::normal::LN_SQRT_2_PI;
use crate::{Error, Result};

/// A positive number whose logarithm is normal with mean μ and standard deviation σ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogNormal {
    mu: f64,
    sigma: f64,
}

impl LogNormal {
    /// LogNormal(μ, σ).
    ///
    /// # Errors
    /// If μ is not finite, or σ not positive and finite.
    pub fn new(mu: f64, sigma: f64) -> Result<Self> {
        if !(mu.is_finite() && sigma.is_finite() && sigma > 0.0) {
            let why = format!("LogNormal({mu}, {sigma}) does not exist");
            return Err(Error::invalid("a prior", why));
        }
        Ok(Self { mu, sigma })
    }

    /// ln p(x) = −ln x − ln σ − ln √(2π) − ½ ((ln x − μ)/σ)²: the density of x itself, not of
    /// ln x.
    #[must_use]
    pub fn ln_density(&self, x: f64) -> f64 {
        let ln_x = libm::log(x);
        let z = (ln_x - self.mu) / self.sigma;
        -ln_x - libm::log(self.sigma) - LN_SQRT_2_PI - 0.5 * z * z
    }

    /// ∂ ln p(x) / ∂ ln x = −1 − (ln x − μ) / σ².
    #[must_use]
    pub fn ln_density_slope(&self, x: f64) -> f64 {
        -1.0 - (libm::log(x) - self.mu) / (self.sigma * self.sigma)
    }

    /// The most probable value, e^(μ − σ²).
    #[must_use]
    pub fn mode(&self) -> f64 {
        libm::exp(self.mu - self.sigma * self.sigma)
    }

    /// The value whose logarithm lies `z` standard deviations above its mean, e^(μ + σz): a draw,
    /// if z is one of the standard normal law.
    #[must_use]
    pub fn at(&self, z: f64) -> f64 {
        libm::exp(self.mu + self.sigma * z)
    }
}

/// The priors of all parameters of a surrogate of standardised targets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Priors {
    /// Of each lengthscale ℓ, in units of the embedding.
    pub lengthscale: LogNormal,
    /// Of the outputscale s², a variance; `None` fixes it at 1.
    pub outputscale: Option<LogNormal>,
    /// Of the additive variance a²; `None` leaves that term out.
    pub additive: Option<LogNormal>,
    /// Of the noise variance σ².
    pub noise: LogNormal,
    /// Of a and b of each input warp, most probably 1.
    pub input_warp: LogNormal,
}

impl Priors {
    /// The priors for a space of `dims` parameters (not features).
    ///
    /// ℓ ~ LogNormal(√2 + ½ ln dims, √3) grows with the dimension as distances do: C. Hvarfner,
    /// E. O. Hellsten, L. Nardi, *Vanilla Bayesian Optimization Performs Great in High Dimensions*
    /// (ICML 2024, arXiv 2402.02229), section 4.2, as is σ² ~ LogNormal(−4, 1). Unlike them we
    /// keep s², near 1: LogNormal(0, ½). The additive term is ours.
    #[must_use]
    pub fn new(dims: usize) -> Self {
        let mu = std::f64::consts::SQRT_2 + 0.5 * libm::log(dims.max(1) as f64);
        let known =
            |mu, sigma| LogNormal::new(mu, sigma).expect("μ is finite and σ a positive constant");
        Self {
            lengthscale: known(mu, 3f64.sqrt()),
            outputscale: Some(known(0.0, 0.5)),
            additive: (dims > 1).then(|| known(-1.0, 1.0)),
            noise: known(-4.0, 1.0),
            input_warp: known(0.75, 0.75f64.sqrt()),
        }
    }
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{Continuous, ContinuousCDF, LogNormal as Other, Normal};
    use statrs::statistics::Mode;

    use super::*;

    /// 50-digit arithmetic (mpmath 1.3).
    #[test]
    fn the_lengthscale_prior_in_four_dimensions() {
        let prior = Priors::new(4).lengthscale;
        assert!((prior.ln_density(0.5) + 2.082_238_268_569_948).abs() < 1e-14);
        assert!((prior.mode() - 0.409_573_355_645_215_25).abs() < 1e-15);
        assert!((prior.at(0.0) - 8.226_500_757_565_855).abs() < 1e-12);
    }

    #[test]
    fn density_mode_and_quantiles_are_those_of_statrs() {
        for (mu, sigma) in [(0.0, 0.5), (-4.0, 1.0), (2.107_361, 1.732_051)] {
            let (own, other) = (LogNormal::new(mu, sigma).unwrap(), Other::new(mu, sigma).unwrap());
            for x in [1e-6, 0.3, 1.0, 70.0] {
                let expected = other.ln_pdf(x);
                let error = (own.ln_density(x) - expected).abs() / expected.abs().max(1.0);
                assert!(error < 1e-13, "LogNormal({mu}, {sigma}) at {x}: {error:e}");
            }
            assert!((own.mode() / other.mode().unwrap() - 1.0).abs() < 1e-14);
            let standard = Normal::standard();
            for z in [-2.5, 0.1, 3.0] {
                let error = (other.cdf(own.at(z)) - standard.cdf(z)).abs();
                assert!(error < 1e-10, "LogNormal({mu}, {sigma}) at z = {z}: {error:e}");
            }
        }
    }

    #[test]
    fn the_slope_agrees_with_central_differences() {
        let prior = Priors::new(3).noise;
        for x in [1e-4, 0.02, 3.0] {
            let at = |h: f64| prior.ln_density(x * h.exp());
            let difference = (at(1e-5) - at(-1e-5)) / 2e-5;
            assert!((prior.ln_density_slope(x) - difference).abs() < 1e-8);
        }
    }

    #[test]
    fn the_mode_is_where_the_density_is_flat() {
        let prior = Priors::new(2).lengthscale;
        assert!(prior.ln_density_slope(prior.mode()).abs() < 1e-14);
    }

    #[test]
    fn impossible_priors_are_refused() {
        assert!(LogNormal::new(0.0, 0.0).is_err());
        assert!(LogNormal::new(f64::NAN, 1.0).is_err());
    }
}
