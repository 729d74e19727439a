//! Views of the host's data, checked before anything is read.

use std::slice;

use surmise_plugin_abi as abi;

use crate::{Classes, Error, Result, Rows, Target, Train};

/// More than any name needs, and a bound on what a bad length can make this read.
const NAME_BYTES_MAX: usize = 64 * 1024;

/// The features of a dataset.
///
/// # Safety
/// `data` is null or points at a dataset that follows the ABI for `'a`.
pub(super) unsafe fn rows<'a>(data: *const abi::Dataset) -> Result<Rows<'a>> {
    // SAFETY: passed on.
    unsafe { dense_rows(&read(data)?) }
}

/// A dataset with its target.
///
/// # Safety
/// `data` is null or points at a dataset that follows the ABI for `'a`.
pub(super) unsafe fn train<'a>(data: *const abi::Dataset) -> Result<Train<'a>> {
    // SAFETY: passed on to each of the four below.
    unsafe {
        let data = read(data)?;
        if !data.weights.is_null() {
            return Err(Error::unsupported("this model takes no row weights"));
        }
        let x = dense_rows(&data)?;
        let target = target(&data, x.n_rows())?;
        Ok(Train { x, target, feature_names: feature_names(&data, x.n_features())? })
    }
}

unsafe fn read(data: *const abi::Dataset) -> Result<abi::Dataset> {
    // SAFETY: passed on.
    unsafe { abi::read::prefix(data) }
        .map_err(|problem| Error::invalid(format!("the dataset is {problem}")))
}

unsafe fn dense_rows<'a>(data: &abi::Dataset) -> Result<Rows<'a>> {
    let dense = &data.dense;
    if data.layout != abi::LAYOUT_ROWS || dense.dtype != abi::F64 {
        return Err(Error::unsupported("the features must come as rows of f64"));
    }
    if (dense.rows, dense.cols) != (data.n_rows, data.n_features) || dense.col_stride != 1 {
        return Err(Error::invalid("the matrix of features contradicts its dataset"));
    }
    let (n_rows, n_features) = (size(dense.rows)?, size(dense.cols)?);
    let stride = size(dense.row_stride)?;
    if stride < n_features {
        return Err(Error::invalid("the rows of features overlap"));
    }
    // SAFETY: the ABI promises that the matrix covers its rows and columns.
    let values = unsafe { elements::<f64>(dense, n_rows, stride, n_features)? };
    Ok(Rows::strided(values, n_rows, n_features, stride))
}

unsafe fn target<'a>(data: &abi::Dataset, n_rows: usize) -> Result<Target<'a>> {
    let target = &data.target;
    if size(target.rows)? != n_rows || target.cols != 1 {
        return Err(Error::invalid("the target needs one column and a row for each row"));
    }
    let stride = size(target.row_stride)?;
    if stride == 0 && 1 < n_rows {
        return Err(Error::invalid("the rows of the target overlap"));
    }
    let stride = stride.max(1);
    match (target.dtype, data.n_classes) {
        (abi::F64, 0) => {
            // SAFETY: the ABI promises that the matrix covers its rows and column.
            let values = unsafe { elements::<f64>(target, n_rows, stride, 1)? };
            Ok(Target::Values(values.iter().step_by(stride).copied().collect()))
        }
        (abi::U32, n_classes) if 0 < n_classes => {
            // SAFETY: as above; and `classes` covers `n_classes` names.
            let (codes, names) = unsafe {
                let codes = elements::<u32>(target, n_rows, stride, 1)?;
                (codes, names(data.classes, size(n_classes)?)?)
            };
            let codes: Vec<u32> = codes.iter().step_by(stride).copied().collect();
            match codes.iter().find(|code| n_classes <= u64::from(**code)) {
                None => Ok(Target::Classes(Classes { codes, names })),
                Some(code) => Err(Error::invalid(format!("class {code} of {n_classes}"))),
            }
        }
        _ => Err(Error::invalid("the target must be f64 values or u32 class codes")),
    }
}

unsafe fn feature_names<'a>(data: &abi::Dataset, n_features: usize) -> Result<Vec<&'a str>> {
    if data.columns.is_null() {
        return Ok(Vec::new());
    }
    // SAFETY: where there are columns, the ABI promises one for each feature.
    let columns = unsafe { list(data.columns, n_features)? };
    // SAFETY: each column's name follows the ABI.
    columns.iter().map(|column| unsafe { text(column.name) }).collect()
}

unsafe fn names<'a>(names: *const abi::Str, n: usize) -> Result<Vec<&'a str>> {
    // SAFETY: the caller vouches for `n` names.
    unsafe { list(names, n)?.iter().map(|name| text(*name)).collect() }
}

unsafe fn text<'a>(text: abi::Str) -> Result<&'a str> {
    // SAFETY: the caller vouches for the text.
    let bytes = unsafe { text.bytes(NAME_BYTES_MAX) };
    bytes
        .and_then(|bytes| std::str::from_utf8(bytes).ok())
        .ok_or_else(|| Error::invalid("a name is too long or not UTF-8"))
}

/// The elements of a matrix from its first to its last, gaps between rows included.
unsafe fn elements<'a, T>(
    matrix: &abi::Matrix,
    n_rows: usize,
    stride: usize,
    n_cols: usize,
) -> Result<&'a [T]> {
    let Some(n_gaps) = n_rows.checked_sub(1) else {
        return Ok(&[]);
    };
    let len = n_gaps.checked_mul(stride).and_then(|n| n.checked_add(n_cols));
    let len = len.ok_or_else(|| Error::invalid("the matrix is too large"))?;
    // SAFETY: the caller vouches for all elements from the first to the last.
    unsafe { list(matrix.data.cast(), len) }
}

unsafe fn list<'a, T>(first: *const T, len: usize) -> Result<&'a [T]> {
    if len == 0 {
        return Ok(&[]);
    }
    let fits = len.checked_mul(size_of::<T>()).is_some_and(|n| isize::try_from(n).is_ok());
    if first.is_null() || !first.is_aligned() || !fits {
        return Err(Error::invalid("data is missing, misaligned or too large"));
    }
    // SAFETY: non-null, aligned, of a possible size; the caller vouches for `len` elements.
    Ok(unsafe { slice::from_raw_parts(first, len) })
}

fn size<N: TryInto<usize>>(n: N) -> Result<usize> {
    n.try_into().map_err(|_| Error::invalid("a size is negative or too large"))
}
