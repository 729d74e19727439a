//! The regressor: one machine that predicts a number.

use crate::cache::RowCache;
use crate::classifier::Settings;
use crate::dual::Dual;
use crate::error::SvmError;
use crate::kernel::Kernel;
use crate::lanes::{dot, padded};
use crate::rows::Panels;
use crate::sample::Distinct;
use crate::smo::{SmoSettings, Solution, solve};
use crate::source::Source;
use crate::train::{check_nu, check_settings};

/// What decides how far targets may be off at no cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tube {
    /// `ε >= 0`, in units of the target.
    Epsilon(f64),
    /// `ν` in (0, 1]: `ε` is such that at most this share of the rows is farther off, and at least
    /// this share is support vectors.
    Nu(f64),
}

/// An ε- or ν-support-vector regressor, `f(x) = Σ_s β_s k(x_s, x) + b` over the support vectors
/// `s`.
#[derive(Debug, Clone)]
pub struct Regressor {
    pub(crate) kernel: Kernel,
    pub(crate) n_features: usize,
    pub(crate) support: Vec<u32>,
    pub(crate) vectors: Panels,
    pub(crate) coefficients: Vec<f64>,
    pub(crate) bias: f64,
}

impl Regressor {
    /// Fits `rows` with the targets `values`. Weights say how much each row counts, as if it were
    /// there so often; rows that are equal with their targets become one. `interrupt` and costs are
    /// as in [`Classifier::train`](crate::Classifier::train).
    ///
    /// # Errors
    /// [`SvmError::Data`] if there are no rows of a positive weight, no features, rows of unequal
    /// length, a number that is not finite or a negative weight; [`SvmError::Setting`] for a
    /// setting out of range; the others as they say.
    pub fn fit(
        rows: &[&[f64]],
        values: &[f64],
        weights: Option<&[f64]>,
        tube: Tube,
        settings: &Settings,
        interrupt: &mut dyn FnMut() -> bool,
    ) -> Result<Self, SvmError> {
        Self::of(&Distinct::new(rows, values, weights)?, tube, settings, interrupt)
    }

    /// As [`Regressor::fit`], to rows that differ.
    pub(crate) fn of(
        data: &Distinct<'_>,
        tube: Tube,
        settings: &Settings,
        interrupt: &mut dyn FnMut() -> bool,
    ) -> Result<Self, SvmError> {
        check_settings(settings)?;
        check_tube(tube)?;
        let table = data.rows.concat();
        let costs: Vec<f64> = data.weights.iter().map(|weight| settings.c * weight).collect();
        let dual = match tube {
            Tube::Epsilon(epsilon) => Dual::svr(&data.values, &costs, epsilon),
            Tube::Nu(nu) => Dual::nu_svr(&data.values, &costs, nu),
        };
        // Rows that are there twice are computed once.
        let is_for_several = dual.n_rows < dual.boxes.len();
        let (kernel, bytes) = (settings.kernel, settings.cache_bytes);
        let source = Source::new(kernel, table, data.width, bytes, is_for_several);
        let solution = solve_over(&source, &dual, settings, interrupt)?;
        Ok(assemble(&data.numbers, source.table(), data.width, kernel, &dual, &solution))
    }

    /// Length of a row.
    #[must_use]
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// The numbers of the training rows that are support vectors, ascending.
    #[must_use]
    pub fn support(&self) -> &[u32] {
        &self.support
    }

    /// `β` of each support vector.
    #[must_use]
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// `b`.
    #[must_use]
    pub fn bias(&self) -> f64 {
        self.bias
    }

    /// Calls `visit` with the prediction for each of `rows`, whose length must be
    /// [`Regressor::n_features`]. O(support × features) for each row.
    pub fn predict<'r>(
        &self,
        rows: impl IntoIterator<Item = &'r [f64]>,
        mut visit: impl FnMut(f64),
    ) {
        let mut kernels = vec![0.0; padded(self.vectors.len())];
        for row in rows {
            self.kernel.fill(row, self.vectors.blocks(), &mut kernels);
            visit(dot(&self.coefficients, &kernels[..self.coefficients.len()]) + self.bias);
        }
    }
}

fn check_tube(tube: Tube) -> Result<(), SvmError> {
    match tube {
        Tube::Nu(nu) => check_nu(nu),
        Tube::Epsilon(epsilon) if epsilon.is_finite() && epsilon >= 0.0 => Ok(()),
        Tube::Epsilon(epsilon) => Err(SvmError::Setting(format!(
            "`epsilon` must be finite and not negative, found {epsilon}"
        ))),
    }
}

fn solve_over(
    source: &Source,
    dual: &Dual,
    settings: &Settings,
    interrupt: &mut dyn FnMut() -> bool,
) -> Result<Solution, SvmError> {
    let n_variables = dual.boxes.len() as u32;
    let members: Vec<u32> = (0..n_variables).map(|id| id % dual.n_rows as u32).collect();
    let cache = RowCache::new(source.of(&members), n_variables, source.cache_bytes());
    solve(dual, cache, SmoSettings::new(settings, dual.boxes.len()), interrupt)
}

/// Keeps the rows with a coefficient.
fn assemble(
    rows: &[u32],
    table: &[f64],
    width: usize,
    kernel: Kernel,
    dual: &Dual,
    solution: &Solution,
) -> Regressor {
    let (first, second) = solution.beta.split_at(dual.n_rows);
    let beta: Vec<f64> = match second {
        [] => first.to_vec(),
        second => first.iter().zip(second).map(|(up, down)| up + down).collect(),
    };
    let kept: Vec<usize> = (0..dual.n_rows).filter(|&row| beta[row] != 0.0).collect();
    let [low, high] = solution.levels;
    Regressor {
        kernel,
        n_features: width,
        support: kept.iter().map(|&row| rows[row]).collect(),
        vectors: Panels::pack(width, kept.iter().map(|&row| &table[row * width..][..width])),
        coefficients: kept.iter().map(|&row| beta[row]).collect(),
        // Of ν-SVR the one level is `b + ε`, and the other `b - ε`.
        bias: if dual.n_first.is_some() { f64::midpoint(low, high) } else { low },
    }
}
