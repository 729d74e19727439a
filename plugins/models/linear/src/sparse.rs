//! The same loss with an L1 penalty: proximal Newton steps, over all outputs at once or, where
//! many coefficients take part, an output after the other.
//!
//! Minimizes `F(w) + λ₁ |w|₁` with `F` of [`Glm`]. Each step minimizes the quadratic model of `F`
//! under the penalty by coordinate descent, and is halved until the objective falls enough
//! (Lee, Sun & Saunders, "Proximal Newton-type methods for minimizing composite functions", SIAM J.
//! Optim. 24(3), 2014; Yuan, Ho & Lin, "An improved GLMNET for L1-regularized logistic regression",
//! JMLR 13, 2012). The model is only of the coefficients
//! that may differ from 0.
//!
//! It ends when the Karush-Kuhn-Tucker residual is small: the largest entry of the gradient of `F`
//! beyond what the penalty balances, `|g + λ₁ sign w|` where `w ≠ 0`, `max(0, |g| - λ₁)` elsewhere.

use std::ops::Range;

use nalgebra::DMatrix;
use surmise_plugin_sdk::{Error, Result};

use crate::glm::Glm;
use crate::gram::gram;
use crate::lasso::soft;
use crate::lbfgs::{Ending, Minimum};
use crate::loss::softmax;
use crate::product::{Outputs, backward};
use crate::simd::{axpy, dot};

/// Passes over the coordinates of one quadratic model.
const PASSES_MAX: usize = 1000;

/// Halvings of a step.
const HALVINGS_MAX: usize = 50;

/// The share of the decrease of the model that a step must keep.
const DECREASE: f64 = 1e-4;

/// The most coefficients whose curvature is taken together.
const JOINT_MAX: usize = 256;

/// Descends from `point`; a step of [`Ending`] is one over all outputs.
pub(crate) fn minimize(
    glm: &Glm<'_>,
    point: Vec<f64>,
    l1: f64,
    ending: Ending,
    interrupt: &mut dyn FnMut() -> bool,
) -> Result<Minimum> {
    let mut descent = Descent::new(glm, point, l1);
    let (mut residual, mut steps) = (f64::INFINITY, 0);
    while steps < ending.steps_max {
        steps += 1;
        residual = 0.0;
        let mut has_moved = false;
        for outputs in descent.groups() {
            let (violation, moved) = descent.step(outputs, ending.tolerance);
            if !violation.is_finite() {
                return Err(crate::table::too_large());
            }
            residual = violation.max(residual);
            has_moved |= moved;
        }
        descent.level();
        if residual <= ending.tolerance {
            return Ok(Minimum { point: descent.point, residual });
        }
        if !has_moved || interrupt() {
            break;
        }
    }
    Err(Error::numeric(format!(
        "not converged after {steps} steps (violation of the optimality conditions {residual:.1e}); \
         scale the features, lower `C`, raise `tol` or `max_iter`"
    )))
}

struct Descent<'a> {
    glm: &'a Glm<'a>,
    l1: f64,
    point: Vec<f64>,
    /// `rows × outputs`.
    predictors: Vec<f64>,
    loss: f64,
}

impl<'a> Descent<'a> {
    fn new(glm: &'a Glm<'a>, point: Vec<f64>, l1: f64) -> Self {
        let predictors = glm.predictors(&point);
        let mut descent = Self { glm, l1, point, predictors, loss: 0.0 };
        descent.loss = descent.loss_of(&descent.predictors);
        descent
    }

    fn loss_of(&self, predictors: &[f64]) -> f64 {
        let (glm, n) = (self.glm, self.glm.table.rows.len());
        let mut losses = vec![0.0; n];
        glm.loss.slopes(0, &mut predictors.to_vec(), &mut losses);
        glm.table.mean_of(&losses)
    }

    /// The outputs that a step is over: all, if that is not many coefficients.
    fn groups(&self) -> Vec<Range<usize>> {
        let n_outputs = self.glm.n_outputs;
        let (gradient, _) = self.slopes(0..n_outputs);
        let is_joint = self.places(0..n_outputs, &gradient).len() <= JOINT_MAX;
        let size = if is_joint { n_outputs } else { 1 };
        (0..n_outputs).step_by(size).map(|first| first..first + size).collect()
    }

    fn span(&self, outputs: &Range<usize>) -> Range<usize> {
        outputs.start * self.glm.stride()..outputs.end * self.glm.stride()
    }

    /// The violation of the optimality conditions before the step, and whether it was made.
    fn step(&mut self, outputs: Range<usize>, tolerance: f64) -> (f64, bool) {
        let (gradient, bends) = self.slopes(outputs.clone());
        let violation = self.violation(&outputs, &gradient);
        if violation.is_nan() || violation <= tolerance {
            return (violation, false);
        }
        let model = self.model(&outputs, &gradient, &bends);
        let (moves, promised) = model.minimize(0.01 * violation * violation.min(1.0));
        let mut direction = vec![0.0; gradient.len()];
        for (place, moved) in model.places.iter().zip(&moves) {
            direction[*place] = *moved;
        }
        (violation, self.search(&outputs, &direction, promised))
    }

