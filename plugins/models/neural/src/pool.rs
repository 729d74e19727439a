//! Activation and pooling of convolved images, in one walk.

use surmise_plugin_sdk::{Choice, Real, Result};

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
    size: usize,
    from: Image,
    to: Image,
}

impl Pool {
    pub(crate) fn new(kind: Pooling, size: usize, from: Image) -> Result<Self> {
        let size = if kind == Pooling::None { 1 } else { size };
        Ok(Self { kind, size, from, to: from.windows(size, size, from.channels)? })
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
        let channels = self.from.channels;
        for (y, picked) in picked.chunks_exact_mut(self.to.row()).enumerate() {
            let out = &mut out[y * stride..][..self.to.row()];
            let pixels = out.chunks_exact_mut(channels).zip(picked.chunks_exact_mut(channels));
            for (x, (out, picked)) in pixels.enumerate() {
                match self.kind {
                    Pooling::Average => self.mean(h, (y, x), out),
                    _ => self.largest(h, (y, x), out, picked),
                }
            }
        }
    }

    fn largest<T: Real>(&self, h: &[T], at: (usize, usize), out: &mut [T], picked: &mut [u8]) {
        picked.fill(0);
        out.copy_from_slice(&h[self.place(at, 0)..][..out.len()]);
        for i in 1..self.size * self.size {
            let h = &h[self.place(at, i)..][..out.len()];
            for ((out, picked), h) in out.iter_mut().zip(&mut *picked).zip(h) {
                // A number that is none wins, so that it is not lost.
                let wins = *out < *h || h.is_nan();
                *out = if wins { *h } else { *out };
                *picked = if wins { i as u8 } else { *picked };
            }
        }
    }

    fn mean<T: Real>(&self, h: &[T], at: (usize, usize), out: &mut [T]) {
        out.fill(T::zero());
        for i in 0..self.size * self.size {
            for (out, h) in out.iter_mut().zip(&h[self.place(at, i)..]) {
                *out += *h;
            }
        }
        out.iter_mut().for_each(|out| *out *= self.share());
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
        let channels = self.from.channels;
        let pixels = pooled.chunks_exact(channels).zip(picked.chunks_exact(channels));
        for (pixel, (pooled, picked)) in pixels.enumerate() {
            let at = (pixel / self.to.width, pixel % self.to.width);
            for i in 0..self.size * self.size {
                let d = &mut d[self.place(at, i)..][..channels];
                for ((d, pooled), picked) in d.iter_mut().zip(pooled).zip(picked) {
                    let zero = T::zero();
                    *d = match self.kind {
                        Pooling::Average => *pooled * self.share(),
                        _ => {
                            if usize::from(*picked) == i {
                                *pooled
                            } else {
                                zero
                            }
                        }
                    };
                }
            }
        }
        activation.back(z, d);
    }

    /// Where number `i` of a window lies, its first channel.
    fn place(&self, (y, x): (usize, usize), i: usize) -> usize {
        let (y, x) = (y * self.size + i / self.size, x * self.size + i % self.size);
        y * self.from.row() + x * self.from.channels
    }

    fn share<T: Real>(&self) -> T {
        T::of(1.0 / (self.size * self.size) as f64)
    }
}
