//! A catalog of made-up parts, and short ways to load a text.

use serde_json::json;
use surmise_core::component::{
    Component, Deterministic, MetricInfo, ModelInfo, Precision, Setting, SettingKind, Task, When,
};
use surmise_core::study::Direction;
use surmise_spec::{
    Catalog, Diagnostics, IsolationSpec, ModelRef, Override, Pipeline, RegularizationInfo, Section,
    Source, Spec, load,
};

/// A setting with a default and no condition.
fn setting(name: &str, kind: SettingKind, default: serde_json::Value) -> Setting {
    Setting {
        name: name.into(),
        kind,
        default: (!default.is_null()).then_some(default),
        when: None,
        help: format!("the {name}"),
    }
}

fn component(name: &str, settings: Vec<Setting>) -> Component {
    Component { name: name.into(), help: format!("{name}, for tests"), settings }
}

fn float(low: f64, high: f64) -> SettingKind {
    SettingKind::Float { low, high, log: false }
}

fn int(low: i64, high: i64) -> SettingKind {
    SettingKind::Int { low, high, log: false }
}

fn choice(names: &[&str]) -> SettingKind {
    SettingKind::Choice { choices: names.iter().map(|n| json!(n)).collect() }
}

fn when(mut setting: Setting, parent: &str, names: &[&str]) -> Setting {
    setting.when =
        Some(When { setting: parent.into(), values: names.iter().map(|n| json!(n)).collect() });
    setting
}

fn svm() -> ModelInfo {
    let kernels = ["linear", "poly", "rbf"];
    ModelInfo {
        component: component(
            "svm",
            vec![
                setting("c", float(1e-6, 1e6), json!(1)),
                setting("kernel", choice(&kernels), json!("rbf")),
                when(setting("gamma", float(1e-9, 1e3), json!(0.1)), "kernel", &["rbf", "poly"]),
                when(setting("degree", int(1, 9), json!(3)), "kernel", &["poly"]),
                setting("shrinking", SettingKind::Bool, json!(true)),
                setting("hidden", SettingKind::Ints { low: 1, high: 512 }, json!([64])),
            ],
        ),
        tasks: vec![Task::Classification],
        layouts: vec![surmise_core::component::Layout::RowsF64],
        categories: false,
        probabilities: false,
        probabilities_if: None,
        parallel_instances: true,
        missing: false,
        save: true,
        deterministic: Deterministic::Bitwise,
        weights: false,
        validation: false,
        importance: false,
        fidelity: None,
        gradient: vec![],
        fits_itself: true,
        regularization: vec![],
    }
}

/// A model that does dropout while it is trained through its gradient.
fn trained(name: &str, fits_itself: bool) -> ModelInfo {
    ModelInfo {
        component: component(
            name,
            vec![setting("hidden", SettingKind::Ints { low: 1, high: 512 }, json!([64]))],
        ),
        gradient: vec![Precision::F32, Precision::F64],
        fits_itself,
        regularization: vec!["dropout".into()],
        ..svm()
    }
}

/// Optimizers of which one has another learning rate by default.
fn optimizer() -> Component {
    let rate = |default: f64| {
        let kind = SettingKind::Float { low: 1e-9, high: 10.0, log: true };
        setting("learning_rate", kind, json!(default))
    };
    let momentum = || setting("momentum", float(0.0, 0.999), json!(0));
    let beta = setting("beta1", float(0.0, 0.999), json!(0.9));
    Component::one_of(
        "optimizer",
        "how steps are made",
        &[
            component("sgd", vec![rate(0.01), momentum()]),
            component("nesterov", vec![rate(0.01), momentum()]),
            component("adam", vec![rate(0.001), beta]),
        ],
    )
}

/// A training loop.
fn training() -> Vec<Section> {
    let section = |path: &str, settings| {
        let name = path.rsplit('.').next().unwrap_or(path);
        Section { path: path.into(), component: component(name, settings) }
    };
    let size = SettingKind::Or { of: Box::new(int(1, 1_000_000)), word: "full".into() };
    let norm = SettingKind::Optional { of: Box::new(float(1e-6, 1e6)) };
    let norm = Setting { default: Some(json!(null)), ..setting("norm", norm, json!(null)) };
    let warmup = setting("warmup_epochs", float(0.0, 100.0), json!(0));
    vec![
        section(
            "training",
            vec![
                setting("epochs", int(1, 10_000), json!(50)),
                setting("precision", choice(&["f32", "f64"]), json!("f64")),
            ],
        ),
        Section { path: "training.optimizer".into(), component: optimizer() },
        section("training.batch", vec![setting("size", size, json!(32))]),
        section(
            "training.schedule",
            vec![
                setting("type", choice(&["constant", "cosine"]), json!("constant")),
                when(warmup, "type", &["cosine"]),
            ],
        ),
        section("training.clip", vec![norm]),
    ]
}

fn regularization() -> Vec<RegularizationInfo> {
    let one = |needs_model, name: &str, settings| RegularizationInfo {
        component: component(name, settings),
        needs_model,
    };
    vec![
        one(false, "l2", vec![setting("strength", float(0.0, 1.0), json!(1e-4))]),
        one(true, "dropout", vec![setting("rate", float(0.0, 0.9), json!(0.5))]),
        one(true, "batch_norm", vec![]),
        one(
            false,
            "early_stopping",
            vec![
                setting("patience", int(1, 1000), json!(8)),
                setting("restore_best", SettingKind::Bool, json!(true)),
            ],
        ),
    ]
}

