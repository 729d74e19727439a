//! The convolutional layers one after the other: convolve, normalize, activate, pool.

use std::ops::{Index, Range};

use surmise_plugin_sdk::{Blocks, Real, Rows, StateBlock, ViewMut};

use crate::activation::Activation;
use crate::cnn::CnnParams;
use crate::conv::{Conv, ConvRoom, Window};
use crate::image::{Image, TOGETHER, share};
use crate::norm::{Norm, NormTape, Normalization, Order};
use crate::pool::Pool;
use crate::shelf::sized;
use crate::stack::Pass;

/// The layers, from the image to what the dense ones see.
#[derive(Debug)]
pub(crate) struct Layers {
    layers: Vec<Layer>,
    activation: Activation,
    image: Image,
}

#[derive(Debug)]
struct Layer {
    conv: Conv,
    norm: Option<Norm>,
    pool: Pool,
}

/// What a pass keeps for its way back, and for the next pass to reuse.
#[derive(Debug, Default)]
pub(crate) struct LayersTape<T> {
    layers: Vec<LayerTape<T>>,
    slopes: [Vec<T>; 2],
    by_z: Vec<T>,
    /// Slopes by the weights of a layer, for each group of images.
    by_weights: Vec<T>,
    turned: Vec<T>,
    workers: Vec<Worker<T>>,
}

#[derive(Debug, Default)]
struct LayerTape<T> {
    /// Padded images.
    x: Vec<T>,
    z: Vec<T>,
    picked: Vec<u8>,
    norm: NormTape<T>,
}

/// Images with a frame of zeros around them.
struct Framed<'a, T> {
    frame: usize,
    size: Image,
    values: &'a mut [T],
}

/// Memory of one thread.
#[derive(Debug, Default)]
struct Worker<T> {
    conv: ConvRoom<T>,
    h: Vec<T>,
}

impl Layers {
    pub(crate) fn declare(params: &CnnParams, mut image: Image, blocks: &mut Blocks) -> Self {
        let first = image;
        let window = Window { size: params.kernel, stride: params.stride, padding: params.padding };
        let normalization =
            if params.batch_norm { Normalization::Batch } else { Normalization::None };
        let mut layers = Vec::new();
        for (i, channels) in params.filters.iter().enumerate() {
            let name = format!("convolution{}", i + 1);
            let init = params.initialization;
            let conv = Conv::declare(blocks, &name, init, window, (image, *channels));
            let norm = Norm::declare(normalization, blocks, &name, *channels);
            let pool = Pool::new(params.pooling, params.pool, conv.output());
            image = pool.output();
            layers.push(Layer { conv, norm, pool });
        }
        Self { layers, activation: params.activation, image: first }
    }

    /// What comes out for an image.
    pub(crate) fn output(&self) -> Image {
        self.layers.last().map_or(self.image, |layer| layer.pool.output())
    }

    /// Whether images of a batch depend on each other while training.
    pub(crate) fn needs_whole_batch(&self) -> bool {
        self.layers.iter().any(|layer| layer.norm.is_some())
    }

