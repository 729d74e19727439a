//! Names and options → which column is what.

use crate::csv::CsvOptions;
use crate::error::{Error, Kind, Problem, Result};
use crate::text::{did_you_mean, quote};

pub(super) struct Plan {
    /// The index of the target's column.
    pub(super) target: usize,
    /// The features in the file's order.
    pub(super) features: Vec<Feature>,
}

pub(super) struct Feature {
    pub(super) index: usize,
    pub(super) categorical: bool,
}

pub(super) fn plan(names: &[String], options: &CsvOptions) -> Result<Plan> {
    let mut problems = Vec::new();
    let mut problem = |kind, message| problems.push(Problem::new(kind, message));
    let target = names.iter().position(|name| *name == options.target);
    if target.is_none() {
        let hint = if options.header && names.iter().all(|n| n.parse::<f64>().is_ok()) {
            "; the first line holds only numbers: is the header missing?".into()
        } else {
            did_you_mean(&options.target, names)
        };
        let message = format!("there is no column {} to predict{hint}", quote(&options.target));
        problem(Kind::Target, message);
    }
    let lists = [(Kind::Drop, &options.drop), (Kind::Categorical, &options.categorical)];
    for (kind, list) in lists {
        for name in list {
            let shown = quote(name);
            if *name == options.target {
                problem(kind, format!("{shown} is the target, not a feature"));
            } else if !names.contains(name) {
                let hint = did_you_mean(name, names);
                problem(kind, format!("there is no column {shown}{hint}"));
            } else if kind == Kind::Categorical && options.drop.contains(name) {
                problem(kind, format!("column {shown} is both dropped and categorical"));
            }
        }
    }
    let feature = |(index, name): (usize, &String)| Feature {
        index,
        categorical: options.categorical.contains(name),
    };
    let is_feature =
        |(_, name): &(usize, &String)| **name != options.target && !options.drop.contains(name);
    let features: Vec<_> = names.iter().enumerate().filter(is_feature).map(feature).collect();
    if features.is_empty() {
        problem(Kind::Drop, "no column is left as a feature".into());
    }
    Error::check(problems)?;
    let target = target.unwrap_or_default(); // found, or there was a problem
    Ok(Plan { target, features })
}
