//! A training as a file describes it: plain data.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use surmise_core::component::{Component, SettingKind};

use crate::error::Problem;
use crate::optimize::{Entry as OptimizerEntry, Method, OPTIMIZERS};
use crate::regularize::{Entry as StageEntry, Regularizer, STAGES};
use crate::schedule::{Clock, Entry as ScheduleEntry, SCHEDULES};
use crate::{Error, Real, Result, setting};

/// A training. Settings that are left out have their defaults.
///
/// ```
/// let plan: surmise_training::Plan = serde_json::from_str(r#"{
///     "optimizer": { "type": "adam", "learning_rate": 0.01 },
///     "training": { "epochs": 20, "batch_size": 64 },
///     "schedule": { "type": "cosine", "warmup_epochs": 2 },
///     "regularization": [{ "type": "l2", "strength": 1e-4 }]
/// }"#)?;
/// plan.check()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// One of [`OPTIMIZERS`].
    pub optimizer: Choice,
    /// The settings of [`Plan::component`].
    #[serde(default)]
    pub training: Map<String, Value>,
    /// One of [`SCHEDULES`].
    #[serde(default = "constant")]
    pub schedule: Choice,
    /// Some of [`STAGES`], each at most once. Their order does not matter.
    #[serde(default)]
    pub regularization: Vec<Choice>,
}

/// One of a registry, with its settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// Its name.
    #[serde(rename = "type")]
    pub name: String,
    /// Its settings; those that are left out have their defaults.
    #[serde(flatten)]
    pub settings: Map<String, Value>,
}

impl Choice {
    /// With all settings at their defaults.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), settings: Map::new() }
    }

    /// With one more setting.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.settings.insert(name.to_owned(), value.into());
        self
    }
}

fn constant() -> Choice {
    Choice::new("constant")
}

/// The settings of the loop itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Loop {
    /// How often all rows are seen, at most.
    pub epochs: u64,
    /// How many steps are made at most.
    pub max_steps: Option<u64>,
    /// How many rows a batch has.
    pub batch_size: BatchSize,
    /// Whether each epoch has an order of its own.
    pub shuffle: bool,
    /// Whether the last batch of an epoch is left out if it is not full.
    pub drop_last: bool,
    /// How many batches a step is made from.
    pub accumulate: usize,
    /// The largest Euclidean norm of a gradient.
    pub clip_norm: Option<f64>,
    /// The largest absolute value of a slope.
    pub clip_value: Option<f64>,
    /// Parameters beyond ± this have diverged.
    pub parameter_bound: f64,
    /// Which epoch's parameters are kept.
    pub keep: Keep,
}

/// Which epoch's parameters are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// Those of the last one.
    Last,
    /// Those of the best one by [`Report::judged`](crate::Report::judged).
    Best,
}

/// How many rows a batch has; in JSON a number, or `"full"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Size", into = "Size")]
pub enum BatchSize {
    /// All of them: batch gradient descent.
    Full,
    /// So many: 1 is stochastic gradient descent.
    Rows(usize),
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Size {
    Rows(usize),
    Word(Word),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Full,
}

impl From<Size> for BatchSize {
    fn from(size: Size) -> Self {
        match size {
            Size::Rows(n) => Self::Rows(n),
            Size::Word(Word::Full) => Self::Full,
        }
    }
}

impl From<BatchSize> for Size {
    fn from(size: BatchSize) -> Self {
        match size {
            BatchSize::Rows(n) => Self::Rows(n),
            BatchSize::Full => Self::Word(Word::Full),
        }
    }
}

/// What a plan comes to.
pub(crate) struct Built<T: Real> {
    pub(crate) method: Method<T>,
    pub(crate) settings: Loop,
    pub(crate) clock: Clock,
    pub(crate) stages: Vec<Stage<T>>,
}

/// A regularization stage with its name.
pub(crate) struct Stage<T: Real> {
    pub(crate) name: String,
    pub(crate) regularizer: Box<dyn Regularizer<T>>,
}

impl Plan {
    /// The settings of the loop itself, which are no optimizer's, schedule's or stage's.
    #[must_use]
    pub fn component() -> Component {
        const MOST: i64 = 1_000_000_000;
        let bound = |low, high| SettingKind::Float { low, high, log: true };
        let count = SettingKind::Int { low: 1, high: MOST, log: true };
        let batch = SettingKind::Or { of: Box::new(count.clone()), word: "full".into() };
        let settings = vec![
            setting::int("epochs", (1, MOST), 50, "how often all rows are seen, at most"),
            setting::optional("max_steps", count, "how many steps are made at most"),
            setting::setting(
                "batch_size",
                batch,
                32.into(),
                "rows in a batch, or full for all of them",
            ),
            setting::flag("shuffle", true, "give each epoch an order of its own"),
            setting::flag("drop_last", false, "leave out a last batch that is not full"),
            setting::int("accumulate", (1, 1_000_000), 1, "batches that a step is made from"),
            setting::optional("clip_norm", bound(1e-9, 1e9), "largest norm of a gradient"),
            setting::optional("clip_value", bound(1e-9, 1e9), "largest absolute slope"),
            setting::log("parameter_bound", (1.0, 1e30), 1e15, "larger parameters have diverged"),
            setting::word("keep", &["last", "best"], "the epoch whose parameters are kept"),
        ];
        setting::component("training", "how batches are made and how long it goes on", settings)
    }

