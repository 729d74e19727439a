//! The features of a test, in every layout.

use std::borrow::Cow;

use crate::layout::{Categories, Column, Columns, Sparse};
use crate::{Result, Rows};

/// Dense rows, and what a host would make of them. A category's values are its codes.
#[derive(Debug, Clone)]
pub struct Table {
    values: Vec<f64>,
    singles: Vec<f32>,
    n_rows: usize,
    n_features: usize,
    /// Of each feature that is a category its place and its names.
    categories: Vec<(usize, Vec<String>)>,
    indptr: Vec<u64>,
    indices: Vec<u32>,
    stored: Vec<f64>,
    stored_singles: Vec<f32>,
}

impl Table {
    pub(super) fn new<R: AsRef<[f64]>>(rows: &[R], categories: &[(usize, Vec<String>)]) -> Self {
        let n_features = rows.first().map_or(0, |row| row.as_ref().len());
        Self::of_width(rows, n_features, categories)
    }

    /// The same for rows of which there may be none.
    pub(super) fn of_width<R: AsRef<[f64]>>(
        rows: &[R],
        n_features: usize,
        categories: &[(usize, Vec<String>)],
    ) -> Self {
        let rows: Vec<&[f64]> = rows.iter().map(AsRef::as_ref).collect();
        assert!(
            rows.iter().all(|row| row.len() == n_features),
            "all rows need the same number of features"
        );
        let (mut indptr, mut indices, mut stored) = (vec![0], Vec::new(), Vec::new());
        for row in &rows {
            for (j, value) in row.iter().enumerate().filter(|(_, value)| **value != 0.0) {
                indices.push(j as u32);
                stored.push(*value);
            }
            indptr.push(stored.len() as u64);
        }
        let values = rows.concat();
        let single = |values: &[f64]| values.iter().map(|value| *value as f32).collect();
        Self {
            singles: single(&values),
            stored_singles: single(&stored),
            values,
            n_rows: rows.len(),
            n_features,
            categories: categories.to_vec(),
            indptr,
            indices,
            stored,
        }
    }

    pub(super) fn n_rows(&self) -> usize {
        self.n_rows
    }

    pub(super) fn n_features(&self) -> usize {
        self.n_features
    }

    pub(super) fn categories(&self) -> &[(usize, Vec<String>)] {
        &self.categories
    }

    pub(super) fn with_category(self, feature: usize, names: &[&str]) -> Self {
        let rows: Vec<&[f64]> = self.rows().iter().collect();
        let fits = |code: f64| code.fract() == 0.0 && (-1.0..names.len() as f64).contains(&code);
        assert!(feature < self.n_features, "there is no such feature");
        assert!(rows.iter().all(|row| fits(row[feature])), "codes are -1 or places in the names");
        let names = names.iter().map(ToString::to_string).collect();
        let mut categories = self.categories.clone();
        categories.push((feature, names));
        Self::of_width(&rows, self.n_features, &categories)
    }

    pub(crate) fn rows(&self) -> Rows<'_> {
        Rows::strided(&self.values, self.n_rows, self.n_features, self.n_features)
    }

    pub(crate) fn rows_f32(&self) -> Rows<'_, f32> {
        Rows::strided(&self.singles, self.n_rows, self.n_features, self.n_features)
    }

    pub(crate) fn sparse(&self) -> Sparse<'_> {
        made(Sparse::new(&self.indptr, &self.indices, &self.stored, self.n_features))
    }

    pub(crate) fn sparse_f32(&self) -> Sparse<'_, f32> {
        made(Sparse::new(&self.indptr, &self.indices, &self.stored_singles, self.n_features))
    }

    pub(crate) fn columns(&self) -> Columns<'_> {
        let values = |j: usize| self.rows().iter().map(move |row| row[j]);
        let column = |j: usize| match self.categories.iter().find(|(feature, _)| *feature == j) {
            None => Column::Numbers(values(j).collect()),
            Some((_, names)) => Column::Categories(Categories {
                codes: values(j).map(|code| code as i32).collect::<Cow<'_, [i32]>>(),
                names: names.iter().map(String::as_str).collect(),
            }),
        };
        Columns::new((0..self.n_features).map(column).collect(), self.n_rows)
    }
}

fn made<T>(rows: Result<T>) -> T {
    rows.expect("sparse rows that were made here are good")
}
