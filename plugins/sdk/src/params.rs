//! Hyperparameters: a struct that describes itself and is read from checked values.

use serde_json::{Map, Value, json};

use self::kind::cut;
use crate::{Error, Result};

mod check;
mod field;
mod kind;

pub use check::{check_entry, check_float, check_int, check_name};
pub use field::{Choice, Field, Number};
pub use kind::Kind;

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
///     #[hp(default = 100, range = 1..=10_000, log, fidelity, when(solver = Sgd))]
///     epochs: u32,
///     /// Whether to fit an intercept
///     #[hp(default = true)]
///     intercept: bool,
///     /// Width of each hidden layer
///     #[hp(default = [64, 32], range = 1..=512)]
///     layers: Vec<u32>,
///     /// Largest absolute weight; null for no bound
///     #[hp(default = None, range = 0.1..=1e3, log)]
///     bound: Option<f64>,
/// }
///
/// assert_eq!(Params::default().epochs, 100);
/// ```
///
/// A number needs a `range`, inclusive at both ends. `log` says that it is naturally searched on a
/// logarithmic scale. `when` names an *earlier* field and the values of it (`A | B` for several)
/// for which this one takes part; otherwise it holds its default. `fidelity` marks the one number,
/// such as of passes or trees, that can be shortened for a cheaper look at a configuration. An
/// `Option` of a number is `null` where it is `None`; a list of integers has an array as its
/// default. The doc comment is the help text.
/// The derive also implements [`Default`]. A default outside its range does not compile:
///
/// ```compile_fail,E0080
/// # use surmise_plugin_sdk::prelude::*;
/// #[derive(Hyperparams)]
/// struct Params {
///     #[hp(default = 2.0, range = 0.0..=1.0)]
///     shrink: f64,
/// }
/// ```
///
/// Nor does a field that no pipeline file could name:
///
/// ```compile_fail,E0080
/// # use surmise_plugin_sdk::prelude::*;
/// #[derive(Hyperparams)]
/// struct Params {
///     #[hp(default = 0.5, range = 0.0..=1.0)]
///     stärke: f64,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not describe hyperparameters",
    label = "no struct of hyperparameters",
    note = "put `#[derive(Hyperparams)]` on it, or write `type Params = ();` if there are none"
)]
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
    fidelity: bool,
}

impl Hyperparam {
    /// A hyperparameter that always takes part.
    #[must_use]
    pub fn new(name: &'static str, help: &'static str, kind: Kind, default: &impl Field) -> Self {
        Self { name, help, kind, default: default.to_json(), when: None, fidelity: false }
    }

    /// It takes part only where `setting` has one of these values.
    #[must_use]
    pub fn when<T: Field>(self, setting: &'static str, values: &[T]) -> Self {
        Self { when: Some((setting, values.iter().map(Field::to_json).collect())), ..self }
    }

    /// It can be shortened for a cheaper look at a configuration.
    #[must_use]
    pub fn fidelity(self) -> Self {
        Self { fidelity: true, ..self }
    }

    /// As the descriptor has it.
    pub(crate) fn to_json(&self) -> Value {
        let mut entry = json!({
            "name": self.name,
            "help": self.kind.full_help(self.help),
            "default": self.default,
        });
        self.kind.write(&mut entry);
        if self.fidelity {
            entry["fidelity"] = json!(true);
        }
        if let Some((setting, values)) = &self.when {
            entry["when"] = json!({ *setting: values });
        }
        entry
    }
}

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
                Error::invalid(format!("hyperparameter `{name}`: unusable value {}", cut(value)))
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
            return Err(Error::invalid(format!("no hyperparameter is called `{name}`")));
        };
        param
            .kind
            .check(value)
            .map_err(|e| Error::invalid(format!("hyperparameter `{name}`: {e}")))?;
    }
    P::read(&Values(values))
}

#[cfg(test)]
mod tests;
