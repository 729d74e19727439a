//! How anything configurable describes itself: a plugin's model, a stage, a sampler.
//!
//! One description serves the pipeline file's checker, the JSON Schema that editors complete from,
//! the search space, and the defaults a component receives. A component never parses its own
//! settings from text: it is handed a complete object that was checked against this.

use serde::{Deserialize, Serialize};

use crate::Value;
use crate::study::Direction;

/// A named thing with settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Component {
    /// The name the pipeline file uses.
    pub name: String,
    /// One sentence for people.
    pub help: String,
    /// Its settings, in the order in which they are shown.
    pub settings: Vec<Setting>,
}

/// One setting of a [`Component`]. It may be described several times, each time with the same kind
/// and another default, if the default depends on another setting: then each time with a condition
/// on that one, and at most one of them holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    /// The key in the pipeline file.
    pub name: String,
    /// What values it takes.
    pub kind: SettingKind,
    /// The value when the file does not say; `None` makes the setting required, which `null` as the
    /// default of an optional kind does not.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub default: Option<Value>,
    /// Takes part only when another setting of the same component has one of these values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// One sentence for people.
    #[serde(default)]
    pub help: String,
}

/// A `null` that is there.
fn present<'de, D: serde::Deserializer<'de>>(default: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(default).map(Some)
}

/// The values a [`Setting`] takes. Bounds are inclusive and in value space.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SettingKind {
    /// A finite number.
    Float {
        /// Smallest value allowed.
        low: f64,
        /// Largest value allowed.
        high: f64,
        /// Whether it is naturally searched on a logarithmic scale.
        #[serde(default)]
        log: bool,
    },
    /// A whole number within ±2⁵³.
    Int {
        /// Smallest value allowed.
        low: i64,
        /// Largest value allowed.
        high: i64,
        /// Whether it is naturally searched on a logarithmic scale.
        #[serde(default)]
        log: bool,
    },
    /// `true` or `false`.
    Bool,
    /// One of a list of values.
    Choice {
        /// The values, at least one.
        choices: Vec<Value>,
    },
    /// A list of whole numbers, such as layer widths.
    Ints {
        /// Smallest value of each entry.
        low: i64,
        /// Largest value of each entry.
        high: i64,
    },
    /// One of these values, or `null` for none, such as a bound that need not be there.
    Optional {
        /// The values when there is one.
        of: Box<SettingKind>,
    },
    /// One of these values, or a word, such as a number of rows or `full`.
    Or {
        /// The values beside the word.
        of: Box<SettingKind>,
        /// The word.
        word: String,
    },
}

/// The condition under which a [`Setting`] takes part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct When {
    /// Another setting of the same component.
    pub setting: String,
    /// The values of it for which this one takes part.
    pub values: Vec<Value>,
}

/// What a model tells about itself before it is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// Name and hyperparameters.
    pub component: Component,
    /// The tasks it can do.
    pub tasks: Vec<Task>,
    /// How it takes its features, the layout it prefers first.
    #[serde(default = "rows")]
    pub layouts: Vec<Layout>,
    /// Whether a feature may be a category; then its layout is [`Layout::Columns`].
    #[serde(default)]
    pub categories: bool,
    /// Whether it predicts class probabilities.
    pub probabilities: bool,
    /// The yes-or-no setting without which it predicts none after all.
    #[serde(default)]
    pub probabilities_if: Option<String>,
    /// Whether several instances may be fitted at once in one process.
    pub parallel_instances: bool,
    /// Whether it takes missing values.
    pub missing: bool,
    /// Whether a fitted model can be saved.
    pub save: bool,
    /// What it promises of repetition.
    pub deterministic: Deterministic,
    /// Whether it heeds row weights.
    #[serde(default)]
    pub weights: bool,
    /// Whether its fit makes use of a validation set.
    #[serde(default)]
    pub validation: bool,
    /// Whether it tells how much each feature mattered.
    #[serde(default)]
    pub importance: bool,
    /// The setting that can be shortened for a cheaper look at a configuration.
    #[serde(default)]
    pub fidelity: Option<String>,
    /// The kinds of numbers in which it tells loss and gradient, the one it prefers first; none if
    /// it tells neither.
    #[serde(default)]
    pub gradient: Vec<Precision>,
    /// Whether it fits itself. If not, it is trained through its gradient.
    #[serde(default = "yes")]
    pub fits_itself: bool,
    /// The kinds of regularization that only the model itself can do and does while it is trained
    /// through its gradient, such as dropout.
    #[serde(default)]
    pub regularization: Vec<String>,
}

