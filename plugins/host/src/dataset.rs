//! A table as the ABI shows it to a plugin.

use std::ffi::c_void;
use std::marker::PhantomData;
use std::ptr;

use surmise_plugin_abi as abi;

use crate::Target;
use crate::data::Frame;
use crate::layout::{Column, Csr, Features, LaidTable};

/// Owns what the ABI's struct points at beyond the table's own slices.
pub(crate) struct View<'a> {
    dataset: abi::Dataset,
    _columns: Vec<abi::Column>,
    _categories: Vec<Vec<abi::Str>>,
    _classes: Vec<abi::Str>,
    _table: PhantomData<&'a LaidTable<'a>>,
}

impl<'a> View<'a> {
    /// Shows a table, without its target if it has none.
    pub(crate) fn new(table: &'a LaidTable<'_>) -> Self {
        let frame = &table.frame;
        let names = |names: &[String]| -> Vec<abi::Str> {
            names.iter().map(|name| abi::Str::new(name)).collect()
        };
        let classes = match frame.target {
            Some(Target::Classes { names: classes, .. }) => names(classes),
            _ => Vec::new(),
        };
        let category = |category: &Option<Vec<String>>| names(category.as_deref().unwrap_or(&[]));
        let categories: Vec<Vec<abi::Str>> = frame.categories.iter().map(category).collect();
        let columns = columns(frame, &table.features, &categories);
        let dataset = abi::Dataset {
            struct_size: size_of::<abi::Dataset>() as u64,
            n_rows: frame.n_rows as u64,
            n_features: frame.n_features as u64,
            columns: if columns.is_empty() { ptr::null() } else { columns.as_ptr() },
            target: target(frame),
            n_classes: classes.len() as u64,
            classes: classes.as_ptr(),
            weights: frame.weights.map_or(ptr::null(), <[f64]>::as_ptr),
            ..features(frame, &table.features)
        };
        Self {
            dataset,
            _columns: columns,
            _categories: categories,
            _classes: classes,
            _table: PhantomData,
        }
    }

    /// Valid as long as `self`.
    pub(crate) fn as_ptr(&self) -> *const abi::Dataset {
        &raw const self.dataset
    }
}

/// A dataset of features alone, without columns.
fn features(frame: &Frame<'_>, features: &Features<'_>) -> abi::Dataset {
    let dense = |data: *const c_void, dtype| matrix(data, dtype, frame.n_rows, frame.n_features);
    let (layout, dense, csr) = match features {
        Features::Rows(values) => {
            (abi::LAYOUT_ROWS, dense(values.as_ptr().cast(), abi::F64), abi::Csr::NONE)
        }
        Features::RowsF32(values) => {
            (abi::LAYOUT_ROWS, dense(values.as_ptr().cast(), abi::F32), abi::Csr::NONE)
        }
        Features::Csr(rows) => (abi::LAYOUT_CSR, abi::Matrix::NONE, csr(rows, abi::F64)),
        Features::CsrF32(rows) => (abi::LAYOUT_CSR, abi::Matrix::NONE, csr(rows, abi::F32)),
        Features::Columns(_) => (abi::LAYOUT_COLUMNS, abi::Matrix::NONE, abi::Csr::NONE),
    };
    abi::Dataset {
        struct_size: 0,
        n_rows: 0,
        n_features: 0,
        layout,
        flags: 0,
        dense,
        csr,
        columns: ptr::null(),
        target: abi::Matrix::NONE,
        n_classes: 0,
        classes: ptr::null(),
        weights: ptr::null(),
        group_offsets: ptr::null(),
        n_groups: 0,
    }
}

/// Typed columns; in other layouts their names, if there are any.
fn columns(
    frame: &Frame<'_>,
    features: &Features<'_>,
    categories: &[Vec<abi::Str>],
) -> Vec<abi::Column> {
    let empty = |j: usize| abi::Column {
        name: frame.feature_names.get(j).map_or(abi::Str::EMPTY, |name| abi::Str::new(name)),
        kind: abi::COL_NUMBER,
        dtype: abi::F64,
        data: ptr::null(),
        validity: ptr::null(),
        n_categories: 0,
        categories: ptr::null(),
    };
    let Features::Columns(columns) = features else {
        return (0..frame.feature_names.len()).map(empty).collect();
    };
    let column = |(j, column): (usize, &Column<'_>)| match column {
        Column::Numbers(values) => abi::Column { data: values.as_ptr().cast(), ..empty(j) },
        Column::Codes(codes) => abi::Column {
            kind: abi::COL_CATEGORY,
            dtype: abi::I32,
            data: codes.as_ptr().cast(),
            n_categories: categories[j].len() as u64,
            categories: categories[j].as_ptr(),
            ..empty(j)
        },
    };
    columns.iter().enumerate().map(column).collect()
}

fn csr<T: Clone>(rows: &Csr<'_, T>, dtype: u32) -> abi::Csr {
    abi::Csr {
        indptr: rows.indptr.as_ptr(),
        indices: rows.indices.as_ptr(),
        values: rows.values.as_ptr().cast(),
        nnz: rows.values.len() as u64,
        dtype,
        flags: 0,
    }
}

fn target(frame: &Frame<'_>) -> abi::Matrix {
    match frame.target {
        None => abi::Matrix::NONE,
        Some(Target::Values(values)) => matrix(values.as_ptr().cast(), abi::F64, frame.n_rows, 1),
        Some(Target::Classes { codes, .. }) => {
            matrix(codes.as_ptr().cast(), abi::U32, frame.n_rows, 1)
        }
    }
}

pub(crate) fn matrix(data: *const c_void, dtype: u32, rows: usize, cols: usize) -> abi::Matrix {
    abi::Matrix {
        data,
        rows: rows as u64,
        cols: cols as u64,
        // A slice has at most `isize::MAX` bytes, so a row's length fits.
        row_stride: cols as i64,
        col_stride: 1,
        dtype,
        flags: 0,
    }
}
