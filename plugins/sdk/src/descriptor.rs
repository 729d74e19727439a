//! The JSON that tells a host about a plugin before anything runs.

use serde_json::{Value, json};

use crate::{Cap, Hyperparams, Info, Missing, Model, Repeat, Task};

/// The descriptor of a plugin with these models.
pub(crate) fn plugin(id: &str, version: &str, license: &str, models: &[Value]) -> String {
    let plugin = json!({ "id": id, "name": id, "version": version, "license": license });
    json!({ "schema": 1, "plugin": plugin, "models": models }).to_string()
}

/// A model's entry.
pub(crate) fn model<M: Model>() -> Value {
    let info = M::INFO;
    let hyperparameters: Vec<Value> =
        M::Params::describe().iter().map(crate::params::Hyperparam::to_json).collect();
    json!({
        "id": info.id,
        "help": info.help,
        "tasks": info.tasks.iter().copied().map(task).collect::<Vec<_>>(),
        "layouts": ["rows_f64"],
        "missing": match info.missing {
            Missing::Reject => "reject",
            Missing::Nan => "nan",
        },
        "caps": caps(&info),
        "deterministic": match info.repeat {
            Repeat::Bitwise => "bitwise",
            Repeat::PerThreadCount => "per_thread_count",
            Repeat::No => "no",
        },
        "threads": if info.multithreaded { "budget" } else { "single" },
        "hyperparameters": hyperparameters,
    })
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
        Cap::Report => "report",
    });
    // Safe Rust cannot share state between instances without synchronising it.
    named.chain(["parallel_instances"]).collect()
}
