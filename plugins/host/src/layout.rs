//! Features in the layout in which a model takes them.

use std::borrow::Cow;

use surmise_core::component::Layout;

use crate::data::Frame;
use crate::{Error, Result, Table, scan};

/// A table as a model is shown it: everything but the features, and those in some layout.
#[derive(Debug)]
pub(crate) struct LaidTable<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) features: Features<'a>,
}

/// The features of a table in some layout.
#[derive(Debug)]
pub(crate) enum Features<'a> {
    Rows(Cow<'a, [f64]>),
    RowsF32(Cow<'a, [f32]>),
    Csr(Csr<'a, f64>),
    CsrF32(Csr<'a, f32>),
    Columns(Vec<Column<'a>>),
}

/// Compressed sparse rows: what is not stored is zero.
#[derive(Debug)]
pub(crate) struct Csr<'a, T: Clone> {
    /// `n_rows + 1` offsets into the other two.
    pub(crate) indptr: Cow<'a, [u64]>,
    pub(crate) indices: Cow<'a, [u32]>,
    pub(crate) values: Cow<'a, [T]>,
}

/// One column.
#[derive(Debug)]
pub(crate) enum Column<'a> {
    Numbers(Cow<'a, [f64]>),
    /// Places in the category's names; -1 is missing.
    Codes(Cow<'a, [i32]>),
}

impl<'a> LaidTable<'a> {
    /// Lays a checked table out; rows of `f64` are borrowed, the rest is made.
    pub(crate) fn new(table: &Table<'a>, layout: Layout) -> Result<Self> {
        let (frame, values) = (table.frame(), table.values());
        let features = match layout {
            Layout::RowsF64 => Features::Rows(Cow::Borrowed(values)),
            Layout::RowsF32 => Features::RowsF32(Cow::Owned(singles(table)?)),
            Layout::CsrF64 => Features::Csr(Csr::new(values, frame.n_features)),
            Layout::CsrF32 => Features::CsrF32(Csr::new(&singles(table)?, frame.n_features)),
            Layout::Columns => Features::Columns(columns(table)),
        };
        Ok(Self { frame, features })
    }

    /// The features alone.
    pub(crate) fn without_target(self) -> Self {
        Self { frame: self.frame.without_target(), ..self }
    }
}

impl Features<'_> {
    /// The same, with nothing borrowed.
    pub(crate) fn into_owned(self) -> Features<'static> {
        match self {
            Self::Rows(values) => Features::Rows(own(values)),
            Self::RowsF32(values) => Features::RowsF32(own(values)),
            Self::Csr(csr) => Features::Csr(csr.into_owned()),
            Self::CsrF32(csr) => Features::CsrF32(csr.into_owned()),
            Self::Columns(columns) => Features::Columns(
                columns
                    .into_iter()
                    .map(|column| match column {
                        Column::Numbers(values) => Column::Numbers(own(values)),
                        Column::Codes(codes) => Column::Codes(own(codes)),
                    })
                    .collect(),
            ),
        }
    }

    /// The same, borrowed.
    pub(crate) fn borrowed(&self) -> Features<'_> {
        match self {
            Self::Rows(values) => Features::Rows(Cow::Borrowed(values)),
            Self::RowsF32(values) => Features::RowsF32(Cow::Borrowed(values)),
            Self::Csr(csr) => Features::Csr(csr.borrowed()),
            Self::CsrF32(csr) => Features::CsrF32(csr.borrowed()),
            Self::Columns(columns) => Features::Columns(
                columns
                    .iter()
                    .map(|column| match column {
                        Column::Numbers(values) => Column::Numbers(Cow::Borrowed(values)),
                        Column::Codes(codes) => Column::Codes(Cow::Borrowed(codes)),
                    })
                    .collect(),
            ),
        }
    }

    pub(crate) fn layout(&self) -> Layout {
        match self {
            Self::Rows(_) => Layout::RowsF64,
            Self::RowsF32(_) => Layout::RowsF32,
            Self::Csr(_) => Layout::CsrF64,
            Self::CsrF32(_) => Layout::CsrF32,
            Self::Columns(_) => Layout::Columns,
        }
    }

    /// How much memory they take.
    pub(crate) fn n_bytes(&self) -> usize {
        match self {
            Self::Rows(values) => size_of_val(&**values),
            Self::RowsF32(values) => size_of_val(&**values),
            Self::Csr(csr) => csr.n_bytes(),
            Self::CsrF32(csr) => csr.n_bytes(),
            Self::Columns(columns) => columns
                .iter()
                .map(|column| match column {
                    Column::Numbers(values) => size_of_val(&**values),
                    Column::Codes(codes) => size_of_val(&**codes),
                })
                .sum(),
        }
    }
}

fn own<T: Clone>(values: Cow<'_, [T]>) -> Cow<'static, [T]> {
    Cow::Owned(values.into_owned())
}

impl<T: Copy + Default + PartialEq> Csr<'_, T> {
    /// Stores what is not zero, missing values too.
    fn new(values: &[T], n_features: usize) -> Self {
        let (mut indptr, mut indices, mut stored) = (vec![0], Vec::new(), Vec::new());
        for row in values.chunks_exact(n_features) {
            for (j, value) in row.iter().enumerate().filter(|(_, v)| **v != T::default()) {
                indices.push(j as u32); // there are at most 2²⁰ features
                stored.push(*value);
            }
            indptr.push(stored.len() as u64);
        }
        let (indices, values) = (Cow::Owned(indices), Cow::Owned(stored));
        Self { indptr: Cow::Owned(indptr), indices, values }
    }

    fn into_owned(self) -> Csr<'static, T> {
        Csr { indptr: own(self.indptr), indices: own(self.indices), values: own(self.values) }
    }

    fn borrowed(&self) -> Csr<'_, T> {
        Csr {
            indptr: Cow::Borrowed(&self.indptr),
            indices: Cow::Borrowed(&self.indices),
            values: Cow::Borrowed(&self.values),
        }
    }

    fn n_bytes(&self) -> usize {
        size_of_val(&*self.indptr) + size_of_val(&*self.indices) + size_of_val(&*self.values)
    }
}

