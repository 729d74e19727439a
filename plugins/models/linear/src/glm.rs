//! The mean loss of a linear predictor with an L2 penalty, as a smooth function.
//!
//! `F = Σ s_i ℓ(η(x_i), y_i) / Σ s_i + λ |w|² / 2`. Parameters are those of centered features: for
//! each output its coefficients, then the predictor at the means if there is an intercept. That
//! changes no solution, and keeps intercept and coefficients apart.

use std::rc::Rc;

use crate::gram::{Factor, gram};
use crate::lbfgs::{Inverse, Smooth};
use crate::loss::Loss;
use crate::product::{Outputs, backward};
use crate::simd::dot;
use crate::table::Table;

/// Rows of a block.
const BLOCK: usize = 64;

/// The most features whose inner products guide the steps; beyond, only their squares do.
const DENSE_MAX: usize = 1024;

pub(crate) struct Glm<'a> {
    pub(crate) table: &'a Table<'a>,
    pub(crate) loss: Loss<'a>,
    pub(crate) n_outputs: usize,
    pub(crate) has_intercept: bool,
    /// λ.
    pub(crate) l2: f64,
}

impl Glm<'_> {
    /// Parameters of an output.
    pub(crate) fn stride(&self) -> usize {
        self.table.n_features + usize::from(self.has_intercept)
    }

    /// What is added to `w·x` for each output.
    pub(crate) fn shifts(&self, point: &[f64]) -> Vec<f64> {
        let p = self.table.n_features;
        let shift = |w: &[f64]| w.get(p).map_or(0.0, |b| b - dot(&self.table.means, &w[..p]));
        point.chunks_exact(self.stride()).map(shift).collect()
    }

    /// The predictors of every row, row-major: O(rows × features × outputs).
    pub(crate) fn predictors(&self, point: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; self.table.rows.len() * self.n_outputs];
        let outputs = self.outputs(point);
        let rows = self.table.rows.chunks(BLOCK);
        for (rows, out) in rows.zip(out.chunks_mut(BLOCK * self.n_outputs)) {
            outputs.of(rows, out);
        }
        out
    }

    fn outputs<'p>(&self, point: &'p [f64]) -> Outputs<'p> {
        Outputs::new(point, self.table.n_features, self.stride(), self.shifts(point))
    }

    /// Coefficients and intercepts for features as they are.
    pub(crate) fn unpack(&self, point: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let p = self.table.n_features;
        let weights = point.chunks_exact(self.stride()).flat_map(|w| w[..p].to_vec()).collect();
        (weights, self.shifts(point))
    }

    /// Turns sums over rows of `slope · (x, 1)` into the gradient of the mean loss.
    pub(crate) fn finish(&self, sums: &[f64], gradient: &mut [f64], totals: &[f64]) {
        let (p, stride, total) = (self.table.n_features, self.stride(), self.table.total);
        let outputs = gradient.chunks_exact_mut(stride).zip(sums.chunks_exact(stride));
        for ((gradient, sums), slope) in outputs.zip(totals) {
            for ((g, sum), mean) in gradient.iter_mut().zip(&sums[..p]).zip(&self.table.means) {
                *g = (sum - mean * slope) / total;
            }
            if let Some(g) = gradient.get_mut(p) {
                *g = slope / total;
            }
        }
    }

    /// The curvature of an output, the intercept last.
    fn matrix(&self, curvature: &dyn Fn(usize) -> f64) -> nalgebra::DMatrix<f64> {
        let table = self.table;
        let sums = gram(table.rows.len(), self.stride(), |i, out| {
            let scale = curvature(i).sqrt();
            for ((out, x), m) in out.iter_mut().zip(table.rows[i]).zip(&table.means) {
                *out = scale * (x - m);
            }
            if let Some(out) = out.get_mut(table.n_features) {
                *out = scale;
            }
        });
        sums / table.total
    }

    /// The curvature of an output, ready to be solved with.
    fn block(&self, curvature: &dyn Fn(usize) -> f64) -> Block {
        let p = self.table.n_features;
        if p <= DENSE_MAX {
            let mut matrix = self.matrix(curvature);
            for j in 0..p {
                matrix[(j, j)] += self.l2;
            }
            if let Some(factor) = Factor::regularized(&matrix) {
                return Block::Dense(factor);
            }
        }
        let mut diagonal = self.squares(curvature);
        let least = 1e-6 * diagonal.iter().sum::<f64>() / diagonal.len() as f64;
        for d in &mut diagonal {
            *d += self.l2 + least + f64::MIN_POSITIVE;
        }
        Block::Diagonal(diagonal)
    }

    fn squares(&self, curvature: &dyn Fn(usize) -> f64) -> Vec<f64> {
        let table = self.table;
        let mut sums = vec![0.0; self.stride()];
        for (i, row) in table.rows.iter().enumerate() {
            let scale = curvature(i) / table.total;
            for ((sum, x), m) in sums.iter_mut().zip(*row).zip(&table.means) {
                *sum += scale * (x - m) * (x - m);
            }
            if let Some(sum) = sums.get_mut(table.n_features) {
                *sum += scale;
            }
        }
        sums
    }
}

