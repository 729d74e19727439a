//! `impute`: a value for every missing one.
//!
//! Replaces each missing number by the median, mean or most frequent value of the column's training
//! rows, or by a constant; each missing category by the most frequent level, whatever the strategy.
//!
//! Of equally frequent values the smallest wins, of levels the first. The median of an even number
//! of values is the mean of the middle two. n log n for a column of n values.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use surmise_core::component::{Component, Setting, SettingKind, When};
use surmise_core::seed::Seed;
use surmise_data::text::quote;
use surmise_data::{Column, ColumnValues, Dataset};

use crate::fitted::{ByColumn, Learnt, other_kind};
use crate::{Entry, Error, FittedStage, Result, Stage};

const NAME: &str = "impute";

/// How the composition root lists this stage.
pub const ENTRY: Entry = Entry {
    component,
    build: |settings| Ok(Box::new(Impute::new(settings)?)),
    load: |learnt| ByColumn::<Fill>::load(NAME, learnt),
    removes_missing: true,
    removes_categories: false,
};

/// The settings.
#[derive(Debug, Clone, Copy)]
enum Impute {
    Median,
    Mean,
    MostFrequent,
    Constant(f64),
}

/// What takes a missing value's place.
#[derive(Serialize, Deserialize)]
enum Fill {
    Number(f64),
    Level(String),
}

fn component() -> Component {
    let choices = ["median", "mean", "most_frequent", "constant"];
    Component {
        name: NAME.into(),
        help: "fills missing values from the training rows".into(),
        settings: vec![
            Setting {
                name: "strategy".into(),
                kind: SettingKind::Choice { choices: choices.map(Value::from).to_vec() },
                default: Some(json!("median")),
                when: None,
                help: "what a missing number becomes; a category always becomes the most frequent"
                    .into(),
            },
            Setting {
                name: "fill".into(),
                kind: SettingKind::Float { low: f64::MIN, high: f64::MAX, log: false },
                default: Some(json!(0.0)),
                when: Some(When { setting: "strategy".into(), values: vec![json!("constant")] }),
                help: "the constant".into(),
            },
        ],
    }
}

impl Impute {
    fn new(settings: &Map<String, Value>) -> Result<Self> {
        let fill = settings.get("fill").and_then(Value::as_f64);
        match (settings.get("strategy").and_then(Value::as_str), fill) {
            (Some("median"), _) => Ok(Self::Median),
            (Some("mean"), _) => Ok(Self::Mean),
            (Some("most_frequent"), _) => Ok(Self::MostFrequent),
            (Some("constant"), Some(fill)) => Ok(Self::Constant(fill)),
            _ => Err(Error::new(NAME, "settings `strategy` and `fill` do not fit")),
        }
    }

    fn learn(self, column: &Column) -> Result<Fill> {
        let fill = match &column.values {
            ColumnValues::Number(values) => self.number(values).map(Fill::Number),
            ColumnValues::Category { codes, levels } => most_frequent(codes.iter().flatten())
                .map(|code| Fill::Level(levels[*code as usize].clone())),
        };
        fill.ok_or_else(|| {
            let message = format!(
                "column {} has no value in the training rows to fill missing ones from; drop it",
                quote(&column.name)
            );
            Error::new(NAME, message)
        })
    }

    fn number(self, values: &[f64]) -> Option<f64> {
        let mut present: Vec<f64> = values.iter().copied().filter(|x| !x.is_nan()).collect();
        match self {
            Self::Constant(fill) => Some(fill),
            _ if present.is_empty() => None,
            Self::Mean => Some(present.iter().sum::<f64>() / present.len() as f64),
            Self::MostFrequent => {
                present.sort_by(f64::total_cmp);
                let runs = present.chunk_by(|a, b| a == b);
                // `max_by_key` would keep the last of equals.
                runs.rev().max_by_key(|run| run.len()).map(|run| run[0])
            }
            Self::Median => {
                present.sort_by(f64::total_cmp);
                let (low, high) = (present[(present.len() - 1) / 2], present[present.len() / 2]);
                Some(low.midpoint(high))
            }
        }
    }
}

impl Stage for Impute {
    fn fit(&self, train: &Dataset, _: Seed) -> Result<Box<dyn FittedStage>> {
        let fitted = ByColumn::fit(NAME, train, |column| self.learn(column))?;
        Ok(Box::new(fitted))
    }

