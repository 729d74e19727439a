//! What would fail every trial, found before the first one; and what nobody should have to find
//! out.

use surmise_core::component::ModelInfo;
use surmise_data::split::Fold;
use surmise_data::text::quote;
use surmise_data::{Dataset, Loaded};
use surmise_spec::Spec;

use crate::exit::{Exit, Failure, Result};
use crate::registry;

mod training;

pub(crate) use training::check_training;

/// Refuses categories and missing values that neither a stage, on or searched, nor the model takes.
pub(crate) fn check(spec: &Spec, loaded: &Loaded, model: &ModelInfo) -> Result<()> {
    let stages: Vec<_> =
        spec.stages.iter().filter_map(|s| registry::stage_entry(&s.name)).collect();
    let name = &model.component.name;
    if let Some(column) = loaded.dataset.first_category()
        && !model.categories
        && !stages.iter().any(|stage| stage.removes_categories)
    {
        let column = quote(&column.name);
        return Err(refused(
            spec,
            &format!("the column {column} holds categories, and `{name}` takes numbers only"),
            "add the stage `one_hot: {}`, or list the column in data.columns.drop",
        ));
    }
    if let Some(missing) = loaded.dataset.first_missing_number()
        && !model.missing
        && !stages.iter().any(|stage| stage.removes_missing)
    {
        let column = quote(&missing.column);
        let line = loaded.lines[missing.row];
        return Err(refused(
            spec,
            &format!("line {line} has no value in the column {column}, and `{name}` needs one"),
            "add the stage `impute: {}`, or list the column in data.columns.drop",
        ));
    }
    Ok(())
}

/// Refuses folds that train on rows of which none counts.
pub(crate) fn check_folds(spec: &Spec, data: &Dataset, folds: &[Fold]) -> Result<()> {
    let Some(i) = folds.iter().position(|fold| !data.any_counts(&fold.train)) else {
        return Ok(());
    };
    let n = folds.len();
    let message = format!("all rows that fold {} of {n} trains on have the weight 0", i + 1);
    let help = "shuffle the rows (`evaluation.resample.shuffle: true`), use other folds, or give \
                more rows a weight";
    let diagnostic = spec.diagnose("data.weights", &message, Some(help));
    Err(Failure::diagnostics(Exit::Data, diagnostic))
}

/// What works, but hardly as meant: a line each.
pub(crate) fn notes(spec: &Spec, target: &surmise_data::Target) -> Vec<String> {
    let folds = spec.evaluation.folds as usize;
    match target.smallest_class() {
        Some((class, count)) if count < folds => {
            let class = quote(class);
            vec![format!("the class {class} has {count} rows for {folds} folds: some miss it")]
        }
        _ => Vec::new(),
    }
}

fn refused(spec: &Spec, message: &str, help: &str) -> Failure {
    Failure::diagnostics(Exit::Data, spec.diagnose("data.source.csv", message, Some(help)))
}
