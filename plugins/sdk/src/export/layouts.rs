//! Features of the host's data in each layout, checked before anything is read.

use std::borrow::Cow;

use surmise_plugin_abi as abi;

use super::borrow::{Element, dense_rows, list, names, size};
use crate::layout::sealed::Laid;
use crate::layout::{Categories, Column, Columns, Sparse};
use crate::testing::table::Table;
use crate::{Error, Result, Rows};

impl<'a> Laid<'a> for Rows<'a> {
    const WORD: &'static str = "rows_f64";

    unsafe fn borrow(data: &abi::Dataset) -> Result<Self> {
        // SAFETY: passed on.
        unsafe { dense_rows(data) }
    }

    fn of(table: &'a Table) -> Self {
        table.rows()
    }
}

impl<'a> Laid<'a> for Rows<'a, f32> {
    const WORD: &'static str = "rows_f32";

    unsafe fn borrow(data: &abi::Dataset) -> Result<Self> {
        // SAFETY: passed on.
        unsafe { dense_rows(data) }
    }

    fn of(table: &'a Table) -> Self {
        table.rows_f32()
    }
}

impl<'a> Laid<'a> for Sparse<'a> {
    const WORD: &'static str = "csr_f64";

    unsafe fn borrow(data: &abi::Dataset) -> Result<Self> {
        // SAFETY: passed on.
        unsafe { sparse_rows(data) }
    }

    fn of(table: &'a Table) -> Self {
        table.sparse()
    }
}

impl<'a> Laid<'a> for Sparse<'a, f32> {
    const WORD: &'static str = "csr_f32";

    unsafe fn borrow(data: &abi::Dataset) -> Result<Self> {
        // SAFETY: passed on.
        unsafe { sparse_rows(data) }
    }

    fn of(table: &'a Table) -> Self {
        table.sparse_f32()
    }
}

impl<'a> Laid<'a> for Columns<'a> {
    const WORD: &'static str = "columns";
    const CATEGORIES: bool = true;

    unsafe fn borrow(data: &abi::Dataset) -> Result<Self> {
        if data.layout != abi::LAYOUT_COLUMNS {
            return Err(Error::unsupported("the features must come as columns"));
        }
        let n_rows = size(data.n_rows)?;
        // SAFETY: in this layout the ABI promises a column for each feature, with its values.
        let columns = unsafe {
            let columns = list(data.columns, size(data.n_features)?)?;
            columns.iter().map(|raw| column(raw, n_rows)).collect::<Result<_>>()?
        };
        Ok(Self::new(columns, n_rows))
    }

    fn of(table: &'a Table) -> Self {
        table.columns()
    }
}

unsafe fn sparse_rows<'a, T: Element>(data: &abi::Dataset) -> Result<Sparse<'a, T>> {
    let csr = &data.csr;
    if data.layout != abi::LAYOUT_CSR || csr.dtype != T::DTYPE {
        let bits = 8 * size_of::<T>();
        return Err(Error::unsupported(format!(
            "the features must come as sparse rows of f{bits}"
        )));
    }
    let too_many = || Error::invalid("a size is negative or too large");
    let n_offsets = size(data.n_rows)?.checked_add(1).ok_or_else(too_many)?;
    let n_stored = size(csr.nnz)?;
    // SAFETY: the ABI promises an offset for each row and one more, and `nnz` of the others.
    unsafe {
        let indptr = list(csr.indptr, n_offsets)?;
        let (indices, values) = (list(csr.indices, n_stored)?, list(csr.values.cast(), n_stored)?);
        Sparse::new(indptr, indices, values, size(data.n_features)?)
    }
}

/// A column whose missing values are NaN, or -1.
unsafe fn column<'a>(raw: &abi::Column, n_rows: usize) -> Result<Column<'a>> {
    let bits = |validity| {
        // SAFETY: where there is a bitmap, the ABI promises a bit for each row.
        unsafe { list(validity, n_rows.div_ceil(8)) }
    };
    let validity = Some(raw.validity).filter(|v| !v.is_null()).map(bits).transpose()?;
    let is_present = |i: usize| validity.is_none_or(|bits| bits[i / 8] >> (i % 8) & 1 == 1);
    // SAFETY: the ABI promises an element of its type for each row.
    let numbers = unsafe {
        match (raw.kind, raw.dtype) {
            (abi::COL_CATEGORY, abi::I32) => return categories(raw, n_rows, &is_present),
            (abi::COL_NUMBER, abi::F64) => Cow::Borrowed(list(raw.data.cast::<f64>(), n_rows)?),
            (abi::COL_NUMBER, abi::F32) => convert(list(raw.data.cast::<f32>(), n_rows)?),
            (abi::COL_NUMBER, abi::I32) => convert(list(raw.data.cast::<i32>(), n_rows)?),
            (abi::COL_NUMBER, abi::U32) => convert(list(raw.data.cast::<u32>(), n_rows)?),
            (abi::COL_NUMBER | abi::COL_BOOL, abi::U8) => {
                convert(list(raw.data.cast::<u8>(), n_rows)?)
            }
            (abi::COL_NUMBER, abi::I64) => {
                let values: &[i64] = list(raw.data.cast(), n_rows)?;
                Cow::Owned(values.iter().map(|value| *value as f64).collect())
            }
            (kind, dtype) => {
                let problem = format!("a column of kind {kind} with elements of type {dtype}");
                return Err(Error::unsupported(problem));
            }
        }
    };
    if validity.is_none() {
        return Ok(Column::Numbers(numbers));
    }
    let present = |(i, value): (usize, &f64)| if is_present(i) { *value } else { f64::NAN };
    Ok(Column::Numbers(numbers.iter().enumerate().map(present).collect()))
}

fn convert<'a, T: Copy + Into<f64>>(values: &[T]) -> Cow<'a, [f64]> {
    values.iter().map(|value| (*value).into()).collect()
}

unsafe fn categories<'a>(
    raw: &abi::Column,
    n_rows: usize,
    is_present: &dyn Fn(usize) -> bool,
) -> Result<Column<'a>> {
    // SAFETY: the ABI promises a code for each row, and the names of the categories.
    let (codes, names) = unsafe {
        let codes: &[i32] = list(raw.data.cast(), n_rows)?;
        (codes, names(raw.categories, size(raw.n_categories)?)?)
    };
    if let Some(code) = codes.iter().find(|c| !(-1..names.len() as i64).contains(&i64::from(**c))) {
        return Err(Error::invalid(format!("category {code} of {}", names.len())));
    }
    let present = |(i, code): (usize, &i32)| if is_present(i) { *code } else { -1 };
    let codes = match (0..n_rows).all(is_present) {
        true => Cow::Borrowed(codes),
        false => codes.iter().enumerate().map(present).collect(),
    };
    Ok(Column::Categories(Categories { codes, names }))
}
