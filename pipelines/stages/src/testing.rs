//! Short words for this crate's tests.

use serde_json::Value;
use surmise_core::seed::Seed;
use surmise_data::{Column, ColumnValues, Dataset, Target};

use crate::{Entry, FittedStage, Result};

pub(crate) fn number(name: &str, values: &[f64]) -> Column {
    Column { name: name.into(), values: ColumnValues::Number(values.to_vec()) }
}

pub(crate) fn category(name: &str, codes: &[Option<u32>], levels: &[&str]) -> Column {
    Column {
        name: name.into(),
        values: ColumnValues::Category {
            codes: codes.to_vec(),
            levels: levels.iter().map(|level| (*level).to_owned()).collect(),
        },
    }
}

/// The columns with some target.
pub(crate) fn dataset(columns: Vec<Column>) -> Dataset {
    let n_rows = columns[0].values.len();
    Dataset::new(columns, Target::Values(vec![0.0; n_rows])).unwrap()
}

pub(crate) fn numbers<'a>(data: &'a Dataset, name: &str) -> &'a [f64] {
    let column = data.columns().iter().find(|column| column.name == name);
    match &column.unwrap().values {
        ColumnValues::Number(values) => values,
        ColumnValues::Category { .. } => panic!("`{name}` is a category"),
    }
}

/// Builds a stage the way the engine does, from settings completed by its own description, and fits
/// it.
pub(crate) fn fit(entry: Entry, settings: Value, train: &Dataset) -> Box<dyn FittedStage> {
    try_fit(entry, settings, train).unwrap()
}

#[track_caller]
pub(crate) fn refuse(entry: Entry, settings: Value, train: &Dataset, expected: &str) {
    let Err(error) = try_fit(entry, settings, train) else {
        panic!("was fitted");
    };
    assert!(error.to_string().contains(expected), "{error}");
}

fn try_fit(entry: Entry, settings: Value, train: &Dataset) -> Result<Box<dyn FittedStage>> {
    let given = serde_json::from_value(settings).unwrap();
    let settings = (entry.component)().resolve(&given).unwrap();
    (entry.build)(&settings)?.fit(train, Seed::root(0))
}
