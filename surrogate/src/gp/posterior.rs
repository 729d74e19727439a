//! A Gaussian process conditioned on data.

use nalgebra::{DMatrix, DVector};

use crate::kernel::{Kernel, Points};
use crate::linalg::{Cholesky, dot};
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
    /// n variances that are known beside the common noise, as the squared standard error of a
    /// mean over folds; 0 where nothing is known.
    pub known_noise: DVector<f64>,
}

impl TrainingSet {
    /// Data of which no noise is known.
    #[must_use]
    pub fn new(points: DMatrix<f64>, targets: DVector<f64>) -> Self {
        let known_noise = DVector::zeros(targets.len());
        Self { points, targets, known_noise }
    }

    /// The data at these places, in that order.
    #[must_use]
    pub fn select(&self, places: &[usize]) -> Self {
        let pick = |from: &DVector<f64>| {
            DVector::from_iterator(places.len(), places.iter().map(|i| from[*i]))
        };
        Self {
            points: self.points.select_columns(places),
            targets: pick(&self.targets),
            known_noise: pick(&self.known_noise),
        }
    }

    fn check(&self) -> Result<()> {
        let n = self.targets.len();
        if n == 0 || self.points.ncols() != n || self.known_noise.len() != n {
            let why = format!("{} points for {n} targets", self.points.ncols());
            return Err(Error::invalid("a training set", why));
        }
        let mut all = self.targets.iter().chain(&self.points).chain(&self.known_noise);
        if !all.all(|v| v.is_finite()) {
            return Err(Error::NotFinite { what: "a Gaussian process from a training set" });
        }
        Ok(())
    }
}

/// The constant prior mean of a Gaussian process.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mean {
    /// This value, in units of the targets.
    Fixed(f64),
    /// The value that makes the data most likely: c = 1ᵀK⁻¹y / 1ᵀK⁻¹1.
    MostLikely,
}

/// y = c + f(x) + ε with f ~ GP(0, k) and ε ~ N(0, σ² + σᵢ²), conditioned on a training set.
///
/// With K = k(X, X) + diag(σ² + σᵢ²) = LLᵀ and α = K⁻¹(y − c): Rasmussen and Williams (2006),
/// algorithm 2.1.
#[derive(Debug, Clone)]
pub struct Gp {
    pub(super) kernel: Kernel,
    pub(super) noise: f64,
    pub(super) mean: f64,
    pub(super) points: Points,
    pub(super) targets: Vec<f64>,
    /// The variance that each observation has beside f.
    pub(super) own_noise: Vec<f64>,
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
    pub fn new(kernel: Kernel, noise: f64, mean: Mean, data: &TrainingSet) -> Result<Self> {
        data.check()?;
        if !(noise >= 0.0 && noise.is_finite()) {
            return Err(Error::invalid("a noise variance", format!("{noise}")));
        }
        let (mut points, n) = (kernel.no_points(), data.targets.len());
        let mut rows = Vec::with_capacity(n);
        for (point, known) in data.points.column_iter().zip(&data.known_noise) {
            let point = point.as_slice();
            let mut row = vec![0.0; points.len()];
            kernel.covariances(&points, point, &mut row);
            row.push(kernel.variance() + noise + known);
            kernel.push(&mut points, point);
            rows.push(row);
        }
        let covariance = DMatrix::from_fn(n, n, |i, j| if j <= i { rows[i][j] } else { 0.0 });
        let cholesky = Cholesky::new(&covariance)?;
        let mean_variance = (0..n).map(|i| rows[i][i]).sum::<f64>() / n as f64;
        let jitter = cholesky.jitter() * mean_variance;
        let own_noise = data.known_noise.iter().map(|known| noise + known + jitter).collect();
        let mut gp = Self {
            kernel,
            noise,
            mean: 0.0,
            points,
            targets: data.targets.iter().copied().collect(),
            own_noise,
            cholesky,
            alpha: DVector::zeros(n),
        };
        gp.aim(mean);
        Ok(gp)
    }

    /// Replaces the targets: points, noise and factorisation stay. Complexity: O(n²).
    ///
    /// # Errors
    /// If there are more or fewer than points, or one is not finite.
    pub fn set_targets(&mut self, targets: Vec<f64>, mean: Mean) -> Result<()> {
        if targets.len() != self.points.len() || targets.iter().any(|t| !t.is_finite()) {
            return Err(Error::invalid("targets", format!("{} of them", targets.len())));
        }
        self.targets = targets;
        self.aim(mean);
        Ok(())
    }

    /// The prior mean and the weights α that belong to the targets.
    fn aim(&mut self, mean: Mean) {
        let targets = DVector::from_column_slice(&self.targets);
        self.mean = match mean {
            Mean::Fixed(mean) => mean,
            Mean::MostLikely => {
                let ones = self.cholesky.solve(&DVector::from_element(targets.len(), 1.0));
                ones.dot(&targets) / ones.sum()
            }
        };
        self.alpha = self.cholesky.solve(&targets.add_scalar(-self.mean));
    }

