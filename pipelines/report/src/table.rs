//! Text tables.

use surmise_core::history::History;
use surmise_core::trial::Trial;

use crate::compare::p_value;
use crate::names::{short_names, short_value};
use crate::number::score;

/// Rows under a header, columns padded to their widest cell and set off by two spaces. Columns
/// that hold only numbers are aligned to the right.
#[must_use]
pub fn table(header: &[String], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.chain(header.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let numeric: Vec<bool> = (0..header.len())
        .map(|c| rows.iter().filter_map(|r| r.get(c)).all(|cell| starts_a_number(cell)))
        .collect();
    let mut text = String::new();
    for row in std::iter::once(header).chain(rows.iter().map(Vec::as_slice)) {
        let mut line = String::new();
        for ((cell, width), numeric) in row.iter().zip(&widths).zip(&numeric) {
            let pad = " ".repeat(width - cell.chars().count());
            let cell = if *numeric { format!("{pad}{cell}") } else { format!("{cell}{pad}") };
            line += &cell;
            line += "  ";
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

/// The best `n` complete trials, one a line, with a column for each parameter and one for how
/// likely a difference to the best as large as this is if both are equally good.
#[must_use]
pub fn best_trials(history: &History, n: usize) -> String {
    let names = short_names(&history.study().space);
    let metric = history.study().objective.metric.clone();
    let mut header: Vec<String> = vec!["trial".into(), metric, "p".into()];
    let best = history.best();
    header.extend(names.iter().map(|(_, short)| short.clone()));
    let row = |trial: &&Trial| {
        let (value, std_error) = trial.score()?;
        let p = best.and_then(|best| p_value(&best.reports, &trial.reports));
        let p = p.map_or("–".into(), |p| format!("{p:.2}"));
        let mut cells = vec![trial.id.to_string(), score(value, std_error), p];
        cells.extend(
            names.iter().map(|(full, _)| trial.params.get(full).map_or("–".into(), short_value)),
        );
        Some(cells)
    };
    let rows: Vec<_> = history.ranking().iter().take(n).filter_map(row).collect();
    table(&header, &rows)
}

fn starts_a_number(cell: &str) -> bool {
    cell == "–" || cell.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = [vec!["7".into(), "rbf".into()], vec!["12".into(), "linear".into()]];
        let text = table(&["trial".into(), "kernel".into()], &rows);
        assert_eq!(text, "trial  kernel\n    7  rbf\n   12  linear\n");
    }
}
