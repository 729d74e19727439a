//! A Gaussian process that is told its latent function at some points, again and again.

use nalgebra::{DMatrix, DVector};

use super::Gp;
use super::posterior::left;
use crate::Result;
use crate::kernel::Slopes;
use crate::linalg::dot;

/// What is added to the variance of an imagined value, relative to the prior's: it is known all
/// but exactly, and two of them may be all but equal.
const NUGGET: f64 = 1e-8;

/// f ~ GP given the results, and given f at m points besides: what is known then depends on the
/// values there, of which [`Fantasies::draws`] holds some.
///
/// With the factor L of the covariance of all results and then f at those points, its last square
/// B is the factor of the posterior covariance of f there. So f = μ + Bz is a draw for
/// z ~ N(0, 1)ᵐ, and given it, f(x) has the mean μ(x) + t(x)ᵀz and a variance that is the same for
/// every z, where t(x) are the last m entries of L⁻¹k(x).
#[derive(Debug, Clone)]
pub struct Fantasies {
    /// Conditioned on the results; rows without weight for f at the points.
    gp: Gp,
    results: usize,
    draws: Vec<Vec<f64>>,
}

/// f at one point, given the results and f at the points of [`Fantasies`].
#[derive(Debug, Clone)]
pub struct Imagined {
    /// The mean μ(x) given the results alone.
    pub mean: f64,
    /// The variance given f at the points as well.
    pub variance: f64,
    /// t(x): how the mean changes with z.
    pub tilt: Vec<f64>,
    /// L⁻¹k(x), of which the tilt is the end.
    half: Vec<f64>,
}

impl Gp {
    /// This process, to be told its latent function at `points` (features × m) for each of `draws`,
    /// z in Rᵐ. Complexity: O(m n²).
    ///
    /// # Errors
    /// If the covariance matrix cannot be factored.
    pub fn fantasies(mut self, points: &DMatrix<f64>, draws: Vec<Vec<f64>>) -> Result<Fantasies> {
        let results = self.len();
        let nugget = NUGGET * self.kernel.variance();
        for point in points.column_iter() {
            self.append(point.as_slice(), 0.0, nugget - self.noise)?;
        }
        let weights = self.alpha.iter().copied().chain(std::iter::repeat(0.0));
        self.alpha = DVector::from_iterator(self.len(), weights.take(self.len()));
        Ok(Fantasies { gp: self, results, draws })
    }
}

impl Fantasies {
    /// z of each draw.
    #[must_use]
    pub fn draws(&self) -> &[Vec<f64>] {
        &self.draws
    }

    /// At each column of `points` (features × q). Complexity: O(q (n + m)²).
    #[must_use]
    pub fn at(&self, points: &DMatrix<f64>) -> Vec<Imagined> {
        let mut cross = DMatrix::zeros(self.gp.len(), points.ncols());
        for (mut column, point) in cross.column_iter_mut().zip(points.column_iter()) {
            self.gp.kernel.covariances(&self.gp.points, point.as_slice(), column.as_mut_slice());
        }
        let alpha = self.gp.alpha.as_slice();
        let mean = |k: &[f64]| self.gp.mean + dot(k, alpha);
        let means: Vec<f64> = cross.column_iter().map(|k| mean(k.as_slice())).collect();
        let half = self.gp.cholesky.half_solve(cross);
        let both = means.into_iter().zip(half.column_iter());
        both.map(|(mean, half)| self.imagined(mean, half.as_slice().to_vec())).collect()
    }

    /// At one point, with the way to gradients. Complexity: O((n + m)² + n · features).
    #[must_use]
    pub fn at_one(&self, point: &[f64]) -> (Imagined, Slopes) {
        let mut k = vec![0.0; self.gp.len()];
        let slopes = self.gp.kernel.slopes(&self.gp.points, point, &mut k);
        let mean = self.gp.mean + dot(&k, self.gp.alpha.as_slice());
        self.gp.cholesky.half_solve_one(&mut k);
        (self.imagined(mean, k), slopes)
    }

    /// The gradient by the point of anything whose slopes by mean, variance and tilt are these.
    /// Complexity: O((n + m)² + n · features).
    #[must_use]
    pub fn gradient(
        &self,
        (at, slopes): &(Imagined, Slopes),
        by_mean: f64,
        by_variance: f64,
        by_tilt: &[f64],
    ) -> Vec<f64> {
        // Of v = k(x, x) − hᵀh and t, the end of h, with h = L⁻¹k.
        let mut by_half: Vec<f64> = at.half.iter().map(|h| -2.0 * by_variance * h).collect();
        by_half[self.results..].iter_mut().zip(by_tilt).for_each(|(by, tilt)| *by += tilt);
        self.gp.cholesky.back_solve_one(&mut by_half);
        let both = by_half.iter().zip(&self.gp.alpha);
        let by_k: Vec<f64> = both.map(|(by, alpha)| by + by_mean * alpha).collect();
        self.gp.kernel.pull(&self.gp.points, slopes, &by_k)
    }

