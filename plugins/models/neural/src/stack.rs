//! Dense layers one after the other: each hidden one normalized, activated and thinned by dropout.

use std::ops::{Index, Range};

use surmise_plugin_sdk::{Batch, Blocks, Random, Real, Result, Shape, StateBlock, View, ViewMut};

use crate::activation::Activation;
use crate::dense::{Dense, Features};
use crate::loss::Loss;
use crate::norm::{Norm, NormTape, Normalization, Order};
use crate::product::Room;
use crate::shelf::sized;
use crate::start::Initialization;

/// How a stack is built.
#[derive(Debug, Clone)]
pub(crate) struct Plan<'a> {
    pub(crate) n_inputs: usize,
    pub(crate) hidden: &'a [usize],
    pub(crate) activation: Activation,
    pub(crate) initialization: Initialization,
    pub(crate) normalization: Normalization,
    pub(crate) dropout: f64,
}

/// The layers, the last of which gives logits or values.
#[derive(Debug)]
pub(crate) struct Stack {
    hidden: Vec<(Dense, Option<Norm>)>,
    output: Dense,
    activation: Activation,
    dropout: Dropout,
    loss: Loss,
}

/// Dropout at this rate, if any (Srivastava et al., JMLR 15, 2014); what stays is enlarged, so that
/// nothing changes where nobody trains.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dropout(pub(crate) f64);

impl Dropout {
    /// Fills with 0 where a number is dropped, and with the enlargement where not.
    pub(crate) fn draw<T: Real>(self, random: &mut Random, factors: &mut [T]) {
        let kept = T::of(1.0 / (1.0 - self.0));
        factors.fill_with(|| if random.uniform() < self.0 { T::zero() } else { kept });
    }

    pub(crate) fn drops(self) -> bool {
        0.0 < self.0
    }
}

/// Multiplies number by number.
pub(crate) fn scale<T: Real>(values: &mut [T], factors: &[T]) {
    for (value, factor) in values.iter_mut().zip(factors) {
        *value *= *factor;
    }
}

/// What a pass through the layers keeps for its way back, and for the next pass to reuse.
#[derive(Debug, Default)]
pub(crate) struct Tape<T> {
    layers: Vec<LayerTape<T>>,
    /// The outputs, then the slopes by them.
    z: Vec<T>,
    slopes: [Vec<T>; 2],
    totals: Vec<T>,
    pub(crate) room: Room<T>,
}

#[derive(Debug, Default)]
struct LayerTape<T> {
    z: Vec<T>,
    h: Vec<T>,
    norm: NormTape<T>,
    dropped: Vec<T>,
}

/// What all layers of a pass share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pass<'a, T> {
    pub(crate) params: View<'a, T>,
    pub(crate) train: bool,
    pub(crate) n_threads: usize,
}

/// Fills with what dropout leaves of a hidden layer.
pub(crate) type Draw<'a, T> = &'a mut dyn FnMut(&mut [T]);

impl Stack {
    pub(crate) fn declare(plan: &Plan<'_>, shape: Shape, blocks: &mut Blocks) -> Self {
        let mut n_inputs = plan.n_inputs;
        let mut hidden = Vec::new();
        for (i, width) in plan.hidden.iter().enumerate() {
            let name = format!("hidden{}", i + 1);
            let dense = Dense::declare(blocks, &name, plan.initialization, (n_inputs, *width));
            hidden.push((dense, Norm::declare(plan.normalization, blocks, &name, *width)));
            n_inputs = *width;
        }
        let sizes = (n_inputs, shape.n_outputs());
        let output = Dense::declare(blocks, "output", plan.initialization, sizes);
        let (activation, dropout) = (plan.activation, Dropout(plan.dropout));
        Self { hidden, output, activation, dropout, loss: Loss::of(shape) }
    }

    pub(crate) fn dropout(&self) -> Dropout {
        self.dropout
    }

    /// Whether rows of a batch depend on each other while training.
    pub(crate) fn needs_whole_batch(&self) -> bool {
        self.hidden.iter().any(|(_, norm)| norm.is_some_and(|norm| norm.is_of_batch()))
    }

