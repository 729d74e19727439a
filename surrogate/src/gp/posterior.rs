//! A Gaussian process conditioned on data.

use nalgebra::{DMatrix, DVector};

use crate::kernel::Kernel;
use crate::linalg::Cholesky;
use crate::{Error, Result};

/// A latent variance below this share of the prior's is rounding, not knowledge.
const VARIANCE_SHARE_MIN: f64 = 1e-12;

/// What a Gaussian process is conditioned on.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingSet {
    /// Features × n: one column a point.
    pub points: DMatrix<f64>,
    /// n targets, usually standardised.
    pub targets: DVector<f64>,
}

/// The constant prior mean of a Gaussian process.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mean {
    /// This value, in units of the targets.
    Fixed(f64),
    /// The value that makes the data most likely: c = 1ᵀK⁻¹y / 1ᵀK⁻¹1.
    MostLikely,
}

/// y = c + f(x) + ε with f ~ GP(0, k) and ε ~ N(0, σ²), conditioned on a training set.
///
/// With K = k(X, X) + σ²I = LLᵀ and α = K⁻¹(y − c): Rasmussen and Williams (2006), algorithm 2.1.
#[derive(Debug)]
pub struct Gp {
    pub(super) kernel: Box<dyn Kernel>,
    pub(super) noise: f64,
    pub(super) mean: f64,
    pub(super) data: TrainingSet,
    pub(super) cholesky: Cholesky,
    pub(super) alpha: DVector<f64>,
}

/// The latent function at several points, in units of the targets.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// Posterior means.
    pub mean: DVector<f64>,
    /// Posterior variances of f, without the noise of an observation.
    pub variance: DVector<f64>,
}

/// The latent function at one point, and how it changes.
#[derive(Debug, Clone, PartialEq)]
pub struct PointPrediction {
    /// Posterior mean.
    pub mean: f64,
    /// Posterior variance of f, without the noise of an observation.
    pub variance: f64,
    /// ∂mean/∂x, one entry a feature.
    pub mean_gradient: Vec<f64>,
    /// ∂variance/∂x, one entry a feature.
    pub variance_gradient: Vec<f64>,
}

impl Gp {
    /// Conditions on `data`; `noise` is the variance σ². Complexity: O(n³ + n² · features).
    ///
    /// # Errors
    /// If there is no data or it is not finite, the shapes differ, the noise is negative, or the
    /// covariance matrix cannot be factored.
    pub fn new(kernel: Box<dyn Kernel>, noise: f64, mean: Mean, data: TrainingSet) -> Result<Self> {
        let n = data.targets.len();
        if n == 0 || data.points.ncols() != n {
            let why = format!("{} points for {n} targets", data.points.ncols());
            return Err(Error::invalid("a training set", why));
        }
        if !(noise >= 0.0 && noise.is_finite()) {
            return Err(Error::invalid("a noise variance", format!("{noise}")));
        }
        if !data.targets.iter().chain(&data.points).all(|v| v.is_finite()) {
            let what = "a Gaussian process from a training set";
            return Err(Error::NotFinite { what });
        }
        let mut covariance = kernel.gram(&data.points);
        for i in 0..n {
            covariance[(i, i)] += noise;
        }
        let cholesky = Cholesky::new(&covariance)?;
        let mean = match mean {
            Mean::Fixed(mean) => mean,
            Mean::MostLikely => {
                let ones = cholesky.solve(&DVector::from_element(n, 1.0));
                ones.dot(&data.targets) / ones.sum()
            }
        };
        let alpha = cholesky.solve(&data.targets.add_scalar(-mean));
        Ok(Self { kernel, noise, mean, data, cholesky, alpha })
    }

    /// The prior mean c.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The noise variance σ².
    #[must_use]
    pub fn noise(&self) -> f64 {
        self.noise
    }

    /// The jitter the covariance matrix needed, relative to its mean diagonal.
    #[must_use]
    pub fn jitter(&self) -> f64 {
        self.cholesky.jitter()
    }

    /// The posterior at q points (features × q): μ = c + kᵀα and v = k(x, x) − kᵀK⁻¹k.
    ///
    /// Rounding cannot make a variance vanish: it is at least 10⁻¹² of the prior's.
    /// Complexity: O(q · n · (n + features)).
    #[must_use]
    pub fn predict(&self, points: &DMatrix<f64>) -> Prediction {
        let cross = self.kernel.cross(&self.data.points, points);
        let mean = (cross.tr_mul(&self.alpha)).add_scalar(self.mean);
        let half = self.cholesky.half_solve(cross);
        let variance = points.column_iter().zip(half.column_iter()).map(|(x, v)| {
            let prior = self.kernel.eval(x.as_slice(), x.as_slice());
            (prior - v.norm_squared()).max(VARIANCE_SHARE_MIN * prior)
        });
        Prediction { mean, variance: DVector::from_iterator(points.ncols(), variance) }
    }

    /// The posterior at one point and its gradient: ∂μ = Σⱼ αⱼ ∂k(x, xⱼ) and
    /// ∂v = −2 Σⱼ (K⁻¹k)ⱼ ∂k(x, xⱼ), the latter 0 where the variance is at its floor.
    ///
    /// The kernel must be stationary: k(x, x) has no gradient. Complexity: O(n · (n + features)).
    #[must_use]
    pub fn predict_with_gradient(&self, point: &[f64]) -> PointPrediction {
        let at = DMatrix::from_column_slice(point.len(), 1, point);
        let cross = self.kernel.cross(&self.data.points, &at).column(0).into_owned();
        let weights = self.cholesky.solve(&cross);
        let prior = self.kernel.eval(point, point);
        let floor = VARIANCE_SHARE_MIN * prior;
        let variance = prior - weights.dot(&cross);
        let mut mean_gradient = vec![0.0; point.len()];
        let mut variance_gradient = vec![0.0; point.len()];
        for (j, x) in self.data.points.column_iter().enumerate() {
            let (x, alpha) = (x.as_slice(), self.alpha[j]);
            self.kernel.add_point_gradient(point, x, alpha, &mut mean_gradient);
            if variance > floor {
                let weight = -2.0 * weights[j];
                self.kernel.add_point_gradient(point, x, weight, &mut variance_gradient);
            }
        }
        PointPrediction {
            mean: self.mean + cross.dot(&self.alpha),
            variance: variance.max(floor),
            mean_gradient,
            variance_gradient,
        }
    }

    /// This process with its own posterior mean taken for observed at `points` (features × q).
    ///
    /// Predicted means stay as they were, variances shrink: what is being tried already promises
    /// less. This is the Kriging believer of D. Ginsbourger, R. Le Riche, L. Carraro, *Kriging is
    /// well-suited to parallelize optimization* (2010), section 4.2.
    ///
    /// # Errors
    /// If the larger covariance matrix cannot be factored.
    pub fn believing(self, points: &DMatrix<f64>) -> Result<Self> {
        if points.ncols() == 0 {
            return Ok(self);
        }
        let believed = self.predict(points).mean;
        let targets = self.data.targets.iter().chain(&believed).copied();
        let all = self.data.points.column_iter().chain(points.column_iter());
        let data = TrainingSet {
            points: DMatrix::from_columns(&all.collect::<Vec<_>>()),
            targets: DVector::from_vec(targets.collect()),
        };
        Self::new(self.kernel, self.noise, Mean::Fixed(self.mean), data)
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::fixture_data;
