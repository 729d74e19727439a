//! Where the rows of a problem's kernel matrix come from.

use std::cell::RefCell;
use std::ops::Range;

use crate::cache::AT_ONCE;
use crate::kernel::{Kernel, TOGETHER};
use crate::lanes::{LANES, add_scaled};
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
        self.kernel.fill(self.data.row(i), self.panels.blocks(), out);
    }
}

/// Columns of a tile: what a kernel passes over together.
const TILE: usize = TOGETHER * LANES;

/// The kernel matrix of a table, for problems that share its rows. Parts of a row are computed when
/// they are first asked for, [`TILE`] columns at a time, and kept: the machines between pairs of
/// classes look at less than half of the matrix.
#[derive(Debug)]
pub(crate) struct Gram {
    kernel: Kernel,
    table: Vec<f64>,
    width: usize,
    panels: Panels,
    diagonal: Vec<f64>,
    tiles: RefCell<Tiles>,
}

/// The tiles that are there, in the order in which they were asked for.
#[derive(Debug)]
struct Tiles {
    /// The number of each tile among `values`, row by row.
    places: Vec<u32>,
    values: Vec<f64>,
}

/// In place of the number of a tile that is not there.
const ABSENT: u32 = u32::MAX;

impl Gram {
    /// Bytes that the matrix of `len` rows takes when all of it was asked for.
    pub(crate) fn bytes(len: usize) -> usize {
        let of_a_row = len.next_multiple_of(TILE).saturating_mul(size_of::<f64>());
        len.saturating_mul(of_a_row)
    }

    /// A matrix with nothing in it but its diagonal: O(len × features) time.
    pub(crate) fn new(kernel: Kernel, table: Vec<f64>, width: usize) -> Self {
        let panels = Panels::pack(width, table.chunks_exact(width));
        let diagonal = kernel.diagonal(table.chunks_exact(width));
        let n_tiles = panels.len() * panels.len().div_ceil(TILE);
        let values = Vec::with_capacity((n_tiles * TILE).min(AT_ONCE));
        let tiles = Tiles { places: vec![ABSENT; n_tiles], values };
        Self { kernel, table, width, panels, diagonal, tiles: RefCell::new(tiles) }
    }

    /// The rows, row-major.
    pub(crate) fn table(&self) -> &[f64] {
        &self.table
    }

    /// Whether it is that of this kernel and this table, to the last bit.
    pub(crate) fn is_of(&self, kernel: Kernel, table: &[f64], width: usize) -> bool {
        let bits = |kernel: Kernel| {
            let (gamma, coef0) = kernel.parameters();
            (gamma.map(f64::to_bits), coef0.map(f64::to_bits))
        };
        (self.kernel, self.width, self.table.len()) == (kernel, width, table.len())
            && bits(self.kernel) == bits(kernel)
            && self.table.iter().zip(table).all(|(a, b)| a.to_bits() == b.to_bits())
    }

    /// Bytes that it takes now.
    pub(crate) fn bytes_now(&self) -> usize {
        let tiles = self.tiles.borrow();
        let numbers = 2 * self.table.len() + self.diagonal.len() + tiles.values.capacity();
        numbers * size_of::<f64>() + tiles.places.len() * size_of::<u32>()
    }

    /// Copies the columns of these runs, (start, length) each, of row `i` to `out`.
    fn copy(&self, i: usize, runs: &[(usize, usize)], out: &mut [f64]) {
        let mut tiles = self.tiles.borrow_mut();
        let mut written = 0;
        // Tiles that follow each other in memory are copied as one.
        let mut pending = 0..0;
        let mut flush = |values: &[f64], range: Range<usize>| {
            out[written..written + range.len()].copy_from_slice(&values[range.clone()]);
            written += range.len();
        };
        for &(start, len) in runs {
            let (mut from, end) = (start, start + len);
            while from < end {
                let to = end.min((from / TILE + 1) * TILE);
                let source = self.place(&mut tiles, i, from / TILE) * TILE + from % TILE;
                if source != pending.end {
                    flush(&tiles.values, pending);
                    pending = source..source;
                }
                pending.end += to - from;
                from = to;
            }
        }
        flush(&tiles.values, pending);
    }

    /// The number of a tile of row `i`, which is computed if it was not.
    fn place(&self, tiles: &mut Tiles, i: usize, tile: usize) -> usize {
        let Tiles { places, values } = tiles;
        let place = &mut places[i * self.panels.len().div_ceil(TILE) + tile];
        if *place == ABSENT {
            let x = &self.table[i * self.width..][..self.width];
            let panels = &self.panels.blocks()[tile * TOGETHER * self.width..];
            let panels = &panels[..panels.len().min(TOGETHER * self.width)];
            let start = values.len();
            values.resize(start + TILE, 0.0);
            self.kernel.fill(x, panels, &mut values[start..][..panels.len() / self.width * LANES]);
            *place = (start / TILE) as u32;
        }
        *place as usize
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
}

impl KernelRows for Shared<'_> {
    fn diagonal(&self, i: u32) -> f64 {
        self.gram.diagonal[self.members[i as usize] as usize]
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
        self.gram.copy(self.members[i as usize] as usize, &self.runs, out);
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
    add_scaled(weight, scratch, out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::padded;

    const WIDTH: usize = 3;

    const KERNELS: [Kernel; 4] = [
        Kernel::Linear,
        Kernel::Rbf { gamma: 0.3 },
        Kernel::Polynomial { gamma: 0.3, coef0: 1.5, degree: 3 },
        Kernel::Sigmoid { gamma: 0.01, coef0: -0.5 },
    ];

    fn table(len: u32) -> Vec<f64> {
        (0..len * WIDTH as u32).map(|k| f64::from(k * k % 31) / 7.0).collect()
    }

    fn check_same(columns: &[u32]) {
        let table = table(81);
        let members: Vec<u32> = (2..9).chain(62..71).collect();
        for kernel in KERNELS {
            let gram = Gram::new(kernel, table.clone(), WIDTH);
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
        let table = table(45);
        for kernel in KERNELS {
            let gram = Gram::new(kernel, table.clone(), WIDTH);
            let rows: Vec<Vec<f64>> = (0..45)
                .map(|i| {
                    let mut row = vec![0.0; 45];
                    gram.copy(i, &[(0, 7), (7, 38)], &mut row);
                    row
                })
                .collect();
            for (i, row) in rows.iter().enumerate() {
                assert_eq!(row[i], gram.diagonal[i]);
                assert!((0..45).all(|j| row[j] == rows[j][i]), "{kernel:?} row {i}");
            }
        }
    }

    #[test]
    fn only_what_is_asked_for_is_computed() {
        let gram = Gram::new(Kernel::Linear, table(100), WIDTH);
        let mut out = [0.0; 40];
        gram.copy(3, &[(40, 40)], &mut out);
        gram.copy(3, &[(33, 40)], &mut out);
        assert_eq!(gram.tiles.borrow().values.len(), 2 * TILE);
        gram.copy(3, &[(96, 4)], &mut out);
        gram.copy(4, &[(96, 4)], &mut out);
        assert_eq!(gram.tiles.borrow().values.len(), 4 * TILE);
    }
}
