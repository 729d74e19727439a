//! What is believed about the surrogate's parameters before a result is seen.

use statrs::distribution::{Continuous, ContinuousCDF, LogNormal as Distribution};
use statrs::statistics::Mode;

use crate::{Error, Result};

/// A positive number whose logarithm is normal with mean μ and standard deviation σ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogNormal {
    distribution: Distribution,
    mu: f64,
    sigma: f64,
}

impl LogNormal {
    /// LogNormal(μ, σ).
    ///
    /// # Errors
    /// If μ is not finite, or σ not positive and finite.
    pub fn new(mu: f64, sigma: f64) -> Result<Self> {
        let refused = || {
            let why = format!("LogNormal({mu}, {sigma}) does not exist");
            Error::invalid("a prior", why)
        };
        if !(mu.is_finite() && sigma.is_finite()) {
            return Err(refused());
        }
        Ok(Self { distribution: Distribution::new(mu, sigma).map_err(|_| refused())?, mu, sigma })
    }

    /// ln p(x): the density of x itself, not of ln x.
    #[must_use]
    pub fn ln_density(&self, x: f64) -> f64 {
        self.distribution.ln_pdf(x)
    }

    /// ∂ ln p(x) / ∂ ln x = −1 − (ln x − μ) / σ².
    #[must_use]
    pub fn ln_density_slope(&self, x: f64) -> f64 {
        -1.0 - (x.ln() - self.mu) / (self.sigma * self.sigma)
    }

    /// The most probable value, e^(μ − σ²).
    #[must_use]
    pub fn mode(&self) -> f64 {
        self.distribution.mode().unwrap_or_else(|| (self.mu - self.sigma * self.sigma).exp())
    }

    /// The value below which a share `p` of the probability lies; `p` outside [0, 1] counts as the
    /// nearer end.
    #[must_use]
    pub fn quantile(&self, p: f64) -> f64 {
        self.distribution.inverse_cdf(p.clamp(0.0, 1.0))
    }
}

/// The priors of all parameters of a surrogate of standardised targets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Priors {
    /// Of each lengthscale ℓ, in units of the embedding.
    pub lengthscale: LogNormal,
    /// Of the outputscale s², a variance; `None` fixes it at 1.
    pub outputscale: Option<LogNormal>,
    /// Of the noise variance σ².
    pub noise: LogNormal,
}

impl Priors {
    /// The priors for a space of `dims` parameters (not features).
    ///
    /// ℓ ~ LogNormal(√2 + ½ ln dims, √3) grows with the dimension as distances do: C. Hvarfner,
    /// E. O. Hellsten, L. Nardi, *Vanilla Bayesian Optimization Performs Great in High Dimensions*
    /// (ICML 2024, arXiv 2402.02229), section 4.2, as is σ² ~ LogNormal(−4, 1). Unlike them we
    /// keep s², near 1: LogNormal(0, ½).
    #[must_use]
    pub fn new(dims: usize) -> Self {
        let mu = std::f64::consts::SQRT_2 + 0.5 * (dims.max(1) as f64).ln();
        let known =
            |mu, sigma| LogNormal::new(mu, sigma).expect("μ is finite and σ a positive constant");
        Self {
            lengthscale: known(mu, 3f64.sqrt()),
            outputscale: Some(known(0.0, 0.5)),
            noise: known(-4.0, 1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 50-digit arithmetic (mpmath 1.3).
    #[test]
    fn the_lengthscale_prior_in_four_dimensions() {
        let prior = Priors::new(4).lengthscale;
        assert!((prior.ln_density(0.5) + 2.082_238_268_569_948).abs() < 1e-14);
        assert!((prior.mode() - 0.409_573_355_645_215_25).abs() < 1e-15);
        assert!((prior.quantile(0.5) - 8.226_500_757_565_855).abs() < 1e-12);
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
