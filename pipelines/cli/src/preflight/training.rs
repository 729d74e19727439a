//! Trainings that are to be judged by what is not there.

use surmise_core::Value;
use surmise_core::component::Task;
use surmise_engine::metric::Metric;
use surmise_engine::training;
use surmise_spec::{Spec, TrainingSpec};

use crate::exit::{Exit, Failure, Result};
use crate::registry;

const VALIDATION: &str = "training.validation";
const STOPS: &str = "early_stopping";

/// Refuses a training that is, or may be, judged by rows that no one has held out, or by a metric
/// that it does not have or cannot have.
pub(crate) fn check_training(spec: &Spec, task: Task) -> Result<()> {
    let Some(training) = &spec.training else { return Ok(()) };
    let held_out = training.sections.iter().find(|section| section.path == VALIDATION);
    let has = |name: &str, nothing: &Value| {
        held_out.is_some_and(|section| section.settings.get(name) != Some(nothing))
    };
    let (has_rows, has_metric) = (has("fraction", &0.0.into()), has("metric", &Value::Null));
    let monitors = monitors(spec, training);
    let watches = |what: &str| monitors.iter().any(|monitor| monitor == what);
    let metric = held_out.and_then(|section| section.settings.get("metric")?.as_str());
    let metric = metric.and_then(registry::metric).map(Metric::info);
    let is_written = training.regularization.iter().any(|s| s.name == STOPS && s.on);
    let place = if is_written { "regularization.early_stopping" } else { "search.space" };
    let add_rows = "add `fraction: 0.1` to `training.validation`, or set `monitor: train_loss`";
    let problem = match metric {
        _ if !has_rows && watches("validation_loss") => Some((
            place,
            "`early_stopping` watches the loss of rows that are held out, and there are none"
                .into(),
            add_rows.to_owned(),
        )),
        _ if !has_metric && watches("validation_metric") => Some((
            place,
            "`early_stopping` watches a metric of the rows that are held out, and there is none"
                .into(),
            "add `metric: accuracy`, or another, to `training.validation`".to_owned(),
        )),
        Some(metric) if metric.task != task => Some((
            "training.validation.metric",
            format!("`{}` measures a {}, and this is a {task}", metric.name, metric.task),
            format!("take a metric for a {task}"),
        )),
        Some(metric) if !has_rows => Some((
            "training.validation.metric",
            format!("`{}` measures rows that are held out, and there are none", metric.name),
            "add `fraction: 0.1` to `training.validation`".to_owned(),
        )),
        _ => None,
    };
    let Some((path, message, help)) = problem else { return Ok(()) };
    Err(Failure::diagnostics(Exit::Pipeline, spec.diagnose(path, &message, Some(&help))))
}

/// What `early_stopping` may watch in some trial, if it takes part in any.
fn monitors(spec: &Spec, training: &TrainingSpec) -> Vec<Value> {
    let Some(stops) = training.regularization.iter().find(|stage| stage.name == STOPS) else {
        return Vec::new();
    };
    let path = format!("regularization.{STOPS}");
    let parameters = spec.search.iter().flat_map(|search| search.space.parameters());
    let mut values = Vec::new();
    for parameter in parameters {
        let domain = &parameter.domain;
        let all = (0..domain.cardinality().unwrap_or(0)).map(|i| domain.value(i));
        if parameter.name == format!("{path}.monitor") {
            return all.collect();
        }
        if parameter.name == path {
            values.extend(all.filter(Value::is_object).map(|stage| stage.get("monitor").cloned()));
        }
    }
    let written = stops.settings.get("monitor");
    let known = training::stages().into_iter().find(|stage| stage.name == STOPS);
    let default = known.and_then(|stage| stage.setting("monitor")?.default.clone());
    if values.is_empty() {
        values.push(None);
    }
    values.into_iter().filter_map(|value| value.or(written.cloned()).or(default.clone())).collect()
}