    /// Whether everything it names is there, with settings that are allowed.
    ///
    /// # Errors
    /// [`Error::Plan`] with every problem at once.
    pub fn check(&self) -> Result<()> {
        self.resolve().map(drop)
    }

    pub(crate) fn build<T: Real>(&self) -> Result<Built<T>> {
        let resolved = self.resolve()?;
        let (optimizer, settings) = resolved.optimizer;
        let method = T::method(optimizer, &settings)?;
        let (schedule, settings) = resolved.schedule;
        let clock = Clock::new(schedule, &settings)?;
        let mut stages = Vec::new();
        for (entry, settings) in &resolved.stages {
            let name = (entry.component)().name;
            stages.push(Stage { name, regularizer: T::stage(entry, settings)? });
        }
        Ok(Built { method, settings: setting::read(&resolved.training)?, clock, stages })
    }

    fn resolve(&self) -> Result<Resolved> {
        let mut problems = Vec::new();
        let mut keep = |found: Vec<Problem>| problems.extend(found);
        let optimizer =
            setting::resolve("optimizer", OPTIMIZERS, |e| (e.component)(), &self.optimizer);
        let schedule =
            setting::resolve("schedule", SCHEDULES, ScheduleEntry::component, &self.schedule);
        let training = Self::component().resolve(&self.training).map_err(|problems| {
            problems.into_iter().map(|p| Problem::of("training", p)).collect::<Vec<_>>()
        });
        let mut stages = Vec::new();
        for choice in &self.regularization {
            match setting::resolve("stage", STAGES, |e| (e.component)(), choice) {
                Ok(stage) => stages.push(stage),
                Err(found) => keep(found),
            }
            if self.regularization.iter().filter(|other| other.name == choice.name).count() > 1 {
                let message = "is there more than once".to_owned();
                keep(vec![Problem { component: choice.name.clone(), setting: None, message }]);
            }
        }
        let order = |entry: &StageEntry| {
            let name = (entry.component)().name;
            STAGES.iter().position(|stage| (stage.component)().name == name)
        };
        stages.sort_by_key(|(entry, _)| order(entry));
        match (optimizer, schedule, training) {
            (Ok(optimizer), Ok(schedule), Ok(training)) if problems.is_empty() => {
                Ok(Resolved { optimizer, schedule, training, stages })
            }
            (optimizer, schedule, training) => {
                problems.extend(optimizer.err().unwrap_or_default());
                problems.extend(schedule.err().unwrap_or_default());
                problems.extend(training.err().unwrap_or_default());
                Err(Error::Plan(problems))
            }
        }
    }
}

/// Entries with complete settings.
struct Resolved {
    optimizer: (&'static OptimizerEntry, Map<String, Value>),
    schedule: (&'static ScheduleEntry, Map<String, Value>),
    training: Map<String, Value>,
    stages: Vec<(&'static StageEntry, Map<String, Value>)>,
}

#[cfg(test)]
mod tests;