    /// The gradient of some outputs, L2 part included, and what makes the curvature of each row:
    /// of one output its second slope, of several their probabilities.
    fn slopes(&self, outputs: Range<usize>) -> (Vec<f64>, Vec<f64>) {
        let (glm, k, stride) = (self.glm, self.glm.n_outputs, self.glm.stride());
        let n = glm.table.rows.len();
        let (mut all, mut all_bends) = (self.predictors.clone(), self.predictors.clone());
        glm.loss.slopes(0, &mut all, &mut vec![0.0; n]);
        match outputs.len() {
            1 => glm.loss.curvatures(&mut all_bends, k),
            _ => softmax(&mut all_bends, &mut vec![0.0; n]),
        }
        let (mut slopes, mut bends) = (Vec::new(), Vec::new());
        let mut totals = vec![0.0; outputs.len()];
        for (i, (all, all_bends)) in all.chunks_exact(k).zip(all_bends.chunks_exact(k)).enumerate()
        {
            let weight = glm.table.weight(i);
            for (total, slope) in totals.iter_mut().zip(&all[outputs.clone()]) {
                slopes.push(weight * slope);
                *total += weight * slope;
            }
            bends.extend_from_slice(&all_bends[outputs.clone()]);
        }
        let mut sums = vec![0.0; stride * outputs.len()];
        backward(&glm.table.rows, &slopes, stride, &mut sums);
        let mut gradient = vec![0.0; sums.len()];
        glm.finish(&sums, &mut gradient, &totals);
        let p = glm.table.n_features;
        let weights = self.point[self.span(&outputs)].chunks_exact(stride);
        for (gradient, weights) in gradient.chunks_exact_mut(stride).zip(weights) {
            axpy(glm.l2, &weights[..p], &mut gradient[..p]);
        }
        (gradient, bends)
    }

    /// Whether a place among the parameters is a coefficient, not an intercept.
    fn is_penalized(&self, place: usize) -> bool {
        place % self.glm.stride() < self.glm.table.n_features
    }

    fn violation(&self, outputs: &Range<usize>, gradient: &[f64]) -> f64 {
        let mut largest = 0.0;
        for (j, (g, w)) in gradient.iter().zip(&self.point[self.span(outputs)]).enumerate() {
            let excess = match self.is_penalized(j) {
                false => g.abs(),
                true if *w == 0.0 => g.abs() - self.l1,
                true => (g + self.l1.copysign(*w)).abs(),
            };
            // NaN must not be passed over.
            largest = if excess <= largest { largest } else { excess };
        }
        largest
    }

    /// The parameters that may differ from 0.
    fn places(&self, outputs: Range<usize>, gradient: &[f64]) -> Vec<usize> {
        let weights = &self.point[self.span(&outputs)];
        let may = |j: &usize| {
            !self.is_penalized(*j) || weights[*j] != 0.0 || gradient[*j].abs() > self.l1
        };
        (0..gradient.len()).filter(may).collect()
    }

    fn model(&self, outputs: &Range<usize>, gradient: &[f64], bends: &[f64]) -> Quadratic {
        let glm = self.glm;
        let weights = &self.point[self.span(outputs)];
        let places = self.places(outputs.clone(), gradient);
        let mut matrix = self.matrix(outputs.len(), &places, bends);
        // What keeps a step finite where the loss has no curvature left.
        let least = 1e-12 * (1.0 + matrix.trace());
        let is_penalized: Vec<bool> = places.iter().map(|j| self.is_penalized(*j)).collect();
        for (j, is_penalized) in is_penalized.iter().enumerate() {
            matrix[(j, j)] += least + if *is_penalized { glm.l2 } else { 0.0 };
        }
        Quadratic {
            slopes: places.iter().map(|j| gradient[*j]).collect(),
            weights: places.iter().map(|j| weights[*j]).collect(),
            l1: is_penalized.iter().map(|is| if *is { self.l1 } else { 0.0 }).collect(),
            matrix,
            places,
        }
    }

