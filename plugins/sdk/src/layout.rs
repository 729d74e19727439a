//! Features in other layouts than rows of `f64`: for models that gain from them.
//!
//! A [`LayoutModel`] is a [`Model`] that says by a type how it takes its features:
//!
//! | `type Features<'a>` | what comes | for |
//! |---|---|---|
//! | [`Rows<'a, f32>`](Rows) | rows in single precision | half the memory; networks |
//! | [`Sparse<'a>`](Sparse), or of `f32` | compressed sparse rows | models of many features |
//! | [`Columns<'a>`](Columns) | typed columns, categories among them | trees |
//!
//! The host converts a table once, whatever it read it from.
//!
//! ```
//! use surmise_plugin_sdk::layout::LayoutModel;
//! use surmise_plugin_sdk::prelude::*;
//!
//! /// Predicts the mean of the target in rows of the same category.
//! struct Group(Vec<f64>, f64);
//!
//! impl LayoutModel for Group {
//!     type Params = ();
//!     type Features<'a> = Columns<'a>;
//!     const INFO: Info =
//!         Info::new("group", "The mean of each category").tasks(&[Task::Regression]);
//!
//!     fn fit(_: &(), train: &Train<'_, Columns<'_>>, _: &mut FitCtx<'_>) -> Result<Self> {
//!         let (x, y) = (train.x(), train.values()?);
//!         let Column::Categories(column) = x.column(0) else {
//!             return Err(Error::invalid("the first feature must be a category"));
//!         };
//!         let mut sums = vec![(0.0, 0.0); column.names().len()];
//!         for (code, y) in column.codes().iter().zip(y) {
//!             // A missing category has the code -1.
//!             if let Some((sum, n)) = sums.get_mut(*code as usize) {
//!                 *sum += y;
//!                 *n += 1.0;
//!             }
//!         }
//!         let mean = y.iter().sum::<f64>() / y.len() as f64;
//!         Ok(Self(sums.into_iter().map(|(sum, n)| sum / f64::max(n, 1.0)).collect(), mean))
//!     }
//!
//!     fn predict(&self, x: Columns<'_>, out: &mut [f64]) -> Result<()> {
//!         let Column::Categories(column) = x.column(0) else {
//!             return Err(Error::invalid("the first feature must be a category"));
//!         };
//!         for (code, out) in column.codes().iter().zip(out) {
//!             *out = self.0.get(*code as usize).copied().unwrap_or(self.1);
//!         }
//!         Ok(())
//!     }
//! }
//!
//! use surmise_plugin_sdk::testing::{Data, fit};
//! let data = Data::regression(&[[0.0], [1.0], [1.0]], &[5.0, 1.0, 3.0]);
//! let data = data.category(0, &["east", "west"]);
//! let fitted = fit::<Group>(&(), &data, 7)?;
//! assert_eq!(fitted.predict(&[[0.0], [1.0], [-1.0]])?, [5.0, 2.0, 3.0]);
//! # Ok::<(), Error>(())
//! ```

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::{Error, FitCtx, Hyperparams, Info, Loader, Model, Result, Rows, Saver, Train};

/// A [`Model`] that takes its features in a layout of its choice. Each method means what it means
/// there; a type implements one of the two.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no model that fits itself",
    label = "this needs `impl Model for {Self}`, or `impl LayoutModel for {Self}`",
    note = "a `Model` has a type `Params`, a constant `INFO` and functions `fit` and `predict`"
)]
pub trait LayoutModel: Sized + Send + 'static {
    /// Its hyperparameters; `()` if it has none.
    type Params: Hyperparams;

    /// How it takes its features.
    type Features<'a>: Features<'a>;

    /// Its description.
    const INFO: Info;

    /// As [`Model::fit`].
    ///
    /// # Errors
    /// As [`Model::fit`].
    fn fit(
        params: &Self::Params,
        train: &Train<'_, Self::Features<'_>>,
        ctx: &mut FitCtx<'_>,
    ) -> Result<Self>;

    /// As [`Model::predict`].
    ///
    /// # Errors
    /// As [`Model::predict`].
    fn predict(&self, x: Self::Features<'_>, out: &mut [f64]) -> Result<()>;

    /// As [`Model::predict_proba`].
    ///
    /// # Errors
    /// As [`Model::predict_proba`].
    fn predict_proba(&self, x: Self::Features<'_>, out: &mut [f64]) -> Result<()> {
        let _ = (x, out);
        Err(Error::unsupported("this model gives no probabilities"))
    }

    /// As [`Model::decision`].
    ///
    /// # Errors
    /// As [`Model::decision`].
    fn decision(&self, x: Self::Features<'_>, out: &mut [f64]) -> Result<()> {
        let _ = (x, out);
        Err(Error::unsupported("this model gives no decision scores"))
    }

    /// As [`Model::importance`].
    ///
    /// # Errors
    /// As [`Model::importance`].
    fn importance(&self, out: &mut [f64]) -> Result<()> {
        let _ = out;
        Err(Error::unsupported("this model tells no importance of features"))
    }

    /// As [`Model::save`].
    ///
    /// # Errors
    /// As [`Model::save`].
    fn save(&self, saver: &mut Saver) -> Result<()> {
        let _ = saver;
        Err(Error::unsupported("this model cannot be saved"))
    }

    /// As [`Model::load`].
    ///
    /// # Errors
    /// As [`Model::load`].
    fn load(loader: &mut Loader<'_>) -> Result<Self> {
        let _ = loader;
        Err(Error::unsupported("this model cannot be loaded"))
    }
}

