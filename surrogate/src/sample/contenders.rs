//! Under noise: which of the points tried may be the best one, and improvement on it.

use nalgebra::DMatrix;
use surmise_core::seed::Seed;

use crate::Result;
use crate::acquire::LogNei;
use crate::gp::Gp;
use crate::linalg::dot;
use crate::normal;

/// So many of the best means are looked at.
pub(super) const LOOKED_AT: usize = 16;
/// Draws of what is not known. Four times as many gained no more, over nine noisy problems and 20
/// seeds.
const DRAWS: u64 = 32;

/// Improvement by more than `margin` on the best of `tried` (features × n), whichever that is;
/// `None` if there is no doubt which.
///
/// Points that are the best of all in no draw count no further. Complexity: O(n²) for each point.
///
/// # Errors
/// If the covariance matrix cannot be factored.
pub(super) fn noisy_improvement(
    gp: &Gp,
    tried: &DMatrix<f64>,
    margin: f64,
    seed: Seed,
) -> Result<Option<LogNei>> {
    let contenders = contenders(gp, tried, seed)?;
    if contenders.len() < 2 {
        return Ok(None);
    }
    let points = tried.select_columns(&contenders);
    let draws = normal::draws(points.ncols(), DRAWS, seed)?;
    let fantasies = gp.clone().fantasies(&points, draws)?;
    LogNei::new(fantasies, &points, margin).map(Some)
}

/// The columns of `tried` that are the best of them in any draw, rising.
fn contenders(gp: &Gp, tried: &DMatrix<f64>, seed: Seed) -> Result<Vec<usize>> {
    let draws = normal::draws(tried.ncols(), DRAWS, seed)?;
    let fantasies = gp.clone().fantasies(tried, draws)?;
    let at = fantasies.at(tried);
    let best = |z: &Vec<f64>| {
        let values: Vec<f64> = at.iter().map(|at| at.mean + dot(&at.tilt, z)).collect();
        (1..values.len()).fold(0, |best, j| if values[j] > values[best] { j } else { best })
    };
    let mut contenders: Vec<usize> = fantasies.draws().iter().map(best).collect();
    contenders.sort_unstable();
    contenders.dedup();
    Ok(contenders)
}

#[cfg(test)]
mod tests {
    use nalgebra::DVector;

    use super::*;
    use crate::gp::{Mean, TrainingSet};
    use crate::kernel::Kernel;

    fn gp(noise: f64) -> (Gp, DMatrix<f64>) {
        let points = DMatrix::from_row_slice(1, 4, &[0.5, 0.56, 0.1, 0.9]);
        let targets = DVector::from_row_slice(&[1.0, 0.9, -0.8, -1.1]);
        let kernel = Kernel::new(&[0.1], &[0], 1.0, 0.0).unwrap();
        let data = TrainingSet::new(points.clone(), targets);
        (Gp::new(kernel, noise, Mean::Fixed(0.0), &data).unwrap(), points)
    }

    #[test]
    fn whoever_may_be_best_under_noise_contends() {
        let named = |noise| {
            let (gp, points) = gp(noise);
            contenders(&gp, &points, Seed::root(1)).unwrap()
        };
        assert_eq!(named(1e-6), [0]);
        assert_eq!(named(0.04), [0, 1]);
    }

    #[test]
    fn without_doubt_there_is_nothing_to_average() {
        let (quiet, points) = gp(1e-6);
        assert!(noisy_improvement(&quiet, &points, 0.0, Seed::root(1)).unwrap().is_none());
        let (noisy, points) = gp(0.04);
        assert!(noisy_improvement(&noisy, &points, 0.0, Seed::root(1)).unwrap().is_some());
    }
}
