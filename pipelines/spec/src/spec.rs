//! A pipeline file that was checked: what the rest of Surmise works from.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value};
use surmise_core::component::{Component, MetricInfo, ModelInfo, Task};
use surmise_core::limit::Limit;
use surmise_core::space::Space;
use surmise_core::study::SamplerChoice;
use surmise_core::trial::Params;

use crate::command::CommandSpec;
use crate::decode::{bytes_text, duration_text};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Sink};
use crate::path::TRAINING;
use crate::source::{Source, Span};
use crate::tree::Node;

/// What a pipeline file describes.
#[derive(Debug, Clone, PartialEq)]
pub enum Pipeline {
    /// Data, stages and a model from a plugin.
    Plugin(Box<Spec>),
    /// A program that does all of that itself.
    Command(Box<CommandSpec>),
}

impl Pipeline {
    /// The pipeline file with every default filled in. Loading it gives an equal pipeline.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        match self {
            Self::Plugin(spec) => spec.to_yaml(),
            Self::Command(spec) => spec.to_yaml(),
        }
    }
}

/// One experiment: every name in it exists, and every value is allowed where it stands.
#[derive(Debug, Clone)]
pub struct Spec {
    /// What the experiment is called.
    pub name: String,
    /// The only source of randomness; at most 2⁶³ − 1.
    pub seed: u64,
    /// The table that is learnt from.
    pub data: DataSpec,
    /// The stages in order, those switched off included.
    pub stages: Vec<StageUse>,
    /// The model.
    pub model: ModelUse,
    /// How the model is trained through its gradient; `None` if it fits itself.
    pub training: Option<TrainingSpec>,
    /// How a configuration is measured.
    pub evaluation: EvaluationSpec,
    /// What is searched for; `None` for a plain run.
    pub search: Option<SearchSpec>,
    /// Where the model's code runs.
    pub isolation: IsolationSpec,
    pub(crate) origin: Origin,
}

/// Where a [`Spec`] comes from.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    pub(crate) sources: Arc<[Source]>,
    pub(crate) root: Node,
    pub(crate) model: ModelInfo,
    /// All that is measured and where the file names it.
    pub(crate) metrics: Vec<(MetricInfo, Span)>,
}

/// The table that is learnt from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DataSpec {
    /// Where it is.
    pub source: CsvSource,
    /// The column to predict.
    pub target: String,
    /// The column that says how much each row counts in a fit; `None` if all count the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights: Option<String>,
    /// What is predicted; `None` to infer it from the target.
    pub task: Option<Task>,
    /// Columns that are not used.
    pub drop: Vec<String>,
    /// Columns whose values are names even if they look like numbers.
    pub categorical: Vec<String>,
    /// Rows set aside for the final measurement.
    pub test: Option<TestSplit>,
}

/// A file of comma-separated values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CsvSource {
    /// The path as written: relative to the pipeline file unless absolute.
    pub path: String,
    /// Whether the first line holds the column names.
    pub header: bool,
    /// What separates the values of a line: one ASCII character.
    pub delimiter: char,
}

/// Rows set aside for the final measurement.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TestSplit {
    /// The share of the rows, above 0 and below 1.
    pub fraction: f64,
    /// Whether every class keeps its share; `None` means for classification.
    pub stratify: Option<bool>,
}

/// A stage, or a kind of regularization, as the file has it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StageUse {
    /// Its name.
    pub name: String,
    /// Its settings as written, and the defaults of those that are neither written nor searched.
    pub settings: Map<String, Value>,
    /// Whether it takes part when it is not searched.
    pub on: bool,
    #[serde(skip)]
    pub(crate) component: Component,
}

/// How a model is trained through its gradient, as the file has it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrainingSpec {
    /// Every section of the training, in the order of the catalog.
    pub sections: Vec<SectionUse>,
    /// The kinds of regularization that are on or may be, in the order of the catalog.
    pub regularization: Vec<StageUse>,
}

/// A section of the training as the file has it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SectionUse {
    /// Where it is: `training` itself, or such as `training.optimizer`.
    pub path: String,
    /// Its settings as written, and the defaults of those that are neither written nor searched.
    pub settings: Map<String, Value>,
    #[serde(skip)]
    pub(crate) component: Component,
}

impl SectionUse {
    /// The key under `training`; `None` for `training` itself.
    pub(crate) fn key(&self) -> Option<&str> {
        self.path.strip_prefix(TRAINING)?.strip_prefix('.')
    }
}

/// The model as the file has it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelUse {
    /// A name on the plugin path, or the path of a shared library, as written.
    pub plugin: String,
    /// Which of its models, if it has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The hyperparameters as written, and the defaults of those neither written nor searched.
    pub params: Map<String, Value>,
}

/// How a configuration is measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EvaluationSpec {
    /// The number of folds, at least 2.
    pub folds: u32,
    /// Whether every class keeps its share in every fold; `None` means for classification.
    pub stratified: Option<bool>,
    /// Whether rows are shuffled before they are dealt out.
    pub shuffle: bool,
    /// What is measured: the first objective.
    pub metric: MetricInfo,
    /// Further objectives, in the order of the file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<MetricInfo>,
    /// What a configuration must keep to be feasible, in the order of the file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub constraints: Vec<ConstraintSpec>,
}

