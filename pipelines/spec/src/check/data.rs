//! The table: `data`.

use std::collections::BTreeSet;

use crate::decode::{Spanned, Text};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::document::{Data, TestText};
use crate::spec::{CsvSource, DataSpec, TestSplit};
use crate::text::quote;

/// Checks `data`.
pub(super) fn check(data: &Data, sink: &mut Sink) -> Option<DataSpec> {
    check_weights(data, sink);
    check_columns(data, sink);
    let columns = data.columns.0.as_ref();
    let columns = columns?.as_ref();
    let source = data.source.0.as_ref()?;
    Some(DataSpec {
        source: CsvSource {
            path: source.csv.0.clone(),
            header: source.header,
            delimiter: source.delimiter.0,
        },
        target: data.target.0.as_ref()?.value.0.clone(),
        weights: data.weights.0.as_ref()?.as_ref().map(|w| w.value.0.clone()),
        task: data.task.0.as_ref()?.as_ref().map(|t| t.value),
        drop: names(columns.and_then(|c| c.drop.as_ref())),
        categorical: names(columns.and_then(|c| c.categorical.as_ref())),
        test: data.split.0.as_ref()?.as_ref().map(|s| test_split(&s.test)),
    })
}

fn names(columns: Option<&Vec<Spanned<Text>>>) -> Vec<String> {
    columns.into_iter().flatten().map(|c| c.value.0.clone()).collect()
}

fn test_split(test: &TestText) -> TestSplit {
    TestSplit { fraction: test.fraction.0, stratify: test.stratify.as_ref().map(|s| s.value) }
}

/// The weights are a column of their own.
fn check_weights(data: &Data, sink: &mut Sink) {
    let Some(Some(weights)) = &data.weights.0 else {
        return;
    };
    let name = &weights.value;
    if data.target.0.as_ref().is_some_and(|target| target.value == *name) {
        let message = "the target cannot be the rows' weights as well";
        sink.push(Diagnostic::new(Code::Mismatch, weights.span, message));
    }
    let columns = data.columns.0.iter().flatten();
    let listed = columns.flat_map(|c| c.drop.iter().chain(&c.categorical).flatten());
    for column in listed.filter(|column| column.value == *name) {
        let name = quote(&name.0);
        let message =
            format!("the column {name} holds the rows' weights, and is no feature anyway");
        let help = "leave it out of this list, or remove `data.weights`";
        sink.push(Diagnostic::new(Code::Mismatch, column.span, message).help(Some(help)));
    }
}

/// A column has one role.
fn check_columns(data: &Data, sink: &mut Sink) {
    let Some(Some(columns)) = &data.columns.0 else {
        return;
    };
    let target = data.target.0.as_ref().map(|t| t.value.0.as_str());
    let mut seen = BTreeSet::new();
    for column in columns.drop.iter().chain(&columns.categorical).flatten() {
        let name = column.value.0.as_str();
        if !seen.insert(name) {
            let message = format!("the column {} is listed twice", quote(name));
            sink.push(Diagnostic::new(Code::Duplicate, column.span, message));
        }
    }
    let dropped_target = columns.drop.iter().flatten().find(|c| Some(c.value.0.as_str()) == target);
    if let Some(column) = dropped_target {
        let message = "the target cannot be dropped";
        sink.push(Diagnostic::new(Code::Mismatch, column.span, message));
    }
}
