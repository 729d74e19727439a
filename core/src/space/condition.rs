//! When a parameter takes part.

use serde::{Deserialize, Serialize};

use super::{Domain, Parameter};
use crate::Value;

/// A parameter takes part only when another one does and has one of these values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// The other parameter, which stands before this one in the space.
    pub parameter: String,
    /// Its values for which this parameter takes part.
    pub values: Vec<Value>,
}

impl Condition {
    /// What is wrong with the condition among these parameters.
    pub(super) fn problem(&self, parameters: &[Parameter]) -> Option<String> {
        let name = &self.parameter;
        let Some(parent) = parameters.iter().find(|p| p.name == *name) else {
            return Some(format!("depends on `{name}`, which is not in the space"));
        };
        if self.values.is_empty() {
            return Some(format!("depends on no value of `{name}`: it could never be active"));
        }
        if !matches!(parent.domain, Domain::Choice { .. }) && !parent.domain.problems().is_empty() {
            return None; // such a range cannot be asked; it is complained about where it stands
        }
        if parent.domain.cardinality().is_none() {
            return Some(format!(
                "depends on `{name}`, a continuous parameter: give its domain a step or a list"
            ));
        }
        let impossible = self.values.iter().find(|v| !parent.domain.contains(v))?;
        Some(format!("depends on `{name}` being {impossible}, which it can never be"))
    }

    /// Writes each value as its parameter does, once.
    pub(super) fn canonicalise(&mut self, parents: &[Parameter]) {
        let Some(parent) = parents.iter().find(|p| p.name == self.parameter) else {
            return;
        };
        let mut canonical: Vec<Value> = Vec::with_capacity(self.values.len());
        for value in self.values.iter().filter_map(|v| parent.domain.canonical(v)) {
            if !canonical.contains(&value) {
                canonical.push(value);
            }
        }
        self.values = canonical;
    }
}
