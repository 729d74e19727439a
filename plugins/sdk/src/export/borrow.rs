//! Views of the host's data, checked before anything is read.

use std::ffi::c_char;
use std::slice;

use surmise_plugin_abi as abi;

use crate::gradient::{Batch, BatchTarget, Real};
use crate::layout::Features;
use crate::{Classes, Error, Result, Rows, Target, Train};

/// More than any name needs, and a bound on what a bad length can make this read.
const NAME_BYTES_MAX: usize = 64 * 1024;

/// More than the id of any extension has.
pub(super) const ID_BYTES_MAX: usize = 256;

/// An element type that the ABI has a number for.
///
/// # Safety
/// `DTYPE` is the number of this very type, of which every pattern of bits is a value.
pub(super) unsafe trait Element: Copy {
    const DTYPE: u32;
}

// SAFETY: the ABI says so.
unsafe impl Element for f32 {
    const DTYPE: u32 = abi::F32;
}

// SAFETY: the ABI says so.
unsafe impl Element for f64 {
    const DTYPE: u32 = abi::F64;
}

/// The text of hyperparameters.
///
/// # Safety
/// `json` is null or points at `len` bytes that stay as they are for `'a`.
pub(super) unsafe fn json<'a>(json: *const c_char, len: u64) -> Result<&'a [u8]> {
    // SAFETY: passed on.
    let json = unsafe { abi::Str { ptr: json, len }.bytes(usize::MAX >> 1) };
    json.ok_or_else(|| Error::invalid("hyperparameters are missing"))
}

/// The features of a dataset.
///
/// # Safety
/// `data` is null or points at a dataset that follows the ABI for `'a`.
pub(super) unsafe fn rows<'a, T: Element>(data: *const abi::Dataset) -> Result<Rows<'a, T>> {
    // SAFETY: passed on.
    unsafe { dense_rows(&read(data)?) }
}

/// The features of a dataset, in whatever layout.
///
/// # Safety
/// `data` is null or points at a dataset that follows the ABI for `'a`.
pub(super) unsafe fn features<'a, X: Features<'a>>(data: *const abi::Dataset) -> Result<X> {
    // SAFETY: passed on.
    unsafe { X::borrow(&read(data)?) }
}

/// The rows of a pass, borrowed where they lie.
///
/// # Safety
/// `data` is null or points at a dataset that follows the ABI for `'a`.
pub(super) unsafe fn batch<'a, T: Element + Real>(
    data: *const abi::Dataset,
) -> Result<Batch<'a, T>> {
    // SAFETY: passed on; where there is a target, the ABI promises its elements.
    unsafe {
        let data = read(data)?;
        let x = dense_rows(&data)?;
        let target = &data.target;
        if target.rows != data.n_rows || size::<u64>(target.cols)? as i64 != target.row_stride {
            return Err(Error::invalid(
                "the targets of a batch must be adjacent, one row for each",
            ));
        }
        let n_targets = size(target.rows)?.checked_mul(size(target.cols)?);
        let n_targets = n_targets.ok_or_else(|| Error::invalid("the target is too large"))?;
        let target = match (target.dtype, data.n_classes) {
            (abi::F64, 0) => BatchTarget::Values(list(target.data.cast(), n_targets)?),
            (abi::U32, 1..) => BatchTarget::Classes(list(target.data.cast(), n_targets)?),
            _ => return Err(Error::invalid("the target must be f64 values or u32 class codes")),
        };
        Batch::new(x, target, weights(&data, x.n_rows())?)
    }
}

/// A dataset with its target.
///
/// # Safety
/// `data` is null or points at a dataset that follows the ABI for `'a`.
pub(super) unsafe fn train<'a, X: Features<'a>>(data: *const abi::Dataset) -> Result<Train<'a, X>> {
    // SAFETY: passed on to each of the four below.
    unsafe {
        let data = read(data)?;
        let x = X::borrow(&data)?;
        let target = target(&data, x.n_rows())?;
        let weights = weights(&data, x.n_rows())?;
        let feature_names = feature_names(&data, x.n_features())?;
        Ok(Train { x, target, weights, feature_names, validation: None })
    }
}

unsafe fn read(data: *const abi::Dataset) -> Result<abi::Dataset> {
    // SAFETY: passed on.
    unsafe { abi::read::prefix(data) }
        .map_err(|problem| Error::invalid(format!("the dataset is {problem}")))
}

unsafe fn weights<'a>(data: &abi::Dataset, n_rows: usize) -> Result<Option<&'a [f64]>> {
    if data.weights.is_null() {
        return Ok(None);
    }
    // SAFETY: where there are weights, the ABI promises one for each row.
    let weights = unsafe { list(data.weights, n_rows)? };
    match weights.iter().find(|weight| !(weight.is_finite() && 0.0 <= **weight)) {
        None => Ok(Some(weights)),
        Some(weight) => Err(Error::invalid(format!("a row has the weight {weight}"))),
    }
}

/// # Safety
/// The dataset follows the ABI for `'a`.
pub(super) unsafe fn dense_rows<'a, T: Element>(data: &abi::Dataset) -> Result<Rows<'a, T>> {
    let dense = &data.dense;
    if data.layout != abi::LAYOUT_ROWS || dense.dtype != T::DTYPE {
        let bits = 8 * size_of::<T>();
        return Err(Error::unsupported(format!("the features must come as rows of f{bits}")));
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
    let values = unsafe { elements(dense, n_rows, stride, n_features)? };
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

/// # Safety
/// `names` is null or points at `n` names that stay as they are for `'a`.
pub(super) unsafe fn names<'a>(names: *const abi::Str, n: usize) -> Result<Vec<&'a str>> {
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

/// # Safety
/// `first` is null or points at `len` values that nobody else uses for `'a`.
pub(super) unsafe fn list_mut<'a, T: Element>(first: *mut T, len: usize) -> Result<&'a mut [T]> {
    if len == 0 {
        return Ok(&mut []);
    }
    let fits = len.checked_mul(size_of::<T>()).is_some_and(|n| isize::try_from(n).is_ok());
    if first.is_null() || !first.is_aligned() || !fits {
        return Err(Error::invalid("the output is missing, misaligned or too large"));
    }
    // SAFETY: non-null, aligned, of a possible size; the caller vouches for `len` elements.
    Ok(unsafe { slice::from_raw_parts_mut(first, len) })
}

/// # Safety
/// `first` is null or points at `len` values that stay as they are for `'a`.
pub(super) unsafe fn list<'a, T>(first: *const T, len: usize) -> Result<&'a [T]> {
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

pub(super) fn size<N: TryInto<usize>>(n: N) -> Result<usize> {
    n.try_into().map_err(|_| Error::invalid("a size is negative or too large"))
}