    /// From inputs to outputs, which stay on the tape.
    pub(crate) fn forward<T: Real>(
        &self,
        pass: Pass<'_, T>,
        state: &impl Index<StateBlock, Output = [T]>,
        x: Features<'_, T>,
        draw: Draw<'_, T>,
        tape: &mut Tape<T>,
    ) {
        let Tape { layers, z: output, room, .. } = tape;
        layers.resize_with(self.hidden.len(), LayerTape::default);
        let n_rows = x.n_rows();
        let mut done: &[LayerTape<T>] = &[];
        let mut rest = &mut layers[..];
        for (dense, norm) in &self.hidden {
            let Some((layer, others)) = rest.split_first_mut() else { break };
            let x = done.last().map_or(x, |layer| layer.output(n_rows, dense.n_inputs()));
            let z = sized(&mut layer.z, n_rows * dense.n_outputs());
            dense.forward(pass.params, x, z, (room, pass.n_threads));
            if let Some(norm) = norm {
                let how = (pass.train, Order::ByFeature);
                norm.forward(pass.params, state, how, z, &mut layer.norm);
            }
            let h = sized(&mut layer.h, z.len());
            self.activation.apply(z, h);
            if pass.train && self.dropout.drops() {
                let dropped = sized(&mut layer.dropped, h.len());
                draw(dropped);
                scale(h, dropped);
            }
            done = std::slice::from_ref(layer);
            rest = others;
        }
        let x = done.last().map_or(x, |layer| layer.output(n_rows, self.output.n_inputs()));
        let z = sized(output, n_rows * self.output.n_outputs());
        self.output.forward(pass.params, x, z, (room, pass.n_threads));
    }

    /// The loss of the rows that went forward, whose outputs become slopes.
    pub(crate) fn loss<T: Real>(
        &self,
        batch: &Batch<'_, T>,
        rows: Range<usize>,
        tape: &mut Tape<T>,
    ) -> Result<f64> {
        let z = &mut tape.z[..rows.len() * self.output.n_outputs()];
        self.loss.loss(batch, rows, z, &mut tape.totals)
    }

    /// Writes the slopes by all parameters, or adds them to those of other rows; leaves those by
    /// the inputs, feature by feature, in `by_input` if anybody wants them.
    pub(crate) fn back<T: Real>(
        &self,
        pass: Pass<'_, T>,
        x: Features<'_, T>,
        (gradient, adds): (&mut ViewMut<'_, T>, bool),
        tape: &mut Tape<T>,
        by_input: Option<&mut Vec<T>>,
    ) {
        let Tape { layers, z, slopes: [d, next], room, .. } = tape;
        let n_rows = x.n_rows();
        std::mem::swap(z, d);
        let mut dense = &self.output;
        for ((before, norm), layer) in self.hidden.iter().zip(layers).rev() {
            let slopes = &d[..n_rows * dense.n_outputs()];
            let input = layer.output(n_rows, dense.n_inputs());
            let dx = sized(next, n_rows * dense.n_inputs());
            dense.back_to_input(pass.params, slopes, dx, (room, pass.n_threads));
            dense.back(slopes, input, (&mut *gradient, adds), (room, pass.n_threads));
            if pass.train && self.dropout.drops() {
                scale(dx, &layer.dropped);
            }
            self.activation.back(&layer.z, dx);
            if let Some(norm) = norm {
                if !adds {
                    norm.clear(gradient);
                }
                norm.back(pass.params, Order::ByFeature, dx, gradient, &mut layer.norm);
            }
            std::mem::swap(d, next);
            dense = before;
        }
        let slopes = &d[..n_rows * dense.n_outputs()];
        dense.back(slopes, x, (gradient, adds), (room, pass.n_threads));
        if let Some(by_input) = by_input {
            let dx = sized(by_input, n_rows * dense.n_inputs());
            dense.back_to_input(pass.params, slopes, dx, (room, pass.n_threads));
        }
    }

    /// Lets running statistics follow the batch that went forward.
    pub(crate) fn keep<T: Real>(&self, state: &mut ViewMut<'_, T, StateBlock>, tape: &Tape<T>) {
        for ((_, norm), layer) in self.hidden.iter().zip(&tape.layers) {
            if let Some(norm) = norm {
                norm.keep(state, &layer.norm);
            }
        }
    }

    /// Writes what went forward as a user reads it: row by row, probabilities for classes.
    pub(crate) fn write<T: Real>(&self, n_rows: usize, out: &mut [T], tape: &mut Tape<T>) {
        let n_outputs = self.output.n_outputs();
        let z = &mut tape.z[..n_rows * n_outputs];
        self.loss.finish(z, n_rows, &mut tape.totals);
        for (r, out) in out.chunks_exact_mut(n_outputs).enumerate() {
            for (f, out) in out.iter_mut().enumerate() {
                *out = z[f * n_rows + r];
            }
        }
    }
}

impl<T> LayerTape<T> {
    fn output(&self, n_rows: usize, n_features: usize) -> Features<'_, T> {
        Features::by_feature(&self.h[..n_rows * n_features], n_rows, n_features)
    }
}