fn metric(name: &str, task: Task, direction: Direction, needs_probabilities: bool) -> MetricInfo {
    MetricInfo {
        name: name.into(),
        help: format!("the {name}"),
        direction,
        task,
        needs_probabilities,
    }
}

fn find_model(model: ModelRef<'_>, _: &IsolationSpec) -> Result<ModelInfo, String> {
    let plugin = model.plugin;
    match plugin {
        "svm" => Ok(svm()),
        "strict" => Ok(ModelInfo {
            component: component("strict", vec![setting("rate", float(0.0, 1.0), json!(null))]),
            ..svm()
        }),
        "sure" => {
            let switch = setting("probability", SettingKind::Bool, json!(false));
            let probabilities_if = Some("probability".to_owned());
            let component = component("sure", vec![switch]);
            Ok(ModelInfo { component, probabilities: true, probabilities_if, ..svm() })
        }
        "weighing" => Ok(ModelInfo { weights: true, ..svm() }),
        "bounded" => {
            let kind = SettingKind::Optional { of: Box::new(int(1, 9)) };
            let depth =
                Setting { default: Some(json!(null)), ..setting("depth", kind, json!(null)) };
            Ok(ModelInfo { component: component("bounded", vec![depth]), ..svm() })
        }
        "mlp" => Ok(trained("mlp", false)),
        // Its dropout is a hyperparameter as well.
        "dropping" => {
            let rate = setting("dropout", float(0.0, 0.9), json!(0.0));
            Ok(ModelInfo { component: component("dropping", vec![rate]), ..trained("mlp", false) })
        }
        "logistic" => Ok(trained("logistic", true)),
        _ => Err(format!("no plugin called `{plugin}` was found")),
    }
}

/// The parts that there are.
pub(crate) fn catalog() -> Catalog<'static> {
    let solver = choice(&["full", "randomized"]);
    Catalog {
        stages: vec![
            component(
                "impute",
                vec![setting("strategy", choice(&["mean", "median"]), json!("mean"))],
            ),
            component("standardize", vec![]),
            component(
                "pca",
                vec![
                    setting("components", int(1, 100), json!(10)),
                    setting("whiten", SettingKind::Bool, json!(false)),
                    setting("solver", solver, json!("full")),
                    when(setting("power", int(0, 9), json!(2)), "solver", &["randomized"]),
                ],
            ),
        ],
        samplers: vec![
            component("random", vec![]),
            component("grid", vec![]),
            component("gp", vec![setting("start", int(1, 1000), json!(10))]),
        ],
        metrics: vec![
            metric("accuracy", Task::Classification, Direction::Maximize, false),
            metric("f1_macro", Task::Classification, Direction::Maximize, false),
            metric("log_loss", Task::Classification, Direction::Minimize, true),
            metric("rmse", Task::Regression, Direction::Minimize, false),
        ],
        training: training(),
        regularization: regularization(),
        model: &find_model,
    }
}

/// A text as a file.
pub(crate) fn file(text: &str) -> Source {
    Source { name: "pipeline.yaml".into(), text: text.into() }
}

/// Loads a text that is right.
pub(crate) fn loaded(text: &str) -> Spec {
    of_plugin(load(&file(text), &[], &catalog()).unwrap_or_else(|d| panic!("{d}")))
}

/// A pipeline whose model comes from a plugin.
pub(crate) fn of_plugin(pipeline: Pipeline) -> Spec {
    match pipeline {
        Pipeline::Plugin(spec) => *spec,
        Pipeline::Command(_) => panic!("a command"),
    }
}

/// Loads a text that is wrong.
pub(crate) fn refused(text: &str) -> Diagnostics {
    refused_with(text, &[])
}

/// Loads a text that overrides make wrong.
pub(crate) fn refused_with(text: &str, overrides: &[&str]) -> Diagnostics {
    let overrides: Vec<Override> = overrides.iter().copied().map(Override::new).collect();
    match load(&file(text), &overrides, &catalog()) {
        Err(diagnostics) => diagnostics,
        Ok(spec) => panic!("accepted as\n{}", spec.to_yaml()),
    }
}

/// The messages of a text that is wrong.
pub(crate) fn messages(text: &str) -> Vec<String> {
    refused(text).iter().map(|d| d.message().to_owned()).collect()
}

/// A plain run.
pub(crate) const PLAIN: &str = "\
surmise: 1
name: iris
data:
  source: { csv: iris.csv }
  target: species
stages:
  - impute: { strategy: median }
  - standardize: {}
  - pca: { components: 20 }
model:
  plugin: svm
  params: { c: 10 }
evaluation:
  resample: { kfold: 5 }
  metric: accuracy
";

/// The plain run with other objectives, and output constraints, as a list in braces each.
pub(crate) fn measured(objectives: &str, constraints: &str) -> String {
    PLAIN.replace("metric: accuracy", &format!("{objectives}\n  constraints: [{constraints}]"))
}

/// The plain run as a study over the given space, each line of it indented by four spaces.
pub(crate) fn study(sampler: &str, space: &str) -> String {
    format!("{PLAIN}seed: 7\nsearch:\n  sampler: {sampler}\n  trials: 20\n  space:\n{space}\n")
}