impl<M: Model> LayoutModel for M {
    type Params = M::Params;
    type Features<'a> = Rows<'a>;
    const INFO: Info = M::INFO;

    fn fit(params: &M::Params, train: &Train<'_, Rows<'_>>, ctx: &mut FitCtx<'_>) -> Result<Self> {
        M::fit(params, train, ctx)
    }

    fn predict(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        Model::predict(self, x, out)
    }

    fn predict_proba(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        Model::predict_proba(self, x, out)
    }

    fn decision(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        Model::decision(self, x, out)
    }

    fn importance(&self, out: &mut [f64]) -> Result<()> {
        Model::importance(self, out)
    }

    fn save(&self, saver: &mut Saver) -> Result<()> {
        Model::save(self, saver)
    }

    fn load(loader: &mut Loader<'_>) -> Result<Self> {
        Model::load(loader)
    }
}

/// Features of some rows: [`Rows`], [`Sparse`] or [`Columns`].
pub trait Features<'a>: Clone + fmt::Debug + sealed::Laid<'a> {
    /// Number of rows.
    fn n_rows(&self) -> usize;

    /// Number of features.
    fn n_features(&self) -> usize;
}

pub(crate) mod sealed {
    use surmise_plugin_abi as abi;

    use crate::Result;
    use crate::testing::table::Table;

    /// What only this crate knows of a layout.
    pub trait Laid<'a>: Sized {
        /// Its word in a descriptor.
        const WORD: &'static str;
        /// Whether a feature may be a category.
        const CATEGORIES: bool = false;

        /// The features of a dataset.
        ///
        /// # Safety
        /// The dataset follows the ABI for `'a`.
        unsafe fn borrow(data: &abi::Dataset) -> Result<Self>;

        /// Those of a test.
        fn of(table: &'a Table) -> Self;
    }
}

/// Compressed sparse rows: what is not stored is zero. Cheap to copy.
#[derive(Debug, Clone, Copy)]
pub struct Sparse<'a, T = f64> {
    /// Of each row where it begins; and where the last one ends.
    indptr: &'a [u64],
    indices: &'a [u32],
    values: &'a [T],
    n_features: usize,
}

impl<'a, T> Sparse<'a, T> {
    /// A view of rows in the usual three arrays: row i has the values from `indptr[i]` up to
    /// `indptr[i + 1]`, in the columns `indices`.
    ///
    /// # Errors
    /// If `indptr` does not lead from 0 to the number of values without a step back, or columns of
    /// a row do not ascend below `n_features`.
    pub fn new(
        indptr: &'a [u64],
        indices: &'a [u32],
        values: &'a [T],
        n_features: usize,
    ) -> Result<Self> {
        let wrong = |problem: &str| Err(Error::invalid(format!("sparse rows: {problem}")));
        let ends = (indptr.first(), indptr.last());
        if ends != (Some(&0), Some(&(values.len() as u64))) || indices.len() != values.len() {
            return wrong("the offsets do not cover the values");
        }
        if !indptr.is_sorted() {
            return wrong("an offset lies before the one of an earlier row");
        }
        for bounds in indptr.windows(2) {
            let row = &indices[bounds[0] as usize..bounds[1] as usize];
            if !row.is_sorted_by(|a, b| a < b) {
                return wrong("the columns of a row do not ascend");
            }
            if row.last().is_some_and(|last| n_features <= *last as usize) {
                return wrong("a column beyond the last feature");
            }
        }
        Ok(Self { indptr, indices, values, n_features })
    }

    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.indptr.len() - 1
    }

    /// Number of features.
    #[must_use]
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// Number of stored values. Some of them may be zero.
    #[must_use]
    pub fn n_stored(&self) -> usize {
        self.values.len()
    }

    /// One row: the features whose values are stored, ascending, and these values.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn row(&self, i: usize) -> (&'a [u32], &'a [T]) {
        let stored = self.indptr[i] as usize..self.indptr[i + 1] as usize;
        (&self.indices[stored.clone()], &self.values[stored])
    }

    /// The rows in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&'a [u32], &'a [T])>
    where
        T: Copy,
    {
        let rows = *self;
        (0..self.n_rows()).map(move |i| rows.row(i))
    }
}

