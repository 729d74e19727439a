//! A table as the ABI shows it to a plugin.

use std::marker::PhantomData;
use std::ptr;

use surmise_plugin_abi as abi;

use crate::{Table, Target};

/// Owns what the ABI's struct points at beyond the table's own slices.
pub(crate) struct View<'a> {
    dataset: abi::Dataset,
    _columns: Vec<abi::Column>,
    _classes: Vec<abi::Str>,
    _table: PhantomData<Table<'a>>,
}

impl<'a> View<'a> {
    /// Shows a table, without its target if it has none.
    pub(crate) fn new(table: &Table<'a>) -> Self {
        let columns: Vec<abi::Column> =
            table.feature_names().iter().map(|name| named_column(name)).collect();
        let classes: Vec<abi::Str> = match table.target() {
            Some(Target::Classes { names, .. }) => {
                names.iter().map(|name| abi::Str::new(name)).collect()
            }
            _ => Vec::new(),
        };
        let values = table.values().as_ptr().cast();
        let dataset = abi::Dataset {
            struct_size: size_of::<abi::Dataset>() as u64,
            n_rows: table.n_rows() as u64,
            n_features: table.n_features() as u64,
            layout: abi::LAYOUT_ROWS,
            flags: 0,
            dense: matrix(values, abi::F64, table.n_rows(), table.n_features()),
            csr: abi::Csr::NONE,
            columns: if columns.is_empty() { ptr::null() } else { columns.as_ptr() },
            target: target(table),
            n_classes: classes.len() as u64,
            classes: classes.as_ptr(),
            weights: table.weights().map_or(ptr::null(), <[f64]>::as_ptr),
            group_offsets: ptr::null(),
            n_groups: 0,
        };
        Self { dataset, _columns: columns, _classes: classes, _table: PhantomData }
    }

    /// Valid as long as `self`.
    pub(crate) fn as_ptr(&self) -> *const abi::Dataset {
        &raw const self.dataset
    }
}

fn target(table: &Table<'_>) -> abi::Matrix {
    match table.target() {
        None => abi::Matrix::NONE,
        Some(Target::Values(values)) => matrix(values.as_ptr().cast(), abi::F64, table.n_rows(), 1),
        Some(Target::Classes { codes, .. }) => {
            matrix(codes.as_ptr().cast(), abi::U32, table.n_rows(), 1)
        }
    }
}

pub(crate) fn matrix(
    data: *const std::ffi::c_void,
    dtype: u32,
    rows: usize,
    cols: usize,
) -> abi::Matrix {
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

fn named_column(name: &str) -> abi::Column {
    abi::Column {
        name: abi::Str::new(name),
        kind: abi::COL_NUMBER,
        dtype: abi::F64,
        data: ptr::null(),
        validity: ptr::null(),
        n_categories: 0,
        categories: ptr::null(),
    }
}
