//! How likely a Gaussian process makes its data, and how that changes with its parameters.

use super::Gp;
use crate::normal::LN_SQRT_2_PI;

impl Gp {
    /// ln p(y | X) = −½ (y − c)ᵀα − ½ ln det K − n/2 ln 2π.
    ///
    /// Source: Rasmussen and Williams (2006), eq. 5.8. Complexity: O(n).
    #[must_use]
    pub fn ln_likelihood(&self) -> f64 {
        let n = self.data.targets.len() as f64;
        let fit = self.data.targets.add_scalar(-self.mean).dot(&self.alpha);
        -0.5 * (fit + self.cholesky.ln_determinant()) - n * LN_SQRT_2_PI
    }

    /// ∂ ln p(y | X) by the logarithms of the kernel's `parameters` parameters, then of the noise
    /// variance: ½ tr((ααᵀ − K⁻¹) ∂K).
    ///
    /// It also holds when the mean is the most likely one, for there ∂ ln p / ∂c = 0.
    /// Source: Rasmussen and Williams (2006), eq. 5.9. Complexity: O(n³ + n² · features).
    #[must_use]
    pub fn ln_likelihood_gradient(&self, parameters: usize) -> Vec<f64> {
        let mut weights = -self.cholesky.inverse();
        weights.ger(1.0, &self.alpha, &self.alpha, 1.0);
        weights *= 0.5;
        let mut gradient = vec![0.0; parameters];
        self.kernel.add_gram_gradient(&self.data.points, &weights, &mut gradient);
        gradient.push(self.noise * weights.trace());
        gradient
    }
}
