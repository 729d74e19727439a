//! `standardize`: numbers with mean 0 and standard deviation 1.
//!
//! Replaces each number x of a column by (x − m) / s.
//!
//! m is the mean and s the population standard deviation (divisor n) of the column's training
//! values, by the corrected two-pass algorithm of Chan, Golub and LeVeque ("Algorithms for
//! computing the sample variance: analysis and recommendations", The American Statistician 37,
//! 1983). A column whose variance is within the rounding error of zero keeps s = 1. Missing values
//! are left out and stay missing; categories stay as they are. Without `with_mean` m is 0; without
//! `with_std` s is 1.
//!
//! The numbers are those of scikit-learn's `StandardScaler`. Linear in the number of cells.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use surmise_core::component::{Component, Setting, SettingKind};
use surmise_core::seed::Seed;
use surmise_data::text::quote;
use surmise_data::{Column, ColumnValues, Dataset};

use crate::fitted::{ByColumn, Learnt, other_kind};
use crate::{Entry, Error, FittedStage, Result, Stage};

const NAME: &str = "standardize";

/// How the composition root lists this stage.
pub const ENTRY: Entry = Entry {
    component,
    build: |settings| Ok(Box::new(Standardize::new(settings)?)),
    load: |learnt| ByColumn::<Scaling>::load(NAME, learnt),
    removes_missing: false,
    removes_categories: false,
};

/// The settings.
#[derive(Debug, Clone, Copy)]
struct Standardize {
    with_mean: bool,
    with_std: bool,
}

/// What takes x to (x − shift) / scale; nothing for a category.
#[derive(Serialize, Deserialize)]
struct Scaling(Option<(f64, f64)>);

fn component() -> Component {
    let setting = |name: &str, help: &str| Setting {
        name: name.into(),
        kind: SettingKind::Bool,
        default: Some(Value::Bool(true)),
        when: None,
        help: help.into(),
    };
    Component {
        name: NAME.into(),
        help: "gives every number column mean 0 and standard deviation 1".into(),
        settings: vec![
            setting("with_mean", "subtract the training rows' mean"),
            setting("with_std", "divide by the training rows' standard deviation"),
        ],
    }
}

impl Standardize {
    fn new(settings: &Map<String, Value>) -> Result<Self> {
        let flag = |name: &str| {
            settings
                .get(name)
                .and_then(Value::as_bool)
                .ok_or_else(|| Error::new(NAME, format!("setting `{name}` must be true or false")))
        };
        Ok(Self { with_mean: flag("with_mean")?, with_std: flag("with_std")? })
    }

    fn learn(self, column: &Column) -> Result<Scaling> {
        let ColumnValues::Number(values) = &column.values else {
            return Ok(Scaling(None));
        };
        let refuse = |why: &str| {
            let message = format!("column {} has {why}", quote(&column.name));
            Err(Error::new(NAME, message))
        };
        if values.iter().all(|x| x.is_nan()) {
            return refuse("no value in the training rows; drop it");
        }
        let (mean, std) = mean_and_scale(values);
        if !(mean.is_finite() && std.is_finite()) {
            return refuse("values so large that their variance overflows; use a larger unit");
        }
        let shift = if self.with_mean { mean } else { 0.0 };
        let scale = if self.with_std { std } else { 1.0 };
        Ok(Scaling(Some((shift, scale))))
    }
}

impl Stage for Standardize {
    fn fit(&self, train: &Dataset, _: Seed) -> Result<Box<dyn FittedStage>> {
        let fitted = ByColumn::fit(NAME, train, |column| self.learn(column))?;
        Ok(Box::new(fitted))
    }

    fn is_deterministic(&self) -> bool {
        true
    }
}

impl Learnt for Scaling {
    fn replace(&self, column: &Arc<Column>) -> Result<Vec<Arc<Column>>> {
        match (self.0, &column.values) {
            (None, ColumnValues::Category { .. }) => Ok(vec![Arc::clone(column)]),
            (Some((shift, scale)), ColumnValues::Number(values)) => {
                let scaled: Vec<f64> = values.iter().map(|x| (x - shift) / scale).collect();
                if let Some(row) = scaled.iter().position(|x| x.is_infinite()) {
                    let message = format!(
                        "column {} has the value {:e}, too far from the training rows' for a \
                         number to hold",
                        quote(&column.name),
                        values[row]
                    );
                    return Err(Error::new(NAME, message));
                }
                let values = ColumnValues::Number(scaled);
                Ok(vec![Arc::new(Column { name: column.name.clone(), values })])
            }
            _ => Err(other_kind(NAME, column)),
        }
    }
}

