//! Runs a model in a plugin's own tests, with the checks that a host would meet.
//!
//! ```
//! # use surmise_plugin_sdk::prelude::*;
//! # struct First;
//! # impl Model for First {
//! #     type Params = ();
//! #     const INFO: Info = Info::new("first", "Always the first class");
//! #     fn fit(_: &(), _: &Train<'_>, _: &mut FitCtx<'_>) -> Result<Self> { Ok(Self) }
//! #     fn predict(&self, _: Rows<'_>, out: &mut [f64]) -> Result<()> { out.fill(0.0); Ok(()) }
//! # }
//! use surmise_plugin_sdk::testing::{Data, check, fit};
//!
//! let data = Data::classification(&[[0.0, 1.0], [2.0, 3.0]], &[0, 1], &["no", "yes"]);
//! let fitted = fit::<First>(&(), &data, 7)?;
//! assert_eq!(fitted.predict(&[[4.0, 5.0]])?, [0.0]);
//!
//! // What any model promises: repetition, saving, and whatever its description lists.
//! check::<First>(&(), &data)?;
//! # Ok::<(), surmise_plugin_sdk::Error>(())
//! ```

use std::cell::RefCell;
use std::fmt;

mod check;
mod gradient;

pub use check::check;
pub use gradient::{Trained, check_gradient, descend};

use crate::context::Progress;
use crate::fitted::{Fitted, Output};
use crate::{Classes, Error, FitCtx, Model, Result, Rows, Target, Train, Verdict};

/// Training data that owns its values. Rows are anything like a slice of `f64`.
#[derive(Debug, Clone)]
pub struct Data {
    x: Matrix,
    target: OwnedTarget,
    weights: Option<Vec<f64>>,
}

#[derive(Debug, Clone)]
enum OwnedTarget {
    Classes { codes: Vec<u32>, names: Vec<String> },
    Values(Vec<f64>),
}

impl Data {
    /// Rows with the class of each and the names of all classes.
    ///
    /// # Panics
    /// If lengths disagree or a code has no name: a mistake in the test.
    #[must_use]
    pub fn classification<R: AsRef<[f64]>>(rows: &[R], codes: &[u32], names: &[&str]) -> Self {
        assert_eq!(rows.len(), codes.len(), "one class for each row");
        assert!(codes.iter().all(|code| (*code as usize) < names.len()), "a name for each class");
        let names = names.iter().map(ToString::to_string).collect();
        let target = OwnedTarget::Classes { codes: codes.to_vec(), names };
        Self { x: Matrix::new(rows), target, weights: None }
    }

    /// Rows with the value of each.
    ///
    /// # Panics
    /// If lengths disagree: a mistake in the test.
    #[must_use]
    pub fn regression<R: AsRef<[f64]>>(rows: &[R], values: &[f64]) -> Self {
        assert_eq!(rows.len(), values.len(), "one value for each row");
        Self { x: Matrix::new(rows), target: OwnedTarget::Values(values.to_vec()), weights: None }
    }

    /// How much each row counts.
    ///
    /// # Panics
    /// If there is not one for each row, or they are not ones that a host passes on: finite, not
    /// negative, not all zero.
    #[must_use]
    pub fn weighted(self, weights: &[f64]) -> Self {
        assert_eq!(self.x.n_rows, weights.len(), "one weight for each row");
        assert!(weights.iter().all(|w| w.is_finite() && 0.0 <= *w), "weights are not negative");
        assert!(weights.iter().any(|w| 0.0 < *w), "some row has a weight");
        Self { weights: Some(weights.to_vec()), ..self }
    }

    fn train(&self) -> Train<'_> {
        let target = match &self.target {
            OwnedTarget::Classes { codes, names } => Target::Classes(Classes {
                codes: codes.clone(),
                names: names.iter().map(String::as_str).collect(),
            }),
            OwnedTarget::Values(values) => Target::Values(values.clone()),
        };
        Train {
            x: self.x.view(),
            target,
            weights: self.weights.as_deref(),
            feature_names: Vec::new(),
        }
    }
}

/// Fits a model.
///
/// # Errors
/// Those of the model, and of the checks before it.
pub fn fit<M: Model>(params: &M::Params, data: &Data, seed: u64) -> Result<Fit<M>> {
    fit_while(params, data, seed, |_| Verdict::Continue)
}

/// Fits a model, answering each report with what `verdict` says about its step.
///
/// # Errors
/// Those of the model, and of the checks before it; of cancellation, where `verdict` says so.
pub fn fit_while<M: Model>(
    params: &M::Params,
    data: &Data,
    seed: u64,
    verdict: impl Fn(u64) -> Verdict,
) -> Result<Fit<M>> {
    let recorder = Recorder { verdict, last: RefCell::default(), reports: RefCell::default() };
    let mut ctx = FitCtx::new(seed, 1, &recorder);
    let fitted = Fitted::fit(params, &data.train(), &mut ctx)?;
    Ok(Fit { fitted, reports: recorder.reports.into_inner() })
}

