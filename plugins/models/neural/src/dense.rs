//! Layers in which each unit sees every input.
//!
//! What leaves a layer is kept feature by feature, `n_units × n_rows`: then the weights are read
//! where they lie, and vectors run along the rows of the batch.

use surmise_plugin_sdk::{Block, Blocks, Real, View, ViewMut};

use crate::product::{Left, Out, Right, Room, Start, add_product};
use crate::start::{Fan, Initialization};

/// Numbers for some rows: feature f of row r is `values[f feature + r row]`, and one of the two
/// strides is 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Features<'a, T> {
    values: &'a [T],
    n_rows: usize,
    n_features: usize,
    row: usize,
    feature: usize,
}

impl<'a, T> Features<'a, T> {
    /// Row by row, rows `stride` apart.
    pub(crate) fn by_row(values: &'a [T], stride: usize, n_rows: usize, n_features: usize) -> Self {
        Self { values, n_rows, n_features, row: stride, feature: 1 }
    }

    /// Feature by feature, without gaps.
    pub(crate) fn by_feature(values: &'a [T], n_rows: usize, n_features: usize) -> Self {
        Self { values, n_rows, n_features, row: 1, feature: n_rows }
    }

    pub(crate) fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// As the matrix features × rows.
    fn tall(self) -> Right<'a, T> {
        let Self { values, n_rows, n_features, row, feature } = self;
        Right { values, n_steps: n_features, n_cols: n_rows, row: feature, col: row }
    }

    /// As the matrix rows × features.
    fn wide(self) -> Right<'a, T> {
        let Self { values, n_rows, n_features, row, feature } = self;
        Right { values, n_steps: n_rows, n_cols: n_features, row, col: feature }
    }
}

/// One layer: `W x + b`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dense {
    weights: Block,
    biases: Block,
}

impl Dense {
    pub(crate) fn declare(
        blocks: &mut Blocks,
        name: &str,
        init: Initialization,
        (inputs, outputs): (usize, usize),
    ) -> Self {
        let fan = Fan { inputs, outputs };
        let (weights, biases) = init.declare(blocks, name, outputs, fan);
        Self { weights, biases }
    }

    pub(crate) fn n_inputs(&self) -> usize {
        self.weights.cols()
    }

    pub(crate) fn n_outputs(&self) -> usize {
        self.weights.rows()
    }

    /// `z = W x + b`, feature by feature.
    pub(crate) fn forward<T: Real>(
        &self,
        params: View<'_, T>,
        x: Features<'_, T>,
        z: &mut [T],
        (room, n_threads): (&mut Room<T>, usize),
    ) {
        let weights = Left::rows(&params[self.weights], self.n_outputs(), self.n_inputs());
        let out = Out { values: z, stride: x.n_rows, start: Start::Each(&params[self.biases]) };
        add_product(weights, x.tall(), out, room, n_threads);
    }

    /// Writes the slopes by weights and biases, from those by `z`, or adds them to those of other
    /// rows.
    pub(crate) fn back<T: Real>(
        &self,
        d: &[T],
        x: Features<'_, T>,
        (gradient, adds): (&mut ViewMut<'_, T>, bool),
        (room, n_threads): (&mut Room<T>, usize),
    ) {
        for (slope, d) in gradient[self.biases].iter_mut().zip(d.chunks_exact(x.n_rows)) {
            *slope = if adds { *slope + sum(d) } else { sum(d) };
        }
        let d = Left::rows(d, self.n_outputs(), x.n_rows);
        let start = if adds { Start::There } else { Start::Zero };
        let out = Out { values: &mut gradient[self.weights], stride: self.n_inputs(), start };
        add_product(d, x.wide(), out, room, n_threads);
    }

    /// The slopes by `x`, feature by feature, from those by `z`.
    pub(crate) fn back_to_input<T: Real>(
        &self,
        params: View<'_, T>,
        d: &[T],
        dx: &mut [T],
        (room, n_threads): (&mut Room<T>, usize),
    ) {
        let n_rows = d.len() / self.n_outputs();
        let weights = Left::transposed(&params[self.weights], self.n_inputs(), self.n_outputs());
        let out = Out { values: dx, stride: n_rows, start: Start::Zero };
        add_product(weights, Right::rows(d, self.n_outputs(), n_rows), out, room, n_threads);
    }
}

/// A sum in eight parts, entry i in part i mod 8: quick, and the same everywhere.
fn sum<T: Real>(values: &[T]) -> T {
    let (blocks, rest) = values.as_chunks::<8>();
    let mut parts = [T::zero(); 8];
    for block in blocks {
        for (part, value) in parts.iter_mut().zip(block) {
            *part += *value;
        }
    }
    parts.into_iter().chain(rest.iter().copied()).sum()
}