fn yes() -> bool {
    true
}

fn rows() -> Vec<Layout> {
    vec![Layout::RowsF64]
}

impl ModelInfo {
    /// The layout in which it is shown its features.
    #[must_use]
    pub fn layout(&self) -> Layout {
        self.layouts.first().copied().unwrap_or(Layout::RowsF64)
    }
}

/// How features lie in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// Row after row, in double precision.
    RowsF64,
    /// Row after row, in single precision.
    RowsF32,
    /// Compressed sparse rows, in double precision.
    CsrF64,
    /// Compressed sparse rows, in single precision.
    CsrF32,
    /// Typed columns: numbers in double precision, and categories.
    Columns,
}

impl Layout {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::RowsF64, Self::RowsF32, Self::CsrF64, Self::CsrF32, Self::Columns];

    /// Its word in a descriptor.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::RowsF64 => "rows_f64",
            Self::RowsF32 => "rows_f32",
            Self::CsrF64 => "csr_f64",
            Self::CsrF32 => "csr_f32",
            Self::Columns => "columns",
        }
    }
}

/// A kind of floating-point numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// 32 bits.
    F32,
    /// 64 bits.
    F64,
}

/// What the same seed and the same data promise of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deterministic {
    /// The same bits for any number of threads.
    Bitwise,
    /// The same bits for the same number of threads.
    PerThreadCount,
    /// Nothing.
    No,
}

/// What is predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// One of a set of classes.
    Classification,
    /// A number.
    Regression,
}

impl std::fmt::Display for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Classification => "classification",
            Self::Regression => "regression",
        })
    }
}

/// What a metric tells about itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricInfo {
    /// The name the pipeline file uses.
    pub name: String,
    /// One sentence for people.
    pub help: String,
    /// Which way is better.
    pub direction: Direction,
    /// The task it measures.
    pub task: Task,
    /// Whether it needs class probabilities.
    pub needs_probabilities: bool,
}

/// A settings value that a component's description does not allow.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingProblem {
    /// Where: the setting's name, and for lists the index of the entry.
    pub setting: String,
    /// What is wrong with it, and what would be right.
    pub message: String,
}

impl SettingKind {
    /// Checks one value.
    ///
    /// # Errors
    /// A sentence fragment saying what was expected and what came instead.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        match self {
            Self::Float { low, high, .. } => match value.as_f64() {
                Some(x) if *low <= x && x <= *high => Ok(()),
                Some(x) => Err(format!("must lie between {low} and {high}, not {x}")),
                None => Err(format!("expected a number, found {}", describe(value))),
            },
            Self::Int { low, high, .. } => check_int(value, *low, *high),
            Self::Bool => match value {
                Value::Bool(_) => Ok(()),
                _ => Err(format!("expected true or false, found {}", describe(value))),
            },
            Self::Choice { choices } if choices.contains(value) => Ok(()),
            Self::Choice { choices } => {
                let known: Vec<String> = choices.iter().map(ToString::to_string).collect();
                Err(format!("must be one of {}, not {value}", known.join(", ")))
            }
            Self::Ints { low, high } => match value.as_array() {
                Some(items) => items.iter().enumerate().try_for_each(|(i, item)| {
                    check_int(item, *low, *high).map_err(|e| format!("entry {}: {e}", i + 1))
                }),
                None => Err(format!("expected a list of integers, found {}", describe(value))),
            },
            Self::Optional { .. } if value.is_null() => Ok(()),
            Self::Optional { of } => of.check(value),
            Self::Or { word, .. } if value == word => Ok(()),
            Self::Or { of, word } => {
                of.check(value).map_err(|e| format!("{e} ({word:?} is allowed too)"))
            }
        }
    }

    /// What values it takes when it takes neither `null` nor a word instead: itself, but for a kind
    /// that allows those.
    #[must_use]
    pub fn value_kind(&self) -> &Self {
        match self {
            Self::Optional { of } | Self::Or { of, .. } => of.value_kind(),
            _ => self,
        }
    }
}

