//! One column of text → how much each row counts.

use crate::csv::column::{Reading, reading};
use crate::csv::table::{Cell, Table};
use crate::error::{Kind, Problem};
use crate::text::quote;

/// A finite number from 0 up for each row, and above 0 for one of them.
pub(super) fn weights(table: &Table, index: usize) -> Result<Vec<f64>, Problem> {
    let name = quote(&table.names[index]);
    let cells = table.column(index);
    if let Some((cell, why)) = cells.clone().find_map(|cell| Some((cell, fault(cell)?))) {
        let message = format!(
            "line {}: the weight in column {name} {why}, and so are {} of {} rows; a weight is a \
             finite number from 0 up, where 0 leaves the row out of the fit",
            cell.line,
            cells.clone().filter(|cell| fault(*cell).is_some()).count(),
            cells.count(),
        );
        return Err(Problem::new(Kind::Content, message));
    }
    let weights: Vec<f64> = cells.filter_map(number).collect(); // all are numbers
    if weights.iter().all(|weight| *weight == 0.0) {
        let message = format!("the weight in column {name} is 0 in every row: none would count");
        return Err(Problem::new(Kind::Weights, message));
    }
    Ok(weights)
}

fn number(cell: Cell<'_>) -> Option<f64> {
    match reading(cell.text) {
        Reading::Number(number) => Some(number),
        _ => None,
    }
}

/// Why a cell is no weight.
fn fault(cell: Cell<'_>) -> Option<String> {
    let shown = quote(cell.text);
    match reading(cell.text) {
        Reading::Number(weight) if 0.0 <= weight => None,
        Reading::Number(_) => Some(format!("is negative, {shown}")),
        Reading::Missing => Some("is missing".to_owned()),
        Reading::Malformed(why) => Some(format!("is {shown}, which {why}")),
        Reading::Text => Some(format!("is {shown}, which is not a number")),
    }
}
