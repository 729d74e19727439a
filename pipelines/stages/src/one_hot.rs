//! `one_hot`: one 0/1 column for each level of a category.
//!
//! Replaces a category column `c` by columns `c=level`, one for each level of the training rows in
//! sorted order: 1 in the rows of that level, 0 in all others. A missing value, or a level that the
//! training rows do not have, is 0 in all of them. Number columns stay as they are.
//!
//! Linear in rows × levels.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use surmise_core::component::Component;
use surmise_core::seed::Seed;
use surmise_data::text::quote;
use surmise_data::{Column, ColumnValues, Dataset};

use crate::fitted::{ByColumn, Learnt, other_kind};
use crate::{Entry, Error, FittedStage, Result, Stage};

const NAME: &str = "one_hot";

/// The most levels a column may have: beyond, the data would grow out of hand.
pub const LEVELS_MAX: usize = 1000;

/// How the composition root lists this stage.
pub const ENTRY: Entry = Entry {
    component,
    build: |_| Ok(Box::new(OneHot)),
    load: |learnt| ByColumn::<Levels>::load(NAME, learnt),
    removes_missing: false,
    removes_categories: true,
};

/// The settings.
#[derive(Debug, Clone, Copy)]
struct OneHot;

/// The levels of a category column; nothing for a number.
#[derive(Serialize, Deserialize)]
struct Levels(Option<Vec<String>>);

fn component() -> Component {
    Component {
        name: NAME.into(),
        help: "turns every category column into one 0/1 column for each of its levels".into(),
        settings: Vec::new(),
    }
}

fn learn(column: &Column) -> Result<Levels> {
    let ColumnValues::Category { codes, levels } = &column.values else {
        return Ok(Levels(None));
    };
    let mut seen = vec![false; levels.len()];
    for code in codes.iter().flatten() {
        seen[*code as usize] = true;
    }
    let seen = levels.iter().zip(seen).filter(|(_, seen)| *seen);
    let seen: Vec<String> = seen.map(|(level, _)| level.clone()).collect();
    let problem = match seen.len() {
        0 => "has no value in the training rows".to_owned(),
        n if LEVELS_MAX < n => format!("has {n} levels, more than the {LEVELS_MAX} allowed"),
        _ => return Ok(Levels(Some(seen))),
    };
    let message = format!("column {} {problem}; drop it", quote(&column.name));
    Err(Error::new(NAME, message))
}

impl Stage for OneHot {
    fn fit(&self, train: &Dataset, _: Seed) -> Result<Box<dyn FittedStage>> {
        Ok(Box::new(ByColumn::fit(NAME, train, learn)?))
    }

    fn is_deterministic(&self) -> bool {
        true
    }
}

impl Learnt for Levels {
    fn replace(&self, column: &Arc<Column>) -> Result<Vec<Arc<Column>>> {
        match (&self.0, &column.values) {
            (None, ColumnValues::Number(_)) => Ok(vec![Arc::clone(column)]),
            (Some(fitted), ColumnValues::Category { codes, levels }) => Ok(fitted
                .iter()
                .map(|level| Arc::new(indicator(&column.name, level, codes, levels)))
                .collect()),
            _ => Err(other_kind(NAME, column)),
        }
    }
}

fn indicator(name: &str, level: &str, codes: &[Option<u32>], levels: &[String]) -> Column {
    let is_level = |code: &Option<u32>| code.is_some_and(|c| levels[c as usize] == level);
    Column {
        name: format!("{name}={level}"),
        values: ColumnValues::Number(codes.iter().map(|c| f64::from(is_level(c))).collect()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{category, dataset, fit, number, refuse};

    #[test]
    fn levels_become_columns_in_order() {
        let codes = [Some(1), None, Some(0)];
        let data = dataset(vec![category("c", &codes, &["a", "b"]), number("x", &[7.0; 3])]);
        let encoded = fit(ENTRY, json!({}), &data).apply(&data).unwrap();
        let columns = vec![
            number("c=a", &[0.0, 0.0, 1.0]),
            number("c=b", &[1.0, 0.0, 0.0]),
            number("x", &[7.0; 3]),
        ];
        assert_eq!(encoded, dataset(columns));
    }

    /// Level b is in no training row, and other data may number its levels in another way.
    #[test]
    fn levels_are_those_of_the_training_rows_by_name() {
        let codes = [Some(0), Some(1), Some(2)];
        let data = dataset(vec![category("c", &codes, &["a", "b", "d"])]);
        let fitted = fit(ENTRY, json!({}), &data.select(&[0, 2]));
        let other = dataset(vec![category("c", &codes, &["b", "d", "e"])]);
        let columns = vec![number("c=a", &[0.0; 3]), number("c=d", &[0.0, 1.0, 0.0])];
        assert_eq!(fitted.apply(&other).unwrap(), dataset(columns));
    }

    #[test]
    fn what_cannot_be_encoded_is_an_error() {
        let data = dataset(vec![category("c", &[None, None], &["a"])]);
        refuse(ENTRY, json!({}), &data, "column `c` has no value in the training rows");
        let names: Vec<String> = (0..=LEVELS_MAX).map(|i| format!("{i:04}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let codes: Vec<Option<u32>> = (0..=1000).map(Some).collect();
        let data = dataset(vec![category("c", &codes, &names)]);
        refuse(ENTRY, json!({}), &data, "has 1001 levels, more than the 1000 allowed");
        let twice = vec![category("c", &[Some(0)], &["a"]), number("c=a", &[0.0])];
        let data = dataset(twice);
        let error = fit(ENTRY, json!({}), &data).apply(&data).unwrap_err();
        assert_eq!(error.to_string(), "two columns are called `c=a`");
    }
}
