//! Borrowed views of data: text, matrices, typed columns, a dataset.

use core::ffi::{c_char, c_void};

/// UTF-8 text by pointer and length, not NUL-terminated.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Str {
    /// First byte; may be null when `len` is 0.
    pub ptr: *const c_char,
    /// Number of bytes.
    pub len: u64,
}

impl Str {
    /// No text.
    pub const EMPTY: Self = Self { ptr: core::ptr::null(), len: 0 };

    /// Points at `text`, which must outlive every use of the result.
    #[must_use]
    pub const fn new(text: &str) -> Self {
        Self { ptr: text.as_ptr().cast(), len: text.len() as u64 }
    }

    /// The bytes, if there are at most `len_max` of them; `None` for a longer text or a null
    /// pointer with a length. Nothing says that they are UTF-8.
    ///
    /// # Safety
    /// A non-null `ptr` with `len <= len_max` must point at `len` readable bytes that stay
    /// unchanged for `'a`.
    #[must_use]
    pub unsafe fn bytes<'a>(self, len_max: usize) -> Option<&'a [u8]> {
        let len = usize::try_from(self.len).ok().filter(|len| *len <= len_max)?;
        if len == 0 {
            return Some(&[]);
        }
        if self.ptr.is_null() {
            return None;
        }
        // SAFETY: non-null, and the caller vouches for `len` readable, unchanging bytes.
        Some(unsafe { core::slice::from_raw_parts(self.ptr.cast(), len) })
    }
}

/// A dense matrix; strides are in elements.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Matrix {
    /// First element; null means that there is no matrix.
    pub data: *const c_void,
    /// Number of rows.
    pub rows: u64,
    /// Number of columns.
    pub cols: u64,
    /// Elements from one row to the next.
    pub row_stride: i64,
    /// Elements from one column to the next.
    pub col_stride: i64,
    /// Element type, such as [`F64`](crate::F64).
    pub dtype: u32,
    /// Zero.
    pub flags: u32,
}

impl Matrix {
    /// No matrix.
    pub const NONE: Self = Self {
        data: core::ptr::null(),
        rows: 0,
        cols: 0,
        row_stride: 0,
        col_stride: 0,
        dtype: 0,
        flags: 0,
    };
}

/// A matrix in compressed sparse rows; column indices are sorted and unique in each row.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Csr {
    /// `n_rows + 1` offsets into `indices` and `values`.
    pub indptr: *const u64,
    /// Column of each stored value.
    pub indices: *const u32,
    /// The stored values.
    pub values: *const c_void,
    /// Number of stored values.
    pub nnz: u64,
    /// Element type of `values`.
    pub dtype: u32,
    /// Zero.
    pub flags: u32,
}

impl Csr {
    /// No matrix.
    pub const NONE: Self = Self {
        indptr: core::ptr::null(),
        indices: core::ptr::null(),
        values: core::ptr::null(),
        nnz: 0,
        dtype: 0,
        flags: 0,
    };
}

/// One typed column, its buffers laid out as Arrow lays them out.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// The column's name.
    pub name: Str,
    /// What it holds, such as [`COL_NUMBER`](crate::COL_NUMBER).
    pub kind: u32,
    /// Element type.
    pub dtype: u32,
    /// The elements; null where only the name is given.
    pub data: *const c_void,
    /// Bitmap, least significant bit first, 1 = present; null = all present.
    pub validity: *const u8,
    /// Number of categories.
    pub n_categories: u64,
    /// Their names.
    pub categories: *const Str,
}

/// Rows of features, with their target when fitting.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Dataset {
    /// Size of this struct in bytes, as its maker knows it.
    pub struct_size: u64,
    /// Number of rows.
    pub n_rows: u64,
    /// Number of features.
    pub n_features: u64,
    /// Which of the views below holds the features, such as [`LAYOUT_ROWS`](crate::LAYOUT_ROWS).
    pub layout: u32,
    /// Zero.
    pub flags: u32,
    /// Features, for the dense layouts.
    pub dense: Matrix,
    /// Features, for the sparse layout.
    pub csr: Csr,
    /// Features, for the column layout; elsewhere their names only, or null.
    pub columns: *const Column,
    /// `f64` values or `u32` class codes; `data` is null when predicting.
    pub target: Matrix,
    /// Number of classes; 0 for regression.
    pub n_classes: u64,
    /// Their names.
    pub classes: *const Str,
    /// A weight for each row, finite and not negative; null = all 1.
    pub weights: *const f64,
    /// `n_groups + 1` offsets of groups of adjacent rows, or null.
    pub group_offsets: *const u64,
    /// Number of groups.
    pub n_groups: u64,
}