/// A curvature of one output.
enum Block {
    Dense(Factor),
    Diagonal(Vec<f64>),
}

impl Block {
    fn solve(&self, right: &[f64]) -> Vec<f64> {
        match self {
            Self::Dense(factor) => factor.solve(right),
            Self::Diagonal(diagonal) => right.iter().zip(diagonal).map(|(g, d)| g / d).collect(),
        }
    }
}

impl Smooth for Glm<'_> {
    fn evaluate(&mut self, point: &[f64], gradient: &mut [f64]) -> f64 {
        let (p, stride, k) = (self.table.n_features, self.stride(), self.n_outputs);
        let outputs = self.outputs(point);
        let mut sums = vec![0.0; gradient.len()];
        let mut totals = vec![0.0; k];
        let (mut predictors, mut losses) = (vec![0.0; BLOCK * k], [0.0; BLOCK]);
        let mut loss = 0.0;
        for (b, rows) in self.table.rows.chunks(BLOCK).enumerate() {
            let (predictors, losses) =
                (&mut predictors[..rows.len() * k], &mut losses[..rows.len()]);
            outputs.of(rows, predictors);
            self.loss.slopes(b * BLOCK, predictors, losses);
            for (r, slopes) in predictors.chunks_exact_mut(k).enumerate() {
                let weight = self.table.weight(b * BLOCK + r);
                loss += weight * losses[r];
                for (total, slope) in totals.iter_mut().zip(slopes) {
                    *slope *= weight;
                    *total += *slope;
                }
            }
            backward(rows, predictors, stride, &mut sums);
        }
        self.finish(&sums, gradient, &totals);
        let mut squares = 0.0;
        for (g, w) in gradient.chunks_exact_mut(stride).zip(point.chunks_exact(stride)) {
            squares += dot(&w[..p], &w[..p]);
            for (g, w) in g.iter_mut().zip(&w[..p]) {
                *g += self.l2 * w;
            }
        }
        loss / self.table.total + 0.5 * self.l2 * squares
    }

    fn curvature(&mut self, point: &[f64]) -> Inverse {
        let (stride, k) = (self.stride(), self.n_outputs);
        let mut bends = self.predictors(point);
        self.loss.curvatures(&mut bends, k);
        for (i, bends) in bends.chunks_exact_mut(k).enumerate() {
            for bend in bends {
                *bend *= self.table.weight(i);
            }
        }
        let mut blocks: Vec<Rc<Block>> = Vec::new();
        for output in 0..k {
            // At the start, all classes are alike.
            let is_same = |row: &[f64]| output > 0 && row[output] == row[output - 1];
            let block = match blocks.last().filter(|_| bends.chunks_exact(k).all(is_same)) {
                Some(block) => Rc::clone(block),
                None => Rc::new(self.block(&|i| bends[i * k + output])),
            };
            blocks.push(block);
        }
        Box::new(move |gradient| {
            let parts = gradient.chunks_exact(stride).zip(&blocks);
            parts.flat_map(|(gradient, block)| block.solve(gradient)).collect()
        })
    }

    /// The products cost about as much as so many evaluations, and more than a few of them.
    fn renewal(&self) -> usize {
        (self.table.n_features.min(DENSE_MAX) / 5).max(8)
    }
}
