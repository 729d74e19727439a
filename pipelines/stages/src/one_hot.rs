//! `one_hot`: one 0/1 column for each level of a category.

use std::sync::Arc;

use surmise_core::component::Component;
use surmise_core::seed::Seed;
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
};

/// Replaces a category column `c` by columns `c=level`, one for each level of the training rows in
/// sorted order: 1 in the rows of that level, 0 in all others. A missing value, or a level that the
/// training rows do not have, is 0 in all of them. Number columns stay as they are.
///
/// Linear in rows × levels.
#[derive(Debug, Clone, Copy)]
struct OneHot;

/// The levels of a category column; nothing for a number.
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
    let message = format!("column `{}` {problem}; drop it", column.name);
    Err(Error::new(NAME, message))
}

impl Stage for OneHot {
    fn fit(&self, train: &Dataset, _: Seed) -> Result<Box<dyn FittedStage>> {
        Ok(Box::new(ByColumn::fit(NAME, train, learn)?))
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
