//! Activation and pooling of convolved images, in one walk.

use multiversion::multiversion;
use surmise_plugin_sdk::{Choice, Real};

use crate::activation::Activation;
use crate::image::Image;

/// What is kept of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Pooling {
    /// its largest number
    Max,
    /// its mean
    Average,
    /// everything: no pooling
    None,
}

/// Windows that touch each other; what is left at the right and the bottom is not seen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pool {
    kind: Pooling,
    size: (usize, usize),
    from: Image,
    to: Image,
}

impl Pool {
    pub(crate) fn new(kind: Pooling, side: usize, from: Image) -> Self {
        let size = from.cut(if kind == Pooling::None { 1 } else { side });
        let to = Image { height: from.height / size.0, width: from.width / size.1, ..from };
        Self { kind, size, from, to }
    }

    /// Numbers of a window.
    #[inline(always)]
    fn len(&self) -> usize {
        self.size.0 * self.size.1
    }

    pub(crate) fn output(&self) -> Image {
        self.to
    }

    /// Pools the activated image `h` into `out`, whose rows begin `stride` apart; notes in `picked`
    /// which number of each window was the largest.
    pub(crate) fn forward<T: Real>(
        &self,
        h: &[T],
        out: &mut [T],
        stride: usize,
        picked: &mut [u8],
    ) {
        let row = self.to.row();
        for (y, picked) in picked.chunks_exact_mut(row).enumerate() {
            let out = &mut out[y * stride..][..row];
            match self.kind {
                Pooling::Average => means(self, h, y, out),
                _ => maxima(self, h, y, out, picked),
            }
        }
    }

    /// The slopes `d` by what went into the activation, from those by what was pooled.
    pub(crate) fn back<T: Real>(
        &self,
        activation: Activation,
        z: &[T],
        (pooled, picked): (&[T], &[u8]),
        d: &mut [T],
    ) {
        d.fill(T::zero());
        let row = self.to.row();
        let rows = pooled.chunks_exact(row).zip(picked.chunks_exact(row)).enumerate();
        for (y, (pooled, picked)) in rows {
            match self.kind {
                Pooling::Average => spread(self, pooled, y, d),
                _ => send(self, (pooled, picked), y, d),
            }
        }
        activation.back(z, d);
    }

    /// Where number `i` of a window lies, its first channel.
    #[inline(always)]
    fn place(&self, (y, x): (usize, usize), i: usize) -> usize {
        let (height, width) = self.size;
        let (y, x) = (y * height + i / width, x * width + i % width);
        y * self.from.row() + x * self.from.channels
    }

    fn share<T: Real>(&self) -> T {
        T::of(1.0 / self.len() as f64)
    }
}

/// A row of largest numbers, and which they are.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
fn maxima<T: Real>(pool: &Pool, h: &[T], y: usize, out: &mut [T], picked: &mut [u8]) {
    let n = pool.from.channels;
    picked.fill(0);
    for x in 0..pool.to.width {
        let (out, picked) = (&mut out[x * n..][..n], &mut picked[x * n..][..n]);
        out.copy_from_slice(&h[pool.place((y, x), 0)..][..n]);
        for i in 1..pool.len() {
            let h = &h[pool.place((y, x), i)..][..n];
            for c in 0..n {
                // A number that is none wins, so that it is not lost.
                let wins = out[c] < h[c] || h[c].is_nan();
                out[c] = if wins { h[c] } else { out[c] };
                picked[c] = if wins { i as u8 } else { picked[c] };
            }
        }
    }
}

/// A row of means.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
fn means<T: Real>(pool: &Pool, h: &[T], y: usize, out: &mut [T]) {
    let (n, share) = (pool.from.channels, pool.share::<T>());
    for x in 0..pool.to.width {
        let out = &mut out[x * n..][..n];
        out.fill(T::zero());
        for i in 0..pool.len() {
            let h = &h[pool.place((y, x), i)..][..n];
            for c in 0..n {
                out[c] += share * h[c];
            }
        }
    }
}

/// Slopes go to the number that was the largest.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
fn send<T: Real>(pool: &Pool, (pooled, picked): (&[T], &[u8]), y: usize, d: &mut [T]) {
    let n = pool.from.channels;
    for x in 0..pool.to.width {
        let (pooled, picked) = (&pooled[x * n..][..n], &picked[x * n..][..n]);
        for i in 0..pool.len() {
            let d = &mut d[pool.place((y, x), i)..][..n];
            for c in 0..n {
                d[c] = if picked[c] == i as u8 { pooled[c] } else { T::zero() };
            }
        }
    }
}

/// Slopes go to all numbers alike.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
fn spread<T: Real>(pool: &Pool, pooled: &[T], y: usize, d: &mut [T]) {
    let (n, share) = (pool.from.channels, pool.share::<T>());
    for x in 0..pool.to.width {
        let pooled = &pooled[x * n..][..n];
        for i in 0..pool.len() {
            let d = &mut d[pool.place((y, x), i)..][..n];
            for c in 0..n {
                d[c] = share * pooled[c];
            }
        }
    }
}
