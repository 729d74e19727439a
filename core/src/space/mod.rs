//! The search space: what may vary, between which bounds, and under which condition.

mod domain;
mod enumerate;

pub use domain::Domain;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::trial::Params;
use crate::{Error, Result, Value};

/// An ordered set of parameters, parents before children.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Parameter>", into = "Vec<Parameter>")]
pub struct Space {
    parameters: Vec<Parameter>,
}

/// One thing that may vary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name: in a pipeline file, the dotted path of what it replaces.
    pub name: String,
    /// The values it takes.
    #[serde(flatten)]
    pub domain: Domain,
    /// When it takes part; `None` means always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// A parameter takes part only when another one does and has one of these values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// The other parameter, which stands before this one in the space.
    pub parameter: String,
    /// Its values for which this parameter takes part.
    pub values: Vec<Value>,
}

/// What is wrong with the definition of one parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The parameter's name.
    pub parameter: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl Space {
    /// A space over these parameters, parents moved before their children and otherwise in the
    /// order given.
    ///
    /// # Errors
    /// Every problem at once: bounds, steps, empty or repeated choices, repeated names, conditions
    /// on unknown parameters or impossible values, and cycles of conditions.
    pub fn new(parameters: Vec<Parameter>) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut names = BTreeSet::new();
        for parameter in &parameters {
            let mut found = parameter.domain.problems();
            if !names.insert(parameter.name.as_str()) {
                found.push("stands in the space twice".into());
            }
            found.extend(parameter.when.as_ref().and_then(|w| w.problem(&parameters)));
            problems.extend(
                found
                    .into_iter()
                    .map(|message| Problem { parameter: parameter.name.clone(), message }),
            );
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self { parameters: parents_first(parameters)? })
    }

    /// The parameters, parents before children.
    #[must_use]
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// How many parameters there are, active or not.
    #[must_use]
    pub fn len(&self) -> usize {
        self.parameters.len()
    }

    /// Whether nothing varies.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parameters.is_empty()
    }

    /// Whether parameter number `i` takes part, given its parents' values in `params`.
    #[must_use]
    pub fn is_active(&self, i: usize, params: &Params) -> bool {
        self.parameters[i].when.as_ref().is_none_or(|when| {
            params.get(&when.parameter).is_some_and(|value| when.values.contains(value))
        })
    }

    /// The configuration at a point of the unit cube, one coordinate a parameter; coordinates of
    /// inactive parameters are ignored. Equal volumes give equal probability on each parameter's
    /// own scale.
    ///
    /// # Panics
    /// If `unit` has not [`Space::len`] coordinates.
    #[must_use]
    pub fn at(&self, unit: &[f64]) -> Params {
        assert_eq!(unit.len(), self.len(), "one coordinate a parameter");
        let mut params = Params::default();
        for (i, parameter) in self.parameters.iter().enumerate() {
            if self.is_active(i, &params) {
                params.set(&parameter.name, parameter.domain.at(unit[i]));
            }
        }
        params
    }

    /// Checks that `params` holds exactly the active parameters, each with a value of its domain.
    ///
    /// # Errors
    /// Naming the first parameter that does not fit.
    pub fn check(&self, params: &Params) -> Result<()> {
        let unknown = params.iter().find(|(n, _)| self.parameters.iter().all(|p| p.name != *n));
        if let Some((name, _)) = unknown {
            return Err(Error::invalid(format!("`{name}` is no parameter of the space")));
        }
        for (i, parameter) in self.parameters.iter().enumerate() {
            let name = &parameter.name;
            match (self.is_active(i, params), params.get(name)) {
                (true, Some(value)) if parameter.domain.contains(value) => {}
                (false, None) => {}
                (true, Some(value)) => {
                    let domain = &parameter.domain;
                    return Err(Error::invalid(format!("`{name}` must be {domain}, not {value}")));
                }
                (true, None) => {
                    return Err(Error::invalid(format!("`{name}` is active but has no value")));
                }
                (false, Some(_)) => {
                    return Err(Error::invalid(format!("`{name}` has a value but is inactive")));
                }
            }
        }
        Ok(())
    }
}

impl Condition {
    fn problem(&self, parameters: &[Parameter]) -> Option<String> {
        let Some(parent) = parameters.iter().find(|p| p.name == self.parameter) else {
            return Some(format!("depends on `{}`, which is not in the space", self.parameter));
        };
        if self.values.is_empty() {
            return Some(format!(
                "depends on no value of `{}`: it could never be active",
                self.parameter
            ));
        }
        let impossible = self.values.iter().find(|v| !parent.domain.contains(v))?;
        Some(format!("depends on `{}` being {impossible}, which it can never be", self.parameter))
    }
}

impl TryFrom<Vec<Parameter>> for Space {
    type Error = Error;

    fn try_from(parameters: Vec<Parameter>) -> Result<Self> {
        Self::new(parameters).map_err(|problems| {
            let all: Vec<_> =
                problems.iter().map(|p| format!("`{}` {}", p.parameter, p.message)).collect();
            Error::invalid(all.join("; "))
        })
    }
}

impl From<Space> for Vec<Parameter> {
    fn from(space: Space) -> Self {
        space.parameters
    }
}

/// A stable order with every parent before its children; what is left over depends on itself.
fn parents_first(mut rest: Vec<Parameter>) -> Result<Vec<Parameter>, Vec<Problem>> {
    let mut ordered: Vec<Parameter> = Vec::with_capacity(rest.len());
    while !rest.is_empty() {
        let ready = rest.iter().position(|p| {
            p.when.as_ref().is_none_or(|w| ordered.iter().any(|o| o.name == w.parameter))
        });
        match ready {
            Some(i) => ordered.push(rest.remove(i)),
            None => {
                let message = "depends on itself through its conditions";
                return Err(rest
                    .into_iter()
                    .map(|p| Problem { parameter: p.name, message: message.into() })
                    .collect());
            }
        }
    }
    Ok(ordered)
}

#[cfg(test)]
mod tests;