/// Mean and standard deviation of the values that are not missing; the second is 1 where the
/// variance is below the error bound of its own computation. NaN for no values.
fn mean_and_scale(values: &[f64]) -> (f64, f64) {
    let present = || values.iter().filter(|x| !x.is_nan());
    let n = present().count() as f64;
    let mean = present().sum::<f64>() / n;
    let squares: f64 = present().map(|x| (x - mean).powi(2)).sum();
    let residual: f64 = present().map(|x| x - mean).sum();
    let variance = (squares - residual * residual / n) / n;
    let rounding = n * f64::EPSILON * variance + (n * mean * f64::EPSILON).powi(2);
    // An infinite variance is not near zero, though its bound is infinite too.
    let is_constant = variance.is_finite() && variance <= rounding;
    let scale = if is_constant { 1.0 } else { variance.sqrt() };
    (mean, scale)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::testing::{category, dataset, fit, number, numbers, refuse};

    const X: [f64; 5] = [1.0, 2.0, 4.0, 8.0, f64::NAN];

    #[track_caller]
    fn close(found: &[f64], expected: &[f64], tolerance: f64) {
        for (x, y) in found.iter().zip(expected) {
            assert!((x - y).abs() <= tolerance || x.is_nan() && y.is_nan(), "{x} is not {y}");
        }
    }

    /// scikit-learn 1.9.1, numpy 2.4.6: `StandardScaler().fit_transform` of the columns
    /// [1, 2, 4, 8, nan] and 10⁹ + [1, 2, 4, 8, 16] (where a sum of squares would keep no digit).
    #[test]
    fn numbers_are_those_of_scikit_learn() {
        let large = [1e9 + 1.0, 1e9 + 2.0, 1e9 + 4.0, 1e9 + 8.0, 1e9 + 16.0];
        let data = dataset(vec![number("x", &X), number("large", &large)]);
        let scaled = fit(ENTRY, json!({}), &data).apply(&data).unwrap();
        let x = [
            -1.025755289064345,
            -0.6527533657682196,
            0.09325048082403138,
            1.5852581740085334,
            f64::NAN,
        ];
        let large = [
            -0.9532062563796456,
            -0.7698973626029539,
            -0.40327957504957074,
            0.3299560000571957,
            1.7964271502707285,
        ];
        close(numbers(&scaled, "x"), &x, 2e-16);
        close(numbers(&scaled, "large"), &large, 4e-16);
    }

    #[test]
    fn constant_columns_keep_their_scale_and_categories_stay() {
        // The mean of ten times 0.1 is not 0.1, so the computed variance is not quite zero.
        let columns = vec![number("x", &[0.1; 10]), category("c", &[Some(0); 10], &["a"])];
        let data = dataset(columns);
        let scaled = fit(ENTRY, json!({}), &data).apply(&data).unwrap();
        close(numbers(&scaled, "x"), &[0.0; 10], 1e-16);
        assert_eq!(scaled.columns()[1], data.columns()[1]);
    }

    #[test]
    fn either_half_can_be_switched_off() {
        let data = dataset(vec![number("x", &X[..4])]);
        let check = |settings: Value, expected: &[f64]| {
            let scaled = fit(ENTRY, settings, &data).apply(&data).unwrap();
            close(numbers(&scaled, "x"), expected, 1e-15);
        };
        check(json!({"with_std": false}), &[-2.75, -1.75, 0.25, 4.25]);
        // The variance of 1, 2, 4, 8 is 85/4 − (15/4)² = 115/16.
        let scale = (115.0_f64 / 16.0).sqrt();
        check(json!({"with_mean": false}), &[1.0 / scale, 2.0 / scale, 4.0 / scale, 8.0 / scale]);
        check(json!({"with_mean": false, "with_std": false}), &X[..4]);
    }

    #[test]
    fn what_cannot_be_standardized_is_an_error() {
        let refused = |values: &[f64], message: &str| {
            refuse(ENTRY, json!({}), &dataset(vec![number("x", values)]), message);
        };
        refused(&[f64::NAN; 2], "column `x` has no value in the training rows; drop it");
        let large = "column `x` has values so large that their variance overflows";
        refused(&[1e300, -1e300], large);
        refused(&[1e307, 1.1e307, 0.9e307], large);
        refused(&[f64::MAX; 3], large);
        let data = dataset(vec![number("x", &[1.0, 2.0])]);
        let fitted = fit(ENTRY, json!({}), &data);
        let apply = |column| fitted.apply(&dataset(vec![column])).unwrap_err().to_string();
        let other = "the columns are not those it was fitted to";
        assert!(apply(number("y", &[1.0])).starts_with(other));
        let far = "column `x` has the value 1.7e308, too far from the training rows'";
        assert!(apply(number("x", &[1.0, 1.7e308])).starts_with(far));
        let kind = "column `x` changed between number and category";
        assert!(apply(category("x", &[None], &["a"])).starts_with(kind));
    }

    proptest! {
        /// Scaled training values have mean 0 and standard deviation 1, wherever they lie.
        #[test]
        fn scaled_values_have_mean_0_and_deviation_1(
            values in prop::collection::vec(-1.0..1.0_f64, 3..40),
            shift in -1e6..1e6_f64,
        ) {
            prop_assume!(values.iter().any(|x| (x - values[0]).abs() > 0.1));
            let moved: Vec<f64> = values.iter().map(|x| x + shift).collect();
            let data = dataset(vec![number("x", &moved)]);
            let scaled = fit(ENTRY, json!({}), &data).apply(&data).unwrap();
            let (mean, std) = mean_and_scale(numbers(&scaled, "x"));
            prop_assert!(mean.abs() < 1e-8 && (std - 1.0).abs() < 1e-8, "{} {}", mean, std);
        }
    }
}
