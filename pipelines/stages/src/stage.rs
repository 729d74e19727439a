//! What a stage is.

use serde_json::{Map, Value};
use surmise_core::component::Component;
use surmise_core::seed::Seed;
use surmise_data::Dataset;

use crate::Result;

/// A preprocessing step with its settings, before it has seen data.
pub trait Stage: Send + Sync {
    /// Learns from the training rows. The same rows and seed give the same result, bit for bit.
    ///
    /// # Errors
    /// If these rows do not determine what is to be learnt.
    fn fit(&self, train: &Dataset, seed: Seed) -> Result<Box<dyn FittedStage>>;

    /// Whether the same rows give the same result whatever the seed. Then it need not be asked
    /// again in every trial.
    fn is_deterministic(&self) -> bool {
        false
    }
}

/// A preprocessing step that has learnt from the training rows.
pub trait FittedStage: Send + Sync {
    /// Changes the features of some rows, each row by itself; the target stays.
    ///
    /// # Errors
    /// If the features are not those it was fitted to, or a result is not a finite number.
    fn apply(&self, data: &Dataset) -> Result<Dataset>;

    /// What it has learnt, for [`Entry::load`].
    ///
    /// # Errors
    /// If it cannot be written.
    fn learnt(&self) -> Result<Value>;
}

/// How the composition root lists a stage.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Its name and settings.
    pub component: fn() -> Component,
    /// Makes it from settings that were completed and checked by [`Component::resolve`].
    pub build: Build,
    /// Makes what [`FittedStage::learnt`] told again. The value is untrusted.
    pub load: Load,
    /// Whether no value is missing in what it gives.
    pub removes_missing: bool,
    /// Whether no column is a category in what it gives, nor missing where a category was.
    pub removes_categories: bool,
}

/// Makes a fitted stage from what it has learnt.
pub type Load = fn(&Value) -> Result<Box<dyn FittedStage>>;

/// Makes a stage from complete settings.
pub type Build = fn(&Map<String, Value>) -> Result<Box<dyn Stage>>;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Entry;
    use crate::testing::{category, dataset, fit, number};
    use crate::{impute, one_hot, standardize};

    #[test]
    fn every_stage_removes_what_it_says() {
        let gaps = || number("x", &[1.0, f64::NAN, 3.0]);
        let names = category("c", &[Some(0), None, Some(1)], &["a", "b"]);
        let check = |entry: Entry| {
            let apply = |data| fit(entry, json!({}), &data).apply(&data).unwrap();
            let both = apply(dataset(vec![gaps(), names.clone()]));
            assert_eq!(both.first_missing().is_none(), entry.removes_missing);
            assert_eq!(both.first_category().is_none(), entry.removes_categories);
            let category = apply(dataset(vec![names.clone()]));
            let removes_either = entry.removes_missing || entry.removes_categories;
            assert_eq!(category.first_missing().is_none(), removes_either);
        };
        [impute::ENTRY, one_hot::ENTRY, standardize::ENTRY].into_iter().for_each(check);
    }

    #[test]
    fn what_a_stage_has_learnt_makes_it_again() {
        let x = number("x", &[1.0 / 3.0, f64::NAN, 3.0]);
        let names = category("c", &[Some(1), None, Some(0)], &["a", "b"]);
        let data = dataset(vec![x, names]);
        for entry in [impute::ENTRY, one_hot::ENTRY, standardize::ENTRY] {
            let fitted = fit(entry, json!({}), &data);
            let text = fitted.learnt().unwrap().to_string();
            let again = (entry.load)(&serde_json::from_str(&text).unwrap()).unwrap();
            let (first, second) = (fitted.apply(&data).unwrap(), again.apply(&data).unwrap());
            // NaN is no equal of itself.
            assert_eq!(format!("{first:?}"), format!("{second:?}"));
            for damaged in [json!(null), json!([["x", "?"]]), json!({ "x": 1 })] {
                assert!((entry.load)(&damaged).is_err(), "{damaged}");
            }
        }
    }
}
