//! Least squares with an L1 penalty: cyclic coordinate descent on inner products.
//!
//! Minimizes `Σ s_i (y_i - w·x_i - b)² / (2 Σ s_i) + λ₁ |w|₁ + λ₂ |w|² / 2`, scikit-learn's
//! `ElasticNet` with `λ₁ = α l1_ratio` and `λ₂ = α (1 - l1_ratio)`. Steps use the matrix of inner
//! products (Friedman, Hastie & Tibshirani, "Regularization paths for generalized linear models via
//! coordinate descent", JSS 33(1), 2010, section 2.2); it ends by the duality gap (Kim et al.,
//! "An interior-point method for large-scale l1-regularized least squares", IEEE JSTSP 1(4), 2007).
//! With more features than rows the matrix is only of those that may have a coefficient.

use nalgebra::DMatrix;
use surmise_plugin_sdk::{Error, Result};

use crate::gram::gram;
use crate::least_squares::pack;
use crate::simd::{axpy, dot};
use crate::table::{Table, too_large};

/// The two penalties.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Penalties {
    pub(crate) l1: f64,
    pub(crate) l2: f64,
}

/// When to end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopping {
    /// The largest duality gap, relative to the mean square of the centered target.
    pub(crate) tolerance: f64,
    /// Passes over the coordinates.
    pub(crate) sweeps_max: usize,
}

/// What was found.
pub(crate) struct Found {
    pub(crate) weights: Vec<f64>,
    pub(crate) intercept: f64,
    /// The duality gap, relative as in [`Stopping::tolerance`].
    pub(crate) gap: f64,
}

/// Coordinate descent over all features at once, or over those of a growing set.
pub(crate) fn solve(
    table: &Table<'_>,
    y: &[f64],
    penalties: Penalties,
    fit_intercept: bool,
    stopping: Stopping,
    interrupt: &mut dyn FnMut() -> bool,
) -> Result<Found> {
    let p = table.n_features;
    let mean = if fit_intercept { table.mean_of(y) } else { 0.0 };
    let target: Vec<f64> = y.iter().map(|y| y - mean).collect();
    let scale = table.mean_of(&target.iter().map(|t| t * t).collect::<Vec<_>>());
    if !scale.is_finite() {
        return Err(too_large());
    }
    let mut weights = vec![0.0; p];
    let mut sweeps = 0;
    let is_tall = p <= table.rows.len();
    let mut gradient = if is_tall { Vec::new() } else { correlations(table, &target) };
    let gap = loop {
        let set: Vec<usize> = match is_tall {
            true => (0..p).collect(),
            false => {
                (0..p).filter(|j| weights[*j] != 0.0 || gradient[*j].abs() > penalties.l1).collect()
            }
        };
        let mut part = Part::new(table, (y, mean), &set, &weights);
        let (steps, gap) = part.descend(
            penalties,
            stopping.tolerance * scale,
            stopping.sweeps_max - sweeps,
            interrupt,
        )?;
        sweeps += steps;
        for (j, w) in set.iter().zip(&part.weights) {
            weights[*j] = *w;
        }
        if is_tall {
            break gap;
        }
        let residuals: Vec<f64> = table
            .rows
            .iter()
            .zip(&target)
            .map(|(x, t)| t - predicted(x, &table.means, &weights))
            .collect();
        gradient = correlations(table, &residuals);
        let square = table.mean_of(&residuals.iter().map(|r| r * r).collect::<Vec<_>>());
        let product =
            table.mean_of(&residuals.iter().zip(&target).map(|(r, t)| r * t).collect::<Vec<_>>());
        let gap = duality_gap(&gradient, &weights, (square, product), penalties);
        // The second: what is outside of the set is optimal to the last digits.
        let grows =
            (0..p).any(|j| weights[j] == 0.0 && gradient[j].abs() > penalties.l1 * (1.0 + 1e-12));
        if gap <= stopping.tolerance * scale || !grows {
            break gap;
        }
    };
    if weights.iter().any(|w| !w.is_finite()) {
        return Err(too_large());
    }
    let intercept = mean - dot(&table.means, &weights);
    Ok(Found { weights, intercept, gap: if scale > 0.0 { gap / scale } else { 0.0 } })
}

fn predicted(x: &[f64], means: &[f64], weights: &[f64]) -> f64 {
    dot(x, weights) - dot(means, weights)
}

/// `Σ s_i r_i (x_i - means) / Σ s_i`.
fn correlations(table: &Table<'_>, residuals: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0; table.n_features];
    let mut sum = 0.0;
    for (i, (row, r)) in table.rows.iter().zip(residuals).enumerate() {
        let factor = table.weight(i) * r;
        sum += factor;
        axpy(factor, row, &mut sums);
    }
    axpy(-sum, &table.means, &mut sums);
    sums.iter().map(|s| s / table.total).collect()
}

