//! A fitted booster and what it predicts.

use surmise_plugin_sdk::Result;

use crate::fit::{Report, fit};
use crate::loss::Loss;
use crate::math::exp;
use crate::settings::{Data, Settings};
use crate::tree::Tree;

/// Rows that go through a tree together: few enough that they stay near while the tree does.
const BLOCK: usize = 256;

/// How raw predictions become what is predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Link {
    /// As they are.
    Identity,
    /// `e^f`.
    Log,
    /// Two classes, of which the second has the probability `1 / (1 + e^-f)`.
    Logit,
    /// Classes with the probabilities `e^f_k / Σ e^f_j`.
    Softmax,
}

impl Link {
    pub(crate) fn of(loss: Loss) -> Self {
        match loss {
            Loss::SquaredError | Loss::AbsoluteError | Loss::Quantile(_) => Self::Identity,
            Loss::Poisson | Loss::Gamma => Self::Log,
            Loss::Binomial => Self::Logit,
            Loss::Multinomial(_) => Self::Softmax,
        }
    }

    /// Numbers that are predicted for each row.
    pub(crate) fn width(self, n_outputs: usize) -> usize {
        if self == Self::Logit { 2 } else { n_outputs }
    }

    fn apply(self, raw: &[f64], out: &mut [f64]) {
        match self {
            Self::Identity => out.copy_from_slice(raw),
            Self::Log => out.iter_mut().zip(raw).for_each(|(out, raw)| *out = exp(*raw)),
            Self::Logit => {
                let e = exp(-raw[0].abs());
                let likely = 1.0 / (1.0 + e);
                let rest = e / (1.0 + e);
                out.copy_from_slice(&if raw[0] > 0.0 { [rest, likely] } else { [likely, rest] });
            }
            Self::Softmax => {
                let most = raw.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                out.iter_mut().zip(raw).for_each(|(out, raw)| *out = exp(raw - most));
                let sum: f64 = out.iter().sum();
                out.iter_mut().for_each(|share| *share /= sum);
            }
        }
    }
}

/// Boosted trees for classes or for numbers.
///
/// Each output's raw prediction is its base and what its trees predict, one a time. A row falls
/// through a tree left where its value is at most the threshold, and where it is missing, to the
/// side that was better in training, or if none was missing then, to the one with more rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Booster {
    pub(crate) n_features: usize,
    pub(crate) link: Link,
    /// For each output.
    pub(crate) base: Vec<f64>,
    /// As many for each iteration as there are outputs.
    pub(crate) trees: Vec<Tree>,
    pub(crate) importance: Vec<f64>,
}

impl Booster {
    /// Fits `train` on at most `n_threads` threads, with the same bits for any number; draws from
    /// `seed`. `validation` are rows to judge by, instead of some that are held out for
    /// [`Stopping`](crate::Stopping). After each iteration `report` is told how many are done and
    /// the mean `train_loss` and, where there are rows for it, `validation_loss`; it answers
    /// whether to end. With [`Settings::stopping`] the trees after the best iteration are dropped.
    ///
    /// An iteration takes O(rows × features × depth of the smaller children) time for each output.
    /// Besides the trees, memory is one byte a value, 60 a row and 24 more an output, and for each
    /// open leaf 16 bytes a bin.
    ///
    /// # Errors
    /// If there are no rows or features, lengths do not agree, the loss does not fit the targets,
    /// nothing is left to train on or to judge by, or the loss becomes infinite.
    pub fn fit(
        train: &Data<'_>,
        validation: Option<&Data<'_>>,
        settings: &Settings,
        (seed, n_threads): (u64, usize),
        report: &mut Report<'_>,
    ) -> Result<Self> {
        fit(train, validation, settings, (seed, n_threads), report)
    }

    /// Length of a row.
    #[must_use]
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// How many raw predictions a row has: one for each class, or one for two classes or a number.
    #[must_use]
    pub fn n_outputs(&self) -> usize {
        self.base.len()
    }

    /// How many iterations there are.
    #[must_use]
    pub fn n_iterations(&self) -> usize {
        self.trees.len() / self.base.len()
    }

    /// How many leaves each tree has.
    #[must_use]
    pub fn n_leaves(&self) -> Vec<usize> {
        self.trees.iter().map(Tree::n_leaves).collect()
    }

    /// By how much splits by each feature lowered the loss, twice, to second order, in sum over all
    /// trees.
    #[must_use]
    pub fn importance(&self) -> &[f64] {
        &self.importance
    }

    /// Calls `visit` for each of `rows` with the probabilities of the classes, or the one number;
    /// rows have the length [`Booster::n_features`]. O(trees × depth) a row.
    pub fn predict<'r>(
        &self,
        rows: impl IntoIterator<Item = &'r [f64]>,
        mut visit: impl FnMut(&[f64]),
    ) {
        let mut out = vec![0.0; self.link.width(self.n_outputs())];
        self.raw(rows, |raw| {
            self.link.apply(raw, &mut out);
            visit(&out);
        });
    }

    /// The same with raw predictions.
    pub fn raw<'r>(
        &self,
        rows: impl IntoIterator<Item = &'r [f64]>,
        mut visit: impl FnMut(&[f64]),
    ) {
        let width = self.n_outputs();
        let mut rows = rows.into_iter().peekable();
        let (mut block, mut sums) = (Vec::with_capacity(BLOCK), Vec::new());
        while rows.peek().is_some() {
            block.clear();
            block.extend(rows.by_ref().take(BLOCK));
            sums.clear();
            block.iter().for_each(|_| sums.extend_from_slice(&self.base));
            for trees in self.trees.chunks_exact(width) {
                for (output, tree) in trees.iter().enumerate() {
                    tree.fall(&block, |i, value| sums[i * width + output] += value);
                }
            }
            sums.chunks_exact(width).for_each(&mut visit);
        }
    }
}
