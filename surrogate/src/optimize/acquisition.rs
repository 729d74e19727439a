//! The most worthwhile configuration of a mixed, conditional space.

use rand::RngExt;
use surmise_core::Result;
use surmise_core::seed::Seed;
use surmise_core::space::Space;
use surmise_core::trial::Params;

use super::candidates::candidates;
use crate::acquire::Acquisition;
use crate::embed::Embedding;

/// How many points are handed to the acquisition function at once.
const CHUNK: usize = 512;

/// Starts of a local search that are the best candidates, and that are drawn at random.
const STARTS_BEST: usize = 5;
const STARTS_DRAWN: usize = 5;

/// What is searched: an acquisition function over the configurations of a space.
#[derive(Clone, Copy)]
pub struct Search<'a> {
    /// The configurations.
    pub space: &'a Space,
    /// Their place in Euclidean space.
    pub embedding: &'a Embedding,
    /// What is maximised there.
    pub acquisition: &'a dyn Acquisition,
}

/// A configuration and what it would be worth.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// A point of the unit cube that [`Space::at`] takes to the configuration.
    pub unit: Vec<f64>,
    /// The configuration.
    pub params: Params,
    /// The acquisition function there.
    pub value: f64,
}

impl Search<'_> {
    /// The acquisition function at each configuration.
    ///
    /// # Errors
    /// If a configuration is not of the space.
    pub fn values(&self, configurations: &[Params]) -> Result<Vec<f64>> {
        let mut values = Vec::with_capacity(configurations.len());
        for chunk in configurations.chunks(CHUNK) {
            values.extend(self.acquisition.values(&self.embedding.embed_all(chunk)?));
        }
        Ok(values)
    }

    /// Configurations, the most worthwhile first: what local search makes of ten starts, then the
    /// candidates it started from.
    ///
    /// Candidates cover the space and crowd around `known`, configurations tried before, the most
    /// promising first. Local search starts from the best five candidates and from five drawn with
    /// probability proportional to exp(value), for log-EI to expected improvement.
    /// Ties keep the order in which they were generated, so equal inputs give equal answers.
    ///
    /// # Errors
    /// If a configuration of `known` is not of the space.
    pub fn maximize(&self, known: &[Params], seed: Seed) -> Result<Vec<Candidate>> {
        let units = candidates(self.space, known, seed.child("candidates"))?;
        let mut all = self.score(units)?;
        sort(&mut all);
        let mut found: Vec<Candidate> = starts(&all, seed.child("starts"))
            .into_iter()
            .map(|i| self.climb(all[i].clone()))
            .collect::<Result<_>>()?;
        found.append(&mut all);
        sort(&mut found);
        Ok(found)
    }

    /// The candidates at points of the unit cube.
    pub(super) fn score(&self, units: Vec<Vec<f64>>) -> Result<Vec<Candidate>> {
        let configurations: Vec<Params> = units.iter().map(|u| self.space.at(u)).collect();
        let values = self.values(&configurations)?;
        let parts = units.into_iter().zip(configurations).zip(values);
        Ok(parts.map(|((unit, params), value)| Candidate { unit, params, value }).collect())
    }
}

/// Best first, and stable.
fn sort(candidates: &mut [Candidate]) {
    candidates.sort_by(|a, b| b.value.total_cmp(&a.value));
}

/// Indices into candidates that are sorted: the best, then draws without replacement.
fn starts(candidates: &[Candidate], seed: Seed) -> Vec<usize> {
    let best = candidates.len().min(STARTS_BEST);
    let mut rng = seed.rng();
    // The largest of value + Gumbel noise are a sample by exp(value): W. Kool et al. (ICML 2019).
    let mut drawn: Vec<(f64, usize)> = (best..candidates.len())
        .map(|i| {
            let uniform: f64 = rng.random();
            (candidates[i].value - libm::log(-libm::log(uniform)), i)
        })
        .collect();
    drawn.sort_by(|a, b| b.0.total_cmp(&a.0));
    let drawn = drawn.into_iter().take(STARTS_DRAWN).map(|(_, i)| i);
    (0..best).chain(drawn).collect()
}

#[cfg(test)]
mod tests;
