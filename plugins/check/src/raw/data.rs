//! Data as the ABI shows them to a plugin.

use std::ffi::c_void;
use std::ptr;

use surmise_core::component::Layout;
use surmise_plugin_abi as abi;

use super::pages::Pages;
use crate::data::{Data, Target};

/// How many categories a column of categories has.
pub(crate) const N_CATEGORIES: usize = 3;

/// How data lie in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placement {
    /// Row after row.
    Packed,
    /// With so many values that are no number behind each row, and behind each target.
    Padded(usize),
    /// In pages that cannot be written.
    ReadOnly,
    /// In pages behind which nothing can be read.
    Guarded,
}

/// Owns what the ABI's struct points at.
pub(crate) struct View {
    dataset: abi::Dataset,
    _kept: Vec<Kept>,
    _columns: Vec<abi::Column>,
    _names: Vec<String>,
    _classes: Vec<abi::Str>,
}

enum Kept {
    Numbers(Vec<f64>),
    Codes(Vec<u32>),
    Categories(Vec<i32>),
    Pages(Pages),
}

impl View {
    /// For a fit.
    pub(crate) fn train(data: &Data, placement: Placement) -> Result<Self, String> {
        let mut view = Self::features(data, placement)?;
        match &data.target {
            Target::Values(values) => {
                let (kept, stride) = numbers(values, 1, placement)?;
                view.dataset.target = matrix(kept.as_ptr(), abi::F64, data.n_rows, 1, stride);
                view._kept.push(kept);
            }
            Target::Classes { codes, n_classes } => {
                let (kept, stride) = self::codes(codes, placement)?;
                view.dataset.target = matrix(kept.as_ptr(), abi::U32, data.n_rows, 1, stride);
                view._kept.push(kept);
                view._names = (0..*n_classes).map(|code| format!("class {code}")).collect();
                view._classes = view._names.iter().map(|name| abi::Str::new(name)).collect();
                view.dataset.n_classes = *n_classes as u64;
                view.dataset.classes = view._classes.as_ptr();
            }
        }
        if let Some(weights) = &data.weights {
            // Weights have no stride.
            let packed =
                if let Placement::Padded(_) = placement { Placement::Packed } else { placement };
            let (kept, _) = numbers(weights, 1, packed)?;
            view.dataset.weights = kept.as_ptr().cast();
            view._kept.push(kept);
        }
        Ok(view)
    }

    /// For a prediction: without a target.
    pub(crate) fn features(data: &Data, placement: Placement) -> Result<Self, String> {
        let Laid { layout, dense, csr, columns, kept } = Laid::new(data, placement)?;
        let dataset = abi::Dataset {
            struct_size: size_of::<abi::Dataset>() as u64,
            n_rows: data.n_rows as u64,
            n_features: data.n_features as u64,
            layout,
            flags: 0,
            dense,
            csr,
            columns: if columns.is_empty() { ptr::null() } else { columns.as_ptr() },
            target: abi::Matrix::NONE,
            n_classes: 0,
            classes: ptr::null(),
            weights: ptr::null(),
            group_offsets: ptr::null(),
            n_groups: 0,
        };
        let (_names, _classes) = (Vec::new(), Vec::new());
        Ok(Self { dataset, _kept: kept, _columns: columns, _names, _classes })
    }

    /// The same with the features in columns, and behind them one of categories, of which each row
    /// has one; -1 is one that the model does not know.
    pub(crate) fn in_columns(mut self, data: &Data, categories: &[i32]) -> Self {
        let numbers = (0..data.n_features).map(|j| {
            Kept::Numbers(data.x.iter().skip(j).step_by(data.n_features).copied().collect())
        });
        let kept: Vec<Kept> = numbers.chain([Kept::Categories(categories.to_vec())]).collect();
        self._columns = kept.iter().map(column).collect();
        self.dataset.csr = abi::Csr::NONE;
        self._kept.extend(kept);
        self.dataset.layout = abi::LAYOUT_COLUMNS;
        self.dataset.n_features = self._columns.len() as u64;
        self.dataset.dense = abi::Matrix::NONE;
        self.dataset.columns = self._columns.as_ptr();
        self
    }

    pub(super) fn as_ptr(&self) -> *const abi::Dataset {
        &raw const self.dataset
    }
}

/// Features in some layout.
struct Laid {
    layout: u32,
    dense: abi::Matrix,
    csr: abi::Csr,
    columns: Vec<abi::Column>,
    kept: Vec<Kept>,
}

impl Laid {
    fn new(data: &Data, placement: Placement) -> Result<Self, String> {
        let (n_rows, n_features, mut kept) = (data.n_rows, data.n_features, Vec::new());
        let (dense, csr, columns) = (abi::Matrix::NONE, abi::Csr::NONE, Vec::new());
        let none = Self { layout: abi::LAYOUT_ROWS, dense, csr, columns, kept: Vec::new() };
        Ok(match data.layout {
            Layout::RowsF64 => {
                let (rows, stride) = numbers(&data.x, n_features, placement)?;
                let dense = matrix(rows.as_ptr(), abi::F64, n_rows, n_features, stride);
                Self { dense, kept: vec![rows], ..none }
            }
            Layout::RowsF32 => {
                let more = if let Placement::Padded(more) = placement { more } else { 0 };
                let rows = padded(&singles(&data.x), n_features, more, f32::NAN);
                let first = put(&mut kept, &rows, placement)?;
                let dense = matrix(first, abi::F32, n_rows, n_features, n_features + more);
                Self { dense, kept, ..none }
            }
            Layout::CsrF64 => {
                let csr = sparse(&mut kept, &data.x, n_features, abi::F64, placement)?;
                Self { layout: abi::LAYOUT_CSR, csr, kept, ..none }
            }
            Layout::CsrF32 => {
                let csr = sparse(&mut kept, &singles(&data.x), n_features, abi::F32, placement)?;
                Self { layout: abi::LAYOUT_CSR, csr, kept, ..none }
            }
            Layout::Columns => {
                let values = |j: usize| -> Vec<f64> {
                    data.x.iter().skip(j).step_by(n_features).copied().collect()
                };
                let column = |j| Ok(of_numbers(put(&mut kept, &values(j), placement)?));
                let columns = (0..n_features).map(column).collect::<Result<_, String>>()?;
                Self { layout: abi::LAYOUT_COLUMNS, columns, kept, ..none }
            }
        })
    }
}

