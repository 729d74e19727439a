//! Batch and layer normalization, and their backward passes.
//!
//! Both subtract a mean and divide by a deviation: batch normalization those of a feature over the
//! rows (Ioffe & Szegedy, ICML 2015), layer normalization those of a row over its features (Ba,
//! Kiros & Hinton, 2016). Then each feature has a scale and a shift that are learnt.

use std::ops::Index;

use surmise_plugin_sdk::{Block, Blocks, Real, Role, StateBlock, View, ViewMut};

use crate::shelf::sized;

/// Which normalization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Normalization {
    /// None.
    None,
    /// Of each feature over the rows of a batch.
    Batch,
    /// Of each row over its features.
    Layer,
}

/// Added to variances, as PyTorch does.
const EPSILON: f64 = 1e-5;
/// How much a batch changes the running statistics, as in PyTorch.
const MOMENTUM: f64 = 0.1;

/// Where the numbers of a layer lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Order {
    ByFeature,
    ByRow,
}

/// A normalization with its blocks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Norm {
    scale: Block,
    shift: Block,
    /// Running mean and variance of a batch normalization.
    running: Option<(StateBlock, StateBlock)>,
}

/// What a pass keeps for its way back.
#[derive(Debug, Default)]
pub(crate) struct NormTape<T> {
    /// The normalized numbers, before scale and shift.
    normal: Vec<T>,
    /// Mean and variance of each feature (batch) or row (layer).
    mean: Vec<f64>,
    variance: Vec<f64>,
    /// 1 / √(variance + ε).
    inverse: Vec<f64>,
    /// Sums over what shares a mean.
    sums: Vec<[f64; 2]>,
    from_batch: bool,
    n_rows: usize,
}

impl Norm {
    /// Declares the blocks for `n` features.
    pub(crate) fn declare(
        kind: Normalization,
        blocks: &mut Blocks,
        name: &str,
        n: usize,
    ) -> Option<Self> {
        let running = match kind {
            Normalization::None => return None,
            Normalization::Layer => None,
            Normalization::Batch => Some((
                blocks.state(&format!("{name}.running_mean"), n, 0.0),
                blocks.state(&format!("{name}.running_variance"), n, 1.0),
            )),
        };
        let mut add = |what: &str, start| {
            let name = format!("{name}.{what}");
            blocks.add(&name, Role::Scale, n, 1, surmise_plugin_sdk::Init::Constant(start))
        };
        Some(Self { scale: add("scale", 1.0), shift: add("shift", 0.0), running })
    }

    /// Whether rows of a batch depend on each other while training.
    pub(crate) fn is_of_batch(&self) -> bool {
        self.running.is_some()
    }

    /// Normalizes `z` in place. A batch of one row has no spread: like rows that are not trained
    /// on, it takes the running statistics, and leaves them as they are.
    pub(crate) fn forward<T: Real>(
        &self,
        params: View<'_, T>,
        state: &impl Index<StateBlock, Output = [T]>,
        (train, order): (bool, Order),
        z: &mut [T],
        tape: &mut NormTape<T>,
    ) {
        let n = self.scale.len();
        tape.n_rows = z.len() / n;
        let n_rows = tape.n_rows;
        let n_means = if self.is_of_batch() { n } else { n_rows };
        tape.from_batch = self.is_of_batch() && train && 1 < n_rows;
        for list in [&mut tape.mean, &mut tape.variance] {
            list.clear();
        }
        match self.running {
            Some((mean, variance)) if !tape.from_batch => {
                tape.mean.extend(state[mean].iter().map(|v| v.wide()));
                tape.variance.extend(state[variance].iter().map(|v| v.wide()));
            }
            _ => self.measure(order, z, n_means, tape),
        }
        tape.inverse.clear();
        tape.inverse.extend(tape.variance.iter().map(|v| 1.0 / (v + EPSILON).sqrt()));
        let normal = sized(&mut tape.normal, z.len());
        let (scale, shift) = (&params[self.scale], &params[self.shift]);
        let (mean, inverse) = (&tape.mean, &tape.inverse);
        visit(order, n, z, normal, |f, r, z, normal| {
            let m = if self.is_of_batch() { f } else { r };
            *normal = T::of((z.wide() - mean[m]) * inverse[m]);
            *z = scale[f] * *normal + shift[f];
        });
    }

