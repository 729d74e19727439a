//! What a command measures: `evaluation`.

use std::collections::BTreeSet;

use surmise_core::limit::Limit;
use surmise_core::study::{Direction, Objective};

use crate::catalog::Catalog;
use crate::command::{MeasuredBound, MeasuredSpec};
use crate::decode::{Name, Spanned};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::document::{Measured, NamedBound};
use crate::source::Span;
use crate::text::quote;

/// Checks `evaluation`.
pub(super) fn check(
    evaluation: &Spanned<Measured>,
    catalog: &Catalog<'_>,
    sink: &mut Sink,
) -> Option<MeasuredSpec> {
    let objectives = objectives(evaluation, catalog, sink);
    let constraints = constraints(&evaluation.value, sink);
    let steps = evaluation.value.steps.0.as_ref()?;
    Some(MeasuredSpec {
        objectives: objectives?,
        constraints: constraints?,
        steps: steps.as_ref().map(|steps| steps.0.unsigned_abs()),
    })
}

/// What is written of one objective.
type Written<'a> = (&'a Spanned<Name>, Option<Direction>);

fn objectives(
    evaluation: &Spanned<Measured>,
    catalog: &Catalog<'_>,
    sink: &mut Sink,
) -> Option<Vec<Objective>> {
    let mut refuse = |code: Code, span: Span, message: &str| {
        sink.push(Diagnostic::new(code, span, message));
        None
    };
    let Measured { metric, direction, objectives, .. } = &evaluation.value;
    let direction = direction.0.as_ref()?;
    let written: Vec<Written<'_>> = match (metric.0.as_ref()?, objectives.0.as_ref()?) {
        (Some(metric), None) => vec![(metric, direction.as_ref().map(|d| d.value))],
        (None, Some(several)) if several.value.is_empty() => {
            let message = "`evaluation.objectives` names no metric";
            return refuse(Code::Value, several.span, message);
        }
        (None, Some(several)) => {
            if let Some(direction) = direction {
                let message = "each of `objectives` has a `direction` of its own";
                return refuse(Code::Duplicate, direction.span, message);
            }
            let goal = |goal: &'_ Spanned<crate::document::Goal>| {
                goal.value.direction.as_ref().map(|d| d.value)
            };
            several.value.iter().map(|one| (&one.value.metric, goal(one))).collect()
        }
        (Some(_), Some(several)) => {
            let message = "`evaluation.metric` and `evaluation.objectives` exclude each other";
            return refuse(Code::Duplicate, several.span, message);
        }
        (None, None) => {
            let message = "`evaluation` needs the key `metric`, or `objectives` for several";
            return refuse(Code::Missing, evaluation.span, message);
        }
    };
    let mut seen = BTreeSet::new();
    let found: Vec<Option<Objective>> = written
        .into_iter()
        .map(|(name, direction)| {
            let metric = metric_name(name, sink)?;
            if !seen.insert(metric.clone()) {
                let message = format!("the metric {} is an objective twice", quote(&metric));
                sink.push(Diagnostic::new(Code::Duplicate, name.span, message));
            }
            let direction = direction.or_else(|| known_direction(name, catalog, sink))?;
            Some(Objective { metric, direction })
        })
        .collect();
    found.into_iter().collect()
}

/// The direction of a metric that Surmise has itself.
fn known_direction(
    name: &Spanned<Name>,
    catalog: &Catalog<'_>,
    sink: &mut Sink,
) -> Option<Direction> {
    let known = catalog.metrics.iter().find(|metric| metric.name == name.value.0);
    if known.is_none() {
        let message = format!("nobody knows which way {} is better", quote(&name.value.0));
        let help = Some("add `direction: maximize` or `direction: minimize`");
        sink.push(Diagnostic::new(Code::Missing, name.span, message).help(help));
    }
    known.map(|metric| metric.direction)
}

/// A name that a printed line may have for a measurement.
fn metric_name(name: &Spanned<Name>, sink: &mut Sink) -> Option<String> {
    if name.value.0 == "step" {
        let message = "`step` counts the steps of a training, so it names no metric";
        sink.push(Diagnostic::new(Code::Value, name.span, message));
        return None;
    }
    Some(name.value.0.clone())
}

fn constraints(evaluation: &Measured, sink: &mut Sink) -> Option<Vec<MeasuredBound>> {
    let bounds = evaluation.constraints.0.as_ref()?.iter().flatten();
    let mut seen = BTreeSet::new();
    let checked: Vec<Option<MeasuredBound>> = bounds
        .map(|bound| {
            let bound = bound.0.as_ref()?;
            let (metric, limit) = (metric_name(&bound.value.metric, sink), limit(bound, sink));
            let (metric, limit) = (metric?, limit?);
            if !seen.insert((metric.clone(), matches!(limit, Limit::Max(_)))) {
                let message = format!("{} has two such bounds", quote(&metric));
                sink.push(Diagnostic::new(Code::Duplicate, bound.span, message));
            }
            Some(MeasuredBound { metric, limit })
        })
        .collect();
    checked.into_iter().collect()
}

fn limit(bound: &Spanned<NamedBound>, sink: &mut Sink) -> Option<Limit> {
    super::super::evaluation::limit(&bound.value.min, &bound.value.max, bound.span, sink)
}
