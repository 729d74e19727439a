//! Several acquisition functions at once.

use nalgebra::DMatrix;

use super::Acquisition;

/// The product of quantities that are independent under the surrogates: the sum of their
/// logarithms, such as ln EI and the logarithm of the probability of each output constraint.
///
/// Source: M. A. Gelbart, J. Snoek, R. P. Adams, *Bayesian Optimization with Unknown Constraints*
/// (UAI 2014, arXiv 1403.5607), eq. 4; its logarithm: S. Ament et al. (NeurIPS 2023, arXiv
/// 2310.20708), section 3.
pub struct Product<'a> {
    factors: Vec<Box<dyn Acquisition + 'a>>,
}

impl<'a> Product<'a> {
    /// The product of these, given by their logarithms.
    #[must_use]
    pub fn new(factors: Vec<Box<dyn Acquisition + 'a>>) -> Self {
        Self { factors }
    }
}

impl Acquisition for Product<'_> {
    fn value_and_gradient(&self, point: &[f64]) -> (f64, Vec<f64>) {
        let all = self.factors.iter().map(|factor| factor.value_and_gradient(point));
        let sum = all.reduce(|(value, mut gradient), (more, steeper)| {
            gradient.iter_mut().zip(steeper).for_each(|(g, s)| *g += s);
            (value + more, gradient)
        });
        sum.unwrap_or_else(|| (0.0, vec![0.0; point.len()]))
    }

    fn values(&self, points: &DMatrix<f64>) -> Vec<f64> {
        let all = self.factors.iter().map(|factor| factor.values(points));
        let sum = all.reduce(|mut values, more| {
            values.iter_mut().zip(more).for_each(|(v, m)| *v += m);
            values
        });
        sum.unwrap_or_else(|| vec![0.0; points.ncols()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acquire::tests::{assert_gradient, surrogate};
    use crate::acquire::{LogEi, LogProbability};

    /// BoTorch, `test/acquisition/test_analytic.py`, constrained expected improvement: EI of a
    /// standard normal law over 0, 0.39894, times the probability ½ that another is at least 0.
    #[test]
    fn constrained_expected_improvement_of_botorch() {
        let gp = surrogate(1);
        let ei = LogEi::new(&gp, 0.0).of(0.0, 1.0);
        let constrained = ei + LogProbability::new(&gp, 0.0).of(0.0, 1.0);
        assert!((constrained.exp() - 0.19947).abs() < 1e-5);
    }

    #[test]
    fn it_is_the_sum_of_its_factors_with_its_gradient() {
        let (gp, other) = (surrogate(1), surrogate(2));
        let ei = LogEi::new(&gp, 0.4);
        let kept = LogProbability::new(&other, 0.2);
        let product = Product::new(vec![Box::new(ei), Box::new(kept)]);
        let at = [0.33, 0.61];
        let sum = ei.value_and_gradient(&at).0 + kept.value_and_gradient(&at).0;
        assert_eq!(product.value_and_gradient(&at).0, sum);
        assert_gradient(&product, &at);
    }

    #[test]
    fn one_factor_is_itself_and_none_is_one() {
        let gp = surrogate(1);
        let ei = LogEi::new(&gp, 0.4);
        let alone = Product::new(vec![Box::new(ei)]);
        assert_eq!(alone.value_and_gradient(&[0.1, 0.2]), ei.value_and_gradient(&[0.1, 0.2]));
        let points = DMatrix::from_fn(2, 3, |i, j| 0.2 * i as f64 + 0.3 * j as f64);
        assert_eq!(alone.values(&points), ei.values(&points));
        assert_eq!(Product::new(Vec::new()).values(&points), [0.0; 3]);
        assert_eq!(Product::new(Vec::new()).value_and_gradient(&[0.5]), (0.0, vec![0.0]));
    }
}