    /// From images to what is left of them, an image after the other.
    pub(crate) fn forward<T: Real>(
        &self,
        pass: Pass<'_, T>,
        state: &impl Index<StateBlock, Output = [T]>,
        (x, rows): (Rows<'_, T>, Range<usize>),
        out: &mut [T],
        tape: &mut LayersTape<T>,
    ) {
        let LayersTape { layers: tapes, workers, .. } = tape;
        tapes.resize_with(self.layers.len(), LayerTape::default);
        let n = rows.len();
        let Some(first) = self.layers.first() else {
            for (out, r) in out.chunks_exact_mut(self.image.len()).zip(rows) {
                out.copy_from_slice(x.row(r));
            }
            return;
        };
        let images = framed(&first.conv, n, &mut tapes[0]);
        for (out, r) in images.chunks_exact_mut(first.conv.input().len()).zip(rows) {
            let padding = first.conv.padding();
            let frame = ((padding, padding), 1);
            self.image.place(x.row(r), frame, first.conv.input(), out);
        }
        for (i, layer) in self.layers.iter().enumerate() {
            let (tapes, after) = tapes.split_at_mut(i + 1);
            let tape = &mut tapes[i];
            layer.convolve(pass, state, n, tape, workers);
            match (self.layers.get(i + 1), after.first_mut()) {
                (Some(next), Some(after)) => {
                    let (frame, size) = (next.conv.padding(), next.conv.input());
                    let into = Framed { frame, size, values: framed(&next.conv, n, after) };
                    self.pool(pass, layer, n, tape, into, workers);
                }
                _ => {
                    let into = Framed { frame: 0, size: layer.pool.output(), values: &mut *out };
                    self.pool(pass, layer, n, tape, into, workers);
                }
            }
        }
    }

    /// Activates and pools into framed images.
    fn pool<T: Real>(
        &self,
        pass: Pass<'_, T>,
        layer: &Layer,
        n: usize,
        tape: &mut LayerTape<T>,
        into: Framed<'_, T>,
        workers: &mut Vec<Worker<T>>,
    ) {
        let Framed { frame, size, values } = into;
        let (len, pooled) = (layer.conv.output().len(), layer.pool.output().len());
        let start = frame * (size.row() + size.channels);
        let jobs = tape.z[..n * len]
            .chunks_exact(len)
            .zip(sized(&mut tape.picked, n * pooled).chunks_exact_mut(pooled))
            .zip(values.chunks_exact_mut(size.len()));
        share(jobs, workers, pass.n_threads, |((z, picked), out), worker: &mut Worker<T>| {
            let h = sized(&mut worker.h, len);
            self.activation.apply(z, h);
            layer.pool.forward(h, &mut out[start..], size.row(), picked);
        });
    }

    /// Adds the slopes by all parameters, from those by what came out.
    pub(crate) fn back<T: Real>(
        &self,
        pass: Pass<'_, T>,
        n: usize,
        by_output: &[T],
        gradient: &mut ViewMut<'_, T>,
        tape: &mut LayersTape<T>,
    ) {
        let LayersTape { layers: tapes, slopes: [d, next], by_z, by_weights, turned, workers } =
            tape;
        sized(d, by_output.len()).copy_from_slice(by_output);
        for (i, (layer, tape)) in self.layers.iter().zip(tapes).enumerate().rev() {
            let by_z = sized(by_z, n * layer.conv.output().len());
            self.unpool(pass, layer, (n, d), tape, by_z, workers);
            if let Some(norm) = &layer.norm {
                norm.back(pass.params, Order::ByRow, by_z, gradient, &mut tape.norm);
            }
            layer.add_slopes(pass, &tape.x, by_z, by_weights, workers);
            for slopes in by_weights.chunks_exact(layer.conv.n_slopes()) {
                layer.conv.collect(slopes, gradient);
            }
            if 0 < i {
                layer.conv.turn(pass.params, turned);
                let dx = sized(next, n * layer.conv.image().len());
                layer.back_to_input(pass, turned, by_z, dx, workers);
                std::mem::swap(d, next);
            }
        }
    }

    fn unpool<T: Real>(
        &self,
        pass: Pass<'_, T>,
        layer: &Layer,
        (n, d): (usize, &[T]),
        tape: &LayerTape<T>,
        by_z: &mut [T],
        workers: &mut Vec<Worker<T>>,
    ) {
        let (len, pooled) = (layer.conv.output().len(), layer.pool.output().len());
        let jobs = by_z
            .chunks_exact_mut(len)
            .zip(tape.z.chunks_exact(len))
            .zip(d[..n * pooled].chunks_exact(pooled).zip(tape.picked.chunks_exact(pooled)));
        share(jobs, workers, pass.n_threads, |((by_z, z), pooled), _| {
            layer.pool.back(self.activation, z, pooled, by_z);
        });
    }

    /// Lets running statistics follow the batch that went forward.
    pub(crate) fn keep<T: Real>(
        &self,
        state: &mut ViewMut<'_, T, StateBlock>,
        tape: &LayersTape<T>,
    ) {
        for (layer, tape) in self.layers.iter().zip(&tape.layers) {
            if let Some(norm) = &layer.norm {
                norm.keep(state, &tape.norm);
            }
        }
    }
}

impl Layer {
    /// Fills `z`.
    fn convolve<T: Real>(
        &self,
        pass: Pass<'_, T>,
        state: &impl Index<StateBlock, Output = [T]>,
        n: usize,
        tape: &mut LayerTape<T>,
        workers: &mut Vec<Worker<T>>,
    ) {
        let (input, output) = (self.conv.input().len(), self.conv.output().len());
        let z = sized(&mut tape.z, n * output);
        let jobs = z.chunks_mut(TOGETHER * output).zip(tape.x.chunks(TOGETHER * input));
        share(jobs, workers, pass.n_threads, |(z, x), worker: &mut Worker<T>| {
            self.conv.forward(pass.params, x, z, &mut worker.conv);
        });
        if let Some(norm) = &self.norm {
            norm.forward(pass.params, state, (pass.train, Order::ByRow), z, &mut tape.norm);
        }
    }

    /// Slopes by the weights, group after group.
    fn add_slopes<T: Real>(
        &self,
        pass: Pass<'_, T>,
        x: &[T],
        d: &[T],
        by_weights: &mut Vec<T>,
        workers: &mut Vec<Worker<T>>,
    ) {
        let (input, output) = (self.conv.input().len(), self.conv.output().len());
        let n = d.len() / output;
        by_weights.clear();
        by_weights.resize(n.div_ceil(TOGETHER) * self.conv.n_slopes(), T::zero());
        let jobs = by_weights
            .chunks_exact_mut(self.conv.n_slopes())
            .zip(x[..n * input].chunks(TOGETHER * input))
            .zip(d.chunks(TOGETHER * output));
        share(jobs, workers, pass.n_threads, |((slopes, x), d), worker: &mut Worker<T>| {
            self.conv.add_slopes(x, d, slopes, &mut worker.conv);
        });
    }

    fn back_to_input<T: Real>(
        &self,
        pass: Pass<'_, T>,
        turned: &[T],
        d: &[T],
        dx: &mut [T],
        workers: &mut Vec<Worker<T>>,
    ) {
        let (image, output) = (self.conv.image().len(), self.conv.output().len());
        let jobs = d.chunks(TOGETHER * output).zip(dx.chunks_mut(TOGETHER * image));
        share(jobs, workers, pass.n_threads, |(d, dx), worker: &mut Worker<T>| {
            self.conv.back_to_input(turned, d, dx, &mut worker.conv);
        });
    }
}

/// Room for the padded images of a layer, whose frames are zero.
fn framed<'a, T: Real>(conv: &Conv, n: usize, tape: &'a mut LayerTape<T>) -> &'a mut [T] {
    // A list that grows is filled with zeros, and nobody writes to the frames.
    sized(&mut tape.x, n * conv.input().len())
}
