//! What a model must tell to be trained.

use std::ops::Range;

use crate::{ModelError, Real};

/// A model that tells its loss and the slopes of it. Parameters and state belong to the loop.
pub trait Differentiable<T: Real> {
    /// How parameters and state are laid out; always the same.
    fn layout(&self) -> &Layout;

    /// Where training starts for a seed.
    ///
    /// # Errors
    /// If the model fails.
    fn init(&mut self, seed: u64) -> Result<Point<T>, ModelError>;

    /// The loss of a batch, Σ wᵢ lossᵢ / Σ wᵢ with wᵢ = 1 where there are no weights, and into
    /// `gradient`, where there is one, its slope by each parameter. Only a pass that trains may
    /// change the state. The same arguments give the same bits.
    ///
    /// For classes lossᵢ is the cross-entropy, which is linear in the target: label smoothing and
    /// mixup rest on that.
    ///
    /// # Errors
    /// [`ModelError::Numeric`] if loss or state come out as no finite numbers. The loop looks at
    /// the slopes itself, where it walks over them anyway.
    fn loss_and_gradient(
        &mut self,
        pass: Pass,
        batch: &Batch<'_, T>,
        params: &[T],
        state: &mut [T],
        gradient: Option<&mut [T]>,
    ) -> Result<f64, ModelError>;

    /// Where a parameter stands, for people.
    fn place(&self, i: usize) -> String {
        format!("parameter {i}")
    }

    /// What comes out for rows, `n_rows × n_outputs`, row-major: probabilities of classes, or
    /// values. Only a training whose validation data have a metric asks for it.
    ///
    /// # Errors
    /// If the model fails, or tells no outputs.
    fn outputs(
        &mut self,
        _x: &[T],
        _params: &[T],
        _state: &[T],
        _n_threads: u32,
    ) -> Result<Vec<f64>, ModelError> {
        Err(ModelError::Failed("the model tells no outputs".into()))
    }
}

/// Blocks that cover all parameters, and the size of the state.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layout {
    /// The blocks of parameters, in order and without gaps.
    pub blocks: Vec<Block>,
    /// Number of values that change with training but have no slope, such as running means.
    pub n_state: usize,
}

impl Layout {
    /// Number of parameters.
    #[must_use]
    pub fn n_params(&self) -> usize {
        self.blocks.last().map_or(0, |last| last.range.end)
    }
}

/// Adjacent parameters, `rows × cols`, row-major.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Their places.
    pub range: Range<usize>,
    /// Number of rows, one for each unit.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
    /// How they are regularized.
    pub role: Role,
}

/// How a block of parameters is regularized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Shrunk by L1, L2 and weight decay; max-norm bounds each row.
    Weight,
    /// Left alone.
    Bias,
    /// Left alone.
    Scale,
    /// Left alone.
    Other,
}

/// The data that a model is trained on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Number of features.
    pub n_features: usize,
    /// What comes out for a row.
    pub outputs: Outputs,
}

/// What comes out for a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outputs {
    /// The probability of each of so many classes.
    Classes(usize),
    /// So many values.
    Values(usize),
}

/// How a pass over a batch is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pass {
    /// Whether the model trains: dropout drops, batch statistics are taken and kept in the state.
    pub train: bool,
    /// The only source of randomness of the pass.
    pub seed: u64,
    /// How many threads it may use.
    pub n_threads: u32,
}

/// Rows of a pass.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a, T> {
    /// The features, `n_rows × n_features`, row-major; at least one row.
    pub x: &'a [T],
    /// What the rows should come out as.
    pub target: Target<'a>,
    /// How much each row counts: finite, not negative, not all 0; `None` if all count the same.
    pub weights: Option<&'a [f64]>,
}

/// What rows should come out as.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    /// The class of each row.
    Classes(&'a [u32]),
    /// Values, `n_rows × n_outputs`, row-major.
    Values(&'a [f64]),
}

/// Where training starts, or has come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Point<T> {
    /// The parameters.
    pub params: Vec<T>,
    /// What changes with training but has no slope.
    pub state: Vec<T>,
}
