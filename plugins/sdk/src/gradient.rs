//! The contract of a model whose training the host drives.
//!
//! ```
//! use surmise_plugin_sdk::prelude::*;
//!
//! /// Multinomial logistic regression: a logit for each class, `W x + b`.
//! struct Softmax {
//!     weights: Block,
//!     biases: Block,
//! }
//!
//! impl GradientModel for Softmax {
//!     type Params = ();
//!     const INFO: Info = Info::new("softmax", "Multinomial logistic regression")
//!         .tasks(&[Task::Classification]);
//!
//!     fn build(_: &(), shape: Shape, blocks: &mut Blocks) -> Result<Self> {
//!         Ok(Self {
//!             weights: blocks.weights("weights", shape.n_outputs(), shape.n_features()),
//!             biases: blocks.biases("biases", shape.n_outputs()),
//!         })
//!     }
//!
//!     fn loss_and_gradient<T: Real>(&self, step: &mut Step<'_, T>) -> Result<f64> {
//!         let (batch, mut loss) = (step.batch, 0.0);
//!         let mut p = vec![T::zero(); self.biases.len()];
//!         for (i, (x, class)) in batch.x().iter().zip(batch.classes()?).enumerate() {
//!             self.probabilities(x, &step.params, &mut p);
//!             let (class, share) = (*class as usize, batch.share(i));
//!             loss -= (share * p[class].ln()).wide();
//!             // The slope of the loss by logit k is p_k, less 1 for the true class.
//!             p[class] -= T::one();
//!             for (k, slope) in p.iter().enumerate() {
//!                 step.gradient[self.biases][k] += share * *slope;
//!                 ops::add_scaled(step.gradient.row(self.weights, k), share * *slope, x);
//!             }
//!         }
//!         Ok(loss)
//!     }
//!
//!     fn forward<T: Real>(&self, eval: &Eval<'_, T>, out: &mut [T]) -> Result<()> {
//!         for (x, p) in eval.x.iter().zip(out.chunks_exact_mut(self.biases.len())) {
//!             self.probabilities(x, &eval.params, p);
//!         }
//!         Ok(())
//!     }
//! }
//!
//! impl Softmax {
//!     fn probabilities<T: Real>(&self, x: &[T], params: &View<'_, T>, p: &mut [T]) {
//!         for (k, (p, bias)) in p.iter_mut().zip(&params[self.biases]).enumerate() {
//!             *p = *bias + ops::dot(params.row(self.weights, k), x);
//!         }
//!         ops::softmax(p);
//!     }
//! }
//!
//! use surmise_plugin_sdk::ops;
//! export_model!(Softmax);
//!
//! # fn main() -> Result<()> {
//! // What the host does, in a test of the plugin:
//! use surmise_plugin_sdk::testing::{Data, check_gradient, descend};
//!
//! let data = Data::classification(&[[0.0], [1.0], [2.0], [3.0]], &[0, 0, 1, 1], &["no", "yes"]);
//! check_gradient::<Softmax>(&(), &data, 7)?;
//! let trained = descend::<Softmax>(&(), &data, 7, 0.5, 200)?;
//! assert!(trained.forward(&[[3.0]])?[1] > 0.9);
//! # Ok(())
//! # }
//! ```

use crate::{Error, Hyperparams, Info, Random, Result, Rows, Task};

mod batch;
mod blocks;
mod real;

pub(crate) use batch::BatchTarget;
pub use batch::{Batch, Shape};
pub(crate) use blocks::Declared;
pub use blocks::{Block, Blocks, Init, Role, StateBlock, View, ViewMut};
pub use real::{Real, Slice, SliceMut};

