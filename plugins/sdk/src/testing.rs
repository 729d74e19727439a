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
pub(crate) mod table;

pub use check::check;
pub use gradient::{Trained, check_gradient, descend, start};

use self::table::Table;
use crate::context::Progress;
use crate::fitted::{Fitted, Output};
use crate::layout::sealed::Laid;
use crate::{Classes, Error, FitCtx, LayoutModel, Result, Target, Train, Verdict};

/// Training data that owns its values. Rows are anything like a slice of `f64`.
#[derive(Debug, Clone)]
pub struct Data {
    x: Table,
    target: OwnedTarget,
    weights: Option<Vec<f64>>,
    validation: Option<Box<Data>>,
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
        Self { x: Table::new(rows, &[]), target, weights: None, validation: None }
    }

    /// Rows with the value of each.
    ///
    /// # Panics
    /// If lengths disagree: a mistake in the test.
    #[must_use]
    pub fn regression<R: AsRef<[f64]>>(rows: &[R], values: &[f64]) -> Self {
        assert_eq!(rows.len(), values.len(), "one value for each row");
        let target = OwnedTarget::Values(values.to_vec());
        Self { x: Table::new(rows, &[]), target, weights: None, validation: None }
    }

    /// Rows with several values of each, row after row; for models that expose gradients.
    ///
    /// # Panics
    /// If not all rows have as many: a mistake in the test.
    #[must_use]
    pub fn values<R: AsRef<[f64]>>(rows: &[R], values: &[f64]) -> Self {
        let fits = !rows.is_empty() && values.len().is_multiple_of(rows.len());
        assert!(fits, "as many values for each row");
        let target = OwnedTarget::Values(values.to_vec());
        Self { x: Table::new(rows, &[]), target, weights: None, validation: None }
    }

    /// How much each row counts.
    ///
    /// # Panics
    /// If there is not one for each row, or they are not ones that a host passes on: finite, not
    /// negative, not all zero.
    #[must_use]
    pub fn weighted(self, weights: &[f64]) -> Self {
        assert_eq!(self.x.n_rows(), weights.len(), "one weight for each row");
        assert!(weights.iter().all(|w| w.is_finite() && 0.0 <= *w), "weights are not negative");
        assert!(weights.iter().any(|w| 0.0 < *w), "some row has a weight");
        Self { weights: Some(weights.to_vec()), ..self }
    }

    /// The same, with a feature that is a category: its values are places in the names, -1 where it
    /// is missing. For a model that takes [`Columns`](crate::Columns).
    ///
    /// # Panics
    /// If there is no such feature or a value is no such place: a mistake in the test.
    #[must_use]
    pub fn category(self, feature: usize, names: &[&str]) -> Self {
        Self { x: self.x.with_category(feature, names), ..self }
    }

    /// The same, with validation rows.
    ///
    /// # Panics
    /// If these have another number of features: a mistake in the test.
    #[must_use]
    pub fn validated(self, validation: Self) -> Self {
        assert_eq!(self.x.n_features(), validation.x.n_features(), "the same features");
        Self { validation: Some(Box::new(validation)), ..self }
    }

    fn train<'a, X: Laid<'a>>(&'a self) -> Train<'a, X> {
        let target = match &self.target {
            OwnedTarget::Classes { codes, names } => Target::Classes(Classes {
                codes: codes.clone(),
                names: names.iter().map(String::as_str).collect(),
            }),
            OwnedTarget::Values(values) => Target::Values(values.clone()),
        };
        Train {
            x: X::of(&self.x),
            target,
            weights: self.weights.as_deref(),
            feature_names: Vec::new(),
            validation: self.validation.as_ref().map(|data| Box::new(data.train())),
        }
    }
}

/// Fits a model.
///
/// # Errors
/// Those of the model, and of the checks before it.
pub fn fit<M: LayoutModel>(params: &M::Params, data: &Data, seed: u64) -> Result<Fit<M>> {
    fit_while(params, data, seed, |_| Verdict::Continue)
}

