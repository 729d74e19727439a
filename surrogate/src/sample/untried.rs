//! What has not been tried yet: no configuration is proposed twice.

use std::collections::BTreeSet;

use rand::RngExt;
use surmise_core::seed::Seed;
use surmise_core::space::Space;
use surmise_core::trial::Params;

/// Draws from an infinite space beyond the number of configurations tried.
const EXTRA_DRAWS: usize = 64;

/// The configurations of a space but for those that were tried.
pub(super) struct Untried<'a> {
    space: &'a Space,
    tried: BTreeSet<String>,
}

impl<'a> Untried<'a> {
    pub(super) fn new(space: &'a Space, tried: impl Iterator<Item = &'a Params>) -> Self {
        Self { space, tried: tried.map(|params| key(space, params)).collect() }
    }

    pub(super) fn contains(&self, params: &Params) -> bool {
        !self.tried.contains(&key(self.space, params))
    }

    /// Whether nothing is left.
    pub(super) fn is_empty(&self) -> bool {
        let total = self.space.cardinality();
        total.is_some_and(|n| n <= self.tried.len() as u64)
    }

    /// All that is left, if that is at most `left_max` configurations.
    pub(super) fn all(&self, left_max: u64) -> Option<Vec<Params>> {
        let tried = self.tried.len() as u64;
        let few = |total: &u64| total.saturating_sub(tried) <= left_max;
        let total = self.space.cardinality().filter(few)?;
        let configurations = (0..total).filter_map(|i| self.space.configuration(i));
        Some(configurations.filter(|p| self.contains(p)).collect())
    }

    /// Any configuration that is left, by that seed; `None` if none is found in a continuum so
    /// narrow that its numbers are used up.
    ///
    /// In a finite space one more step than were tried suffices, since no two of them meet.
    pub(super) fn any(&self, seed: Seed) -> Option<Params> {
        let mut rng = seed.rng();
        if let Some(total) = self.space.cardinality() {
            let first = rng.random_range(0..total);
            return (0..=self.tried.len() as u64)
                .filter_map(|step| self.space.configuration((first + step) % total))
                .find(|params| self.contains(params));
        }
        let mut draw = || {
            let unit: Vec<f64> = (0..self.space.len()).map(|_| rng.random()).collect();
            self.space.at(&unit)
        };
        (0..self.tried.len() + EXTRA_DRAWS).map(|_| draw()).find(|params| self.contains(params))
    }
}

/// The text by which configurations are told apart: values that count as the same one of a
/// domain, such as 1 and 1.0 in steps of a float, are written the same way.
fn key(space: &Space, params: &Params) -> String {
    let parameters = space.parameters().iter();
    let canonical: Params = parameters
        .filter_map(|p| {
            let value = params.get(&p.name)?;
            let number = p.domain.index(value);
            let value = number.map_or_else(|| value.clone(), |k| p.domain.value(k));
            Some((p.name.clone(), value))
        })
        .collect();
    canonical.key()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use surmise_core::space::{Domain, Parameter};

    use super::*;

    fn space(domain: Domain) -> Space {
        let name = "x".into();
        let when = None;
        Space::new(vec![Parameter { name, domain, when }]).unwrap()
    }

    fn x(value: surmise_core::Value) -> Params {
        [("x".to_owned(), value)].into_iter().collect()
    }

    #[test]
    fn a_finite_space_is_left_over_until_nothing_is() {
        let space = space(Domain::Int { low: 0, high: 9, log: false, step: 1 });
        let mut tried = Vec::new();
        for k in 0..10 {
            let untried = Untried::new(&space, tried.iter());
            assert_eq!(untried.all(10 - k).unwrap().len() as u64, 10 - k);
            assert_eq!(untried.all(9 - k), None);
            tried.push(untried.any(Seed::root(k)).unwrap());
        }
        assert!(Untried::new(&space, tried.iter()).is_empty());
    }

    #[test]
    fn values_written_differently_are_the_same() {
        let space = space(Domain::Float { low: 0.0, high: 1.0, log: false, step: Some(0.1) });
        let tried = [x(json!(1)), x(json!(0.3))];
        let untried = Untried::new(&space, tried.iter());
        assert!(!untried.contains(&x(json!(1.0))));
        assert!(!untried.contains(&x(json!(0.30000000000000004))));
        assert!(untried.contains(&x(json!(0.4))));
    }

    #[test]
    fn a_continuum_can_be_too_narrow_for_its_numbers() {
        let next = f64::from_bits(1.0f64.to_bits() + 1);
        let space = space(Domain::Float { low: 1.0, high: next, log: false, step: None });
        let tried = [x(json!(1.0)), x(json!(next))];
        assert_eq!(Untried::new(&space, tried.iter()).any(Seed::root(0)), None);
        assert!(Untried::new(&space, tried[..1].iter()).any(Seed::root(0)).is_some());
    }
}