fn check_int(value: &Value, low: i64, high: i64) -> Result<(), String> {
    match value.as_i64() {
        Some(n) if low <= n && n <= high => Ok(()),
        Some(n) => Err(format!("must lie between {low} and {high}, not {n}")),
        None => Err(format!("expected an integer, found {}", describe(value))),
    }
}

/// A value's type and text for an error message, cut to a readable length.
#[must_use]
pub fn describe(value: &Value) -> String {
    let text = value.to_string();
    let text: String = if text.chars().count() > 40 {
        text.chars().take(40).chain(['…']).collect()
    } else {
        text
    };
    match value {
        Value::Null => "nothing (null)".into(),
        Value::Bool(_) => format!("the boolean {text}"),
        Value::Number(_) => format!("the number {text}"),
        Value::String(_) => format!("the text {text}"),
        Value::Array(_) => format!("the list {text}"),
        Value::Object(_) => format!("the mapping {text}"),
    }
}

impl Component {
    /// Every description of the setting of that name: several if its default depends on another.
    pub fn variants<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Setting> {
        self.settings.iter().filter(move |s| s.name == name)
    }

    /// The setting of that name; its first description, if there are several.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&Setting> {
        self.settings.iter().find(|s| s.name == name)
    }

    /// Completes `given` with defaults and checks it, so that the component receives every active
    /// setting and nothing else. Settings whose `when` does not hold are left out.
    ///
    /// # Errors
    /// Every problem at once: unknown names, missing required settings, values not allowed.
    pub fn resolve(
        &self,
        given: &serde_json::Map<String, Value>,
    ) -> Result<serde_json::Map<String, Value>, Vec<SettingProblem>> {
        let mut problems = Vec::new();
        let mut problem = |setting: &str, message: String| {
            problems.push(SettingProblem { setting: setting.to_owned(), message });
        };
        for name in given.keys().filter(|name| self.setting(name).is_none()) {
            problem(name, format!("{} has no such setting", self.name));
        }
        let value_of = |s: &Setting| given.get(&s.name).or(s.default.as_ref()).cloned();
        let mut resolved = serde_json::Map::new();
        for setting in &self.settings {
            if !self.is_active(setting, &value_of) {
                continue;
            }
            match value_of(setting) {
                None => problem(&setting.name, "is required".into()),
                Some(value) => match setting.kind.check(&value) {
                    Ok(()) => drop(resolved.insert(setting.name.clone(), value)),
                    Err(message) => problem(&setting.name, message),
                },
            }
        }
        if problems.is_empty() { Ok(resolved) } else { Err(problems) }
    }

    fn is_active(&self, setting: &Setting, value_of: &dyn Fn(&Setting) -> Option<Value>) -> bool {
        // Conditions form a tree, so the walk up ends; the bound guards against a bad descriptor.
        let mut current = setting;
        for _ in 0..=self.settings.len() {
            let Some(when) = &current.when else {
                return true;
            };
            let Some(parent) = self.setting(&when.setting) else {
                return false;
            };
            if !value_of(parent).is_some_and(|v| when.values.contains(&v)) {
                return false;
            }
            current = parent;
        }
        false
    }
}

mod one_of;
#[cfg(test)]
mod tests;
