//! Losses of outputs that lie feature by feature, and the slopes by these outputs.

use std::ops::Range;

use surmise_plugin_sdk::{Batch, Real, Result, Shape};

use crate::math::{exp, ln};
use crate::shelf::sized;

/// What is made of the last layer's numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Loss {
    /// Softmax and cross-entropy with the true class, in nats.
    CrossEntropy,
    /// The mean over the outputs of squared differences.
    Squares,
}

impl Loss {
    pub(crate) fn of(shape: Shape) -> Self {
        if shape.n_classes() == 0 { Self::Squares } else { Self::CrossEntropy }
    }

    /// The share of some rows in the batch's loss; turns their outputs `z` into slopes.
    pub(crate) fn loss<T: Real>(
        self,
        batch: &Batch<'_, T>,
        rows: Range<usize>,
        z: &mut [T],
        totals: &mut Vec<T>,
    ) -> Result<f64> {
        match self {
            Self::CrossEntropy => cross_entropy(batch, rows, z, totals),
            Self::Squares => squares(batch, rows, z),
        }
    }

    /// Turns outputs into probabilities where there are classes.
    pub(crate) fn finish<T: Real>(self, z: &mut [T], n_rows: usize, totals: &mut Vec<T>) {
        if matches!(self, Self::CrossEntropy) {
            softmax(z, sized(totals, n_rows));
        }
    }
}

/// With `p` the softmax of a row's logits, its loss is `-ln p[class]`, with slopes `p`, less 1 for
/// the class.
fn cross_entropy<T: Real>(
    batch: &Batch<'_, T>,
    rows: Range<usize>,
    z: &mut [T],
    totals: &mut Vec<T>,
) -> Result<f64> {
    let n = rows.len();
    let classes = &batch.classes()?[rows.clone()];
    let (totals, logits) = sized(totals, 2 * n).split_at_mut(n);
    let largest = maxima(z, n, totals);
    for (r, class) in classes.iter().enumerate() {
        logits[r] = z[*class as usize * n + r] - largest[r];
    }
    softmax(z, totals);
    let mut loss = 0.0;
    for (r, class) in classes.iter().enumerate() {
        let share = batch.share(rows.start + r);
        loss += (share * (ln(totals[r]) - logits[r])).wide();
        z[*class as usize * n + r] -= T::one();
        // The total is of no more use: the share waits in its place.
        totals[r] = share;
    }
    for z in z.chunks_exact_mut(n) {
        for (z, share) in z.iter_mut().zip(totals.iter()) {
            *z *= *share;
        }
    }
    Ok(loss)
}

/// The largest logit of each row.
fn maxima<'a, T: Real>(z: &[T], n: usize, largest: &'a mut [T]) -> &'a [T] {
    largest.copy_from_slice(&z[..n]);
    for z in z.chunks_exact(n).skip(1) {
        for (largest, z) in largest.iter_mut().zip(z) {
            *largest = largest.max(*z);
        }
    }
    largest
}

/// Probabilities of each row; leaves `Σ exp(z - max z)` in `totals`.
fn softmax<T: Real>(z: &mut [T], totals: &mut [T]) {
    let n = totals.len();
    maxima(z, n, totals);
    for z in z.chunks_exact_mut(n) {
        for (z, largest) in z.iter_mut().zip(totals.iter()) {
            *z = exp(*z - *largest);
        }
    }
    totals.fill(T::zero());
    for z in z.chunks_exact(n) {
        for (total, z) in totals.iter_mut().zip(z) {
            *total += *z;
        }
    }
    for z in z.chunks_exact_mut(n) {
        for (z, total) in z.iter_mut().zip(totals.iter()) {
            *z /= *total;
        }
    }
}

fn squares<T: Real>(batch: &Batch<'_, T>, rows: Range<usize>, z: &mut [T]) -> Result<f64> {
    let (n, values) = (rows.len(), batch.values()?);
    let n_outputs = z.len() / n;
    let mut loss = 0.0;
    for (f, z) in z.chunks_exact_mut(n).enumerate() {
        for (r, z) in rows.clone().zip(z) {
            let share = batch.share(r) / T::of(n_outputs as f64);
            let residual = *z - T::of(values[r * n_outputs + f]);
            loss += (share * residual * residual).wide();
            *z = T::of(2.0) * share * residual;
        }
    }
    Ok(loss)
}