/// Fits a model, answering each report with what `verdict` says about its step.
///
/// # Errors
/// Those of the model, and of the checks before it; of cancellation, where `verdict` says so.
pub fn fit_while<M: LayoutModel>(
    params: &M::Params,
    data: &Data,
    seed: u64,
    verdict: impl Fn(u64) -> Verdict,
) -> Result<Fit<M>> {
    let recorder = Recorder { verdict, last: RefCell::default(), reports: RefCell::default() };
    let mut ctx = FitCtx::new(seed, 1, &recorder);
    assert!(
        data.x.categories().is_empty() || <M::Features<'static> as Laid>::CATEGORIES,
        "this model takes no categories"
    );
    let fitted = Fitted::fit(params, &data.train(), &mut ctx)?;
    let categories = data.x.categories().to_vec();
    Ok(Fit { fitted, reports: recorder.reports.into_inner(), categories })
}

/// Fits a model and predicts.
///
/// # Errors
/// Those of the model, and of the checks before it.
pub fn fit_predict<M: LayoutModel, R: AsRef<[f64]>>(
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
pub fn load<M: LayoutModel>(bytes: &[u8]) -> Result<Fit<M>> {
    Ok(Fit { fitted: Fitted::load(bytes)?, reports: Vec::new(), categories: Vec::new() })
}

/// A step and its metrics, as the model reported them.
pub type Reported = (u64, Vec<(String, f64)>);

/// A fitted model under test.
pub struct Fit<M> {
    fitted: Fitted<M>,
    reports: Vec<Reported>,
    /// The features that are categories, and their names.
    categories: Vec<(usize, Vec<String>)>,
}

impl<M: LayoutModel> Fit<M> {
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
        let loaded = self.loaded(&self.save()?)?;
        Ok(Self { reports: self.reports.clone(), ..loaded })
    }

    /// Loads bytes of a model that was fitted to the same features.
    fn loaded(&self, bytes: &[u8]) -> Result<Self> {
        Ok(Self { categories: self.categories.clone(), ..load(bytes)? })
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
        let x = match rows.is_empty() {
            true => Table::of_width(rows, self.fitted.n_features(), &self.categories),
            false => Table::new(rows, &self.categories),
        };
        let mut out = vec![f64::NAN; self.fitted.n_values(rows.len(), output)?];
        self.fitted.predict(Laid::of(&x), output, &mut out)?;
        match out.iter().position(|value| !value.is_finite()) {
            None => Ok(out),
            Some(i) => Err(Error::numeric(format!("output {i} is {} or was not written", out[i]))),
        }
    }
}

impl<M: LayoutModel> fmt::Debug for Fit<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fit({})", M::INFO.id)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    /// The mean of the validation rows.
    struct Held(f64);

    impl Model for Held {
        type Params = ();
        const INFO: Info =
            Info::new("held", "The mean").tasks(&[Task::Regression]).caps(&[Cap::Validation]);

        fn fit(_: &(), train: &Train<'_>, _: &mut FitCtx<'_>) -> Result<Self> {
            let y = train.validation().unwrap_or(train).values()?;
            Ok(Self(y.iter().sum::<f64>() / y.len() as f64))
        }

        fn predict(&self, _: Rows<'_>, out: &mut [f64]) -> Result<()> {
            out.fill(self.0);
            Ok(())
        }
    }

    #[test]
    fn a_test_can_give_validation_rows() {
        let data = Data::regression(&[[0.0], [1.0]], &[4.0, 2.0]);
        assert_eq!(fit_predict::<Held, _>(&(), &data, &[[0.0]]).expect("fitted"), [3.0]);
        let data = data.validated(Data::regression(&[[5.0]], &[7.0]));
        assert_eq!(fit_predict::<Held, _>(&(), &data, &[[0.0]]).expect("fitted"), [7.0]);
        let classes = Data::classification(&[[5.0]], &[0], &["a", "b"]);
        let problem = fit::<Held>(&(), &data.validated(classes), 1).map(drop);
        assert!(problem.expect_err("another target").to_string().contains("not like"));
    }
}
