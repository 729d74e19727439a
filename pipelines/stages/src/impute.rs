//! `impute`: a value for every missing one.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use surmise_core::component::{Component, Setting, SettingKind, When};
use surmise_core::seed::Seed;
use surmise_data::{Column, ColumnValues, Dataset};

use crate::fitted::{ByColumn, Learnt, other_kind};
use crate::{Entry, Error, FittedStage, Result, Stage};

const NAME: &str = "impute";

/// How the composition root lists this stage.
pub const ENTRY: Entry = Entry {
    component,
    build: |settings| Ok(Box::new(Impute::new(settings)?)),
};

/// Replaces each missing number by the median, mean or most frequent value of the column's training
/// rows, or by a constant; each missing category by the most frequent level, whatever the strategy.
///
/// Of equally frequent values the smallest wins, of levels the first. The median of an even number
/// of values is the mean of the middle two. n log n for a column of n values.
#[derive(Debug, Clone, Copy)]
enum Impute {
    Median,
    Mean,
    MostFrequent,
    Constant(f64),
}

/// What takes a missing value's place.
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
                kind: SettingKind::Choice {
                    choices: choices.map(Value::from).to_vec(),
                },
                default: Some(json!("median")),
                when: None,
                help: "what a missing number becomes; a category always becomes the most frequent"
                    .into(),
            },
            Setting {
                name: "fill".into(),
                kind: SettingKind::Float {
                    low: f64::MIN,
                    high: f64::MAX,
                    log: false,
                },
                default: Some(json!(0.0)),
                when: Some(When {
                    setting: "strategy".into(),
                    values: vec![json!("constant")],
                }),
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
            _ => Err(Error::new(
                NAME,
                "settings `strategy` and `fill` do not fit",
            )),
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
                "column `{}` has no value in the training rows to fill missing ones from; drop it",
                column.name
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
        Ok(vec![Arc::new(Column {
            name: column.name.clone(),
            values,
        })])
    }
}

fn fill_level(fill: &str, codes: &[Option<u32>], levels: &[String]) -> Result<ColumnValues> {
    // The rows come from the same reading of the same file, so their levels are the same.
    let code = levels.iter().position(|level| level == fill);
    let code = code.and_then(|code| u32::try_from(code).ok());
    if code.is_none() && codes.contains(&None) {
        let message = format!("the level `{fill}` to fill in is not among these rows' levels");
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
