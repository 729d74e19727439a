//! Hyperparameters: a struct that describes itself and is read from checked values.

use serde_json::{Map, Value, json};

use crate::{Error, Result};

/// A model's hyperparameters. Derive it:
///
/// ```
/// use surmise_plugin_sdk::prelude::*;
///
/// /// How the weights are found.
/// #[derive(Choice)]
/// enum Solver {
///     /// stochastic gradient descent
///     Sgd,
///     /// closed form
///     Exact,
/// }
///
/// #[derive(Hyperparams)]
/// struct Params {
///     /// L2 penalty
///     #[hp(default = 1.0, range = 1e-6..=1e3, log)]
///     alpha: f64,
///     /// Solver
///     #[hp(default = Solver::Exact)]
///     solver: Solver,
///     /// Passes over the data
///     #[hp(default = 100, range = 1..=10_000, log, when(solver = Sgd))]
///     epochs: u32,
///     /// Whether to fit an intercept
///     #[hp(default = true)]
///     intercept: bool,
/// }
///
/// assert_eq!(Params::default().epochs, 100);
/// ```
///
/// A number needs a `range`, inclusive at both ends. `log` says that it is naturally searched on a
/// logarithmic scale. `when` names an *earlier* field and the values of it (`A | B` for several)
/// for which this one takes part; otherwise it holds its default. The doc comment is the help text.
/// The derive also implements [`Default`]. A default outside its range does not compile.
pub trait Hyperparams: Default + Send + 'static {
    /// The hyperparameters in the order in which they are shown.
    fn describe() -> Vec<Hyperparam>;

    /// Reads them from values that agree with [`describe`](Hyperparams::describe).
    ///
    /// # Errors
    /// If a value does not fit its field's type.
    fn read(values: &Values) -> Result<Self>;
}

impl Hyperparams for () {
    fn describe() -> Vec<Hyperparam> {
        Vec::new()
    }

    fn read(_: &Values) -> Result<Self> {
        Ok(())
    }
}

/// One hyperparameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Hyperparam {
    name: &'static str,
    help: &'static str,
    kind: Kind,
    default: Value,
    when: Option<(&'static str, Vec<Value>)>,
}

impl Hyperparam {
    /// A hyperparameter that always takes part.
    #[must_use]
    pub fn new(name: &'static str, help: &'static str, kind: Kind, default: &impl Field) -> Self {
        Self {
            name,
            help,
            kind,
            default: default.to_json(),
            when: None,
        }
    }

    /// It takes part only where `setting` has one of these values.
    #[must_use]
    pub fn when<T: Field>(self, setting: &'static str, values: &[T]) -> Self {
        Self {
            when: Some((setting, values.iter().map(Field::to_json).collect())),
            ..self
        }
    }

    /// As the descriptor has it.
    pub(crate) fn to_json(&self) -> Value {
        let mut entry = json!({
            "name": self.name,
            "help": self.kind.full_help(self.help),
            "default": self.default,
        });
        self.kind.write(&mut entry);
        if let Some((setting, values)) = &self.when {
            entry["when"] = json!({ *setting: values });
        }
        entry
    }
}

/// The values that a hyperparameter takes; bounds are inclusive.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A finite number.
    Float {
        /// Smallest value.
        low: f64,
        /// Largest value.
        high: f64,
        /// Whether it is naturally searched on a logarithmic scale.
        log: bool,
    },
    /// A whole number within ±2⁵³.
    Int {
        /// Smallest value.
        low: i64,
        /// Largest value.
        high: i64,
        /// Whether it is naturally searched on a logarithmic scale.
        log: bool,
    },
    /// `true` or `false`.
    Bool,
    /// One of several names, each with its help.
    Choice(&'static [(&'static str, &'static str)]),
}

impl Kind {
    fn check(&self, value: &Value) -> std::result::Result<(), String> {
        let (fits, expected) = match self {
            Self::Float { low, high, .. } => (
                value.as_f64().is_some_and(|x| *low <= x && x <= *high),
                format!("a number between {low} and {high}"),
            ),
            Self::Int { low, high, .. } => (
                value.as_i64().is_some_and(|n| *low <= n && n <= *high),
                format!("a whole number between {low} and {high}"),
            ),
            Self::Bool => (value.is_boolean(), "true or false".to_owned()),
            Self::Choice(options) => {
                let names: Vec<&str> = options.iter().map(|(name, _)| *name).collect();
                (
                    value.as_str().is_some_and(|text| names.contains(&text)),
                    format!("one of {}", names.join(", ")),
                )
            }
        };
        if fits {
            Ok(())
        } else {
            Err(format!("expected {expected}, found {}", cut(value)))
        }
    }

    fn write(&self, entry: &mut Value) {
        match self {
            Self::Float { low, high, log } => {
                entry["type"] = json!("float");
                (entry["low"], entry["high"], entry["log"]) = (json!(low), json!(high), json!(log));
            }
            Self::Int { low, high, log } => {
                entry["type"] = json!("int");
                (entry["low"], entry["high"], entry["log"]) = (json!(low), json!(high), json!(log));
            }
            Self::Bool => entry["type"] = json!("bool"),
            Self::Choice(options) => {
                entry["type"] = json!("choice");
                entry["choices"] = options.iter().map(|(name, _)| *name).collect();
            }
        }
    }