    fn imagined(&self, mean: f64, half: Vec<f64>) -> Imagined {
        let variance = left(self.gp.kernel.variance(), dot(&half, &half));
        Imagined { mean, variance, tilt: half[self.results..].to_vec(), half }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gp::{Mean, TrainingSet};
    use crate::kernel::Kernel;

    const NOISE: f64 = 0.05;

    fn data(n: usize) -> TrainingSet {
        let points = DMatrix::from_fn(2, n, |i, j| ((7 * i + 3 * j) as f64 * 0.61).sin().abs());
        let targets = DVector::from_fn(n, |j, _| (5.0 * points[(0, j)]).sin() + points[(1, j)]);
        TrainingSet::new(points, targets)
    }

    fn gp(mean: Mean, data: &TrainingSet) -> Gp {
        let kernel = Kernel::new(&[0.4, 0.9], &[0, 1], 1.3, 0.2).unwrap();
        Gp::new(kernel, NOISE, mean, data).unwrap()
    }

    /// The same by conditioning on the drawn values as results without noise.
    #[test]
    fn a_fantasy_is_what_a_process_that_was_told_it_believes() {
        let results = data(9);
        let whole = gp(Mean::MostLikely, &results);
        let imagined_at = DMatrix::from_column_slice(2, 2, &[0.2, 0.3, 0.8, 0.4]);
        let z = vec![0.7, -1.3];
        let fantasies = whole.clone().fantasies(&imagined_at, vec![z.clone()]).unwrap();
        let mean_given = |at: &Imagined| at.mean + dot(&at.tilt, &z);
        let told: Vec<f64> = fantasies.at(&imagined_at).iter().map(mean_given).collect();
        let mut all = results.clone();
        all.points = DMatrix::from_fn(2, 11, |i, j| match j {
            0..9 => results.points[(i, j)],
            _ => imagined_at[(i, j - 9)],
        });
        let noises = [0.0, -NOISE + NUGGET * 1.5];
        all.known_noise = DVector::from_fn(11, |j, _| noises[usize::from(j >= 9)]);
        all.targets =
            DVector::from_fn(11, |j, _| if j < 9 { results.targets[j] } else { told[j - 9] });
        let other = gp(Mean::Fixed(whole.mean()), &all);
        let x = DMatrix::from_column_slice(2, 2, &[0.5, 0.5, 0.25, 0.9]);
        let (expected, found) = (other.predict(&x), fantasies.at(&x));
        for (j, at) in found.iter().enumerate() {
            assert!((mean_given(at) - expected.mean[j]).abs() < 1e-7, "mean {j}");
            assert!((at.variance - expected.variance[j]).abs() < 1e-9, "variance {j}");
        }
    }

    /// The covariance of the values over many draws is the posterior's.
    #[test]
    fn the_tilts_at_the_points_are_a_factor_of_their_covariance() {
        let whole = gp(Mean::MostLikely, &data(9));
        let points = DMatrix::from_column_slice(2, 3, &[0.2, 0.3, 0.8, 0.4, 0.21, 0.32]);
        let variances = whole.predict(&points).variance;
        let at = whole.fantasies(&points, Vec::new()).unwrap().at(&points);
        for (at, variance) in at.iter().zip(&variances) {
            assert!((dot(&at.tilt, &at.tilt) - variance).abs() < 1e-7);
            assert!(at.variance < 1e-6);
        }
    }

    #[test]
    fn the_gradient_agrees_with_central_differences() {
        let points = DMatrix::from_column_slice(2, 2, &[0.2, 0.3, 0.8, 0.4]);
        let fantasies = gp(Mean::MostLikely, &data(9)).fantasies(&points, Vec::new()).unwrap();
        let value = |x: &[f64]| {
            let at = fantasies.at_one(x).0;
            2.0 * at.mean - 0.7 * at.variance + 0.3 * at.tilt[0] - 1.1 * at.tilt[1]
        };
        let x = [0.41, 0.62];
        let gradient = fantasies.gradient(&fantasies.at_one(&x), 2.0, -0.7, &[0.3, -1.1]);
        for i in 0..2 {
            let moved = |h: f64| {
                let mut x = x;
                x[i] += h;
                value(&x)
            };
            let difference = (moved(1e-6) - moved(-1e-6)) / 2e-6;
            assert!((gradient[i] - difference).abs() < 1e-7, "feature {i}");
        }
    }
}
