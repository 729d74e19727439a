//! What a fit is given.

use crate::grow::Growth;
use crate::loss::Loss;
use crate::split::Monotone;

/// Rows with their targets.
#[derive(Debug, Clone, Copy)]
pub struct Data<'a> {
    /// All of the same length, at least one feature. NaN is a missing value.
    pub rows: &'a [&'a [f64]],
    /// A class code or number for each row.
    pub target: Target<'a>,
    /// A weight for each row, finite and not negative; or all count the same. If all are whole
    /// numbers, a row counts as that many rows, otherwise as one, where leaves need some.
    pub weights: Option<&'a [f64]>,
}

/// What is to be predicted.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    /// Codes below `n_classes`.
    Classes {
        /// One for each row.
        codes: &'a [u32],
        /// At least 1.
        n_classes: usize,
    },
    /// Numbers, one for each row.
    Numbers(&'a [f64]),
}

/// How to fit a [`Booster`](crate::Booster).
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// What is minimized.
    pub loss: Loss,
    /// How many trees, for each output.
    pub n_iterations: usize,
    /// What part of a tree's predictions is added.
    pub learning_rate: f64,
    /// Leaves of a tree, at least 2.
    pub max_leaf_nodes: Option<usize>,
    /// Splits above one another.
    pub max_depth: Option<usize>,
    /// Fewest rows of a leaf.
    pub min_samples_leaf: u32,
    /// What is added to the hessians of a leaf.
    pub l2: f64,
    /// Share of the features that is drawn for a split, above 0.
    pub max_features: f64,
    /// Most bins of a feature's values, within 2 and 255.
    pub max_bins: usize,
    /// For each feature whether predictions may only fall (-1) or rise (1) with it; or none.
    pub monotone: Vec<i8>,
    /// Whether the classes count all the same: rows of class `c` are weighted by `w / (K w_c)`.
    pub is_balanced: bool,
    /// Whether to end early.
    pub stopping: Option<Stopping>,
}

/// When to end early: where the validation loss has not improved for some iterations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stopping {
    /// Share of the rows that is held out, where there are no validation rows.
    pub validation_fraction: f64,
    /// So many iterations.
    pub patience: usize,
    /// By more than this.
    pub tolerance: f64,
}

impl Stopping {
    /// Whether none of the last losses is better than the one before them.
    pub(crate) fn is_stuck(self, losses: &[f64]) -> bool {
        let Some(last) = losses.len().checked_sub(self.patience + 1) else { return false };
        let reference = losses[last] - self.tolerance;
        losses[last + 1..].iter().all(|loss| *loss >= reference)
    }
}

impl Settings {
    pub(crate) fn growth(&self, n_features: usize) -> Growth {
        let monotone = |sign: &i8| match sign.signum() {
            -1 => Monotone::Decreasing,
            1 => Monotone::Increasing,
            _ => Monotone::Free,
        };
        let is_held = self.monotone.iter().any(|sign| *sign != 0);
        let n_drawn = (self.max_features * n_features as f64).ceil() as usize;
        Growth {
            learning_rate: self.learning_rate,
            max_leaf_nodes: self.max_leaf_nodes.unwrap_or(usize::MAX),
            max_depth: self.max_depth.unwrap_or(usize::MAX),
            min_samples_leaf: self.min_samples_leaf,
            l2: self.l2,
            max_features: n_drawn.clamp(1, n_features.max(1)),
            monotone: if is_held { self.monotone.iter().map(monotone).collect() } else { vec![] },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fit_is_stuck_where_the_last_losses_are_no_better() {
        let stopping = Stopping { validation_fraction: 0.1, patience: 2, tolerance: 0.1 };
        assert!(!stopping.is_stuck(&[1.0, 1.0]));
        assert!(stopping.is_stuck(&[1.0, 1.0, 0.95]));
        assert!(!stopping.is_stuck(&[1.0, 1.0, 0.89]));
        assert!(!stopping.is_stuck(&[1.0, 0.5, 0.7]));
        assert!(stopping.is_stuck(&[1.0, 0.5, 0.7, 0.7]));
    }
}