    fn is_deterministic(&self) -> bool {
        true
    }
}

impl Learnt for Fill {
    fn replace(&self, column: &Arc<Column>) -> Result<Vec<Arc<Column>>> {
        let values = match (self, &column.values) {
            (Self::Number(fill), ColumnValues::Number(values)) => {
                let filled = values.iter().map(|x| if x.is_nan() { *fill } else { *x });
                ColumnValues::Number(filled.collect())
            }
            (Self::Level(fill), ColumnValues::Category { codes, levels }) => {
                fill_level(fill, codes, levels)?
            }
            _ => return Err(other_kind(NAME, column)),
        };
        Ok(vec![Arc::new(Column { name: column.name.clone(), values })])
    }
}

fn fill_level(fill: &str, codes: &[Option<u32>], levels: &[String]) -> Result<ColumnValues> {
    // The rows come from the same reading of the same file, so their levels are the same.
    let code = levels.iter().position(|level| level == fill);
    let code = code.and_then(|code| u32::try_from(code).ok());
    if code.is_none() && codes.contains(&None) {
        let message =
            format!("the level {} to fill in is not among these rows' levels", quote(fill));
        return Err(Error::new(NAME, message));
    }
    Ok(ColumnValues::Category {
        codes: codes.iter().map(|c| c.or(code)).collect(),
        levels: levels.to_vec(),
    })
}

/// The most frequent of some codes, of equally frequent ones the smallest.
fn most_frequent<'a>(codes: impl Iterator<Item = &'a u32>) -> Option<&'a u32> {
    let mut counts = BTreeMap::new();
    for code in codes {
        *counts.entry(code).or_insert(0_usize) += 1;
    }
    // `max_by_key` would keep the last of equals.
    let most = counts.into_iter().rev().max_by_key(|(_, count)| *count);
    most.map(|(code, _)| code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{category, dataset, fit, number, numbers, refuse};

    /// Medians and means by hand; of the values 7, 1, 1, 4 the median is (1 + 4) / 2.
    #[test]
    fn numbers_are_filled_by_strategy() {
        let values = [7.0, f64::NAN, 1.0, 1.0, 4.0];
        let check = |settings: Value, fill: f64| {
            let data = dataset(vec![number("x", &values)]);
            let filled = fit(ENTRY, settings, &data).apply(&data).unwrap();
            assert_eq!(numbers(&filled, "x"), [7.0, fill, 1.0, 1.0, 4.0]);
        };
        check(json!({}), 2.5);
        check(json!({"strategy": "mean"}), 3.25);
        check(json!({"strategy": "most_frequent"}), 1.0);
        check(json!({"strategy": "constant", "fill": -1}), -1.0);
    }

    #[test]
    fn of_equally_frequent_values_the_smallest_fills() {
        let codes = [Some(2), Some(1), None, Some(1), Some(2)];
        let columns = vec![
            number("x", &[3.0, 2.0, f64::NAN, 2.0, 3.0]),
            category("c", &codes, &["p", "q", "r"]),
        ];
        let data = dataset(columns);
        let filled = fit(ENTRY, json!({"strategy": "most_frequent"}), &data).apply(&data).unwrap();
        let columns = vec![
            number("x", &[3.0, 2.0, 2.0, 2.0, 3.0]),
            category("c", &[Some(2), Some(1), Some(1), Some(1), Some(2)], &["p", "q", "r"]),
        ];
        assert_eq!(filled, dataset(columns));
    }

    /// The median of the training rows 0 and 1, not of all.
    #[test]
    fn test_rows_teach_nothing() {
        let data = dataset(vec![number("x", &[1.0, 3.0, 100.0, f64::NAN])]);
        let fitted = fit(ENTRY, json!({}), &data.select(&[0, 1]));
        assert_eq!(numbers(&fitted.apply(&data).unwrap(), "x")[3], 2.0);
    }

    #[test]
    fn nothing_to_learn_from_is_an_error() {
        let data = dataset(vec![number("x", &[f64::NAN; 2])]);
        refuse(ENTRY, json!({}), &data, "column `x` has no value in the training rows");
        let constant = json!({"strategy": "constant", "fill": 5.0});
        let filled = fit(ENTRY, constant, &data).apply(&data).unwrap();
        assert_eq!(numbers(&filled, "x"), [5.0, 5.0]);
    }
}