/// The gap between the objective and its dual at the residuals, scaled to be feasible. `gradient`
/// is the mean product of features and residuals, `square` of residuals with themselves,
/// `product` of residuals and target.
fn duality_gap(
    gradient: &[f64],
    weights: &[f64],
    (square, product): (f64, f64),
    penalties: Penalties,
) -> f64 {
    let Penalties { l1, l2 } = penalties;
    let slopes = gradient.iter().zip(weights).map(|(g, w)| (g - l2 * w).abs());
    let steepest = slopes.fold(0.0, f64::max);
    let shrink = if steepest > l1 { l1 / steepest } else { 1.0 };
    let squares = dot(weights, weights);
    let length: f64 = weights.iter().map(|w| w.abs()).sum();
    let halves = 0.5 * (1.0 + shrink * shrink) * (square + l2 * squares);
    (halves + l1 * length - shrink * product).max(0.0)
}

/// The problem over some features.
struct Part {
    /// Mean inner products of the features.
    products: DMatrix<f64>,
    /// Those of the features with the target.
    targets: Vec<f64>,
    square: f64,
    weights: Vec<f64>,
    /// `products · weights`.
    image: Vec<f64>,
}

impl Part {
    fn new(table: &Table<'_>, target: (&[f64], f64), set: &[usize], weights: &[f64]) -> Self {
        let (p, size) = (table.n_features, set.len());
        let is_whole = size == p;
        let mut row = vec![0.0; p + 1];
        let sums = gram(table.rows.len(), size + 1, |i, out| {
            if is_whole {
                return pack(table, target, i, out);
            }
            pack(table, target, i, &mut row);
            for (out, j) in out.iter_mut().zip(set) {
                *out = row[*j];
            }
            out[size] = row[p];
        });
        if is_whole {
            table.note_squares((0..p).map(|j| sums[(j, j)]));
        }
        let sums = sums / table.total;
        let targets = (0..size).map(|j| sums[(j, size)]).collect();
        let square = sums[(size, size)];
        let products = sums.remove_column(size).remove_row(size);
        let weights: Vec<f64> = set.iter().map(|j| weights[*j]).collect();
        let mut part = Self { products, targets, square, weights, image: vec![0.0; size] };
        for j in 0..size {
            axpy(part.weights[j], part.products.column(j).as_slice(), &mut part.image);
        }
        part
    }

    /// The passes made and the gap that is left.
    fn descend(
        &mut self,
        penalties: Penalties,
        gap_max: f64,
        sweeps_max: usize,
        interrupt: &mut dyn FnMut() -> bool,
    ) -> Result<(usize, f64)> {
        let all: Vec<usize> = (0..self.weights.len()).collect();
        let mut sweeps = 0;
        while sweeps < sweeps_max {
            let mut moved = self.sweep(&all, penalties);
            sweeps += 1;
            let largest = self.weights.iter().fold(0.0_f64, |most, w| most.max(w.abs()));
            let gap = self.gap(penalties);
            if gap <= gap_max || moved <= 4.0 * f64::EPSILON * largest {
                return Ok((sweeps, gap));
            }
            let active: Vec<usize> =
                all.iter().copied().filter(|j| self.weights[*j] != 0.0).collect();
            // The passes over the few that are not 0 cost little.
            for _ in 0..10 {
                if moved <= 4.0 * f64::EPSILON * largest || sweeps >= sweeps_max {
                    break;
                }
                moved = self.sweep(&active, penalties);
                sweeps += 1;
            }
            if interrupt() {
                return Err(Error::numeric("stopped before the solver converged"));
            }
        }
        let gap = self.gap(penalties) / self.square.max(f64::MIN_POSITIVE);
        Err(Error::numeric(format!(
            "not converged after {sweeps} passes over the features (duality gap {gap:.1e}); scale \
             the features, raise `alpha`, `tol` or `max_iter`"
        )))
    }

    /// One pass; returns the largest step.
    fn sweep(&mut self, coordinates: &[usize], penalties: Penalties) -> f64 {
        let mut largest = 0.0_f64;
        for &j in coordinates {
            let curvature = self.products[(j, j)];
            if curvature <= 0.0 {
                continue;
            }
            let before = self.weights[j];
            let slope = self.targets[j] - self.image[j] + curvature * before;
            let after = soft(slope, penalties.l1) / (curvature + penalties.l2);
            if after != before {
                self.weights[j] = after;
                axpy(after - before, self.products.column(j).as_slice(), &mut self.image);
                largest = largest.max((after - before).abs());
            }
        }
        largest
    }

    fn gap(&self, penalties: Penalties) -> f64 {
        let gradient: Vec<f64> = self.targets.iter().zip(&self.image).map(|(t, i)| t - i).collect();
        let explained = dot(&self.weights, &self.targets);
        let square = self.square - 2.0 * explained + dot(&self.weights, &self.image);
        duality_gap(&gradient, &self.weights, (square, self.square - explained), penalties)
    }
}

/// The nearest point to `x` under an L1 penalty.
pub(crate) fn soft(x: f64, l1: f64) -> f64 {
    if x > l1 {
        x - l1
    } else if x < -l1 {
        x + l1
    } else {
        0.0
    }
}
