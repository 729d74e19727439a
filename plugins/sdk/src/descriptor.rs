//! The JSON that tells a host about a plugin before anything runs.

use serde_json::{Value, json};

use crate::layout::sealed::Laid;
use crate::{Cap, GradientModel, Hyperparams, Info, LayoutModel, Missing, Repeat, Task};

/// The descriptor of a plugin with these models.
pub(crate) fn plugin(id: &str, version: &str, license: &str, models: &[Value]) -> String {
    let plugin = json!({ "id": id, "name": id, "version": version, "license": license });
    json!({ "schema": 1, "plugin": plugin, "models": models }).to_string()
}

/// The entry of a model that fits itself.
pub(crate) fn model<M: LayoutModel>() -> Value {
    let mut entry = entry::<M::Params>(&M::INFO);
    entry["layouts"] = json!([<M::Features<'static> as Laid>::WORD]);
    if <M::Features<'static> as Laid>::CATEGORIES {
        entry["categorical"] = json!(true);
    }
    entry
}

/// The entry of a model that the host trains.
pub(crate) fn gradient_model<M: GradientModel>() -> Value {
    let mut entry = entry::<M::Params>(&M::INFO);
    entry["fit"] = json!("host");
    entry["gradient"] = json!(["f64", "f32"]);
    entry["regularization"] = json!(M::INFO.regularization);
    entry["layouts"] = json!(["rows_f64", "rows_f32"]);
    entry["caps"] = match M::INFO.does(Task::Classification) {
        true => json!(["predict_proba", "weights", "parallel_instances"]),
        false => json!(["weights", "parallel_instances"]),
    };
    entry
}

fn entry<P: Hyperparams>(info: &Info) -> Value {
    let hyperparameters: Vec<Value> =
        P::describe().iter().map(crate::params::Hyperparam::to_json).collect();
    let mut entry = json!({
        "id": info.id,
        "help": info.help,
        "tasks": info.tasks.iter().copied().map(task).collect::<Vec<_>>(),
        "missing": match info.missing {
            Missing::Reject => "reject",
            Missing::Nan => "nan",
        },
        "caps": caps(info),
        "deterministic": match info.repeat {
            Repeat::Bitwise => "bitwise",
            Repeat::PerThreadCount => "per_thread_count",
            Repeat::No => "no",
        },
        "threads": if info.multithreaded { "budget" } else { "single" },
        "hyperparameters": hyperparameters,
    });
    if info.is_default {
        entry["default"] = json!(true);
    }
    if let Some(switch) = info.probabilities_if {
        entry["probabilities_if"] = json!(switch);
    }
    entry
}

fn task(task: Task) -> &'static str {
    match task {
        Task::Classification => "classification",
        Task::Regression => "regression",
    }
}

fn caps(info: &Info) -> Vec<&'static str> {
    let named = info.caps.iter().map(|cap| match cap {
        Cap::Proba => "predict_proba",
        Cap::Decision => "decision",
        Cap::Save => "save",
        Cap::Importance => "importance",
        Cap::Weights => "weights",
        Cap::Validation => "validation",
        Cap::Report => "report",
    });
    // Safe Rust cannot share state between instances without synchronising it.
    named.chain(["parallel_instances"]).collect()
}
