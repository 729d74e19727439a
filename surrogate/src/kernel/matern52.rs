//! The Matérn kernel of smoothness 5/2 with a lengthscale for each parameter.

use super::Kernel;
use crate::{Error, Result};

/// k(a, b) = s² (1 + √5 r + 5/3 r²) e^(−√5 r), with r² = Σᵢ (aᵢ − bᵢ)² / ℓ²_g(i).
///
/// Feature i belongs to group g(i), and a group is one parameter of the search space: a one-hot
/// block has one lengthscale. Parameters: ln ℓ₀, ln ℓ₁, … one a group, then ln s².
///
/// Source: C. E. Rasmussen, C. K. I. Williams, *Gaussian Processes for Machine Learning* (2006),
/// eq. 4.17, with automatic relevance determination as in eq. 5.2.
#[derive(Debug, Clone, PartialEq)]
pub struct Matern52 {
    /// 1/ℓ² of each feature.
    inverse_squares: Vec<f64>,
    groups: Vec<usize>,
    outputscale: f64,
}

const SQRT_5: f64 = 2.236_067_977_499_79;

impl Matern52 {
    /// A kernel whose feature i has the lengthscale number `groups[i]`; `outputscale` is s², a
    /// variance.
    ///
    /// # Errors
    /// If a feature has no lengthscale, or a parameter is not positive and finite.
    pub fn new(lengthscales: &[f64], groups: &[usize], outputscale: f64) -> Result<Self> {
        let mut parameters = lengthscales.iter().chain([&outputscale]);
        if let Some(bad) = parameters.find(|p| !(p.is_finite() && **p > 0.0)) {
            return Err(Error::invalid(
                "a kernel parameter",
                format!("{bad} is not positive and finite"),
            ));
        }
        let inverse_square = |g: &usize| lengthscales.get(*g).map(|l| 1.0 / (l * l));
        let inverse_squares: Option<Vec<f64>> = groups.iter().map(inverse_square).collect();
        Ok(Self {
            inverse_squares: inverse_squares
                .ok_or_else(|| Error::invalid("a kernel", "a feature has no lengthscale"))?,
            groups: groups.to_vec(),
            outputscale,
        })
    }

    /// √5 r.
    fn distance(&self, a: &[f64], b: &[f64]) -> f64 {
        let terms = a.iter().zip(b).zip(&self.inverse_squares);
        SQRT_5 * terms.map(|((a, b), w)| (a - b) * (a - b) * w).sum::<f64>().sqrt()
    }

    /// k and −2 ∂k/∂(r²) = 5/3 s² (1 + √5 r) e^(−√5 r), which unlike ∂k/∂r has no singularity at
    /// r = 0.
    fn value_and_slope(&self, sqrt5_r: f64) -> (f64, f64) {
        let decay = self.outputscale * libm::exp(-sqrt5_r);
        let value = (1.0 + sqrt5_r + sqrt5_r * sqrt5_r / 3.0) * decay;
        (value, 5.0 / 3.0 * (1.0 + sqrt5_r) * decay)
    }
}

impl Kernel for Matern52 {
    fn eval(&self, a: &[f64], b: &[f64]) -> f64 {
        self.value_and_slope(self.distance(a, b)).0
    }

    fn add_parameter_gradient(&self, a: &[f64], b: &[f64], weight: f64, out: &mut [f64]) {
        let (value, slope) = self.value_and_slope(self.distance(a, b));
        let features = a.iter().zip(b).zip(&self.inverse_squares);
        for (((a, b), w), group) in features.zip(&self.groups) {
            out[*group] += weight * slope * (a - b) * (a - b) * w;
        }
        if let Some(last) = out.last_mut() {
            *last += weight * value;
        }
    }

    fn add_point_gradient(&self, a: &[f64], b: &[f64], weight: f64, out: &mut [f64]) {
        let (_, slope) = self.value_and_slope(self.distance(a, b));
        let features = a.iter().zip(b).zip(&self.inverse_squares);
        for (((a, b), w), out) in features.zip(out) {
            *out -= weight * slope * (a - b) * w;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: [f64; 3] = [0.1, 0.7, 0.0];
    const B: [f64; 3] = [0.4, 0.2, 0.5];

    fn kernel(log_parameters: &[f64]) -> Matern52 {
        let values: Vec<f64> = log_parameters.iter().map(|p| p.exp()).collect();
        Matern52::new(&values[..2], &[0, 1, 1], values[2]).unwrap()
    }

    /// 50-digit arithmetic (mpmath 1.3): r² = .09/.49 + .5/4, s² = 1.5.
    #[test]
    fn a_value_from_high_precision_arithmetic() {
        let kernel = Matern52::new(&[0.7, 2.0], &[0, 1, 1], 1.5).unwrap();
        let expected = 1.193_875_531_817_029_4;
        assert!((kernel.eval(&A, &B) - expected).abs() < 1e-15, "{}", kernel.eval(&A, &B));
        assert_eq!(kernel.eval(&A, &A), 1.5);
    }

    #[test]
    fn gradients_agree_with_central_differences() {
        let (at, step) = ([-0.4, 0.6, 0.3], 1e-5);
        let mut parameters = [0.0; 3];
        kernel(&at).add_parameter_gradient(&A, &B, 2.0, &mut parameters);
        let mut point = [0.0; 3];
        kernel(&at).add_point_gradient(&A, &B, 2.0, &mut point);
        for i in 0..3 {
            let difference = |f: &dyn Fn(f64) -> f64| 2.0 * (f(step) - f(-step)) / (2.0 * step);
            let by_parameter = difference(&|h| {
                let mut moved = at;
                moved[i] += h;
                kernel(&moved).eval(&A, &B)
            });
            let by_point = difference(&|h| {
                let mut moved = A;
                moved[i] += h;
                kernel(&at).eval(&moved, &B)
            });
            assert!((parameters[i] - by_parameter).abs() < 1e-9, "parameter {i}");
            assert!((point[i] - by_point).abs() < 1e-9, "feature {i}");
        }
    }

    #[test]
    fn the_gradient_vanishes_where_the_points_meet() {
        let mut point = [0.0; 3];
        kernel(&[0.0; 3]).add_point_gradient(&A, &A, 1.0, &mut point);
        assert_eq!(point, [0.0; 3]);
    }

    #[test]
    fn impossible_parameters_are_refused() {
        assert!(Matern52::new(&[0.0], &[0], 1.0).is_err());
        assert!(Matern52::new(&[1.0], &[0], f64::NAN).is_err());
        assert!(Matern52::new(&[1.0], &[1], 1.0).is_err());
    }
}
