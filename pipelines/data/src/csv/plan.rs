//! Names and options → which column is what.

use crate::csv::CsvOptions;
use crate::csv::table::Table;
use crate::error::{Error, Kind, Problem, Result};
use crate::text::{did_you_mean, quote};

/// The most columns that an error message lists.
const COLUMNS_LISTED_MAX: usize = 12;

pub(super) struct Plan {
    pub(super) target: Role,
    /// The place of the column with the rows' weights.
    pub(super) weights: Option<usize>,
    /// The features in the file's order.
    pub(super) features: Vec<Role>,
}

/// A column that is used.
pub(super) struct Role {
    /// Its place in the file.
    pub(super) index: usize,
    /// Whether it is declared categorical.
    pub(super) categorical: bool,
}

pub(super) fn plan(table: &Table, options: &CsvOptions) -> Result<Plan> {
    let names = &table.names;
    let mut problems = Vec::new();
    let mut problem = |kind, message| problems.push(Problem::new(kind, message));
    let target = names.iter().position(|name| *name == options.target);
    if target.is_none() {
        let hint = target_hint(table, options);
        let message = format!("there is no column {} to predict{hint}", quote(&options.target));
        problem(Kind::Target, message);
    }
    let weights = options.weights.as_ref().map(|name| {
        let index = names.iter().position(|known| known == name);
        if *name == options.target {
            problem(Kind::Weights, format!("{} is the target, no weight", quote(name)));
        } else if index.is_none() {
            let hint = did_you_mean(name, names);
            problem(Kind::Weights, format!("there is no column {}{hint}", quote(name)));
        }
        index.unwrap_or_default() // found, or there was a problem
    });
    let lists = [(Kind::Drop, &options.drop), (Kind::Categorical, &options.categorical)];
    for (kind, list) in lists {
        for name in list {
            let shown = quote(name);
            if *name == options.target && kind == Kind::Drop {
                problem(kind, format!("{shown} is the target, not a feature"));
            } else if Some(name) == options.weights.as_ref() {
                problem(kind, format!("{shown} holds the weights, and is no feature anyway"));
            } else if !names.contains(name) {
                let hint = did_you_mean(name, names);
                problem(kind, format!("there is no column {shown}{hint}"));
            } else if kind == Kind::Categorical && options.drop.contains(name) {
                problem(kind, format!("column {shown} is both dropped and categorical"));
            }
        }
    }
    let role = |(index, name): (usize, &String)| Role {
        index,
        categorical: options.categorical.contains(name),
    };
    let is_feature = |(_, name): &(usize, &String)| {
        **name != options.target
            && Some(*name) != options.weights.as_ref()
            && !options.drop.contains(name)
    };
    let features: Vec<_> = names.iter().enumerate().filter(is_feature).map(role).collect();
    if features.is_empty() {
        problem(Kind::Drop, "no column is left as a feature".into());
    }
    Error::check(problems)?;
    let target = target.unwrap_or_default(); // found, or there was a problem
    Ok(Plan { target: role((target, &names[target])), weights, features })
}

/// Why the target may not be among the columns: what to look at first.
fn target_hint(table: &Table, options: &CsvOptions) -> String {
    let names = &table.names;
    let near = did_you_mean(&options.target, names);
    if let Some(line) = &table.undivided {
        return format!("; the first line is one cell, {}: is the delimiter right?", quote(line));
    }
    match names.as_slice() {
        [_] if !options.header => "; with header: false the only column is `column_1`".into(),
        [.., last] if !options.header => {
            format!("; with header: false the columns are `column_1` to {}", quote(last))
        }
        _ if names.iter().all(|n| n.parse::<f64>().is_ok()) => {
            "; the first line holds only numbers: is the header missing?".into()
        }
        _ if near.is_empty() && names.len() <= COLUMNS_LISTED_MAX => {
            let shown: Vec<String> = names.iter().map(|name| quote(name)).collect();
            format!("; columns: {}", shown.join(", "))
        }
        _ => near,
    }
}