    /// Means and (biased) variances.
    fn measure<T: Real>(&self, order: Order, z: &mut [T], n_means: usize, tape: &mut NormTape<T>) {
        let (n, of_batch) = (self.scale.len(), self.is_of_batch());
        let count = (z.len() / n_means) as f64;
        tape.mean.resize(n_means, 0.0);
        tape.variance.resize(n_means, 0.0);
        let (mean, variance) = (&mut tape.mean, &mut tape.variance);
        let place = |f: usize, r: usize| if of_batch { f } else { r };
        let none = &mut sized(&mut tape.normal, z.len())[..];
        visit(order, n, z, none, |f, r, z, _| mean[place(f, r)] += z.wide());
        mean.iter_mut().for_each(|mean| *mean /= count);
        visit(order, n, z, none, |f, r, z, _| {
            let from_mean = z.wide() - mean[place(f, r)];
            variance[place(f, r)] += from_mean * from_mean;
        });
        variance.iter_mut().for_each(|variance| *variance /= count);
    }

    /// Lets the running statistics follow those of the batch, with the unbiased variance.
    pub(crate) fn keep<T: Real>(&self, state: &mut ViewMut<'_, T, StateBlock>, tape: &NormTape<T>) {
        let Some((mean, variance)) = self.running else { return };
        if !tape.from_batch {
            return;
        }
        let n = tape.n_rows as f64;
        let follow = |running: &mut [T], found: &[f64], factor: f64| {
            for (running, found) in running.iter_mut().zip(found) {
                *running = T::of((1.0 - MOMENTUM) * running.wide() + MOMENTUM * factor * found);
            }
        };
        follow(&mut state[mean], &tape.mean, 1.0);
        follow(&mut state[variance], &tape.variance, n / (n - 1.0));
    }

    /// Sets the slopes by scale and shift to zero.
    pub(crate) fn clear<T: Real>(&self, gradient: &mut ViewMut<'_, T>) {
        for block in [self.scale, self.shift] {
            gradient[block].fill(T::zero());
        }
    }

    /// Turns the slopes by what came out into those by what went in, and adds those by scale and
    /// shift.
    pub(crate) fn back<T: Real>(
        &self,
        params: View<'_, T>,
        order: Order,
        d: &mut [T],
        gradient: &mut ViewMut<'_, T>,
        tape: &mut NormTape<T>,
    ) {
        let (n, of_batch) = (self.scale.len(), self.is_of_batch());
        let scale = &params[self.scale];
        let normal = &mut tape.normal[..d.len()];
        self.add_slopes(order, d, normal, gradient);
        let place = |f: usize, r: usize| if of_batch { f } else { r };
        let inverse = &tape.inverse;
        if of_batch && !tape.from_batch {
            visit(order, n, d, normal, |f, _, d, _| {
                *d = T::of((*d * scale[f]).wide() * inverse[f]);
            });
            return;
        }
        let count = (d.len() / inverse.len()) as f64;
        tape.sums.clear();
        tape.sums.resize(inverse.len(), [0.0; 2]);
        let sums = &mut tape.sums;
        visit(order, n, d, normal, |f, r, d, normal| {
            *d *= scale[f];
            let sums = &mut sums[place(f, r)];
            sums[0] += d.wide();
            sums[1] += (*d * *normal).wide();
        });
        visit(order, n, d, normal, |f, r, d, normal| {
            let ([sum, along], inverse) = (sums[place(f, r)], inverse[place(f, r)]);
            *d = T::of(inverse * (d.wide() - sum / count - normal.wide() * along / count));
        });
    }

    fn add_slopes<T: Real>(
        &self,
        order: Order,
        d: &mut [T],
        normal: &mut [T],
        gradient: &mut ViewMut<'_, T>,
    ) {
        let n = self.scale.len();
        let by_scale = &mut gradient[self.scale];
        visit(order, n, d, normal, |f, _, d, normal| by_scale[f] += *d * *normal);
        let by_shift = &mut gradient[self.shift];
        visit(order, n, d, normal, |f, _, d, _| by_shift[f] += *d);
    }
}

/// Calls `f(feature, row, a, b)` for all numbers in the order in which they lie.
fn visit<T>(
    order: Order,
    n_features: usize,
    a: &mut [T],
    b: &mut [T],
    mut f: impl FnMut(usize, usize, &mut T, &mut T),
) {
    let n_rows = a.len() / n_features;
    let len = if order == Order::ByFeature { n_rows } else { n_features };
    let lines = a.chunks_exact_mut(len).zip(b.chunks_exact_mut(len)).enumerate();
    for (line, (a, b)) in lines {
        for (i, (a, b)) in a.iter_mut().zip(b).enumerate() {
            match order {
                Order::ByFeature => f(line, i, a, b),
                Order::ByRow => f(i, line, a, b),
            }
        }
    }
}
