//! `standardize`: numbers with mean 0 and standard deviation 1.

use std::sync::Arc;

use serde_json::{Map, Value};
use surmise_core::component::{Component, Setting, SettingKind};
use surmise_core::seed::Seed;
use surmise_data::{Column, ColumnValues, Dataset};

use crate::fitted::{ByColumn, Learnt, other_kind};
use crate::{Entry, Error, FittedStage, Result, Stage};

const NAME: &str = "standardize";

/// How the composition root lists this stage.
pub const ENTRY: Entry = Entry {
    component,
    build: |settings| Ok(Box::new(Standardize::new(settings)?)),
};

/// Replaces each number x of a column by (x − m) / s.
///
/// m is the mean and s the population standard deviation (divisor n) of the column's training
/// values, computed in two passes with the correction of Chan, Golub and LeVeque ("Algorithms for
/// computing the sample variance", The American Statistician 37, 1983, equation 1.7). A column
/// whose variance is within the rounding error of zero keeps s = 1. Missing values are left out and
/// stay missing; categories stay as they are. Without `with_mean` m is 0; without `with_std` s is 1.
///
/// The numbers are those of scikit-learn's `StandardScaler`. Linear in the number of cells.
#[derive(Debug, Clone, Copy)]
struct Standardize {
    with_mean: bool,
    with_std: bool,
}

/// What takes x to (x − shift) / scale; nothing for a category.
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
            setting(
                "with_std",
                "divide by the training rows' standard deviation",
            ),
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
        Ok(Self {
            with_mean: flag("with_mean")?,
            with_std: flag("with_std")?,
        })
    }

    fn learn(self, column: &Column) -> Result<Scaling> {
        let ColumnValues::Number(values) = &column.values else {
            return Ok(Scaling(None));
        };
        let (mean, std) = mean_and_scale(values);
        if !(mean.is_finite() && std.is_finite()) {
            let message = format!(
                "column `{}` has no value in the training rows, or values so large that their \
                 variance overflows",
                column.name
            );
            return Err(Error::new(NAME, message));
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
}

impl Learnt for Scaling {
    fn replace(&self, column: &Arc<Column>) -> Result<Vec<Arc<Column>>> {
        match (self.0, &column.values) {
            (None, ColumnValues::Category { .. }) => Ok(vec![Arc::clone(column)]),
            (Some((shift, scale)), ColumnValues::Number(values)) => Ok(vec![Arc::new(Column {
                name: column.name.clone(),
                values: ColumnValues::Number(values.iter().map(|x| (x - shift) / scale).collect()),
            })]),
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
    let scale = if variance <= rounding {
        1.0
    } else {
        variance.sqrt()
    };
    (mean, scale)
}
