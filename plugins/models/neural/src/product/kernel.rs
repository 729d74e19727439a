//! The inner loops of a product: a tile of the result stays in registers while the sums run.

use pulp::{Simd, WithSimd};

use super::Left;
use super::number::Number;

/// The most rows of a tile with the widest registers; there are 32 of those.
const ROWS: usize = 12;
/// The most rows of a tile with others, of which there are 16.
const FEW_ROWS: usize = 4;
/// Vectors in a row of a tile.
const VECTORS: usize = 2;
/// Bytes of the widest register.
const WIDEST: usize = 64;
/// Steps of a sum that are written out, so that bounds are checked once for all of them.
const UNROLLED: usize = 4;

/// The most numbers in a row of a tile.
pub(super) const fn widest_row<T>() -> usize {
    VECTORS * WIDEST / size_of::<T>()
}

/// `out += left × right`: some rows of the result, all of its columns.
pub(super) struct Strip<'a, T> {
    pub(super) left: Left<'a, T>,
    pub(super) right: super::Right<'a, T>,
    pub(super) out: &'a mut [T],
    pub(super) stride: usize,
    /// Room for [`widest_row`] numbers a step of the sum.
    pub(super) panel: &'a mut [T],
}

impl<T: Number> WithSimd for Strip<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Strip { left, right, out, stride, panel } = self;
        let width = VECTORS * T::lanes::<S>();
        for from in (0..right.n_cols).step_by(width) {
            let n_cols = width.min(right.n_cols - from);
            right.pack(from, n_cols, width, &mut panel[..right.n_steps * width]);
            let panel = &panel[..right.n_steps * width];
            let out = &mut out[from..];
            for (g, start) in left.groups.iter().enumerate() {
                let left = Left { values: &left.values[*start..], ..left };
                group(simd, left, panel, &mut out[g * left.n_rows * stride..], stride, n_cols);
            }
        }
    }
}

/// The rows of one group, in tiles of nearly the same height.
#[inline(always)]
fn group<S: Simd, T: Number>(
    simd: S,
    left: Left<'_, T>,
    panel: &[T],
    out: &mut [T],
    stride: usize,
    n_cols: usize,
) {
    let most = if VECTORS * T::lanes::<S>() == widest_row::<T>() { ROWS } else { FEW_ROWS };
    let (mut i, mut n_tiles) = (0, left.n_rows.div_ceil(most));
    while i < left.n_rows {
        let n_rows = (left.n_rows - i).div_ceil(n_tiles).min(most);
        let left = Left { values: &left.values[i * left.row..], n_rows, ..left };
        tile(simd, left, panel, &mut out[i * stride..], stride, n_cols);
        i += n_rows;
        n_tiles -= 1;
    }
}

/// Adds to one tile, with a loop compiled for its height.
#[inline(always)]
fn tile<S: Simd, T: Number>(
    simd: S,
    left: Left<'_, T>,
    panel: &[T],
    out: &mut [T],
    stride: usize,
    n_cols: usize,
) {
    macro_rules! of_height {
        ($($height:literal)+) => {
            match left.n_rows {
                $($height => high_tile::<S, T, $height>(simd, left, panel, out, stride, n_cols),)+
                _ => unreachable!("no tile has so many rows"),
            }
        };
    }
    of_height!(1 2 3 4 5 6 7 8 9 10 11 12);
}

#[inline(always)]
#[expect(clippy::manual_memcpy, reason = "see `whole_tile`")]
fn high_tile<S: Simd, T: Number, const M: usize>(
    simd: S,
    left: Left<'_, T>,
    panel: &[T],
    out: &mut [T],
    stride: usize,
    n_cols: usize,
) {
    let width = VECTORS * T::lanes::<S>();
    if n_cols == width {
        return whole_tile::<S, T, M>(simd, left, panel, out, stride);
    }
    // At the right edge the tile is computed beside the result.
    let mut beside = [[T::default(); WIDEST * VECTORS / 4]; M];
    let beside = &mut beside.as_flattened_mut()[..M * width];
    for r in 0..M {
        let (beside, out) = (&mut beside[r * width..][..n_cols], &out[r * stride..][..n_cols]);
        for c in 0..n_cols {
            beside[c] = out[c];
        }
    }
    whole_tile::<S, T, M>(simd, left, panel, beside, width);
    for r in 0..M {
        let (beside, out) = (&beside[r * width..][..n_cols], &mut out[r * stride..][..n_cols]);
        for c in 0..n_cols {
            out[c] = beside[c];
        }
    }
}

