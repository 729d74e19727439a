//! Where the rows of a problem's kernel matrix come from.

use crate::kernel::Kernel;
use crate::lanes::{LANES, blocks_mut, padded};
use crate::rows::Panels;

/// Rows of the kernel matrix of one binary problem, over a choice of its columns.
///
/// Row and column numbers are the problem's own, `0..len`. Two sources of the same problem give the
/// same bits.
pub(crate) trait KernelRows {
    /// `k(x_i, x_i)`.
    fn diagonal(&self, i: u32) -> f64;

    /// From now on rows have these columns, in this order.
    fn restrict(&mut self, columns: &[u32]);

    /// Writes row `i` over the present columns; `out` has their padded number, and the padding is
    /// left unspecified.
    fn fill(&self, i: u32, out: &mut [f64]);
}

/// The data of a problem: the rows `members` of a row-major table, in the problem's order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Members<'a> {
    pub(crate) table: &'a [f64],
    pub(crate) width: usize,
    pub(crate) members: &'a [u32],
}

impl<'a> Members<'a> {
    fn row(&self, i: u32) -> &'a [f64] {
        let start = self.members[i as usize] as usize * self.width;
        &self.table[start..start + self.width]
    }
}

/// Rows computed when asked for: O(columns × features) each, and nothing kept.
#[derive(Debug)]
pub(crate) struct Computed<'a> {
    kernel: Kernel,
    data: Members<'a>,
    panels: Panels,
}

impl<'a> Computed<'a> {
    /// A source over no columns yet.
    pub(crate) fn new(kernel: Kernel, data: Members<'a>) -> Self {
        Self { kernel, data, panels: Panels::default() }
    }
}

impl KernelRows for Computed<'_> {
    fn diagonal(&self, i: u32) -> f64 {
        let row = self.data.row(i);
        self.kernel.evaluate(row, row)
    }

    fn restrict(&mut self, columns: &[u32]) {
        let data = self.data;
        self.panels = Panels::pack(data.width, columns.iter().map(|&c| data.row(c)));
    }

    fn fill(&self, i: u32, out: &mut [f64]) {
        self.kernel.fill(self.data.row(i), &self.panels, out);
    }
}

/// The whole symmetric kernel matrix of a table, for problems that share its rows.
#[derive(Debug)]
pub(crate) struct Gram {
    values: Vec<f64>,
    stride: usize,
}

impl Gram {
    /// Bytes that the matrix of `len` rows takes.
    pub(crate) fn bytes(len: usize) -> usize {
        padded(len).saturating_mul(padded(len)).saturating_mul(size_of::<f64>())
    }

    /// All `len²` values by half as many kernels: O(len² × features) time.
    pub(crate) fn new(kernel: Kernel, table: &[f64], width: usize) -> Self {
        let rows = || table.chunks_exact(width);
        let panels = Panels::pack(width, rows());
        let stride = padded(panels.len());
        let mut values = vec![0.0; stride * stride];
        for (i, x) in rows().enumerate() {
            let first = i / LANES;
            let upper = &mut values[i * stride..(i + 1) * stride][first * LANES..];
            kernel.fill_from(first, x, &panels, upper);
        }
        mirror_upper(&mut values, stride);
        Self { values, stride }
    }
}

/// Copies the tiles above the diagonal to below it; a tile's target is one cache line a row.
fn mirror_upper(values: &mut [f64], stride: usize) {
    for top in (0..stride).step_by(LANES) {
        for left in (top + LANES..stride).step_by(LANES) {
            let mut tile = [[0.0; LANES]; LANES];
            for r in 0..LANES {
                for (c, row) in tile.iter_mut().enumerate() {
                    row[r] = values[(top + r) * stride + left + c];
                }
            }
            for (c, row) in tile.iter().enumerate() {
                let start = (left + c) * stride + top;
                values[start..start + LANES].copy_from_slice(row);
            }
        }
    }
}

