//! Matrix products, `out += left × right`, with the same bits on every processor.
//!
//! Each entry of the result is one chain of fused multiplications and additions (rounded once
//! each, IEEE 754 `fusedMultiplyAdd`) over the steps of the sum in their order. Vectors run across
//! entries, threads take rows, and blocks only interrupt a chain, so neither the width of a
//! register nor the number of threads nor the shape of a tile changes a bit. A library's product
//! promises none of that, and is no faster where a batch is small.
//!
//! The right matrix is copied panel by panel to where it is read in order (Goto & van de Geijn,
//! "Anatomy of high-performance matrix multiplication", ACM TOMS 34(3), 2008); the left one is read
//! where it lies.

use std::thread;

use pulp::Arch;
use surmise_plugin_sdk::{Real, Slice, SliceMut};

use kernel::{Strip, widest_row};
use number::Number;

mod kernel;
mod number;

/// The most steps between two visits to the result, so that a panel stays in the nearest caches.
const STEPS: usize = 512;
/// Multiplications that are worth another thread: some 0.1 ms.
const WORTH_A_THREAD: usize = 1 << 23;

/// The left matrix. Row i of group g and step j of segment s meet at
/// `values[groups[g] + i row + s segment + j step]`; groups follow each other as rows, segments as
/// steps. Either `row` or `step` is 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Left<'a, T> {
    pub(crate) values: &'a [T],
    pub(crate) groups: &'a [usize],
    /// Rows of a group.
    pub(crate) n_rows: usize,
    pub(crate) row: usize,
    pub(crate) step: usize,
    /// Steps of a segment.
    pub(crate) len: usize,
    pub(crate) segment: usize,
}

impl<'a, T> Left<'a, T> {
    /// A row-major matrix of `n_rows × n_steps`.
    pub(crate) fn rows(values: &'a [T], n_rows: usize, n_steps: usize) -> Self {
        Self { values, groups: &[0], n_rows, row: n_steps, step: 1, len: n_steps, segment: 0 }
    }

    /// The transpose of a row-major matrix of `n_steps × n_rows`.
    pub(crate) fn transposed(values: &'a [T], n_rows: usize, n_steps: usize) -> Self {
        Self { values, groups: &[0], n_rows, row: 1, step: n_rows, len: n_steps, segment: 0 }
    }

    fn after(self, k: usize, len: usize) -> Self {
        Self { values: &self.values[k * self.step..], len, ..self }
    }

    fn of<U>(self, values: &'a [U]) -> Left<'a, U> {
        let Self { groups, n_rows, row, step, len, segment, .. } = self;
        Left { values, groups, n_rows, row, step, len, segment }
    }
}

/// The right matrix: entry (k, j) is `values[k row + j col]`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Right<'a, T> {
    pub(crate) values: &'a [T],
    pub(crate) n_steps: usize,
    pub(crate) n_cols: usize,
    pub(crate) row: usize,
    pub(crate) col: usize,
}

impl<'a, T> Right<'a, T> {
    /// A row-major matrix of `n_steps × n_cols`.
    pub(crate) fn rows(values: &'a [T], n_steps: usize, n_cols: usize) -> Self {
        Self { values, n_steps, n_cols, row: n_cols, col: 1 }
    }

    /// The transpose of a row-major matrix of `n_cols` rows, which begin `stride` apart.
    pub(crate) fn transposed(
        values: &'a [T],
        n_steps: usize,
        n_cols: usize,
        stride: usize,
    ) -> Self {
        Self { values, n_steps, n_cols, row: 1, col: stride }
    }

    fn after(self, k: usize, n_steps: usize) -> Self {
        Self { values: &self.values[k * self.row..], n_steps, ..self }
    }

    fn of<U>(self, values: &'a [U]) -> Right<'a, U> {
        let Self { n_steps, n_cols, row, col, .. } = self;
        Right { values, n_steps, n_cols, row, col }
    }
}

impl<T: Copy + Default> Right<'_, T> {
    /// Copies some columns to a panel whose rows have `width` numbers, zeros behind the last one.
    // Not inlined: the loops around it are too large for the compiler to see through its own.
    #[inline(never)]
    fn pack(&self, from: usize, n_cols: usize, width: usize, panel: &mut [T]) {
        if n_cols < width {
            panel.fill(T::default());
        }
        let values = &self.values[from * self.col..];
        if self.col == 1 {
            // Copies of a length that is known need no call.
            return match if n_cols == width { width } else { 0 } {
                32 => copy::<T, 32>(values, self.row, panel),
                16 => copy::<T, 16>(values, self.row, panel),
                8 => copy::<T, 8>(values, self.row, panel),
                _ => {
                    for (k, panel) in panel.chunks_exact_mut(width).enumerate() {
                        panel[..n_cols].copy_from_slice(&values[k * self.row..][..n_cols]);
                    }
                }
            };
        }
        // Some steps at a time, so that what is written stays near.
        for (block, panel) in panel.chunks_mut(BLOCK * width).enumerate() {
            for j in 0..n_cols {
                let source = &values[j * self.col + block * BLOCK..];
                match source.first_chunk::<BLOCK>().filter(|_| panel.len() == BLOCK * width) {
                    Some(source) => scatter(source, &mut panel[j..], width),
                    None => scatter(&source[..panel.len() / width], &mut panel[j..], width),
                }
            }
        }
    }
}

/// Steps of a panel that are written together where columns are read one by one.
const BLOCK: usize = 16;

