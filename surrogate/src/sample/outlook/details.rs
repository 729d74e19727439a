//! The numbers behind a proposal, for people and for the log.

use nalgebra::DMatrix;
use serde_json::{Map, Value, json};

use super::Outlook;
use crate::acquire::Acquisition;
use crate::embed::Embedding;
use crate::sample::belief::Belief;
use crate::sample::goal::Goal;
use crate::sample::outputs::Output;

/// What stands beside the numbers of all outputs, so that the first objective is found at once.
const OF_THE_FIRST: [&str; 3] = ["predicted_mean", "predicted_sd", "noise_sd"];

impl Outlook {
    /// Why what is worth most is proposed: a sentence.
    pub(in crate::sample) fn why(&self) -> String {
        let mut why = self.goal.why().to_owned();
        if !self.constraints().is_empty() {
            why += ", in view of the probability to be feasible";
        }
        why
    }

    /// The numbers at `point`: predictions without their noise, in the units and signs of the
    /// outputs.
    pub(in crate::sample) fn details(
        &self,
        embedding: &Embedding,
        point: &[f64],
    ) -> Map<String, Value> {
        let column = DMatrix::from_column_slice(point.len(), 1, point);
        let at = |acquisition: &dyn Acquisition| acquisition.values(&column)[0];
        let mut details = self.predictions(embedding, point);
        let mut tell = |name: &str, value: Value| drop(details.insert(name.to_owned(), value));
        if let Some(improvement) = self.goal.improvement(self.objectives()) {
            tell(self.goal.name(), json!(at(&*improvement)));
        }
        let direction = |k: usize| self.outputs[k].direction;
        let value = |k: usize, target: f64| self.beliefs[k].value(target, direction(k));
        match &self.goal {
            Goal::Objective { incumbent, boldness, noisy } => {
                tell("contenders", json!(noisy.as_ref().map_or(1, |noisy| noisy.contenders())));
                tell("incumbent_mean", json!(value(0, *incumbent)));
                tell("boldness", json!(boldness));
            }
            Goal::Front { reference, size, .. } => {
                let reference = reference.iter().enumerate().map(|(k, target)| value(k, *target));
                tell("reference_point", json!(reference.collect::<Vec<_>>()));
                tell("front_size", json!(size));
            }
            Goal::Feasibility => {}
        }
        let constraints = self.constraints();
        if !constraints.is_empty() {
            let kept = constraints.iter().map(|belief| at(&belief.log_probability()));
            tell("probability_feasible", json!(libm::exp(kept.sum())));
        }
        tell("n_observations", json!(self.counts.finished));
        tell("n_failed", json!(self.counts.failed));
        tell("n_running", json!(self.counts.running));
        details
    }

    /// What is predicted, of one output alone or by the names of several.
    fn predictions(&self, embedding: &Embedding, point: &[f64]) -> Map<String, Value> {
        let describe = |(output, belief): (&Output, &Belief)| {
            let mut details = belief.details(embedding, output.direction, point);
            if output.is_constraint() {
                let (mean, variance) = belief.target(point);
                let kept = belief.log_probability().of(mean, variance);
                details.insert("probability".into(), json!(libm::exp(kept)));
            }
            details
        };
        let mut all: Vec<_> = self.outputs.iter().zip(&self.beliefs).map(describe).collect();
        if all.len() == 1 {
            return all.swap_remove(0);
        }
        let of_the_first = |name: &str| (name.to_owned(), all[0][name].clone());
        let mut details: Map<String, Value> = OF_THE_FIRST.map(of_the_first).into_iter().collect();
        for (role, is_constraint) in [("objectives", false), ("constraints", true)] {
            let those = self.outputs.iter().zip(&all);
            let those = those.filter(|(output, _)| output.is_constraint() == is_constraint);
            let named = those.map(|(output, of)| (output.name.clone(), Value::from(of.clone())));
            let named: Map<String, Value> = named.collect();
            if !named.is_empty() {
                details.insert(role.into(), Value::Object(named));
            }
        }
        details
    }
}