/// Typed columns; cheap to clone.
#[derive(Debug, Clone)]
pub struct Columns<'a> {
    columns: Arc<[Column<'a>]>,
    n_rows: usize,
}

/// One column, a value for each row.
#[derive(Debug, Clone)]
pub enum Column<'a> {
    /// Numbers; NaN is a missing value. Yes and no are 1 and 0.
    Numbers(Cow<'a, [f64]>),
    /// Categories.
    Categories(Categories<'a>),
}

/// A column of categories.
#[derive(Debug, Clone)]
pub struct Categories<'a> {
    pub(crate) codes: Cow<'a, [i32]>,
    pub(crate) names: Vec<&'a str>,
}

impl<'a> Columns<'a> {
    pub(crate) fn new(columns: Vec<Column<'a>>, n_rows: usize) -> Self {
        Self { columns: columns.into(), n_rows }
    }

    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Number of features, the number of columns.
    #[must_use]
    pub fn n_features(&self) -> usize {
        self.columns.len()
    }

    /// The column of a feature.
    ///
    /// # Panics
    /// If there is no such feature.
    #[must_use]
    pub fn column(&self, feature: usize) -> &Column<'a> {
        &self.columns[feature]
    }

    /// The columns in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Column<'a>> {
        self.columns.iter()
    }
}

impl<'a> Categories<'a> {
    /// The category of each row: a place in [`names`](Categories::names), or -1 for one that is
    /// missing or that the training rows did not have.
    #[must_use]
    pub fn codes(&self) -> &[i32] {
        &self.codes
    }

    /// The categories of the training rows. In a prediction they are the same as in the fit.
    #[must_use]
    pub fn names(&self) -> &[&'a str] {
        &self.names
    }
}

impl<'a, T: Clone + fmt::Debug> Features<'a> for Rows<'a, T>
where
    Self: sealed::Laid<'a>,
{
    fn n_rows(&self) -> usize {
        self.n_rows()
    }

    fn n_features(&self) -> usize {
        self.n_features()
    }
}

impl<'a, T: Clone + fmt::Debug> Features<'a> for Sparse<'a, T>
where
    Self: sealed::Laid<'a>,
{
    fn n_rows(&self) -> usize {
        self.n_rows()
    }

    fn n_features(&self) -> usize {
        self.n_features
    }
}

impl<'a> Features<'a> for Columns<'a> {
    fn n_rows(&self) -> usize {
        self.n_rows
    }

    fn n_features(&self) -> usize {
        self.columns.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sparse_rows_are_checked_and_read() {
        let x = Sparse::new(&[0, 2, 2, 3], &[0, 2, 1], &[1.5, -2.0, 4.0], 3).expect("good");
        assert_eq!((x.n_rows(), x.n_features(), x.n_stored()), (3, 3, 3));
        let rows: Vec<_> = x.iter().collect();
        assert_eq!(rows[0], (&[0, 2][..], &[1.5, -2.0][..]));
        assert_eq!(rows[1], (&[][..], &[][..]));
        assert_eq!(x.row(2), (&[1][..], &[4.0][..]));
        type Arrays = (&'static [u64], &'static [u32], &'static [f64]);
        let bad: [Arrays; 7] = [
            (&[], &[], &[]),
            (&[1, 1], &[0], &[1.0]),
            (&[0, 1], &[0, 1], &[1.0, 2.0]),
            (&[0, 2, 1, 2], &[0, 1], &[1.0, 2.0]),
            (&[0, 2], &[1, 1], &[1.0, 2.0]),
            (&[0, 1], &[3], &[1.0]),
            (&[0, 1], &[], &[1.0]),
        ];
        for (indptr, indices, values) in bad {
            assert!(Sparse::new(indptr, indices, values, 3).is_err(), "{indptr:?} {indices:?}");
        }
    }
}
