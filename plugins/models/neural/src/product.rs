//! Matrix products, `out = start + left × right`, with the same bits on every processor.
//!
//! Each entry of the result is one chain of fused multiplications and additions (rounded once
//! each, IEEE 754 `fusedMultiplyAdd`) over the steps of the sum in their order. Vectors run across
//! entries, threads take rows, and blocks only interrupt a chain, so neither the width of a
//! register nor the number of threads nor the shape of a tile changes a bit. A library's product
//! promises none of that, and is no faster where a batch is small.
//!
//! The right matrix is copied, panel beside panel, to where it is read in order, and each tile of
//! the left one meets all panels while it is near (Goto & van de Geijn, "Anatomy of high-performance
//! matrix multiplication", ACM TOMS 34(3), 2008). The left one is read where it lies, unless many
//! panels meet pieces of its columns, which are far from each other.

use std::thread;

use pulp::Arch;
use surmise_plugin_sdk::{Real, Slice, SliceMut};

use kernel::Strip;
use number::Number;

use crate::shelf::sized;

mod kernel;
mod number;
mod pack;

/// The most steps between two visits to the result, so that a tile of the left matrix stays in the
/// nearest cache.
const STEPS: usize = 1024;
/// The same where columns of the left matrix are copied.
const COPIED_STEPS: usize = 256;
/// Bytes of a cache line.
const LINE: usize = 64;
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

/// Where a product goes: rows that begin `stride` apart.
#[derive(Debug)]
pub(crate) struct Out<'a, T> {
    pub(crate) values: &'a mut [T],
    pub(crate) stride: usize,
    pub(crate) start: Start<&'a [T]>,
}

impl<T> Out<'_, T> {
    /// What begins at this row and column.
    fn from(&mut self, row: usize, col: usize) -> Out<'_, T> {
        let start = match self.start {
            Start::Each(values) => Start::Each(&values[row..]),
            start => start,
        };
        Out { values: &mut self.values[row * self.stride + col..], stride: self.stride, start }
    }
}

/// What the sums start with.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Start<T> {
    /// What is there.
    There,
    /// Zero; what is there is not read.
    Zero,
    /// A number for each row; what is there is not read.
    Each(T),
}

impl<T> Start<T> {
    fn of<U>(self, f: impl FnOnce(T) -> U) -> Start<U> {
        match self {
            Self::There => Start::There,
            Self::Zero => Start::Zero,
            Self::Each(row) => Start::Each(f(row)),
        }
    }
}

/// Memory that products share, kept between them: that of one thread, and of others beside it.
#[derive(Debug, Default)]
pub(crate) struct Room<T> {
    own: Vec<T>,
    others: Vec<Self>,
}

/// `out = start + left × right` with up to `n_threads` threads, where the left matrix has one
/// group.
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
    if room.others.len() < n_parts {
        room.others.resize_with(n_parts, Room::default);
    }
    thread::scope(|scope| {
        let parts = out.values.chunks_mut(n_rows * out.stride).zip(&mut room.others);
        for (i, (values, room)) in parts.enumerate() {
            let from = i * n_rows;
            let n_rows = n_rows.min(left.n_rows - from);
            let part = Left { values: &left.values[from * left.row..], n_rows, ..left };
            let start = match out.start {
                Start::Each(row) => Start::Each(&row[from..][..n_rows]),
                start => start,
            };
            let out = Out { values, stride: out.stride, start };
            scope.spawn(move || add_alone(part, right, out, room));
        }
    });
}

/// `out = start + left × right` in this thread.
pub(crate) fn add_alone<T: Real>(
    left: Left<'_, T>,
    right: Right<'_, T>,
    out: Out<'_, T>,
    room: &mut Room<T>,
) {
    let Out { values, stride, mut start } = out;
    let is_whole = left.len == right.n_steps;
    let steps = if left.step == 1 { STEPS } else { COPIED_STEPS };
    let n_blocks = if is_whole { right.n_steps.div_ceil(steps) } else { 1 };
    let most = right.n_steps.div_ceil(n_blocks.max(1));
    for k in (0..right.n_steps).step_by(most.max(1)) {
        let n_steps = most.min(right.n_steps - k);
        let left = left.after(k, if is_whole { n_steps } else { left.len });
        let out = Out { values: &mut *values, stride, start };
        add_panels(left, right.after(k, n_steps), out, room);
        start = Start::There;
    }
}

fn add_panels<T: Real>(
    left: Left<'_, T>,
    right: Right<'_, T>,
    out: Out<'_, T>,
    room: &mut Room<T>,
) {
    fn run<T: Number>(strip: Strip<'_, T>) {
        Arch::new().dispatch(strip);
    }
    let n = kernel::room::<T>(right.n_steps, right.n_cols);
    let room = aligned(room, n);
    let start = match out.start {
        Start::Each(row) => Start::Each(T::slice(row)),
        Start::Zero => Start::Zero,
        Start::There => Start::There,
    };
    let Out { values, stride, .. } = out;
    let inputs = (T::slice(left.values), T::slice(right.values));
    match (inputs, T::slice_mut(values), T::slice_mut(room)) {
        ((Slice::F32(a), Slice::F32(b)), SliceMut::F32(values), SliceMut::F32(room)) => {
            let start = start.of(|s| if let Slice::F32(s) = s { s } else { &[] });
            let out = Out { values, stride, start };
            run(Strip { left: left.of(a), right: right.of(b), out, room });
        }
        ((Slice::F64(a), Slice::F64(b)), SliceMut::F64(values), SliceMut::F64(room)) => {
            let start = start.of(|s| if let Slice::F64(s) = s { s } else { &[] });
            let out = Out { values, stride, start };
            run(Strip { left: left.of(a), right: right.of(b), out, room });
        }
        _ => unreachable!("all four are slices of one type"),
    }
}

/// Some numbers of `room` that begin where a cache line does.
fn aligned<T: Real>(room: &mut Room<T>, n: usize) -> &mut [T] {
    let spare = LINE / size_of::<T>();
    let room = sized(&mut room.own, n + spare);
    let from = room.as_ptr().align_offset(LINE).min(spare);
    &mut room[from..][..n]
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
        for from in [Start::There, Start::Zero, Start::Each(&start[..m])] {
            let mut found = start.clone();
            let out = Out { values: &mut found, stride: n, start: from };
            add_product(left, right, out, &mut Room::default(), n_threads);
            for i in 0..m {
                for j in 0..n {
                    let first = match from {
                        Start::There => start[i * n + j],
                        Start::Zero => T::zero(),
                        Start::Each(row) => row[i],
                    };
                    let chain = (0..k).fold(first, |sum, s| {
                        let a = if left_turned { a[s * m + i] } else { a[i * k + s] };
                        let b = if right_turned { b[j * k + s] } else { b[s * n + j] };
                        a.mul_add(b, sum)
                    });
                    assert_eq!(found[i * n + j], chain, "row {i}, column {j}, from {from:?}");
                }
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
            check::<f32>((70, 150, 300), turned, 1);
        }
    }
}