impl Kept {
    fn as_ptr(&self) -> *const c_void {
        match self {
            Self::Numbers(values) => values.as_ptr().cast(),
            Self::Codes(codes) => codes.as_ptr().cast(),
            Self::Categories(codes) => codes.as_ptr().cast(),
            Self::Pages(pages) => pages.as_ptr().cast(),
        }
    }
}

/// The names of the categories.
const LEVELS: &[abi::Str; N_CATEGORIES] =
    &[abi::Str::new("low"), abi::Str::new("middle"), abi::Str::new("high")];

fn column(kept: &Kept) -> abi::Column {
    let is_number = matches!(kept, Kept::Numbers(_));
    abi::Column {
        name: abi::Str::new(if is_number { "number" } else { "category" }),
        kind: if is_number { abi::COL_NUMBER } else { abi::COL_CATEGORY },
        dtype: if is_number { abi::F64 } else { abi::I32 },
        data: kept.as_ptr(),
        validity: ptr::null(),
        n_categories: if is_number { 0 } else { LEVELS.len() as u64 },
        categories: if is_number { ptr::null() } else { LEVELS.as_ptr() },
    }
}

/// Rows of numbers, and how far one row is from the next.
fn numbers(values: &[f64], cols: usize, placement: Placement) -> Result<(Kept, usize), String> {
    match placement {
        Placement::Packed => Ok((Kept::Numbers(values.to_vec()), cols)),
        Placement::Padded(more) => {
            Ok((Kept::Numbers(padded(values, cols, more, f64::NAN)), cols + more))
        }
        _ => Ok((Kept::Pages(pages(values, placement)?), cols)),
    }
}

/// Values in single precision. A host refuses what that does not hold; here the largest number that
/// it holds takes its place.
fn singles(values: &[f64]) -> Vec<f32> {
    values.iter().map(|value| value.clamp(f32::MIN.into(), f32::MAX.into()) as f32).collect()
}

/// Values in pages of their own.
fn put<T: Copy>(
    kept: &mut Vec<Kept>,
    values: &[T],
    placement: Placement,
) -> Result<*const c_void, String> {
    let pages = Kept::Pages(pages(values, placement)?);
    let first = pages.as_ptr();
    kept.push(pages);
    Ok(first)
}

/// Compressed sparse rows of what is not zero.
fn sparse<T: Copy + Default + PartialEq>(
    kept: &mut Vec<Kept>,
    values: &[T],
    n_features: usize,
    dtype: u32,
    placement: Placement,
) -> Result<abi::Csr, String> {
    let (mut indptr, mut indices, mut stored) = (vec![0_u64], Vec::new(), Vec::new());
    for row in values.chunks_exact(n_features) {
        for (j, value) in row.iter().enumerate().filter(|(_, value)| **value != T::default()) {
            indices.push(j as u32);
            stored.push(*value);
        }
        indptr.push(stored.len() as u64);
    }
    Ok(abi::Csr {
        indptr: put(kept, &indptr, placement)?.cast(),
        indices: put(kept, &indices, placement)?.cast(),
        values: put(kept, &stored, placement)?,
        nnz: stored.len() as u64,
        dtype,
        flags: 0,
    })
}

/// A column of numbers.
fn of_numbers(data: *const c_void) -> abi::Column {
    abi::Column {
        name: abi::Str::EMPTY,
        kind: abi::COL_NUMBER,
        dtype: abi::F64,
        data,
        validity: ptr::null(),
        n_categories: 0,
        categories: ptr::null(),
    }
}

fn codes(codes: &[u32], placement: Placement) -> Result<(Kept, usize), String> {
    match placement {
        Placement::Packed => Ok((Kept::Codes(codes.to_vec()), 1)),
        Placement::Padded(more) => Ok((Kept::Codes(padded(codes, 1, more, u32::MAX)), 1 + more)),
        _ => Ok((Kept::Pages(pages(codes, placement)?), 1)),
    }
}

fn padded<T: Copy>(values: &[T], cols: usize, more: usize, with: T) -> Vec<T> {
    let rows = values.chunks_exact(cols);
    rows.flat_map(|row| row.iter().copied().chain(std::iter::repeat_n(with, more))).collect()
}

fn pages<T: Copy>(values: &[T], placement: Placement) -> Result<Pages, String> {
    Pages::new(values, placement == Placement::ReadOnly, placement == Placement::Guarded)
}

fn matrix(data: *const c_void, dtype: u32, rows: usize, cols: usize, stride: usize) -> abi::Matrix {
    abi::Matrix {
        data,
        rows: rows as u64,
        cols: cols as u64,
        row_stride: stride as i64,
        col_stride: 1,
        dtype,
        flags: 0,
    }
}
