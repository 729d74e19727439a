//! The measure: `evaluation`.

use std::collections::BTreeSet;

use surmise_core::component::MetricInfo;
use surmise_core::limit::Limit;
use surmise_core::suggest;

use crate::catalog::Catalog;
use crate::decode::{Number, Spanned};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::document::{Evaluation, MetricName};
use crate::source::Span;
use crate::spec::{ConstraintSpec, EvaluationSpec};
use crate::text::quote;

/// Checks `evaluation`.
pub(super) fn check(
    evaluation: &Spanned<Evaluation>,
    catalog: &Catalog<'_>,
    sink: &mut Sink,
) -> Option<EvaluationSpec> {
    let objectives = objectives(evaluation, catalog, sink);
    let constraints = constraints(&evaluation.value, catalog, sink);
    let resample = evaluation.value.resample.0.as_ref()?;
    let mut objectives = objectives?.into_iter();
    Some(EvaluationSpec {
        folds: u32::try_from(resample.kfold.0).ok()?,
        stratified: resample.stratified.as_ref().map(|s| s.value),
        shuffle: resample.shuffle,
        metric: objectives.next()?,
        others: objectives.collect(),
        constraints: constraints?,
    })
}

/// Every metric that is named and known, with its place: objectives, then constraints.
pub(super) fn metrics<'a>(
    evaluation: &Evaluation,
    catalog: &'a Catalog<'_>,
) -> Vec<(&'a MetricInfo, Span)> {
    let one = evaluation.metric.0.iter().flatten();
    let several = evaluation.objectives.0.iter().flatten().flat_map(|list| &list.value);
    let bounds = evaluation.constraints.0.iter().flatten().flatten().filter_map(|b| b.0.as_ref());
    let names = one.chain(several).chain(bounds.map(|bound| &bound.value.metric));
    names.filter_map(|name| Some((known(name, catalog)?, name.span))).collect()
}

/// The metrics to optimise: exactly one of `metric` and `objectives` names them.
fn objectives(
    evaluation: &Spanned<Evaluation>,
    catalog: &Catalog<'_>,
    sink: &mut Sink,
) -> Option<Vec<MetricInfo>> {
    let Evaluation { metric, objectives, .. } = &evaluation.value;
    let names: Vec<&Spanned<MetricName>> = match (metric.0.as_ref()?, objectives.0.as_ref()?) {
        (Some(one), None) => vec![one],
        (None, Some(several)) if several.value.is_empty() => {
            let message = "`evaluation.objectives` names no metric";
            sink.push(Diagnostic::new(Code::Value, several.span, message));
            return None;
        }
        (None, Some(several)) => several.value.iter().collect(),
        (Some(_), Some(several)) => {
            let message = "`evaluation.metric` and `evaluation.objectives` exclude each other";
            sink.push(
                Diagnostic::new(Code::Duplicate, several.span, message)
                    .help(Some("list every metric under `objectives`, the most important first")),
            );
            return None;
        }
        (None, None) => {
            let message = "`evaluation` needs the key `metric`, or `objectives` for several";
            sink.push(
                Diagnostic::new(Code::Missing, evaluation.span, message)
                    .label("`metric` is missing"),
            );
            return None;
        }
    };
    let mut seen = BTreeSet::new();
    for name in names.iter().filter(|name| !seen.insert(name.value.0.as_str())) {
        let message = format!("the metric {} is an objective twice", quote(&name.value.0));
        sink.push(Diagnostic::new(Code::Duplicate, name.span, message));
    }
    let found: Vec<_> = names.into_iter().map(|name| find(name, catalog, sink)).collect();
    found.into_iter().collect()
}

fn constraints(
    evaluation: &Evaluation,
    catalog: &Catalog<'_>,
    sink: &mut Sink,
) -> Option<Vec<ConstraintSpec>> {
    let bounds = evaluation.constraints.0.as_ref()?.iter().flatten();
    let mut seen = BTreeSet::new();
    let checked = bounds.map(|bound| {
        let bound = bound.0.as_ref()?;
        let metric = find(&bound.value.metric, catalog, sink);
        let limit = limit(&bound.value.min, &bound.value.max, bound.span, sink);
        let (metric, limit) = (metric?, limit?);
        if !seen.insert((metric.name.clone(), matches!(limit, Limit::Max(_)))) {
            let message = format!("{} has two such bounds", quote(&metric.name));
            sink.push(Diagnostic::new(Code::Duplicate, bound.span, message));
        }
        Some(ConstraintSpec { metric, limit })
    });
    let checked: Vec<Option<ConstraintSpec>> = checked.collect();
    checked.into_iter().collect()
}

/// The one limit of a constraint.
pub(super) fn limit(
    min: &Option<Number>,
    max: &Option<Number>,
    span: Span,
    sink: &mut Sink,
) -> Option<Limit> {
    match (min, max) {
        (Some(min), None) => Some(Limit::Min(min.0.as_f64()?)),
        (None, Some(max)) => Some(Limit::Max(max.0.as_f64()?)),
        (found, _) => {
            let help = match found {
                Some(_) => "write a constraint for each",
                None => "`max: 0.5` allows at most 0.5, `min: 0.9` at least 0.9",
            };
            let message = "a constraint has either `min` or `max`";
            sink.push(Diagnostic::new(Code::Value, span, message).help(Some(help)));
            None
        }
    }
}

/// The metric of that name, or a note that there is none.
fn find(name: &Spanned<MetricName>, catalog: &Catalog<'_>, sink: &mut Sink) -> Option<MetricInfo> {
    let metric = known(name, catalog);
    if metric.is_none() {
        let message = format!("there is no metric {}", quote(&name.value.0));
        let names = catalog.metrics.iter().map(|m| m.name.as_str());
        sink.push(
            Diagnostic::new(Code::UnknownName, name.span, message)
                .help(suggest::help(&name.value.0, names)),
        );
    }
    metric.cloned()
}

fn known<'a>(name: &Spanned<MetricName>, catalog: &'a Catalog<'_>) -> Option<&'a MetricInfo> {
    catalog.metrics.iter().find(|m| m.name == name.value.0)
}
