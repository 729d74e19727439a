//! How likely a Gaussian process makes its data, and how that changes with its parameters.

use nalgebra::{DMatrix, DVector};

use super::{Gp, Pairs};
use crate::Result;
use crate::kernel::matern52::profile_and_slopes;
use crate::linalg::{Cholesky, dot};
use crate::normal::LN_SQRT_2_PI;
use crate::transform::Kumaraswamy;

/// The parameters of a process, all positive.
#[derive(Debug, Clone, PartialEq)]
pub struct Hyperparameters {
    /// ℓ, one a parameter of the space, in units of the embedding.
    pub lengthscales: Vec<f64>,
    /// s², the variance of the Matérn process, in squared units of the targets.
    pub outputscale: f64,
    /// a², the variance of the sum of processes of one parameter each; 0 if there is none.
    pub additive: f64,
    /// σ², the variance of the noise.
    pub noise: f64,
    /// The warp of each feature that can be warped; none if they are taken as they are.
    pub input_warps: Vec<Kumaraswamy>,
}

/// The logarithm of a likelihood, and its slopes by the logarithms of the parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Likelihood {
    /// ln p(y | X, θ).
    pub value: f64,
    /// ∂/∂ ln ℓ₀, …, then ∂/∂ ln s², ∂/∂ ln a², ∂/∂ ln σ².
    pub gradient: Vec<f64>,
}

impl Gp {
    /// ln p(y | X) = −½ (y − c)ᵀα − ½ ln det K − n/2 ln 2π.
    ///
    /// Source: Rasmussen and Williams (2006), eq. 5.8. Complexity: O(n).
    #[must_use]
    pub fn ln_likelihood(&self) -> f64 {
        let centred: Vec<f64> = self.targets.iter().map(|y| y - self.mean).collect();
        ln_density(dot(&centred, self.alpha.as_slice()), &self.cholesky)
    }
}

fn ln_density(fit: f64, cholesky: &Cholesky) -> f64 {
    -0.5 * (fit + cholesky.ln_determinant()) - cholesky.len() as f64 * LN_SQRT_2_PI
}

impl Pairs {
    /// ln p(y | X, θ) of n `targets` with the most likely constant mean, where `known_noise` is
    /// what is known of each variance beside σ²; and ½ tr((ααᵀ − K⁻¹) ∂K) for each parameter.
    ///
    /// The gradient needs no term for the mean, since ∂ ln p / ∂c = 0 there.
    /// Source: Rasmussen and Williams (2006), eq. 5.8 and 5.9. Complexity: O(n³ + n² · dims).
    ///
    /// # Errors
    /// If the covariance matrix cannot be factored.
    pub fn likelihood(
        &self,
        at: &Hyperparameters,
        targets: &DVector<f64>,
        known_noise: &DVector<f64>,
    ) -> Result<Likelihood> {
        Ok(self.likelihood_and_pull(at, targets, known_noise)?.0)
    }

    /// As [`Pairs::likelihood`], and the way to its slopes by the points.
    ///
    /// # Errors
    /// As there.
    pub(crate) fn likelihood_and_pull(
        &self,
        at: &Hyperparameters,
        targets: &DVector<f64>,
        known_noise: &DVector<f64>,
    ) -> Result<(Likelihood, Pull)> {
        let covariances = self.covariances(at);
        let cholesky = Cholesky::new(&self.matrix(at, &covariances, known_noise))?;
        let ones = cholesky.solve(&DVector::from_element(self.n, 1.0));
        let mean = ones.dot(targets) / ones.sum();
        let centred = targets.add_scalar(-mean);
        let alpha = cholesky.solve(&centred);
        let value = ln_density(dot(centred.as_slice(), alpha.as_slice()), &cholesky);

        let weights = weights(&alpha, &cholesky.inverse());
        let trace: f64 = weights.own.iter().sum();
        let mut gradient: Vec<f64> = self
            .squares
            .iter()
            .zip(&at.lengthscales)
            .zip(&covariances.slopes)
            .map(|((squares, l), slopes)| 2.0 * dot3(&weights.pairs, slopes, squares) / (l * l))
            .collect();
        gradient.push(2.0 * dot(&weights.pairs, &covariances.joint) + at.outputscale * trace);
        gradient.push(2.0 * dot(&weights.pairs, &covariances.sum) + at.additive * trace);
        gradient.push(at.noise * trace);
        let pull = Pull { weights: weights.pairs, slopes: covariances.slopes };
        Ok((Likelihood { value, gradient }, pull))
    }

