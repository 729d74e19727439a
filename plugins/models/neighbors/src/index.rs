//! The search for nearest rows.

use surmise_plugin_sdk::{Error, Result};

use crate::metric::Metric;
use crate::nearest::Nearest;
use crate::screen::Screen;
use crate::simd::{GROUP, Hits};

/// Queries that pass over a stretch of rows together.
const BATCH: usize = 64 * GROUP;

/// Entries beyond have squares beyond finite arithmetic.
const ENTRY_MAX: f64 = 1e150;

/// Training rows that can be asked for the nearest ones: brute force, exactly.
#[derive(Debug, Clone)]
pub struct Index {
    metric: Metric,
    n_rows: usize,
    n_features: usize,
    /// As they were given, row-major.
    rows: Vec<f64>,
    /// As they are compared, if that is otherwise.
    prepared: Option<Vec<f64>>,
    screen: Screen,
}

impl Index {
    /// Over rows of `n_features`, row-major. O(rows × features).
    ///
    /// # Errors
    /// If there are no rows, none of their features or too many, or entries too large to be
    /// compared.
    pub fn new(metric: Metric, rows: Vec<f64>, n_features: usize) -> Result<Self> {
        if n_features == 0 || rows.is_empty() || !rows.len().is_multiple_of(n_features) {
            return Err(Error::invalid("needs at least one row and one feature"));
        }
        let n_rows = rows.len() / n_features;
        if u32::try_from(n_rows).is_err() {
            return Err(Error::invalid(format!("{n_rows} rows are too many for this search")));
        }
        check(&rows)?;
        let prepare =
            || rows.chunks_exact(n_features).flat_map(|row| metric.prepared(row)).collect();
        let prepared: Option<Vec<f64>> = (metric == Metric::Cosine).then(prepare);
        let screen = Screen::new(metric, prepared.as_ref().unwrap_or(&rows), n_features);
        Ok(Self { metric, n_rows, n_features, rows, prepared, screen })
    }

    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Length of a row.
    #[must_use]
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// The rows, row-major.
    #[must_use]
    pub fn rows(&self) -> &[f64] {
        &self.rows
    }

    fn compared(&self, row: u32) -> &[f64] {
        let rows = self.prepared.as_ref().unwrap_or(&self.rows);
        &rows[row as usize * self.n_features..][..self.n_features]
    }

    /// Calls `visit` with the number of each query and its `k` nearest rows (or all, if there are
    /// fewer), as distances and rows, nearest first; of equally near rows the lowest is first.
    /// Which is nearer is told before a root is taken.
    /// O(rows × features) a query.
    ///
    /// # Errors
    /// If an entry is too large to be compared.
    ///
    /// # Panics
    /// If a query is of another length than a row.
    pub fn nearest<'q>(
        &self,
        queries: impl IntoIterator<Item = &'q [f64]>,
        k: usize,
        mut visit: impl FnMut(usize, &[(f64, u32)]),
    ) -> Result<()> {
        let mut queries = queries.into_iter();
        let mut first = 0;
        loop {
            let mut batch = Vec::with_capacity(BATCH);
            for query in queries.by_ref().take(BATCH) {
                assert_eq!(query.len(), self.n_features, "a query as long as a row");
                check(query)?;
                batch.push(self.metric.prepared(query));
            }
            if batch.is_empty() {
                return Ok(());
            }
            for (q, nearest) in self.search(&batch, k).iter().enumerate() {
                let found = nearest.found().iter();
                let found: Vec<(f64, u32)> =
                    found.map(|(rank, row)| (self.metric.distance(*rank), *row)).collect();
                visit(first + q, &found);
            }
            first += batch.len();
        }
    }

    fn search(&self, batch: &[Vec<f64>], k: usize) -> Vec<Nearest> {
        let k = k.min(self.n_rows);
        let mut nearest = vec![Nearest::new(k); batch.len()];
        let groups: Vec<_> = batch.chunks(GROUP).map(|group| self.screen.group(group)).collect();
        let mut hits = Hits::default();
        for stretch in 0..self.screen.n_stretches() {
            for (g, group) in groups.iter().enumerate() {
                let Some(group) = group else { continue };
                let start = g * GROUP;
                let end = (start + GROUP).min(batch.len());
                let mut bounds = [f64::NEG_INFINITY; GROUP];
                for (bound, nearest) in bounds.iter_mut().zip(&nearest[start..end]) {
                    *bound = nearest.bound();
                }
                self.screen.pass(stretch, group, &bounds[..end - start], k, &mut hits);
                for (q, hits) in (start..end).zip(&hits) {
                    // Where all are taken, so are the ones that only fill a panel.
                    let hits = hits.iter().filter(|(_, row)| (*row as usize) < self.n_rows);
                    for (_, row) in hits {
                        nearest[q].offer(self.metric.rank(&batch[q], self.compared(*row)), *row);
                    }
                }
            }
        }
        for (g, group) in groups.iter().enumerate() {
            if group.is_none() {
                self.compare_all(batch, g * GROUP, &mut nearest);
            }
        }
        nearest
    }

    /// A group with a query that is too far away to be screened.
    fn compare_all(&self, batch: &[Vec<f64>], start: usize, nearest: &mut [Nearest]) {
        let end = (start + GROUP).min(batch.len());
        for q in start..end {
            for row in 0..self.n_rows as u32 {
                nearest[q].offer(self.metric.rank(&batch[q], self.compared(row)), row);
            }
        }
    }
}

fn check(values: &[f64]) -> Result<()> {
    match values.iter().all(|x| x.abs() <= ENTRY_MAX) {
        true => Ok(()),
        false => Err(Error::numeric("features are too large for finite arithmetic; scale them")),
    }
}
