//! Features as a host shows them in each layout, rightly and wrongly.

use std::ffi::c_void;

use surmise_plugin_abi as abi;

use super::rig::{Rig, fit, options, predict};
use crate::layout::LayoutModel;
use crate::layout::sealed::Laid;
use crate::prelude::*;

/// Three rows of two features in the layout.
fn dataset(layout: u32) -> abi::Dataset {
    abi::Dataset { layout, dense: abi::Matrix::NONE, ..Rig::new().data() }
}

fn borrow<X: Laid<'static>>(data: &abi::Dataset) -> Result<X> {
    // SAFETY: what the tests below show follows the ABI or is refused.
    unsafe { X::borrow(data) }
}

fn status<T>(outcome: Result<T>) -> i32 {
    outcome.err().as_ref().map_or(abi::OK, Error::status)
}

#[test]
fn sparse_rows_are_borrowed_where_they_lie() {
    static INDPTR: [u64; 4] = [0, 1, 1, 3];
    static INDICES: [u32; 3] = [1, 0, 1];
    static VALUES: [f32; 3] = [2.0, 0.5, -1.0];
    let csr = abi::Csr {
        indptr: INDPTR.as_ptr(),
        indices: INDICES.as_ptr(),
        values: VALUES.as_ptr().cast(),
        nnz: 3,
        dtype: abi::F32,
        flags: 0,
    };
    let data = abi::Dataset { csr, ..dataset(abi::LAYOUT_CSR) };
    let x: Sparse<'_, f32> = borrow(&data).expect("good");
    assert_eq!(x.row(2), (&[0, 1][..], &[0.5, -1.0][..]));
    assert_eq!(x.row(2).1.as_ptr(), &raw const VALUES[1]);
    assert_eq!(status(borrow::<Sparse<'_>>(&data)), abi::E_UNSUPPORTED);
    assert_eq!(status(borrow::<Rows<'_>>(&data)), abi::E_UNSUPPORTED);
    assert_eq!(status(borrow::<Columns<'_>>(&data)), abi::E_UNSUPPORTED);
    for wrong in [
        abi::Csr { nnz: 2, ..csr },
        abi::Csr { indptr: std::ptr::null(), ..csr },
        abi::Csr { nnz: u64::MAX, ..csr },
    ] {
        let data = abi::Dataset { csr: wrong, ..data };
        assert_eq!(status(borrow::<Sparse<'_, f32>>(&data)), abi::E_INVALID);
    }
    let narrow = abi::Dataset { n_features: 1, ..data };
    assert_eq!(status(borrow::<Sparse<'_, f32>>(&narrow)), abi::E_INVALID);
}

fn column<T>(kind: u32, dtype: u32, data: &'static [T]) -> abi::Column {
    abi::Column {
        name: abi::Str::EMPTY,
        kind,
        dtype,
        data: data.as_ptr().cast::<c_void>(),
        validity: std::ptr::null(),
        n_categories: 0,
        categories: std::ptr::null(),
    }
}

fn columns(first: abi::Column, second: abi::Column) -> Result<Columns<'static>> {
    let both: &'static [abi::Column] = Vec::leak(vec![first, second]);
    borrow(&abi::Dataset { columns: both.as_ptr(), ..dataset(abi::LAYOUT_COLUMNS) })
}

#[test]
fn columns_of_every_type_are_numbers_or_categories_with_what_is_missing_marked() {
    static MIDDLE: [u8; 1] = [0b010];
    let numbers = |column: &Column<'_>| match column {
        Column::Numbers(values) => values.to_vec(),
        Column::Categories(_) => panic!("categories"),
    };
    let plain = column(abi::COL_NUMBER, abi::F64, &[0.5, -1.0, 2.0]);
    for (typed, expected) in [
        (column(abi::COL_NUMBER, abi::F32, &[0.5_f32, 1.0, 2.0]), [0.5, 1.0, 2.0]),
        (column(abi::COL_NUMBER, abi::I32, &[-1_i32, 0, 2]), [-1.0, 0.0, 2.0]),
        (column(abi::COL_NUMBER, abi::I64, &[-1_i64, 0, 1 << 40]), [-1.0, 0.0, 2.0_f64.powi(40)]),
        (column(abi::COL_NUMBER, abi::U32, &[1_u32, 0, 2]), [1.0, 0.0, 2.0]),
        (column(abi::COL_BOOL, abi::U8, &[1_u8, 0, 1]), [1.0, 0.0, 1.0]),
    ] {
        let x = columns(typed, plain).expect("good");
        assert_eq!((x.n_rows(), x.n_features()), (3, 2));
        assert_eq!(numbers(x.column(0)), expected);
        assert_eq!(numbers(x.column(1)), [0.5, -1.0, 2.0]);
        let gaps = abi::Column { validity: MIDDLE.as_ptr(), ..typed };
        let gaps = numbers(columns(gaps, plain).expect("good").column(0));
        assert!(gaps[0].is_nan() && gaps[1] == expected[1] && gaps[2].is_nan());
    }
}

#[test]
fn codes_of_categories_are_checked() {
    let both: &'static [abi::Str] = Vec::leak(vec![abi::Str::new("u"), abi::Str::new("v")]);
    let plain = column(abi::COL_NUMBER, abi::F64, &[0.5, -1.0, 2.0]);
    let named =
        |column: abi::Column| abi::Column { n_categories: 2, categories: both.as_ptr(), ..column };
    let good = named(column(abi::COL_CATEGORY, abi::I32, &[1, -1, 0]));
    let x = columns(good, plain).expect("good");
    let Column::Categories(categories) = x.column(0) else { panic!("numbers") };
    assert_eq!((categories.codes(), categories.names()), (&[1, -1, 0][..], &["u", "v"][..]));
    let gap = abi::Column { validity: [0b001_u8].as_ptr(), ..good };
    let x = columns(gap, plain).expect("good");
    let Column::Categories(categories) = x.column(0) else { panic!("numbers") };
    assert_eq!(categories.codes(), [1, -1, -1]);
    for bad in [&[2, 0, 0], &[-2, 0, 0], &[i32::MAX, 0, 0]] {
        let bad = named(column(abi::COL_CATEGORY, abi::I32, bad));
        assert_eq!(status(columns(bad, plain)), abi::E_INVALID);
    }
    let odd = column(9, abi::F64, &[0.0, 0.0, 0.0]);
    assert_eq!(status(columns(odd, plain)), abi::E_UNSUPPORTED);
}

/// The sum of a row, and how many validation rows there were.
struct Sum(f64);

impl LayoutModel for Sum {
    type Params = ();
    type Features<'a> = Sparse<'a>;
    const INFO: Info =
        Info::new("sum", "The sum").tasks(&[Task::Regression]).caps(&[Cap::Validation]);

    fn fit(_: &(), train: &Train<'_, Sparse<'_>>, _: &mut FitCtx<'_>) -> Result<Self> {
        Ok(Self(train.validation().map_or(0.0, |valid| valid.x().n_rows() as f64)))
    }

    fn predict(&self, x: Sparse<'_>, out: &mut [f64]) -> Result<()> {
        for ((_, values), out) in x.iter().zip(out) {
            *out = self.0 + values.iter().sum::<f64>();
        }
        Ok(())
    }
}

#[test]
fn a_model_of_another_layout_is_fitted_and_predicts_with_validation_rows_or_without() {
    let (indptr, indices, values) = ([0_u64, 1, 1, 3], [1_u32, 0, 1], [2.0, 0.5, -1.0]);
    let csr = abi::Csr {
        indptr: indptr.as_ptr(),
        indices: indices.as_ptr(),
        values: values.as_ptr().cast(),
        nnz: 3,
        dtype: abi::F64,
        flags: 0,
    };
    let mut rig = Rig::new();
    let dense = rig.data();
    let data = abi::Dataset { csr, layout: abi::LAYOUT_CSR, ..dense };
    let status = rig.with_model::<Sum>("{}", |table, instance| {
        let mut out = [f64::NAN; 3];
        assert_eq!(fit(table, instance, &dense), abi::E_UNSUPPORTED);
        assert_eq!(fit(table, instance, &data), abi::OK);
        assert_eq!(predict(table, instance, &data, abi::PREDICT_VALUE, &mut out), abi::OK);
        assert_eq!(out, [2.0, 0.0, -0.5]);
        let validated = |valid: &abi::Dataset| {
            // SAFETY: a live instance, and data that follows the ABI or is refused.
            unsafe { table.fit.expect("there")(instance, &options(), &data, valid) }
        };
        assert_eq!(validated(&data), abi::OK);
        assert_eq!(predict(table, instance, &data, abi::PREDICT_VALUE, &mut out), abi::OK);
        assert_eq!(out, [5.0, 3.0, 2.5]);
        assert_eq!(validated(&dense), abi::E_UNSUPPORTED);
        let wide = abi::Dataset { n_features: 3, ..data };
        assert_eq!(validated(&wide), abi::E_INVALID);
    });
    assert_eq!(status, abi::OK);
    let data = rig.data();
    rig.with("{}", |table, instance| {
        // SAFETY: as above.
        let status = unsafe { table.fit.expect("there")(instance, &options(), &data, &data) };
        assert_eq!(status, abi::E_UNSUPPORTED);
    });
}
