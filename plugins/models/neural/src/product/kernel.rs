//! The inner loops of a product: a tile of the result stays in registers while the sums run.

use pulp::{Simd, WithSimd};

use super::number::Number;
use super::{Left, Out, Start, pack};

/// The most rows of a tile with the widest registers; there are 32 of those.
const ROWS: usize = 12;
/// The most rows of a tile with others, of which there are 16.
const FEW_ROWS: usize = 4;
/// Vectors in a row of a tile.
const VECTORS: usize = 2;
/// Bytes of the widest register.
const WIDEST: usize = 64;
/// Tiles of the left matrix that are copied together, where its columns lie in one piece.
const BUNDLE: usize = 4;
/// More panels than these are worth the copy.
const COPIED: usize = 2;
/// Bytes of panels beside each other.
const BESIDE: usize = 1 << 19;
/// Steps of a sum that are written out, so that bounds are checked once for all of them.
const UNROLLED: usize = 4;

/// The most numbers in a row of a tile.
const fn widest_row<T>() -> usize {
    VECTORS * WIDEST / size_of::<T>()
}

/// How many numbers a product of these sizes needs room for.
pub(super) fn room<T>(n_steps: usize, n_cols: usize) -> usize {
    let panel = n_steps * widest_row::<T>();
    let n_panels = n_cols.div_ceil(widest_row::<T>());
    // Narrower registers have more and narrower panels.
    panel * n_panels.min(together::<T>(n_steps)) + n_steps * ROWS * BUNDLE
}

/// How many of the widest panels lie beside each other in the cache.
fn together<T>(n_steps: usize) -> usize {
    (BESIDE / (n_steps.max(1) * widest_row::<T>() * size_of::<T>())).max(1)
}

/// `out = start + left × right`: some rows of the result, all of its columns.
pub(super) struct Strip<'a, T> {
    pub(super) left: Left<'a, T>,
    pub(super) right: super::Right<'a, T>,
    pub(super) out: Out<'a, T>,
    /// As large as [`room`] says.
    pub(super) room: &'a mut [T],
}

impl<T: Number> WithSimd for Strip<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Strip { left, right, mut out, room } = self;
        let width = VECTORS * T::lanes::<S>();
        let (len, most) = (right.n_steps * width, together::<T>(right.n_steps));
        for from in (0..right.n_cols).step_by(most * widest_row::<T>()) {
            let n_cols = (right.n_cols - from).min(most * widest_row::<T>());
            let (panels, room) = room.split_at_mut(n_cols.div_ceil(width) * len);
            for (p, panel) in panels.chunks_exact_mut(len).enumerate() {
                let n_cols = width.min(n_cols - p * width);
                pack::panel(&right, from + p * width, n_cols, width, panel);
            }
            for (g, first) in left.groups.iter().enumerate() {
                let left = Left { values: &left.values[*first..], ..left };
                let out = out.from(g * left.n_rows, from);
                group(simd, left, Panels { values: panels, len, n_cols }, out, room);
            }
        }
    }
}

/// Columns of the right matrix, in panels of `len` numbers.
#[derive(Clone, Copy)]
struct Panels<'a, T> {
    values: &'a [T],
    len: usize,
    n_cols: usize,
}

/// The rows of one group, in tiles of nearly the same height.
#[inline(always)]
fn group<S: Simd, T: Number>(
    simd: S,
    left: Left<'_, T>,
    panels: Panels<'_, T>,
    mut out: Out<'_, T>,
    room: &mut [T],
) {
    let width = VECTORS * T::lanes::<S>();
    let most = if width == widest_row::<T>() { ROWS } else { FEW_ROWS };
    let n_tiles = left.n_rows.div_ceil(most);
    let row = |tile: usize| tile * left.n_rows / n_tiles;
    let is_whole = left.len * width == panels.len;
    let is_copied = left.step != 1 && is_whole && COPIED * width < panels.n_cols;
    for t in 0..n_tiles {
        let (from, n_rows) = (row(t), row(t + 1) - row(t));
        let mut tile = Left { values: &left.values[from * left.row..], n_rows, ..left };
        if is_copied {
            let first = row(t - t % BUNDLE);
            let n_copied = row((t - t % BUNDLE + BUNDLE).min(n_tiles)) - first;
            let copy = &mut room[..left.len * n_copied];
            if t % BUNDLE == 0 {
                pack::rows(&left, first, n_copied, copy);
            }
            tile = Left { values: &copy[from - first..], step: n_copied, ..tile };
        }
        for (p, panel) in panels.values.chunks_exact(panels.len).enumerate() {
            let n_cols = width.min(panels.n_cols - p * width);
            tile_of(simd, tile, panel, out.from(from, p * width), n_cols);
        }
    }
}

/// Adds to one tile, with a loop compiled for its height.
#[inline(always)]
fn tile_of<S: Simd, T: Number>(
    simd: S,
    left: Left<'_, T>,
    panel: &[T],
    out: Out<'_, T>,
    n_cols: usize,
) {
    macro_rules! of_height {
        ($($height:literal)+) => {
            match left.n_rows {
                $($height => high_tile::<S, T, $height>(simd, left, panel, out, n_cols),)+
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
    out: Out<'_, T>,
    n_cols: usize,
) {
    let width = VECTORS * T::lanes::<S>();
    if n_cols == width {
        return whole_tile::<S, T, M>(simd, left, panel, out);
    }
    // At the right edge the tile is computed beside the result.
    let Out { values, stride, start } = out;
    let mut beside = [[T::default(); WIDEST * VECTORS / 4]; M];
    let beside = &mut beside.as_flattened_mut()[..M * width];
    if matches!(start, Start::There) {
        for r in 0..M {
            let (beside, out) =
                (&mut beside[r * width..][..n_cols], &values[r * stride..][..n_cols]);
            for c in 0..n_cols {
                beside[c] = out[c];
            }
        }
    }
    whole_tile::<S, T, M>(simd, left, panel, Out { values: beside, stride: width, start });
    for r in 0..M {
        let (beside, out) = (&beside[r * width..][..n_cols], &mut values[r * stride..][..n_cols]);
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
    out: Out<'_, T>,
) {
    let width = VECTORS * T::lanes::<S>();
    let Out { values, stride, start } = out;
    let panel = T::vectors::<S>(panel).as_chunks::<VECTORS>().0;
    let mut sums = [[T::splat(simd, T::default()); VECTORS]; M];
    match start {
        Start::Zero => {}
        Start::Each(row) => {
            let row = &row[..M];
            for r in 0..M {
                sums[r] = [T::splat(simd, row[r]); VECTORS];
            }
        }
        Start::There => {
            for r in 0..M {
                let out = T::vectors::<S>(&values[r * stride..][..width]);
                for v in 0..VECTORS {
                    sums[r][v] = out[v];
                }
            }
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
        let out = T::vectors_mut::<S>(&mut values[r * stride..][..width]);
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