    /// The curvature of the mean loss. Of several outputs a row has
    /// `Σ_k p_k (e_k - p) (e_k - p)ᵀ`, which is `diag p - p pᵀ`.
    fn matrix(&self, n_outputs: usize, places: &[usize], bends: &[f64]) -> DMatrix<f64> {
        let (glm, stride, p) = (self.glm, self.glm.stride(), self.glm.table.n_features);
        let table = glm.table;
        let value = |i: usize, feature: usize| match feature < p {
            true => table.rows[i][feature] - table.means[feature],
            false => 1.0,
        };
        let sums = gram(table.rows.len() * n_outputs, places.len(), |r, out| {
            let (i, k) = (r / n_outputs, r % n_outputs);
            let scale = (table.weight(i) * bends[r]).sqrt();
            for (out, place) in out.iter_mut().zip(places) {
                let (output, feature) = (place / stride, place % stride);
                let share = match n_outputs {
                    1 => 1.0,
                    _ => f64::from(u8::from(output == k)) - bends[i * n_outputs + output],
                };
                *out = scale * share * value(i, feature);
            }
        });
        sums / table.total
    }

    /// Takes as much of the step as lowers the objective enough.
    fn search(&mut self, outputs: &Range<usize>, direction: &[f64], promised: f64) -> bool {
        let (glm, k) = (self.glm, self.glm.n_outputs);
        let n = outputs.len();
        let mut changes = vec![0.0; glm.table.rows.len() * n];
        let shifts = glm.shifts(direction);
        Outputs::new(direction, glm.table.n_features, glm.stride(), shifts)
            .of(&glm.table.rows, &mut changes);
        let span = self.span(outputs);
        let before = self.loss + self.penalty(&self.point[span.clone()]);
        let noise = 16.0 * f64::EPSILON * before.abs();
        let mut length = 1.0;
        for _ in 0..HALVINGS_MAX {
            let mut predictors = self.predictors.clone();
            for (predictors, changes) in predictors.chunks_exact_mut(k).zip(changes.chunks_exact(n))
            {
                axpy(length, changes, &mut predictors[outputs.clone()]);
            }
            let mut moved = self.point[span.clone()].to_vec();
            axpy(length, direction, &mut moved);
            let loss = self.loss_of(&predictors);
            if loss + self.penalty(&moved) <= before + DECREASE * length * promised + noise {
                self.point[span].copy_from_slice(&moved);
                (self.predictors, self.loss) = (predictors, loss);
                return true;
            }
            length *= 0.5;
        }
        false
    }

    /// Moves the coefficients of a feature together to where they are shortest, their median: a
    /// softmax does not change by that, so no model of it says where to go.
    fn level(&mut self) {
        let (k, stride, p) = (self.glm.n_outputs, self.glm.stride(), self.glm.table.n_features);
        if k == 1 || self.glm.l2 > 0.0 {
            return;
        }
        for feature in 0..p {
            let mut weights: Vec<f64> =
                self.point[feature..].iter().step_by(stride).copied().collect();
            weights.sort_unstable_by(f64::total_cmp);
            // Between the two in the middle all are as short.
            let shift = 0.0_f64.clamp(weights[(k - 1) / 2], weights[k / 2]);
            if shift != 0.0 {
                for w in self.point[feature..].iter_mut().step_by(stride) {
                    *w -= shift;
                }
            }
        }
    }

    /// Both penalties of the coefficients of some outputs.
    fn penalty(&self, point: &[f64]) -> f64 {
        let weights =
            point.chunks_exact(self.glm.stride()).map(|w| &w[..self.glm.table.n_features]);
        weights
            .map(|w| {
                let length: f64 = w.iter().map(|w| w.abs()).sum();
                self.l1 * length + 0.5 * self.glm.l2 * dot(w, w)
            })
            .sum()
    }
}

/// `slopes · δ + δ · matrix δ / 2 + λ₁ |weights + δ|₁`, with a penalty for each.
struct Quadratic {
    places: Vec<usize>,
    slopes: Vec<f64>,
    weights: Vec<f64>,
    matrix: DMatrix<f64>,
    l1: Vec<f64>,
}

impl Quadratic {
    /// The moves, to a violation of `tolerance`, and the decrease they promise (not positive).
    fn minimize(&self, tolerance: f64) -> (Vec<f64>, f64) {
        let size = self.places.len();
        let mut moves = vec![0.0; size];
        let mut slopes = self.slopes.clone();
        for _ in 0..PASSES_MAX {
            let mut largest = 0.0_f64;
            for j in 0..size {
                let bend = self.matrix[(j, j)];
                let there = self.weights[j] + moves[j];
                let after = soft(bend * there - slopes[j], self.l1[j]) / bend;
                let change = after - there;
                if change != 0.0 {
                    // An exact 0 stays one.
                    moves[j] = if after == 0.0 { -self.weights[j] } else { moves[j] + change };
                    axpy(change, self.matrix.column(j).as_slice(), &mut slopes);
                    largest = largest.max(change.abs() * bend);
                }
            }
            if largest <= tolerance {
                break;
            }
        }
        let mut promised = dot(&self.slopes, &moves);
        for ((w, moved), l1) in self.weights.iter().zip(&moves).zip(&self.l1) {
            promised += l1 * ((w + moved).abs() - w.abs());
        }
        (moves, promised)
    }
}