/// The values in single precision, each rounded to the nearest.
fn singles(table: &Table<'_>) -> Result<Vec<f32>> {
    let singles: Vec<f32> = table.values().iter().map(|value| *value as f32).collect();
    match scan::first(&singles, f32::is_infinite) {
        None => Ok(singles),
        Some(i) => Err(Error::data(format!(
            "{} is {:e}, more than single precision holds, in which the model takes its features: \
             scale it before",
            table.frame().place(i),
            table.values()[i]
        ))),
    }
}

fn columns(table: &Table<'_>) -> Vec<Column<'static>> {
    let frame = table.frame();
    let column = |j: usize| table.values().iter().skip(j).step_by(frame.n_features).copied();
    // A code fits: a checked table has at most 2²⁰ categories.
    let code = |value: f64| if value.is_nan() { -1 } else { value as i32 };
    let columns = (0..frame.n_features).map(|j| match frame.category(j) {
        None => Column::Numbers(Cow::Owned(column(j).collect())),
        Some(_) => Column::Codes(Cow::Owned(column(j).map(code).collect())),
    });
    columns.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: [f64; 6] = [0.0, 1.5, -0.0, f64::NAN, 2.0, 0.0];

    fn laid(layout: Layout, categories: &[Option<Vec<String>>]) -> Features<'static> {
        let table = Table::new(3, 2, &VALUES, &[], None).expect("good");
        let table = table.with_categories(categories).expect("good");
        LaidTable::new(&table, layout).expect("laid out").features.into_owned()
    }

    #[test]
    fn sparse_rows_hold_what_is_not_zero() {
        let Features::Csr(csr) = laid(Layout::CsrF64, &[]) else { panic!("not sparse") };
        assert_eq!(csr.indptr[..], [0, 1, 2, 3]);
        assert_eq!(csr.indices[..], [1, 1, 0]);
        assert!(csr.values[0] == 1.5 && csr.values[1].is_nan() && csr.values[2] == 2.0);
        let Features::CsrF32(csr) = laid(Layout::CsrF32, &[]) else { panic!("not sparse") };
        assert_eq!(csr.values[0], 1.5_f32);
    }

    #[test]
    fn columns_hold_numbers_and_codes() {
        let names = ["u", "v", "w"].map(String::from).to_vec();
        // A category's codes are among its values.
        let values = [0.5, 2.0, -1.0, f64::NAN, 7.0, 0.0];
        let categories = [None, Some(names)];
        let table = Table::new(3, 2, &values, &[], None).expect("good");
        let table = table.with_categories(&categories).expect("good");
        let laid = LaidTable::new(&table, Layout::Columns).expect("laid out");
        let Features::Columns(columns) = laid.features else { panic!("no columns") };
        let [Column::Numbers(numbers), Column::Codes(codes)] = &columns[..] else {
            panic!("not one of each")
        };
        assert_eq!((&numbers[..], &codes[..]), (&[0.5, -1.0, 7.0][..], &[2, -1, 0][..]));
    }

    #[test]
    fn what_single_precision_cannot_hold_is_named() {
        let values = [1.0, 1e39];
        let table = Table::new(2, 1, &values, &[], None).expect("good");
        let problem = LaidTable::new(&table, Layout::RowsF32).expect_err("too large").to_string();
        assert!(problem.contains("feature 1 of row 2 is 1e39"), "{problem}");
    }
}
