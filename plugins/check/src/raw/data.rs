//! Data as the ABI shows them to a plugin.

use std::ffi::c_void;
use std::ptr;

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
    _names: Vec<String>,
    _classes: Vec<abi::Str>,
    _columns: Vec<abi::Column>,
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
        let (kept, stride) = numbers(&data.x, data.n_features, placement)?;
        let dataset = abi::Dataset {
            struct_size: size_of::<abi::Dataset>() as u64,
            n_rows: data.n_rows as u64,
            n_features: data.n_features as u64,
            layout: abi::LAYOUT_ROWS,
            flags: 0,
            dense: matrix(kept.as_ptr(), abi::F64, data.n_rows, data.n_features, stride),
            csr: abi::Csr::NONE,
            columns: ptr::null(),
            target: abi::Matrix::NONE,
            n_classes: 0,
            classes: ptr::null(),
            weights: ptr::null(),
            group_offsets: ptr::null(),
            n_groups: 0,
        };
        Ok(Self {
            dataset,
            _kept: vec![kept],
            _names: Vec::new(),
            _classes: Vec::new(),
            _columns: Vec::new(),
        })
    }

    /// The same with the features in columns, and behind them one of categories, of which each row
    /// has one; -1 is one that the model does not know.
    pub(crate) fn in_columns(mut self, data: &Data, categories: &[i32]) -> Self {
        let numbers = (0..data.n_features).map(|j| {
            Kept::Numbers(data.x.iter().skip(j).step_by(data.n_features).copied().collect())
        });
        let kept: Vec<Kept> = numbers.chain([Kept::Categories(categories.to_vec())]).collect();
        self._columns = kept.iter().map(column).collect();
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