/// Copies rows of `W` numbers, `stride` apart, to where they follow each other.
fn copy<T: Copy, const W: usize>(values: &[T], stride: usize, panel: &mut [T]) {
    for (k, panel) in panel.as_chunks_mut::<W>().0.iter_mut().enumerate() {
        panel.copy_from_slice(&values[k * stride..][..W]);
    }
}

/// Writes numbers `stride` apart.
#[inline(always)]
fn scatter<T: Copy>(source: &[T], out: &mut [T], stride: usize) {
    for (k, value) in source.iter().enumerate() {
        out[k * stride] = *value;
    }
}

/// Where a product goes: rows that begin `stride` apart.
#[derive(Debug)]
pub(crate) struct Out<'a, T> {
    pub(crate) values: &'a mut [T],
    pub(crate) stride: usize,
}

/// Memory that products share, kept between them.
pub(crate) type Room<T> = Vec<T>;

/// `out += left × right` with up to `n_threads` threads, where the left matrix has one group;
/// `room` is for what one of them needs.
pub(crate) fn add_product<T: Real>(
    left: Left<'_, T>,
    right: Right<'_, T>,
    out: Out<'_, T>,
    room: &mut Room<T>,
    n_threads: usize,
) {
    let work = left.n_rows.saturating_mul(right.n_cols).saturating_mul(right.n_steps);
    let n_parts = n_threads.min(work / WORTH_A_THREAD);
    if n_parts < 2 || left.groups.len() != 1 {
        return add_alone(left, right, out, room);
    }
    let n_rows = left.n_rows.div_ceil(n_parts);
    thread::scope(|scope| {
        for (i, values) in out.values.chunks_mut(n_rows * out.stride).enumerate() {
            let from = i * n_rows;
            let n_rows = n_rows.min(left.n_rows - from);
            let part = Left { values: &left.values[from * left.row..], n_rows, ..left };
            let out = Out { values, stride: out.stride };
            scope.spawn(move || add_alone(part, right, out, &mut Room::new()));
        }
    });
}

/// `out += left × right` in this thread.
pub(crate) fn add_alone<T: Real>(
    left: Left<'_, T>,
    right: Right<'_, T>,
    out: Out<'_, T>,
    room: &mut Room<T>,
) {
    let Out { values, stride } = out;
    let is_whole = left.len == right.n_steps;
    let most = if is_whole { STEPS } else { right.n_steps };
    for k in (0..right.n_steps).step_by(most.max(1)) {
        let n_steps = most.min(right.n_steps - k);
        let left = left.after(k, if is_whole { n_steps } else { left.len });
        room.resize(n_steps * widest_row::<T>(), T::zero());
        add_panels(left, right.after(k, n_steps), values, stride, room);
    }
}

fn add_panels<T: Real>(
    left: Left<'_, T>,
    right: Right<'_, T>,
    out: &mut [T],
    stride: usize,
    panel: &mut [T],
) {
    fn run<T: Number>(strip: Strip<'_, T>) {
        Arch::new().dispatch(strip);
    }
    let inputs = (T::slice(left.values), T::slice(right.values));
    match (inputs, T::slice_mut(out), T::slice_mut(panel)) {
        ((Slice::F32(a), Slice::F32(b)), SliceMut::F32(out), SliceMut::F32(panel)) => {
            run(Strip { left: left.of(a), right: right.of(b), out, stride, panel });
        }
        ((Slice::F64(a), Slice::F64(b)), SliceMut::F64(out), SliceMut::F64(panel)) => {
            run(Strip { left: left.of(a), right: right.of(b), out, stride, panel });
        }
        _ => unreachable!("all four are slices of one type"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use surmise_plugin_sdk::Random;

    use super::*;

    /// Every entry has the very bits of its chain, for any shape, layout and number of threads.
    fn check<T: Real>(
        (m, n, k): (usize, usize, usize),
        (left_turned, right_turned): (bool, bool),
        n_threads: usize,
    ) {
        let mut random = Random::new((m * 31 + n * 17 + k) as u64);
        let mut numbers = |len: usize| (0..len).map(|_| T::of(random.normal())).collect::<Vec<_>>();
        let (a, b, start) = (numbers(m * k), numbers(k * n), numbers(m * n));
        let left = if left_turned { Left::transposed(&a, m, k) } else { Left::rows(&a, m, k) };
        let right =
            if right_turned { Right::transposed(&b, k, n, k) } else { Right::rows(&b, k, n) };
        let mut found = start.clone();
        let out = Out { values: &mut found, stride: n };
        add_product(left, right, out, &mut Room::new(), n_threads);
        for i in 0..m {
            for j in 0..n {
                let chain = (0..k).fold(start[i * n + j], |sum, s| {
                    let a = if left_turned { a[s * m + i] } else { a[i * k + s] };
                    let b = if right_turned { b[j * k + s] } else { b[s * n + j] };
                    a.mul_add(b, sum)
                });
                assert_eq!(found[i * n + j], chain, "row {i}, column {j}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn entries_are_chains_of_fused_operations(
            shape in (1_usize..40, 1_usize..70, 1_usize..50),
            turned in any::<(bool, bool)>(),
        ) {
            check::<f32>(shape, turned, 1);
            check::<f64>(shape, turned, 1);
        }
    }

    #[test]
    fn long_sums_and_threads_change_no_bit() {
        for turned in [(false, false), (true, true)] {
            check::<f32>((13, 33, 1300), turned, 1);
            check::<f32>((250, 100, 700), turned, 2);
            check::<f64>((250, 100, 1030), turned, 3);
        }
    }
}