    /// Both terms of k for each pair, and their slopes. Complexity: O(n² · dims).
    fn covariances(&self, at: &Hyperparameters) -> Covariances {
        let pairs = self.n * self.n.saturating_sub(1) / 2;
        let dims = self.squares.len() as f64;
        let (mut joint, mut sum) = (vec![0.0; pairs], vec![0.0; pairs]);
        let mut slopes = Vec::with_capacity(self.squares.len());
        let mut own = vec![0.0; pairs];
        for (squares, l) in self.squares.iter().zip(&at.lengthscales) {
            let weight = 1.0 / (l * l);
            joint.iter_mut().zip(squares).for_each(|(r2, d)| *r2 += weight * d);
            let mut slope = vec![0.0; pairs];
            if at.additive > 0.0 {
                own.iter_mut().zip(squares).for_each(|(own, d)| *own = dims * weight * d);
                profile_and_slopes(&mut own, &mut slope);
                sum.iter_mut().zip(&own).for_each(|(sum, own)| *sum += own * at.additive / dims);
                slope.iter_mut().for_each(|slope| *slope *= at.additive);
            }
            slopes.push(slope);
        }
        profile_and_slopes(&mut joint, &mut own);
        joint.iter_mut().for_each(|k| *k *= at.outputscale);
        for slope in &mut slopes {
            slope.iter_mut().zip(&own).for_each(|(slope, own)| *slope += at.outputscale * own);
        }
        Covariances { joint, sum, slopes }
    }

    /// The lower triangle of K.
    fn matrix(
        &self,
        at: &Hyperparameters,
        covariances: &Covariances,
        known_noise: &DVector<f64>,
    ) -> DMatrix<f64> {
        let mut matrix = DMatrix::zeros(self.n, self.n);
        let mut from = 0;
        for (j, mut column) in matrix.column_iter_mut().enumerate() {
            let column = column.as_mut_slice();
            let to = from + self.n - 1 - j;
            column[j] = at.outputscale + at.additive + at.noise + known_noise[j];
            let both = covariances.joint[from..to].iter().zip(&covariances.sum[from..to]);
            column[j + 1..].iter_mut().zip(both).for_each(|(k, (joint, sum))| *k = joint + sum);
            from = to;
        }
        matrix
    }
}

/// How a likelihood changes with the distances of its points, pair by pair.
pub(crate) struct Pull {
    weights: Vec<f64>,
    slopes: Vec<Vec<f64>>,
}

impl Pull {
    /// ∂ ln p / ∂ wᵢ at each point i, of a feature w of a group with lengthscale ℓ:
    /// −2/ℓ² Σⱼ Wᵢⱼ sᵢⱼ (wᵢ − wⱼ), as D = (wᵢ − wⱼ)². Complexity: O(n²).
    pub(crate) fn on(&self, group: usize, lengthscale: f64, w: &[f64]) -> Vec<f64> {
        let n = w.len();
        let mut force = vec![0.0; n];
        let mut from = 0;
        for j in 0..n {
            let to = from + n - 1 - j;
            let both = self.weights[from..to].iter().zip(&self.slopes[group][from..to]);
            let mut own = 0.0;
            for ((weight, slope), i) in both.zip(j + 1..) {
                let pulled = weight * slope * (w[i] - w[j]);
                force[i] += pulled;
                own += pulled;
            }
            force[j] -= own;
            from = to;
        }
        let factor = -2.0 / (lengthscale * lengthscale);
        force.iter_mut().for_each(|f| *f *= factor);
        force
    }
}

/// The covariances of all pairs of points, as [`Pairs`] lists them.
struct Covariances {
    /// s² m of all parameters together.
    joint: Vec<f64>,
    /// a²/d Σ m of each on its own.
    sum: Vec<f64>,
    /// For each parameter, −2 ∂k/∂(D/ℓ²).
    slopes: Vec<Vec<f64>>,
}

/// Σᵢ aᵢ bᵢ cᵢ.
fn dot3(a: &[f64], b: &[f64], c: &[f64]) -> f64 {
    let both: Vec<f64> = a.iter().zip(b).map(|(a, b)| a * b).collect();
    dot(&both, c)
}

/// ½ (ααᵀ − K⁻¹), below its diagonal and on it.
struct Weights {
    pairs: Vec<f64>,
    own: Vec<f64>,
}

fn weights(alpha: &DVector<f64>, inverse: &DMatrix<f64>) -> Weights {
    let n = alpha.len();
    let alpha = alpha.as_slice();
    let mut pairs = Vec::with_capacity(n * n.saturating_sub(1) / 2);
    let mut own = Vec::with_capacity(n);
    for (j, column) in inverse.column_iter().enumerate() {
        let (column, a) = (column.as_slice(), alpha[j]);
        own.push(0.5 * (a * a - column[j]));
        let below = column[j + 1..].iter().zip(&alpha[j + 1..]);
        pairs.extend(below.map(|(inverse, b)| 0.5 * (a * b - inverse)));
    }
    Weights { pairs, own }
}
