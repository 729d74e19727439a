//! The model `cnn`: convolutional layers for small images, and dense ones behind them.

use std::ops::{Index, Range};

use surmise_plugin_sdk::prelude::*;

use crate::activation::Activation;
use crate::dense::Features;
use crate::features::{Layers, LayersTape};
use crate::image::Image;
use crate::mlp::blocks;
use crate::norm::Normalization;
use crate::pool::Pooling;
use crate::shelf::{Shelf, sized};
use crate::stack::{Pass, Plan, Stack, Tape, scale};
use crate::start::Initialization;

/// Images that go through the layers together where they do not depend on each other.
const IMAGES: usize = 128;

/// The hyperparameters of the convolutional network.
#[derive(Debug, Clone, Hyperparams)]
pub struct CnnParams {
    /// Rows of pixels; null for what the width leaves; both null for a square image, or for one row
    /// of pixels where that is none
    #[hp(default = None, range = 1..=1024)]
    pub height: Option<usize>,
    /// Columns of pixels; null for what the height leaves
    #[hp(default = None, range = 1..=1024)]
    pub width: Option<usize>,
    /// Numbers of a pixel; the features are row by row, pixel by pixel, channel by channel
    #[hp(default = 1, range = 1..=64)]
    pub channels: usize,
    /// Kernels of each convolutional layer
    #[hp(default = [32, 64], range = 1..=1024)]
    pub filters: Vec<usize>,
    /// Side of the kernels in pixels, cut to the image: one row of pixels has kernels of one row
    #[hp(default = 3, range = 1..=15)]
    pub kernel: usize,
    /// Pixels from one place of a kernel to the next
    #[hp(default = 1, range = 1..=8)]
    pub stride: usize,
    /// Rows and columns of zeros around an image
    #[hp(default = 0, range = 0..=7)]
    pub padding: usize,
    /// Pooling after each convolutional layer
    #[hp(default = Pooling::Max)]
    pub pooling: Pooling,
    /// Side of the pooled windows in pixels, cut to the image
    #[hp(default = 2, range = 2..=8, when(pooling = Max | Average))]
    pub pool: usize,
    /// Whether channels are normalized over a batch, before their activation
    #[hp(default = false)]
    pub batch_norm: bool,
    /// Width of each dense layer between the convolutions and the output
    #[hp(default = [], range = 1..=16_384)]
    pub hidden: Vec<usize>,
    /// Activation of convolutional and dense layers
    #[hp(default = Activation::Relu)]
    pub activation: Activation,
    /// What weights start as
    #[hp(default = Initialization::HeUniform)]
    pub initialization: Initialization,
    /// Share of each dense layer's inputs that is dropped while training
    #[hp(default = 0.0, range = 0.0..=0.95)]
    pub dropout: f64,
}

impl CnnParams {
    /// The image that `n` features are.
    fn image(&self, n: usize) -> Result<Image> {
        let pixels = n / self.channels;
        let (height, width) = match (self.height, self.width) {
            (Some(height), Some(width)) => (height, width),
            (Some(height), None) => (height, pixels / height),
            (None, Some(width)) => (pixels / width, width),
            (None, None) if pixels.isqrt().pow(2) == pixels => (pixels.isqrt(), pixels.isqrt()),
            (None, None) => (1, pixels),
        };
        let image = Image { height, width, channels: self.channels };
        if image.len() == n && 0 < n {
            return Ok(image);
        }
        Err(Error::invalid(format!(
            "{n} features are no image of {height} × {width} pixels with {} channels: set \
             `height`, `width` and `channels`",
            self.channels
        )))
    }
}

/// A convolutional network.
#[derive(Debug)]
pub struct Cnn {
    layers: Layers,
    stack: Stack,
    shelf: Shelf,
}

#[derive(Debug, Default)]
struct CnnTape<T> {
    layers: LayersTape<T>,
    stack: Tape<T>,
    /// What the convolutions leave, a row for each image.
    flat: Vec<T>,
    dropped: Vec<T>,
    by_flat: Vec<T>,
    slopes: Vec<T>,
}

impl GradientModel for Cnn {
    type Params = CnnParams;

    const INFO: Info = Info::new(
        "cnn",
        "Convolutional network for small images, with dense layers behind the convolutions",
    )
    .regularization(&["dropout", "batch_norm"])
    .multithreaded();

