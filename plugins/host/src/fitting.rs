//! What is checked before a model is fitted or predicts, wherever it runs.

use surmise_core::component::{ModelInfo, Task};

use crate::data::Frame;
use crate::{Error, PredictKind, Result, Table, Target, scan};

/// Refuses models that only the host can train.
pub(crate) fn check_fits_itself(info: &ModelInfo) -> Result<()> {
    if info.fits_itself {
        return Ok(());
    }
    Err(Error::data(format!(
        "model `{}` does not fit itself: it is trained through its gradient",
        info.component.name
    )))
}

/// Refuses categories and missing values that the model does not take. One that takes categories
/// takes those that are missing, too, as it does those that it was not fitted to.
pub(crate) fn check_features(info: &ModelInfo, table: &Table<'_>) -> Result<()> {
    let (frame, name) = (table.frame(), &info.component.name);
    let is_category = |j: usize| frame.category(j).is_some();
    if let Some(j) = (0..frame.n_features).find(|j| !info.categories && is_category(*j)) {
        let feature = frame.name(j);
        return Err(Error::data(format!(
            "{feature} is a category, and model `{name}` takes numbers only"
        )));
    }
    if info.missing {
        return Ok(());
    }
    // Nearly always nothing is missing at all, which is told faster than where something is.
    if scan::first(table.values(), f64::is_nan).is_none() {
        return Ok(());
    }
    let is_missing =
        |(i, value): (usize, &f64)| value.is_nan() && !is_category(i % frame.n_features);
    match table.values().iter().enumerate().position(is_missing) {
        None => Ok(()),
        Some(i) => Err(Error::data(format!(
            "{} is missing, and model `{name}` takes no missing values: impute them before it",
            frame.place(i),
        ))),
    }
}

/// The number of classes to learn, `None` for a regression.
pub(crate) fn check_target(info: &ModelInfo, train: &Frame<'_>) -> Result<Option<usize>> {
    let (task, n_classes) = match train.target {
        None => return Err(Error::data("there is no target to learn")),
        Some(Target::Classes { names, .. }) => (Task::Classification, Some(names.len())),
        Some(Target::Values(_)) => (Task::Regression, None),
    };
    if train.n_rows == 0 {
        return Err(Error::data("there are no rows to learn from"));
    }
    if train.weights.is_some() && !info.weights {
        let name = &info.component.name;
        return Err(Error::data(format!("model `{name}` takes no row weights")));
    }
    if !info.tasks.contains(&task) {
        let name = &info.component.name;
        return Err(Error::data(format!("model `{name}` does no {task}")));
    }
    Ok(n_classes)
}

/// How many values a prediction of so many rows has.
pub(crate) fn n_predicted(
    info: &ModelInfo,
    n_classes: Option<usize>,
    n_rows: usize,
    kind: PredictKind,
) -> Result<usize> {
    let name = &info.component.name;
    let n_columns = match (kind, n_classes) {
        (PredictKind::Value, _) => 1,
        (_, None) => return Err(Error::data("a regression predicts values only")),
        (PredictKind::Proba, Some(n)) if info.probabilities => n,
        (PredictKind::Proba, Some(_)) => {
            return Err(Error::data(format!("model `{name}` gives no class probabilities")));
        }
        (PredictKind::Decision, Some(2)) => 1,
        (PredictKind::Decision, Some(n)) => n,
    };
    n_rows.checked_mul(n_columns).ok_or_else(|| Error::data("too many rows to predict"))
}
