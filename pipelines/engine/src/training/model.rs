//! A model of the host as the training loop sees it.

use surmise_plugin_host::gradient::{self, Trainable};
use surmise_plugin_host::{Error, Model};
use surmise_training::{
    self as training, Batch, Block, Differentiable, Layout, ModelError, Outputs, Pass, Point, Role,
    Shape, Target,
};

/// A precision that both sides have.
pub(super) trait Number: training::Real + gradient::Real {}

impl Number for f32 {}
impl Number for f64 {}

/// A model of the host.
pub(super) struct Adapted<T> {
    model: Trainable<T>,
    layout: Layout,
    /// What it said last where it failed.
    failed: Option<Error>,
}

impl<T: Number> Adapted<T> {
    pub(super) fn new(model: Trainable<T>) -> Self {
        let blocks = model.layout().blocks().iter().map(|block| Block {
            range: block.range.clone(),
            rows: block.rows,
            cols: block.cols,
            role: match block.role {
                gradient::Role::Weight => Role::Weight,
                gradient::Role::Bias => Role::Bias,
                gradient::Role::Scale => Role::Scale,
                gradient::Role::Other => Role::Other,
            },
        });
        let layout = Layout { blocks: blocks.collect(), n_state: model.layout().n_state() };
        Self { model, layout, failed: None }
    }

    pub(super) fn into_inner(self) -> Trainable<T> {
        self.model
    }

    /// Why a training did not come to its end, in the host's words.
    pub(super) fn explain(&mut self, error: training::Error, of: &Model) -> Error {
        let model = of.info().component.name.clone();
        match error {
            training::Error::Diverged { epoch, step, what } => {
                Error::Diverged { model, epoch, step, reason: what }
            }
            training::Error::Model(source) => {
                let reason = source.to_string();
                self.failed.take().unwrap_or(Error::Data { reason })
            }
            e => Error::Data { reason: e.to_string() },
        }
    }

    fn keep(&mut self, error: Error) -> ModelError {
        let text = error.to_string();
        if error.is_numeric() {
            return ModelError::Numeric(text);
        }
        self.failed = Some(error);
        ModelError::Failed(text.into())
    }
}

impl<T: Number> Differentiable<T> for Adapted<T> {
    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn init(&mut self, seed: u64) -> Result<Point<T>, ModelError> {
        match self.model.init(seed) {
            Ok(gradient::Point { params, state }) => Ok(Point { params, state }),
            Err(e) => Err(self.keep(e)),
        }
    }

    fn loss_and_gradient(
        &mut self,
        pass: Pass,
        batch: &Batch<'_, T>,
        params: &[T],
        state: &mut [T],
        gradient: Option<&mut [T]>,
    ) -> Result<f64, ModelError> {
        let Pass { train, seed, n_threads } = pass;
        let target = match batch.target {
            Target::Classes(codes) => gradient::BatchTarget::Classes(codes),
            Target::Values(values) => gradient::BatchTarget::Values(values),
        };
        let batch = gradient::Batch { x: batch.x, target, weights: batch.weights };
        let pass = gradient::Pass { train, seed, n_threads };
        let loss = self.model.loss_and_unchecked_gradient(pass, &batch, params, state, gradient);
        loss.map_err(|e| self.keep(e))
    }

    fn place(&self, i: usize) -> String {
        self.model.layout().place(i)
    }

    fn outputs(
        &mut self,
        x: &[T],
        params: &[T],
        state: &[T],
        n_threads: u32,
    ) -> Result<Vec<f64>, ModelError> {
        self.model.forward(x, params, state, n_threads).map_err(|e| self.keep(e))
    }
}

pub(super) fn shape(shape: gradient::Shape) -> Shape {
    let outputs = match shape.outputs {
        gradient::Outputs::Classes(n) => Outputs::Classes(n),
        gradient::Outputs::Values(n) => Outputs::Values(n),
    };
    Shape { n_features: shape.n_features, outputs }
}

pub(super) fn point<T>(point: Point<T>) -> gradient::Point<T> {
    gradient::Point { params: point.params, state: point.state }
}
