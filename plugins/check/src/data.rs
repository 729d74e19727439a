//! Small data sets whose right answers are known.

use rand::RngExt;
use surmise_core::component::{Layout, Task};
use surmise_core::seed::Seed;

/// Rows with their target.
#[derive(Debug, Clone)]
pub(crate) struct Data {
    pub(crate) n_rows: usize,
    pub(crate) n_features: usize,
    /// Row after row.
    pub(crate) x: Vec<f64>,
    pub(crate) target: Target,
    pub(crate) weights: Option<Vec<f64>>,
    /// How a plugin is shown the features.
    pub(crate) layout: Layout,
}

#[derive(Debug, Clone)]
pub(crate) enum Target {
    Values(Vec<f64>),
    Classes { codes: Vec<u32>, n_classes: usize },
}

/// What is added to features, or three times to values, so that none is negative.
const UP: f64 = 2.5;

impl Data {
    /// Something to learn: two clouds that hardly touch, or a line with a little noise. Row i is of
    /// class i mod 2. No feature of the first and no value of the second is
    /// negative, so that models of counts can learn them, too.
    pub(crate) fn easy(task: Task, n_rows: usize, n_features: usize, seed: &Seed) -> Self {
        let mut rng = seed.child("easy").rng();
        let mut noise = || 2.0 * rng.random::<f64>() - 1.0;
        let mut x: Vec<f64> = (0..n_rows * n_features).map(|_| noise()).collect();
        let target = match task {
            Task::Classification => {
                for (i, row) in x.chunks_exact_mut(n_features).enumerate() {
                    row[0] += if i % 2 == 0 { -1.2 } else { 1.2 };
                }
                x.iter_mut().for_each(|x| *x += UP);
                let codes = (0..n_rows).map(|i| (i % 2) as u32).collect();
                Target::Classes { codes, n_classes: 2 }
            }
            Task::Regression => {
                let line = |row: &[f64]| row.iter().zip([3.0, -2.0, 1.0]).map(|(x, b)| b * x).sum();
                let values = x
                    .chunks_exact(n_features)
                    .map(line)
                    .map(|y: f64| y + 0.05 * noise() + 3.0 * UP);
                Target::Values(values.collect())
            }
        };
        Self { n_rows, n_features, x, target, weights: None, layout: Layout::RowsF64 }
    }

    /// These rows, in this order.
    pub(crate) fn at(&self, rows: &[usize]) -> Self {
        let x = rows.iter().flat_map(|i| self.row(*i)).copied().collect();
        let target = match &self.target {
            Target::Values(values) => Target::Values(rows.iter().map(|i| values[*i]).collect()),
            Target::Classes { codes, n_classes } => Target::Classes {
                codes: rows.iter().map(|i| codes[*i]).collect(),
                n_classes: *n_classes,
            },
        };
        let weights = self.weights.as_ref().map(|w| rows.iter().map(|i| w[*i]).collect());
        Self { n_rows: rows.len(), x, target, weights, ..*self }
    }

    pub(crate) fn row(&self, i: usize) -> &[f64] {
        &self.x[i * self.n_features..][..self.n_features]
    }

    /// The same with other features, made from each row.
    pub(crate) fn with_rows(&self, row: impl Fn(&[f64]) -> Vec<f64>) -> Self {
        let rows: Vec<Vec<f64>> = (0..self.n_rows).map(|i| row(self.row(i))).collect();
        let n_features = rows.first().map_or(self.n_features, Vec::len);
        Self { x: rows.concat(), n_features, ..self.clone() }
    }

    pub(crate) fn in_layout(self, layout: Layout) -> Self {
        Self { layout, ..self }
    }

    pub(crate) fn weighted(&self, weights: Vec<f64>) -> Self {
        Self { weights: Some(weights), ..self.clone() }
    }

    pub(crate) fn task(&self) -> Task {
        match self.target {
            Target::Values(_) => Task::Regression,
            Target::Classes { .. } => Task::Classification,
        }
    }

    pub(crate) fn n_classes(&self) -> usize {
        match self.target {
            Target::Values(_) => 0,
            Target::Classes { n_classes, .. } => n_classes,
        }
    }
}