/// Fits a model and predicts.
///
/// # Errors
/// Those of the model, and of the checks before it.
pub fn fit_predict<M: Model, R: AsRef<[f64]>>(
    params: &M::Params,
    data: &Data,
    rows: &[R],
) -> Result<Vec<f64>> {
    fit::<M>(params, data, 0)?.predict(rows)
}

/// Loads what [`Fit::save`] gave, or what a test made of it: whatever the bytes are, the outcome
/// must be an error or a model that can predict.
///
/// # Errors
/// Those of the model, and of the checks around it.
pub fn load<M: Model>(bytes: &[u8]) -> Result<Fit<M>> {
    Ok(Fit { fitted: Fitted::load(bytes)?, reports: Vec::new() })
}

/// A step and its metrics, as the model reported them.
pub type Reported = (u64, Vec<(String, f64)>);

/// A fitted model under test.
pub struct Fit<M> {
    fitted: Fitted<M>,
    reports: Vec<Reported>,
}

impl<M: Model> Fit<M> {
    /// Values, or class codes.
    ///
    /// # Errors
    /// Those of the model, and of the checks before it.
    pub fn predict<R: AsRef<[f64]>>(&self, rows: &[R]) -> Result<Vec<f64>> {
        self.output(rows, Output::Value)
    }

    /// Class probabilities, a row of `n_classes` after the other.
    ///
    /// # Errors
    /// Those of the model, and of the checks before it.
    pub fn predict_proba<R: AsRef<[f64]>>(&self, rows: &[R]) -> Result<Vec<f64>> {
        self.output(rows, Output::Proba)
    }

    /// Decision scores.
    ///
    /// # Errors
    /// Those of the model, and of the checks before it.
    pub fn decision<R: AsRef<[f64]>>(&self, rows: &[R]) -> Result<Vec<f64>> {
        self.output(rows, Output::Decision)
    }

    /// How much each feature mattered.
    ///
    /// # Errors
    /// Those of the model, and of the checks of a host: finite and not negative.
    pub fn importance(&self) -> Result<Vec<f64>> {
        let mut out = vec![f64::NAN; self.fitted.n_features()];
        self.fitted.importance(&mut out)?;
        match out.iter().position(|value| !value.is_finite() || *value < 0.0) {
            None => Ok(out),
            Some(i) => Err(Error::numeric(format!("feature {i} has the importance {}", out[i]))),
        }
    }

    /// The bytes that a host would keep, for [`load`].
    ///
    /// # Errors
    /// Those of the model.
    pub fn save(&self) -> Result<Vec<u8>> {
        self.fitted.save()
    }

    /// The model after it was saved and loaded.
    ///
    /// # Errors
    /// Those of the model.
    pub fn reload(&self) -> Result<Self> {
        let loaded = load(&self.save()?)?;
        Ok(Self { reports: self.reports.clone(), ..loaded })
    }

    /// The model itself.
    #[must_use]
    pub fn model(&self) -> &M {
        self.fitted.model()
    }

    /// What the fit reported.
    #[must_use]
    pub fn reports(&self) -> &[Reported] {
        &self.reports
    }

    fn output<R: AsRef<[f64]>>(&self, rows: &[R], output: Output) -> Result<Vec<f64>> {
        let x = Matrix::new(rows);
        let mut out = vec![f64::NAN; self.fitted.n_values(rows.len(), output)?];
        self.fitted.predict(x.view(), output, &mut out)?;
        match out.iter().position(|value| !value.is_finite()) {
            None => Ok(out),
            Some(i) => Err(Error::numeric(format!("output {i} is {} or was not written", out[i]))),
        }
    }
}

impl<M: Model> fmt::Debug for Fit<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fit({})", M::INFO.id)
    }
}

#[derive(Debug, Clone)]
struct Matrix {
    values: Vec<f64>,
    n_rows: usize,
    n_features: usize,
}

impl Matrix {
    fn new<R: AsRef<[f64]>>(rows: &[R]) -> Self {
        let n_features = rows.first().map_or(0, |row| row.as_ref().len());
        assert!(
            rows.iter().all(|row| row.as_ref().len() == n_features),
            "all rows need the same number of features"
        );
        let values = rows.iter().flat_map(AsRef::as_ref).copied().collect();
        Self { values, n_rows: rows.len(), n_features }
    }

    fn view(&self) -> Rows<'_> {
        Rows::strided(&self.values, self.n_rows, self.n_features, self.n_features)
    }
}

/// Stands in for the host.
struct Recorder<F> {
    verdict: F,
    last: RefCell<Option<Verdict>>,
    reports: RefCell<Vec<Reported>>,
}

impl<F: Fn(u64) -> Verdict> Progress for Recorder<F> {
    fn report(&self, step: u64, metrics: &[(&str, f64)]) -> Verdict {
        let metrics = metrics.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        let mut reports = self.reports.borrow_mut();
        assert!(reports.last().is_none_or(|(last, _)| *last < step), "steps must increase");
        reports.push((step, metrics));
        *self.last.borrow_mut().insert((self.verdict)(step))
    }

    fn verdict(&self) -> Verdict {
        self.last.borrow().unwrap_or(Verdict::Continue)
    }
}