impl EvaluationSpec {
    /// Every objective, the first one first.
    pub fn objectives(&self) -> impl Iterator<Item = &MetricInfo> {
        std::iter::once(&self.metric).chain(&self.others)
    }
}

/// A bound on the mean of a metric over the folds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConstraintSpec {
    /// What is measured.
    pub metric: MetricInfo,
    /// Which values are allowed.
    #[serde(flatten)]
    pub limit: Limit,
}

/// Its name in a study, such as `log_loss <= 0.3`.
impl fmt::Display for ConstraintSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.metric.name, self.limit)
    }
}

/// What is searched for, and how.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SearchSpec {
    /// The sampler, with every setting.
    pub sampler: SamplerChoice,
    /// How many configurations are tried.
    pub trials: u64,
    /// How many trials may run at once.
    pub parallel: u64,
    /// What may vary; every parameter is named by its path in the file.
    pub space: Space,
    /// The configuration as written, which is the first trial. `None` for a grid, and if a
    /// searched setting is not written and has no default.
    pub first: Option<Params>,
}

/// Where the model's code runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IsolationSpec {
    /// In worker processes.
    Workers {
        /// What they are kept to.
        limits: WorkersSpec,
        /// The libraries that the plugin may bring along beside those of every system.
        libraries: Vec<String>,
    },
    /// In the process that runs the study.
    InProcess,
}

/// What worker processes are kept to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WorkersSpec {
    /// What to do where the kernel cannot restrict a worker.
    pub sandbox: Sandbox,
    /// The most memory that a worker may use beside the data, in bytes.
    pub memory_bytes: Option<u64>,
    /// The longest that one fit or one prediction may take, in milliseconds.
    pub time_ms: Option<u64>,
}

/// What to do where the kernel cannot restrict a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sandbox {
    /// Refuse to run.
    Required,
    /// Restrict as far as it can.
    #[default]
    BestEffort,
    /// Restrict nothing but resources.
    Off,
}

impl Sandbox {
    pub(crate) const ALL: [Self; 3] = [Self::Required, Self::BestEffort, Self::Off];

    /// Its word in the file.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::BestEffort => "best-effort",
            Self::Off => "off",
        }
    }
}

impl Default for IsolationSpec {
    fn default() -> Self {
        Self::Workers { limits: WorkersSpec::default(), libraries: Vec::new() }
    }
}

/// As the file has it, with every default.
impl Serialize for IsolationSpec {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self::Workers { limits, libraries } = self else {
            return serializer.serialize_str("in-process");
        };
        let WorkersSpec { sandbox, memory_bytes, time_ms } = limits;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("sandbox", sandbox.word())?;
        if let Some(n) = memory_bytes {
            map.serialize_entry("memory", &bytes_text(*n))?;
        }
        if let Some(n) = time_ms {
            map.serialize_entry("time", &duration_text(*n))?;
        }
        if !libraries.is_empty() {
            map.serialize_entry("libraries", libraries)?;
        }
        map.end()
    }
}

/// A component with every setting it takes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComponentUse {
    /// Its name.
    pub name: String,
    /// Every active setting, and nothing else.
    pub settings: Map<String, Value>,
}

/// What one trial runs: complete, checked, and free of anything that may vary.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Configuration {
    /// The stages that are on, in order.
    pub stages: Vec<ComponentUse>,
    /// The model's settings.
    pub model: Map<String, Value>,
    /// The settings of the training loop: those of `training` itself, those of each of its
    /// sections under the section's key, and under `regularization` those of each kind that is on
    /// by its name. `None` if the model fits itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub training: Option<Map<String, Value>>,
}

impl Spec {
    /// A diagnostic at a place in the file, for what comes up once data and plugins are read.
    /// `path` is dotted, such as `data.source.csv`; the deepest part of it that the file has is
    /// underlined.
    #[must_use]
    pub fn diagnose(&self, path: &str, message: &str, help: Option<&str>) -> Diagnostics {
        let span = self.origin.root.locate(path);
        let section = path.split('.').next();
        let code = match section {
            Some("data" | "evaluation") => Code::Data,
            _ => Code::Run,
        };
        let diagnostic = Diagnostic::new(code, span, message).help(help);
        Diagnostics::one(self.origin.sources.clone(), diagnostic)
    }

    /// Checks that metrics, model and splits fit the task, which the data may only have told now:
    /// if the file does not say it, what does not fit is told to come from the target.
    ///
    /// # Errors
    /// Everything that does not fit.
    pub fn check_task(&self, task: Task) -> Result<(), Diagnostics> {
        let mut sink = Sink::default();
        let facts = crate::check::TaskFacts {
            metrics: self.origin.metrics.iter().map(|(metric, span)| (metric, *span)).collect(),
            model: Some(&self.origin.model),
            stratified: self.evaluation.stratified,
            stratify: self.data.test.as_ref().and_then(|t| t.stratify),
            inferred_from: self.data.task.is_none().then_some(self.data.target.as_str()),
        };
        facts.check(task, &self.origin.root, &mut sink);
        sink.finish(self.origin.sources.clone()).map_or(Ok(()), Err)
    }

    /// What the model told about itself when the file was checked.
    #[must_use]
    pub fn model_info(&self) -> &ModelInfo {
        &self.origin.model
    }
}

/// Two specifications are equal if they mean the same, wherever they were written.
impl PartialEq for Spec {
    fn eq(&self, other: &Self) -> bool {
        self.canonical() == other.canonical()
    }
}
