//! Zero mean and unit variance, for numbers of any magnitude.

use super::spread::differ;
use crate::{Error, Result};

/// z = (y / unit − mean) / sd, with mean and standard deviation (n − 1 in the denominator) those
/// of y / unit, and unit = max |y|. Dividing first keeps the sums finite for all finite y.
///
/// Values that are equal up to rounding have no spread to divide by: their magnitude serves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standardise {
    unit: f64,
    mean: f64,
    sd: f64,
}

impl Standardise {
    /// The transform that standardises `values`.
    ///
    /// # Errors
    /// If there are none, or one is not finite.
    pub fn new(values: &[f64]) -> Result<Self> {
        if values.is_empty() || values.iter().any(|v| !v.is_finite()) {
            return Err(Error::NotFinite { what: "the mean of the objective values" });
        }
        let n = values.len() as f64;
        let largest = values.iter().fold(0.0f64, |m, v| m.max(v.abs()));
        let unit = if largest > 0.0 { largest } else { 1.0 };
        let mean = values.iter().map(|v| v / unit).sum::<f64>() / n;
        let squares: f64 = values.iter().map(|v| v / unit - mean).map(|d| d * d).sum();
        let sd = (squares / (n - 1.0).max(1.0)).sqrt();
        Ok(Self { unit, mean, sd: if differ(values) { sd } else { 1.0 } })
    }

    /// The target of an objective value.
    #[must_use]
    pub fn apply(&self, value: f64) -> f64 {
        (value / self.unit - self.mean) / self.sd
    }

    /// The objective value of a target.
    #[must_use]
    pub fn invert(&self, target: f64) -> f64 {
        (target * self.sd + self.mean) * self.unit
    }

    /// A standard deviation in units of the objective.
    #[must_use]
    pub fn invert_sd(&self, sd: f64) -> f64 {
        sd * self.sd * self.unit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets(values: &[f64]) -> Vec<f64> {
        let transform = Standardise::new(values).unwrap();
        values.iter().map(|v| transform.apply(*v)).collect()
    }

    /// Mean and standard deviation (ddof = 1) as the botorch-rust fixture `matern_d1_n5.json`
    /// (MIT licence, written by BoTorch) states them for these values.
    #[test]
    fn the_moments_of_a_known_sample() {
        let values = [
            8.98104624572835,
            1.4896384362971147,
            4.11268473998166,
            6.6002509619447185,
            2.710611120211217,
        ];
        let transform = Standardise::new(&values).unwrap();
        assert!((transform.invert(0.0) - 4.778846300832612).abs() < 1e-14);
        assert!((transform.invert_sd(1.0) - 3.021434083346855).abs() < 1e-14);
        for value in values {
            assert!((transform.invert(transform.apply(value)) - value).abs() < 1e-14);
        }
    }

    #[test]
    fn numbers_of_any_magnitude_stay_finite() {
        for scale in [1e-300, 1.0, 1e300, 1.7e308] {
            let targets = targets(&[-scale, scale]);
            assert!((targets[1] - 0.5f64.sqrt()).abs() < 1e-12, "{targets:?}");
        }
    }

    #[test]
    fn equal_values_become_zero_although_their_mean_rounds() {
        assert!(targets(&[0.1; 7]).iter().all(|t| t.abs() < 1e-14));
        assert_eq!(targets(&[0.0; 3]), [0.0; 3]);
        assert_eq!(targets(&[42.0]), [0.0]);
    }

    #[test]
    fn values_that_are_no_numbers_are_refused() {
        assert!(Standardise::new(&[1.0, f64::NAN]).is_err());
        assert!(Standardise::new(&[]).is_err());
    }
}