/// Rows cut out of a shared [`Gram`].
#[derive(Debug)]
pub(crate) struct Shared<'a> {
    gram: &'a Gram,
    members: &'a [u32],
    /// Runs of neighbouring columns of the matrix, as (start, length): two copies rather than a
    /// gather where nothing was shrunk.
    runs: Vec<(usize, usize)>,
}

impl<'a> Shared<'a> {
    /// A source over no columns yet, for the problem made of the matrix rows `members`.
    pub(crate) fn new(gram: &'a Gram, members: &'a [u32]) -> Self {
        Self { gram, members, runs: Vec::new() }
    }

    fn row(&self, i: u32) -> (usize, &'a [f64]) {
        let member = self.members[i as usize] as usize;
        let start = member * self.gram.stride;
        (member, &self.gram.values[start..start + self.gram.stride])
    }
}

impl KernelRows for Shared<'_> {
    fn diagonal(&self, i: u32) -> f64 {
        let (member, row) = self.row(i);
        row[member]
    }

    fn restrict(&mut self, columns: &[u32]) {
        self.runs.clear();
        for &column in columns {
            let member = self.members[column as usize] as usize;
            match self.runs.last_mut() {
                Some((start, len)) if *start + *len == member => *len += 1,
                _ => self.runs.push((member, 1)),
            }
        }
    }

    fn fill(&self, i: u32, out: &mut [f64]) {
        let (_, row) = self.row(i);
        let mut written = 0;
        for &(start, len) in &self.runs {
            out[written..written + len].copy_from_slice(&row[start..start + len]);
            written += len;
        }
    }
}

/// `out[k] += weight × row i [k]` for the present columns; `scratch` and `out` have their padded
/// number.
pub(crate) fn add_row(
    rows: &impl KernelRows,
    i: u32,
    weight: f64,
    scratch: &mut [f64],
    out: &mut [f64],
) {
    rows.fill(i, scratch);
    for (out, row) in blocks_mut(out).iter_mut().zip(scratch.as_chunks::<LANES>().0) {
        for l in 0..LANES {
            out[l] += weight * row[l];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: usize = 3;

    fn table(len: u32) -> Vec<f64> {
        (0..len * WIDTH as u32).map(|k| f64::from(k * k % 31) / 7.0).collect()
    }

    fn check_same(columns: &[u32]) {
        let table = table(21);
        let members: Vec<u32> = (2..9).chain(12..21).collect();
        for kernel in [Kernel::Linear, Kernel::Rbf { gamma: 0.3 }] {
            let gram = Gram::new(kernel, &table, WIDTH);
            let mut shared = Shared::new(&gram, &members);
            let data = Members { table: &table, width: WIDTH, members: &members };
            let mut computed = Computed::new(kernel, data);
            shared.restrict(columns);
            computed.restrict(columns);
            let size = padded(columns.len());
            for i in 0..members.len() as u32 {
                let (mut a, mut b) = (vec![0.0; size], vec![0.0; size]);
                shared.fill(i, &mut a);
                computed.fill(i, &mut b);
                assert_eq!(a[..columns.len()], b[..columns.len()], "{kernel:?} row {i}");
                assert_eq!(shared.diagonal(i), computed.diagonal(i));
            }
        }
    }

    #[test]
    fn both_sources_give_the_same_bits() {
        check_same(&(0..16).collect::<Vec<u32>>());
        check_same(&[0, 1, 5, 6, 7, 11, 15]);
        check_same(&[4]);
    }

    #[test]
    fn the_matrix_is_symmetric() {
        let gram = Gram::new(Kernel::Rbf { gamma: 0.7 }, &table(13), WIDTH);
        for i in 0..13 {
            for j in 0..13 {
                let (a, b) = (gram.values[i * gram.stride + j], gram.values[j * gram.stride + i]);
                assert_eq!(a, b);
            }
        }
    }
}