    /// Adds one observation with the noise σ² + `known_noise`: a row of the factorisation. The
    /// weights are those of the old targets until [`Gp::set_targets`]. Complexity: O(n²).
    ///
    /// # Errors
    /// If the covariance matrix cannot be factored any more.
    pub fn append(&mut self, point: &[f64], target: f64, known_noise: f64) -> Result<()> {
        let mut covariances = vec![0.0; self.points.len()];
        self.kernel.covariances(&self.points, point, &mut covariances);
        let variance = self.kernel.variance() + self.noise + known_noise;
        self.cholesky.append(&covariances, variance)?;
        self.kernel.push(&mut self.points, point);
        self.targets.push(target);
        self.own_noise.push(self.noise + known_noise);
        Ok(())
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

    /// (y − c)ᵀK⁻¹(y − c). Complexity: O(n).
    #[must_use]
    pub fn misfit(&self) -> f64 {
        self.targets.iter().zip(&self.alpha).map(|(y, a)| (y - self.mean) * a).sum()
    }

    /// The posterior means at its own points: yᵢ less what its noise explains. Complexity: O(n).
    #[must_use]
    pub fn means(&self) -> Vec<f64> {
        let own = self.targets.iter().zip(&self.own_noise).zip(&self.alpha);
        own.map(|((y, noise), a)| y - noise * a).collect()
    }

    /// How many points it is conditioned on.
    #[must_use]
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Whether it is conditioned on nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// What had to be added to the diagonal, relative to its mean.
    #[must_use]
    pub fn jitter(&self) -> f64 {
        self.cholesky.jitter()
    }

    /// The latent function at each column of `points` (features × q).
    ///
    /// μ = c + kᵀα and v = k(x, x) − ‖L⁻¹k‖²: Rasmussen and Williams (2006), eq. 2.25 and 2.26.
    /// Complexity: O(q n²).
    #[must_use]
    pub fn predict(&self, points: &DMatrix<f64>) -> Prediction {
        let (n, q) = (self.points.len(), points.ncols());
        let mut cross = DMatrix::zeros(n, q);
        for (mut column, point) in cross.column_iter_mut().zip(points.column_iter()) {
            self.kernel.covariances(&self.points, point.as_slice(), column.as_mut_slice());
        }
        let alpha = self.alpha.as_slice();
        let mean = cross.column_iter().map(|k| self.mean + dot(k.as_slice(), alpha)).collect();
        let half = self.cholesky.half_solve(cross);
        let prior = self.kernel.variance();
        let variance = half.column_iter().map(|v| left(prior, dot(v.as_slice(), v.as_slice())));
        let variance = DVector::from_iterator(q, variance);
        Prediction { mean: DVector::from_vec(mean), variance }
    }

    /// The posterior means alone, at each column of `points` (features × q).
    /// Complexity: O(q n · features).
    #[must_use]
    pub fn means_at(&self, points: &DMatrix<f64>) -> Vec<f64> {
        let mut covariances = vec![0.0; self.points.len()];
        let mut mean = |point: &[f64]| {
            self.kernel.covariances(&self.points, point, &mut covariances);
            self.mean + dot(&covariances, self.alpha.as_slice())
        };
        points.column_iter().map(|point| mean(point.as_slice())).collect()
    }

    /// The latent function at one point, with gradients. Complexity: O(n² + n · features).
    #[must_use]
    pub fn predict_with_gradient(&self, point: &[f64]) -> PointPrediction {
        let mut k = vec![0.0; self.points.len()];
        let slopes = self.kernel.slopes(&self.points, point, &mut k);
        let mean = self.mean + dot(&k, self.alpha.as_slice());
        let mean_gradient = self.kernel.pull(&self.points, &slopes, self.alpha.as_slice());
        self.cholesky.half_solve_one(&mut k);
        let variance = left(self.kernel.variance(), dot(&k, &k));
        self.cholesky.back_solve_one(&mut k);
        // ∂v = −2 Σⱼ (K⁻¹k)ⱼ ∂kⱼ, as k(x, x) is the same everywhere.
        let explained = self.kernel.pull(&self.points, &slopes, &k);
        let variance_gradient = explained.iter().map(|e| -2.0 * e).collect();
        PointPrediction { mean, variance, mean_gradient, variance_gradient }
    }

    /// This process, believing itself at `points` (features × q): its means there stay what they
    /// are, its variances shrink as if they had been observed. Complexity: O(q n²).
    ///
    /// Source: D. Ginsbourger, R. Le Riche, L. Carraro, *Kriging is well-suited to parallelize
    /// optimization* (2010), section 3.2 (the kriging believer).
    ///
    /// # Errors
    /// If the covariance matrix cannot be factored any more.
    pub fn believing(mut self, points: &DMatrix<f64>) -> Result<Self> {
        if points.ncols() == 0 {
            return Ok(self);
        }
        let believed = self.predict(points).mean;
        for (point, target) in points.column_iter().zip(&believed) {
            self.append(point.as_slice(), *target, 0.0)?;
        }
        self.aim(Mean::Fixed(self.mean));
        Ok(self)
    }
}

/// What is left of the prior variance; never nothing.
pub(super) fn left(prior: f64, explained: f64) -> f64 {
    (prior - explained).max(VARIANCE_SHARE_MIN * prior)
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::fixture_data;
