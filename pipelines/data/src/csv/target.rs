//! One column of text → what is to be predicted.

use std::collections::BTreeSet;

use surmise_core::component::Task;

use crate::csv::column::{Kinds, Reading, reading};
use crate::csv::levels::encode;
use crate::csv::plan::Role;
use crate::csv::table::{Cell, Table};
use crate::dataset::Target;
use crate::error::{Kind, Problem};
use crate::text::quote;

/// The most classes that integers are taken for when no task is declared.
pub const CLASSES_MAX_INFERRED: usize = 20;

/// How often a class must occur on average for the same.
const ROWS_PER_CLASS_MIN_INFERRED: usize = 5;

const ADVICE: &str = "correct the cell, or say what is predicted with data.task";

pub(super) fn target(table: &Table, role: &Role, task: Option<Task>) -> Result<Target, Problem> {
    let index = role.index;
    let name = quote(&table.names[index]);
    let kinds = Kinds::of(table.column(index));
    check_missing(table, role, &name, kinds.text.is_some())?;
    let task = match task {
        Some(Task::Regression) if role.categorical => {
            let message =
                format!("the target {name} is declared categorical: the task is classification");
            return Err(Problem::new(Kind::Task, message));
        }
        _ if role.categorical => return classes(table, index, &name),
        Some(task) => task,
        None => {
            kinds.check_pure(&table.names[index], ADVICE)?;
            inferred(table, index)
        }
    };
    match task {
        Task::Classification => {
            check_whole(table, index, &name, &kinds)?;
            classes(table, index, &name)
        }
        Task::Regression => values(table, index, &name, &kinds),
    }
}

/// A target is never missing; `is_text` if some of its cells can only be names.
fn check_missing(table: &Table, role: &Role, name: &str, is_text: bool) -> Result<(), Problem> {
    let is_missing = |cell: &Cell<'_>| cell.present_as(role.categorical).is_none();
    let Some(first) = table.column(role.index).find(is_missing) else {
        return Ok(());
    };
    let mut message = format!(
        "line {}: the target {name} is missing, in {} of {} rows; remove these rows",
        first.line,
        table.column(role.index).filter(is_missing).count(),
        table.column(role.index).count(),
    );
    if is_text && !first.text.is_empty() {
        message += &format!(
            ", or list {name} in data.columns.categorical if {} is a class",
            quote(first.text)
        );
    }
    Err(Problem::new(Kind::Content, message))
}

/// The rule stated in the module documentation of [`crate::csv`].
fn inferred(table: &Table, index: usize) -> Task {
    let mut distinct = BTreeSet::new();
    for cell in table.column(index) {
        match reading(cell.text) {
            Reading::Number(x) if x.fract() == 0.0 => drop(distinct.insert(x.to_bits())),
            Reading::Number(_) => return Task::Regression,
            _ => return Task::Classification, // text: the column is pure
        }
        if CLASSES_MAX_INFERRED < distinct.len() {
            return Task::Regression;
        }
    }
    if distinct.len() * ROWS_PER_CLASS_MIN_INFERRED <= table.column(index).count() {
        Task::Classification
    } else {
        Task::Regression
    }
}

/// Refuses a classification of numbers that are no integers.
fn check_whole(table: &Table, index: usize, name: &str, kinds: &Kinds<'_>) -> Result<(), Problem> {
    let is_fraction =
        |cell: &Cell<'_>| matches!(reading(cell.text), Reading::Number(x) if x.fract() != 0.0);
    if kinds.text.is_none()
        && let Some(cell) = table.column(index).find(is_fraction)
    {
        let message = format!(
            "line {}: the target {name} is {}: classes are text or integers; for numbers the task \
             is regression",
            cell.line,
            quote(cell.text)
        );
        return Err(Problem::new(Kind::Task, message));
    }
    Ok(())
}

fn classes(table: &Table, index: usize, name: &str) -> Result<Target, Problem> {
    let (codes, names) = encode(table.column(index).map(|cell| Some(cell.text)));
    if let [only] = names.as_slice() {
        let message = format!(
            "the target {name} is {} in every row; a classification needs two classes or more",
            quote(only)
        );
        return Err(Problem::new(Kind::Target, message));
    }
    let codes = codes.into_iter().flatten().collect(); // none is missing
    Ok(Target::Classes { codes, names })
}

fn values(table: &Table, index: usize, name: &str, kinds: &Kinds<'_>) -> Result<Target, Problem> {
    if let (None, Some(cell)) = (kinds.number, kinds.text) {
        let message = format!(
            "line {}: the target {name} is {}: for text the task is classification",
            cell.line,
            quote(cell.text)
        );
        return Err(Problem::new(Kind::Task, message));
    }
    kinds.check_pure(&table.names[index], "correct the cell, or remove the row")?;
    let number = |cell: Cell<'_>| match reading(cell.text) {
        Reading::Number(number) => Some(number),
        _ => None,
    };
    let values: Vec<f64> = table.column(index).filter_map(number).collect(); // all are numbers
    if values.iter().all(|x| *x == values[0]) {
        let message =
            format!("the target {name} is {} in every row; there is nothing to predict", values[0]);
        return Err(Problem::new(Kind::Target, message));
    }
    Ok(Target::Values(values))
}