    /// The help with that of each choice, where choices have one.
    fn full_help(&self, help: &str) -> String {
        let Self::Choice(options) = self else {
            return help.to_owned();
        };
        let explained: Vec<String> = options
            .iter()
            .filter(|(_, help)| !help.is_empty())
            .map(|(name, help)| format!("{name}: {help}"))
            .collect();
        match (help, explained.is_empty()) {
            (_, true) => help.to_owned(),
            ("", false) => explained.join("; "),
            (_, false) => format!("{help} ({})", explained.join("; ")),
        }
    }
}

/// The type of a hyperparameter's field: `f64`, an integer, `bool`, or a [`Choice`].
pub trait Field: Sized {
    /// Its value in JSON.
    fn to_json(&self) -> Value;
    /// The value, if the JSON is one of this type.
    fn from_json(value: &Value) -> Option<Self>;
}

/// A field's type that has bounds.
pub trait Number: Field {
    /// The kind for these bounds.
    fn kind(low: Self, high: Self, log: bool) -> Kind;
}

/// An enum without data whose variants are names in `snake_case`. Derive it; a variant's doc
/// comment is its help text.
pub trait Choice: Sized + Send + 'static {
    /// Name and help of each variant, in order.
    const OPTIONS: &'static [(&'static str, &'static str)];
    /// The variant's place in [`OPTIONS`](Choice::OPTIONS).
    fn index(&self) -> usize;
    /// The variant at a place.
    fn from_index(index: usize) -> Option<Self>;
}

impl<T: Choice> Field for T {
    fn to_json(&self) -> Value {
        json!(T::OPTIONS[self.index()].0)
    }

    fn from_json(value: &Value) -> Option<Self> {
        let name = value.as_str()?;
        T::from_index(T::OPTIONS.iter().position(|(option, _)| *option == name)?)
    }
}

impl Field for bool {
    fn to_json(&self) -> Value {
        json!(self)
    }

    fn from_json(value: &Value) -> Option<Self> {
        value.as_bool()
    }
}

impl Field for f64 {
    fn to_json(&self) -> Value {
        json!(self)
    }

    fn from_json(value: &Value) -> Option<Self> {
        value.as_f64()
    }
}

impl Number for f64 {
    fn kind(low: Self, high: Self, log: bool) -> Kind {
        Kind::Float { low, high, log }
    }
}

macro_rules! integers {
    ($($int:ty)+) => {$(
        impl Field for $int {
            fn to_json(&self) -> Value {
                json!(self)
            }

            fn from_json(value: &Value) -> Option<Self> {
                value.as_i64()?.try_into().ok()
            }
        }

        impl Number for $int {
            fn kind(low: Self, high: Self, log: bool) -> Kind {
                // `check_int` held both to ±2⁵³ when the description was compiled.
                Kind::Int { low: low as i64, high: high as i64, log }
            }
        }
    )+};
}
integers! { u8 u16 u32 u64 usize i8 i16 i32 i64 isize }

/// The hyperparameters that came from the host, by name.
#[derive(Debug)]
pub struct Values(Map<String, Value>);

impl Values {
    /// The value of that name, or `default` where it takes no part.
    ///
    /// # Errors
    /// If it is not of the field's type.
    pub fn get<T: Field>(&self, name: &str, default: T) -> Result<T> {
        match self.0.get(name) {
            None => Ok(default),
            Some(value) => T::from_json(value).ok_or_else(|| {
                Error::invalid(format!(
                    "hyperparameter `{name}`: unusable value {}",
                    cut(value)
                ))
            }),
        }
    }
}

/// Reads hyperparameters from a JSON object, checking every name, type and bound.
pub(crate) fn parse<P: Hyperparams>(json: &[u8]) -> Result<P> {
    let values: Map<String, Value> = serde_json::from_slice(json)
        .map_err(|e| Error::invalid(format!("hyperparameters are not a JSON object: {e}")))?;
    let known = P::describe();
    for (name, value) in &values {
        let Some(param) = known.iter().find(|param| param.name == name) else {
            return Err(Error::invalid(format!(
                "no hyperparameter is called `{name}`"
            )));
        };
        param
            .kind
            .check(value)
            .map_err(|e| Error::invalid(format!("hyperparameter `{name}`: {e}")))?;
    }
    P::read(&Values(values))
}

/// Holds a float's description together; the derive evaluates it when it compiles.
///
/// # Panics
/// If the description contradicts itself, which is then a compile error.
pub const fn check_float(low: f64, default: f64, high: f64, log: bool) {
    assert!(
        low.is_finite() && high.is_finite(),
        "both ends of the range must be finite"
    );
    assert!(low <= high, "the range is empty");
    assert!(
        low <= default && default <= high,
        "the default lies outside the range"
    );
    assert!(!log || 0.0 < low, "`log` needs a range above zero");
}

/// Holds an integer's description together; the derive evaluates it when it compiles.
///
/// # Panics
/// If the description contradicts itself, which is then a compile error.
pub const fn check_int(low: i128, default: i128, high: i128, log: bool) {
    const EXACT: i128 = 1 << 53;
    assert!(
        -EXACT <= low && high <= EXACT,
        "integers must stay within ±2^53"
    );
    assert!(low <= high, "the range is empty");
    assert!(
        low <= default && default <= high,
        "the default lies outside the range"
    );
    assert!(!log || 0 < low, "`log` needs a range above zero");
}

fn cut(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