    fn build(params: &CnnParams, shape: Shape, blocks: &mut Blocks) -> Result<Self> {
        let layers = Layers::declare(params, params.image(shape.n_features())?, blocks);
        let plan = Plan {
            n_inputs: layers.output().len(),
            hidden: &params.hidden,
            activation: params.activation,
            initialization: params.initialization,
            normalization: Normalization::None,
            dropout: params.dropout,
        };
        Ok(Self { stack: Stack::declare(&plan, shape, blocks), layers, shelf: Shelf::default() })
    }

    fn loss_and_gradient<T: Real>(&self, step: &mut Step<'_, T>) -> Result<f64> {
        let n_rows = step.batch.n_rows();
        let together = step.train && self.layers.needs_whole_batch();
        let most = if together { n_rows } else { IMAGES };
        self.shelf.lend(|tape: &mut CnnTape<T>| {
            let mut loss = 0.0;
            for rows in blocks(n_rows, most) {
                loss += self.pass(step, rows, tape)?;
            }
            if step.train {
                self.layers.keep(&mut step.state, &tape.layers);
            }
            Ok(loss)
        })
    }

    fn forward<T: Real>(&self, eval: &Eval<'_, T>, out: &mut [T]) -> Result<()> {
        let n_rows = eval.x.n_rows();
        let pass = Pass { params: eval.params, train: false, n_threads: eval.n_threads };
        let n_outputs = out.len() / n_rows.max(1);
        self.shelf.lend(|tape: &mut CnnTape<T>| {
            for rows in blocks(n_rows, IMAGES) {
                let out = &mut out[rows.start * n_outputs..][..rows.len() * n_outputs];
                self.convolve(pass, &eval.state, (eval.x, rows.clone()), tape);
                let x = flat(&tape.flat, rows.len(), self.layers.output());
                self.stack.forward(pass, &eval.state, x, &mut |_| (), &mut tape.stack);
                self.stack.write(rows.len(), out, &mut tape.stack);
            }
        });
        Ok(())
    }
}

impl Cnn {
    fn convolve<T: Real>(
        &self,
        pass: Pass<'_, T>,
        state: &impl Index<StateBlock, Output = [T]>,
        (x, rows): (Rows<'_, T>, Range<usize>),
        tape: &mut CnnTape<T>,
    ) {
        let out = sized(&mut tape.flat, rows.len() * self.layers.output().len());
        self.layers.forward(pass, state, (x, rows), out, &mut tape.layers);
    }

    /// Loss and slopes of some rows.
    fn pass<T: Real>(
        &self,
        step: &mut Step<'_, T>,
        rows: Range<usize>,
        tape: &mut CnnTape<T>,
    ) -> Result<f64> {
        let (batch, n_rows, output) = (step.batch, rows.len(), self.layers.output());
        let pass = Pass { params: step.params, train: step.train, n_threads: step.n_threads };
        self.convolve(pass, &step.state, (batch.x(), rows.clone()), tape);
        let (dropout, random) = (self.stack.dropout(), &mut step.random);
        let drops = step.train && dropout.drops();
        let CnnTape { layers, stack, flat: inputs, dropped, by_flat, slopes } = tape;
        if drops {
            let dropped = sized(dropped, n_rows * output.len());
            dropout.draw(random, dropped);
            scale(inputs, dropped);
        }
        let x = flat(inputs, n_rows, output);
        let draw = &mut |factors: &mut [T]| dropout.draw(random, factors);
        self.stack.forward(pass, &step.state, x, draw, stack);
        let loss = self.stack.loss(&batch, rows, stack)?;
        if step.wants_gradient() {
            self.stack.back(pass, x, (&mut step.gradient, true), stack, Some(by_flat));
            let slopes = sized(slopes, n_rows * output.len());
            turn_rows(by_flat, n_rows, slopes);
            if drops {
                scale(slopes, dropped);
            }
            self.layers.back(pass, n_rows, slopes, &mut step.gradient, layers);
        }
        Ok(loss)
    }
}

fn flat<T>(values: &[T], n_rows: usize, image: Image) -> Features<'_, T> {
    Features::by_row(values, image.len(), n_rows, image.len())
}

/// From feature by feature to row by row.
fn turn_rows<T: Copy>(by_feature: &[T], n_rows: usize, by_row: &mut [T]) {
    let n_features = by_row.len() / n_rows;
    for (r, row) in by_row.chunks_exact_mut(n_features).enumerate() {
        for (f, value) in row.iter_mut().enumerate() {
            *value = by_feature[f * n_rows + r];
        }
    }
}