/// A model that says what loss, slopes and outputs given parameters have, and leaves the training
/// to the host: batches, optimizer, schedule, regularization, early stopping and saving. Three
/// functions are required.
///
/// [`Task::Classification`] outputs class probabilities, [`Task::Regression`] values. Dropout and
/// batch statistics are the model's: [`Step::train`] switches them on, [`Step::random`] is their
/// randomness, [`Step::state`] keeps running statistics.
///
/// The SDK checks before each call that shapes agree, classes exist and outputs have the right
/// length. A panic is caught, and the model is given up.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no model that exposes gradients",
    label = "this needs `impl GradientModel for {Self}`",
    note = "a `GradientModel` has a type `Params`, a constant `INFO` and functions `build`, \
            `loss_and_gradient` and `forward`"
)]
pub trait GradientModel: Sized + Send + 'static {
    /// Its hyperparameters; `()` if it has none.
    type Params: Hyperparams;

    /// Its description, without caps.
    const INFO: Info;

    /// Declares the blocks of parameters, and of state, for data of this shape.
    ///
    /// # Errors
    /// [`Error::invalid`] for a shape or hyperparameters that do not go together.
    fn build(params: &Self::Params, shape: Shape, blocks: &mut Blocks) -> Result<Self>;

    /// Whether [`loss_and_gradient`](GradientModel::loss_and_gradient) writes every slope that is
    /// wanted, so that nobody need fill `step.gradient` with zeros before.
    const OVERWRITES: bool = false;

    /// The mean loss of a batch, row i counted by [`Batch::share`], and its slope by each
    /// parameter, added to `step.gradient`, which is zero at first, or written to it where
    /// [`OVERWRITES`](GradientModel::OVERWRITES) holds. No regularization: the host adds it.
    ///
    /// # Errors
    /// [`Error::invalid`] for data it cannot use, [`Error::numeric`] where the computation failed.
    fn loss_and_gradient<T: Real>(&self, step: &mut Step<'_, T>) -> Result<f64>;

    /// The outputs for each row: `n_rows × n_outputs`, row-major, all of which must be written.
    /// For classes the probabilities, each row summing to 1.
    ///
    /// # Errors
    /// [`Error::numeric`] where the computation failed.
    fn forward<T: Real>(&self, eval: &Eval<'_, T>, out: &mut [T]) -> Result<()>;

    /// Changes where training starts, after each block was filled by its [`Init`].
    ///
    /// # Errors
    /// [`Error::numeric`] where the computation failed.
    fn init<T: Real>(&self, random: &mut Random, params: &mut ViewMut<'_, T>) -> Result<()> {
        let _ = (random, params);
        Ok(())
    }
}

/// One pass over a batch.
#[derive(Debug)]
pub struct Step<'a, T> {
    /// The rows.
    pub batch: Batch<'a, T>,
    /// Where the loss is asked for.
    pub params: View<'a, T>,
    /// Takes the slopes; zero at first, but for models that overwrite it.
    pub gradient: ViewMut<'a, T>,
    /// What changes with training but has no slope. Changes are kept where [`train`](Step::train)
    /// holds.
    pub state: ViewMut<'a, T, StateBlock>,
    /// Whether the model trains: dropout drops, batch statistics are taken.
    pub train: bool,
    /// The randomness of this pass.
    pub random: Random,
    /// How many threads may be used, at least 1.
    pub n_threads: usize,
    pub(crate) wants_gradient: bool,
}

impl<T> Step<'_, T> {
    /// Whether anybody looks at the gradient; a model may skip it otherwise, but need not.
    #[must_use]
    pub fn wants_gradient(&self) -> bool {
        self.wants_gradient
    }
}

/// Rows to compute outputs for.
#[derive(Debug, Clone, Copy)]
pub struct Eval<'a, T> {
    /// The rows.
    pub x: Rows<'a, T>,
    /// The parameters.
    pub params: View<'a, T>,
    /// What training left in the state.
    pub state: View<'a, T, StateBlock>,
    /// How many threads may be used, at least 1.
    pub n_threads: usize,
}

/// A model built for a shape, with its blocks, and the checks that every caller relies on.
pub(crate) struct Built<M> {
    pub(crate) model: M,
    pub(crate) blocks: Blocks,
    pub(crate) shape: Shape,
}

impl<M: GradientModel> Built<M> {
    pub(crate) fn new(params: &M::Params, shape: Shape) -> Result<Self> {
        let task = if shape.n_classes() == 0 { Task::Regression } else { Task::Classification };
        if !M::INFO.does(task) {
            return Err(Error::unsupported(format!("{} does no {task:?}", M::INFO.id)));
        }
        let mut blocks = Blocks::default();
        let model = M::build(params, shape, &mut blocks)?;
        blocks.check()?;
        Ok(Self { model, blocks, shape })
    }

    pub(crate) fn init<T: Real>(&self, seed: u64, params: &mut [T], state: &mut [T]) -> Result<()> {
        self.blocks.fill(seed, params, state);
        self.model.init(&mut Random::named(seed, "init"), &mut ViewMut::new(params))
    }

    pub(crate) fn loss_and_gradient<T: Real>(&self, step: &mut Step<'_, T>) -> Result<f64> {
        self.checked_loss(step, |step| self.model.loss_and_gradient(step))
    }

    /// The same by another function of the model.
    pub(crate) fn checked_loss<'a, T: Real>(
        &self,
        step: &mut Step<'a, T>,
        call: impl FnOnce(&mut Step<'a, T>) -> Result<f64>,
    ) -> Result<f64> {
        if !M::OVERWRITES {
            step.gradient.all().fill(T::zero());
        }
        self.shape.check(&step.batch)?;
        let loss = call(step)?;
        match loss.is_finite() {
            true => Ok(loss),
            false => Err(Error::numeric(format!("the loss is {loss}"))),
        }
    }

    pub(crate) fn forward<T: Real>(&self, eval: &Eval<'_, T>, out: &mut [T]) -> Result<()> {
        self.shape.check_features(eval.x.n_features())?;
        if Some(out.len()) != eval.x.n_rows().checked_mul(self.shape.n_outputs()) {
            return Err(Error::invalid(format!("the output has room for {} values", out.len())));
        }
        self.model.forward(eval, out)
    }
}
