//! Copies of operands to where they are read in order.

use multiversion::multiversion;

use super::{Left, Right};

/// Side of the squares in which a matrix is turned: the compiler makes shuffles of vectors of them.
const SIDE: usize = 16;

/// Copies some columns of the right matrix to a panel whose rows have `width` numbers, zeros behind
/// the last one.
pub(super) fn panel<T: Copy + Default>(
    right: &Right<'_, T>,
    from: usize,
    n_cols: usize,
    width: usize,
    panel: &mut [T],
) {
    if n_cols < width {
        panel.fill(T::default());
    }
    let values = &right.values[from * right.col..];
    if right.col == 1 {
        pieces(values, right.row, n_cols, panel, width);
    } else {
        turned(values, right.col, n_cols, panel, width);
    }
}

/// Copies some rows of a left matrix whose columns lie in one piece, column after column.
pub(super) fn rows<T: Copy>(left: &Left<'_, T>, from: usize, n_rows: usize, out: &mut [T]) {
    pieces(&left.values[from..], left.step, n_rows, out, n_rows);
}

/// Copies pieces of `n` numbers, `stride` apart, to pieces `width` apart.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
fn pieces<T: Copy>(values: &[T], stride: usize, n: usize, out: &mut [T], width: usize) {
    // Copies of a length that is known need no call.
    match if n == width { width } else { 0 } {
        48 => pieces_of::<T, 48>(values, stride, out),
        32 => pieces_of::<T, 32>(values, stride, out),
        16 => pieces_of::<T, 16>(values, stride, out),
        8 => pieces_of::<T, 8>(values, stride, out),
        _ => {
            for (k, out) in out.chunks_exact_mut(width).enumerate() {
                out[..n].copy_from_slice(&values[k * stride..][..n]);
            }
        }
    }
}

#[inline(always)]
fn pieces_of<T: Copy, const N: usize>(values: &[T], stride: usize, out: &mut [T]) {
    for (k, out) in out.as_chunks_mut::<N>().0.iter_mut().enumerate() {
        out.copy_from_slice(&values[k * stride..][..N]);
    }
}

/// Copies `n` pieces, `stride` apart, to the columns of rows of `width` numbers.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
fn turned<T: Copy + Default>(values: &[T], stride: usize, n: usize, out: &mut [T], width: usize) {
    for (block, out) in out.chunks_mut(SIDE * width).enumerate() {
        let values = &values[block * SIDE..];
        let n_squares = if out.len() == SIDE * width { n / SIDE } else { 0 };
        for from in (0..n_squares * SIDE).step_by(SIDE) {
            square(&values[from * stride..], stride, &mut out[from..], width);
        }
        for j in n_squares * SIDE..n {
            let source = &values[j * stride..][..out.len() / width];
            for (out, value) in out.chunks_exact_mut(width).zip(source) {
                out[j] = *value;
            }
        }
    }
}

#[inline(always)]
fn square<T: Copy + Default>(values: &[T], stride: usize, out: &mut [T], width: usize) {
    let mut rows = [[T::default(); SIDE]; SIDE];
    for (r, row) in rows.iter_mut().enumerate() {
        row.copy_from_slice(&values[r * stride..][..SIDE]);
    }
    for c in 0..SIDE {
        let mut column = [T::default(); SIDE];
        for (value, row) in column.iter_mut().zip(&rows) {
            *value = row[c];
        }
        out[c * width..][..SIDE].copy_from_slice(&column);
    }
}
