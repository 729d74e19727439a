//! The model `mlp`: a multilayer perceptron.

use std::ops::Range;

use surmise_plugin_sdk::prelude::*;

use crate::activation::Activation;
use crate::dense::Features;
use crate::norm::Normalization;
use crate::shelf::Shelf;
use crate::stack::{Draw, Pass, Plan, Stack, Tape};
use crate::start::Initialization;

/// Rows that go through the layers together where they do not depend on each other: it bounds the
/// memory of a large batch.
const ROWS: usize = 512;

/// The hyperparameters of the multilayer perceptron.
#[derive(Debug, Clone, Hyperparams)]
pub struct MlpParams {
    /// Width of each hidden layer; none for a linear model
    #[hp(default = [128], range = 1..=16_384)]
    pub hidden: Vec<usize>,
    /// Activation of the hidden layers
    #[hp(default = Activation::Relu)]
    pub activation: Activation,
    /// What weights start as
    #[hp(default = Initialization::HeUniform)]
    pub initialization: Initialization,
    /// Whether each hidden layer is normalized over the rows of a batch, before its activation
    #[hp(default = false)]
    pub batch_norm: bool,
    /// Whether each hidden layer is normalized over its units, before its activation
    #[hp(default = false)]
    pub layer_norm: bool,
    /// Share of each hidden layer's outputs that is dropped while training
    #[hp(default = 0.0, range = 0.0..=0.95)]
    pub dropout: f64,
}

impl MlpParams {
    fn normalization(&self) -> Result<Normalization> {
        match (self.batch_norm, self.layer_norm) {
            (false, false) => Ok(Normalization::None),
            (true, false) => Ok(Normalization::Batch),
            (false, true) => Ok(Normalization::Layer),
            (true, true) => {
                Err(Error::invalid("a layer has `batch_norm` or `layer_norm`, not both"))
            }
        }
    }
}

/// A multilayer perceptron.
#[derive(Debug)]
pub struct Mlp {
    stack: Stack,
    shelf: Shelf,
}

impl GradientModel for Mlp {
    type Params = MlpParams;

    const INFO: Info = Info::new(
        "mlp",
        "Multilayer perceptron: softmax and cross-entropy for classes, squares for numbers",
    )
    .regularization(&["dropout", "batch_norm", "layer_norm"])
    .multithreaded();

    const OVERWRITES: bool = true;

    fn build(params: &MlpParams, shape: Shape, blocks: &mut Blocks) -> Result<Self> {
        let plan = Plan {
            n_inputs: shape.n_features(),
            hidden: &params.hidden,
            activation: params.activation,
            initialization: params.initialization,
            normalization: params.normalization()?,
            dropout: params.dropout,
        };
        Ok(Self { stack: Stack::declare(&plan, shape, blocks), shelf: Shelf::default() })
    }

    fn loss_and_gradient<T: Real>(&self, step: &mut Step<'_, T>) -> Result<f64> {
        let (mut random, dropout) = (step.random.clone(), self.stack.dropout());
        self.pass(step, &mut |factors| dropout.draw(&mut random, factors))
    }

    fn forward<T: Real>(&self, eval: &Eval<'_, T>, out: &mut [T]) -> Result<()> {
        let n_rows = eval.x.n_rows();
        let pass = Pass { params: eval.params, train: false, n_threads: eval.n_threads };
        let n_outputs = out.len() / n_rows.max(1);
        self.shelf.lend(|tape: &mut Tape<T>| {
            for rows in blocks(n_rows, ROWS) {
                let (x, out) = (slice(eval.x, rows.clone()), &mut out[rows.start * n_outputs..]);
                self.stack.forward(pass, &eval.state, x, &mut |_| (), tape);
                self.stack.write(rows.len(), &mut out[..rows.len() * n_outputs], tape);
            }
        });
        Ok(())
    }
}

impl Mlp {
    /// A pass whose dropout is drawn by `draw`.
    pub(crate) fn pass<T: Real>(&self, step: &mut Step<'_, T>, draw: Draw<'_, T>) -> Result<f64> {
        let batch = step.batch;
        let (x, n_rows) = (batch.x(), batch.n_rows());
        let pass = Pass { params: step.params, train: step.train, n_threads: step.n_threads };
        let together = step.train && self.stack.needs_whole_batch();
        let most = if together { n_rows } else { ROWS };
        self.shelf.lend(|tape: &mut Tape<T>| {
            let mut loss = 0.0;
            for rows in blocks(n_rows, most) {
                let (x, adds) = (slice(x, rows.clone()), 0 < rows.start);
                self.stack.forward(pass, &step.state, x, draw, tape);
                loss += self.stack.loss(&batch, rows, tape)?;
                if step.wants_gradient() {
                    self.stack.back(pass, x, (&mut step.gradient, adds), tape, None);
                }
            }
            if step.train {
                self.stack.keep(&mut step.state, tape);
            }
            Ok(loss)
        })
    }
}

/// `0..n` in ranges of at most `len`.
pub(crate) fn blocks(n: usize, len: usize) -> impl Iterator<Item = Range<usize>> {
    (0..n).step_by(len.max(1)).map(move |from| from..n.min(from + len))
}

/// Some of the rows.
pub(crate) fn slice<T: Copy>(x: Rows<'_, T>, rows: Range<usize>) -> Features<'_, T> {
    let (values, stride) = x.strides();
    Features::by_row(&values[rows.start * stride..], stride, rows.len(), x.n_features())
}