#[inline(always)]
#[expect(
    clippy::manual_memcpy,
    reason = "`copy_from_slice` is a call here: the function is too large to put it into it"
)]
fn whole_tile<S: Simd, T: Number, const M: usize>(
    simd: S,
    left: Left<'_, T>,
    panel: &[T],
    out: &mut [T],
    stride: usize,
) {
    let width = VECTORS * T::lanes::<S>();
    let panel = T::vectors::<S>(panel).as_chunks::<VECTORS>().0;
    let mut sums = [panel[0]; M];
    for r in 0..M {
        let out = T::vectors::<S>(&out[r * stride..][..width]);
        for v in 0..VECTORS {
            sums[r][v] = out[v];
        }
    }
    for (s, panel) in panel.chunks_exact(left.len).enumerate() {
        let values = &left.values[s * left.segment..];
        sums = match left.step {
            1 => along_rows(simd, sums, values, left.row, panel),
            step => along_columns(simd, sums, values, step, panel),
        };
    }
    for r in 0..M {
        let out = T::vectors_mut::<S>(&mut out[r * stride..][..width]);
        for v in 0..VECTORS {
            out[v] = sums[r][v];
        }
    }
}

type Sums<T, S, const M: usize> = [[<T as Number>::Vector<S>; VECTORS]; M];

/// Each row of the left matrix lies in one piece.
#[inline(always)]
fn along_rows<S: Simd, T: Number, const M: usize>(
    simd: S,
    mut sums: Sums<T, S, M>,
    values: &[T],
    stride: usize,
    panel: &[[T::Vector<S>; VECTORS]],
) -> Sums<T, S, M> {
    let mut rows = [values; M];
    let mut blocks: [&[[T; UNROLLED]]; M] = [&[]; M];
    for r in 0..M {
        rows[r] = &values[r * stride..][..panel.len()];
        blocks[r] = rows[r].as_chunks().0;
    }
    let (head, rest) = panel.as_chunks::<UNROLLED>();
    for (k, b) in head.iter().enumerate() {
        let mut a = [[T::default(); UNROLLED]; M];
        for r in 0..M {
            a[r] = blocks[r][k];
        }
        for u in 0..UNROLLED {
            for r in 0..M {
                add(simd, &mut sums[r], a[r][u], &b[u]);
            }
        }
    }
    for (k, b) in rest.iter().enumerate() {
        for r in 0..M {
            add(simd, &mut sums[r], rows[r][head.len() * UNROLLED + k], b);
        }
    }
    sums
}

/// Each column of the left matrix lies in one piece.
#[inline(always)]
fn along_columns<S: Simd, T: Number, const M: usize>(
    simd: S,
    mut sums: Sums<T, S, M>,
    values: &[T],
    stride: usize,
    panel: &[[T::Vector<S>; VECTORS]],
) -> Sums<T, S, M> {
    for (k, b) in panel.iter().enumerate() {
        let a = &values[k * stride..][..M];
        for r in 0..M {
            add(simd, &mut sums[r], a[r], b);
        }
    }
    sums
}

#[inline(always)]
fn add<S: Simd, T: Number>(
    simd: S,
    sums: &mut [T::Vector<S>; VECTORS],
    a: T,
    b: &[T::Vector<S>; VECTORS],
) {
    for v in 0..VECTORS {
        sums[v] = T::plus_product(simd, sums[v], a, b[v]);
    }
}
