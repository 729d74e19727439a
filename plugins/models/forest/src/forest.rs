//! A fitted forest and what it predicts.

use surmise_plugin_sdk::Result;

use crate::fit::{Job, Settings, Target, fit};
use crate::tree::{Block, Tree};

/// Rows that go through a tree together: few enough that they stay near while the tree does.
pub(crate) const BLOCK: usize = 512;

/// A forest for classes or for numbers.
///
/// A row falls through each tree to a leaf: left where its value is at most the threshold, and
/// where it is missing, to the side that was better in training, or if none was missing then, to
/// the one with more rows. A leaf predicts the shares of the classes among its training rows by
/// weight, or the mean of their numbers; the forest predicts the mean over its trees.
#[derive(Debug, Clone, PartialEq)]
pub struct Forest {
    pub(crate) n_features: usize,
    /// 0 for numbers.
    pub(crate) n_classes: usize,
    pub(crate) trees: Vec<Tree>,
    pub(crate) importance: Vec<f64>,
}

impl Forest {
    /// Fits `rows`, each with its weight if `weights` are given (finite, not negative), on at most
    /// `n_threads` threads; tree `t` draws from `seed` and `t` only. NaN is a missing value.
    /// `interrupt` is asked after each tree whether to grow no more. Also the out-of-bag score,
    /// where the settings ask for it and some row was left out: accuracy, or the coefficient of
    /// determination R².
    ///
    /// A tree takes O(rows × features drawn × depth) time, and a logarithm more in the worst case.
    /// Besides the trees, memory is 2 or 4 bytes a value, 8 a distinct value, and 50 a row and
    /// thread.
    ///
    /// # Errors
    /// If there are no rows or features, rows of unequal length, infinite values, labels that do
    /// not fit the measure, or an out-of-bag score is asked for where all rows are taken.
    pub fn fit(
        rows: &[&[f64]],
        target: Target<'_>,
        weights: Option<&[f64]>,
        settings: &Settings,
        (seed, n_threads): (u64, usize),
        interrupt: &mut dyn FnMut() -> bool,
    ) -> Result<(Self, Option<f64>)> {
        fit(&Job { rows, weights, settings, seed, n_threads }, target, interrupt)
    }

    /// Length of a row.
    #[must_use]
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// How many classes there are, 0 for numbers.
    #[must_use]
    pub fn n_classes(&self) -> usize {
        self.n_classes
    }

    /// How many trees there are.
    #[must_use]
    pub fn n_trees(&self) -> usize {
        self.trees.len()
    }

    /// How many leaves each tree has.
    #[must_use]
    pub fn n_leaves(&self) -> Vec<usize> {
        self.trees.iter().map(Tree::n_leaves).collect()
    }

    /// Mean decrease in impurity: how much splits by each feature lowered the impurity, as a share
    /// of each tree's whole decrease, over all trees. Sums to 1, unless no tree has a split.
    #[must_use]
    pub fn importance(&self) -> &[f64] {
        &self.importance
    }

    /// Calls `visit` for each of `rows` with the probabilities of the classes, or the one number;
    /// rows have the length [`Forest::n_features`]. O(trees × depth) a row.
    pub fn predict<'r>(
        &self,
        rows: impl IntoIterator<Item = &'r [f64]>,
        mut visit: impl FnMut(&[f64]),
    ) {
        let width = self.n_classes.max(1);
        let mut rows = rows.into_iter().peekable();
        let mut block = Block::default();
        let mut sums = Vec::new();
        let n_trees = self.trees.len() as f64;
        while rows.peek().is_some() {
            let mut places = Vec::with_capacity(BLOCK);
            let some = rows.by_ref().take(BLOCK).zip(0..).map(|(row, place)| {
                places.push(place);
                row
            });
            block.fill(self.n_features, some);
            sums.clear();
            sums.resize(places.len() * width, 0.0);
            for tree in &self.trees {
                tree.add(&block, &places, width, &mut sums);
            }
            sums.iter_mut().for_each(|sum| *sum /= n_trees);
            sums.chunks_exact(width).for_each(&mut visit);
        }
    }
}

impl Tree {
    /// Adds what it predicts for each of these rows.
    fn add(&self, block: &Block, rows: &[u32], width: usize, sums: &mut [f64]) {
        self.fall(block, rows, |row, leaf| {
            let sums = &mut sums[row as usize * width..][..width];
            let values = &self.values[leaf as usize * width..][..width];
            for (sum, value) in sums.iter_mut().zip(values) {
                *sum += value;
            }
        });
    }
}

/// The place of the largest, of equal ones the first.
pub(crate) fn largest(values: &[f64]) -> usize {
    let best =
        |best: usize, (i, value): (usize, &f64)| if *value > values[best] { i } else { best };
    values.iter().enumerate().fold(0, best)
}
