//! Points of the unit cube at which to look first.

use rand::RngExt;
use surmise_core::Result;
use surmise_core::sample::sobol::{DIMS_MAX, Sobol};
use surmise_core::seed::Seed;
use surmise_core::space::{Domain, Space};
use surmise_core::trial::Params;

use crate::normal;

/// Points that cover the whole space.
const COVERING: u64 = 1024;
/// Points around the best share of what is known, at these distances on the unit interval.
const PERTURBED: usize = 512;
const PERTURBED_SHARE: f64 = 0.05;
const SIGMAS: [f64; 3] = [1e-3, 0.02, 0.1];
/// In higher dimensions a perturbation moves about this many coordinates.
const MOVED: f64 = 20.0;
/// How many of the best known configurations have all their neighbours looked at.
const EXCHANGED: usize = 5;
/// Ordered domains of more values are searched as if they were continuous, then snapped.
const DISCRETE_MAX: u64 = 32;

/// Points to score before local search: a covering of the space, perturbations of the best of
/// `known` (which is sorted, best first), and their one-exchange neighbours. Some may coincide.
///
/// # Errors
/// If no covering can be made.
pub(super) fn candidates(space: &Space, known: &[Params], seed: Seed) -> Result<Vec<Vec<f64>>> {
    let mut units = covering(space.len(), seed.child("covering"))?;
    let centres: Vec<Vec<f64>> = known.iter().map(|params| unit(space, params)).collect();
    units.extend(perturbed(space, &centres, seed.child("perturbed")));
    for centre in centres.iter().take(EXCHANGED) {
        units.extend((0..space.len()).flat_map(|i| exchanged(space, centre, i)));
    }
    Ok(units)
}

/// How many values of a domain to try one by one; `None` if it is to be searched as continuous.
pub(super) fn discrete(domain: &Domain) -> Option<u64> {
    let n = domain.cardinality()?;
    (n <= DISCRETE_MAX || matches!(domain, Domain::Choice { .. })).then_some(n)
}

/// The points that differ from `unit` in coordinate `i` alone, one a value: all values of a
/// discrete domain, both neighbours in a long ordered one, none in a continuum.
pub(super) fn exchanged(space: &Space, unit: &[f64], i: usize) -> Vec<Vec<f64>> {
    let domain = &space.parameters()[i].domain;
    let Some(n) = domain.cardinality() else {
        return Vec::new();
    };
    let now = domain.index(&domain.at(unit[i])).unwrap_or(0);
    let others: Vec<u64> = match discrete(domain) {
        Some(n) => (0..n).filter(|k| *k != now).collect(),
        None => {
            [now.checked_sub(1), Some(now + 1).filter(|k| *k < n)].into_iter().flatten().collect()
        }
    };
    let exchange = |k| {
        let mut moved = unit.to_vec();
        moved[i] = domain.unit(&domain.value(k)).unwrap_or(unit[i]);
        moved
    };
    others.into_iter().map(exchange).collect()
}

/// A point that [`Space::at`] takes to `params`; inactive coordinates are in the middle.
fn unit(space: &Space, params: &Params) -> Vec<f64> {
    let coordinate = |p: &surmise_core::space::Parameter| {
        let value = params.get(&p.name)?;
        p.domain.unit(value)
    };
    let parameters = space.parameters().iter();
    parameters.map(|p| coordinate(p).unwrap_or(0.5)).collect()
}

fn covering(dims: usize, seed: Seed) -> Result<Vec<Vec<f64>>> {
    if dims <= DIMS_MAX {
        let sequence = Sobol::new(dims, seed)?;
        return Ok((0..COVERING).map(|k| sequence.point(k)).collect());
    }
    let mut rng = seed.rng();
    let mut point = || (0..dims).map(|_| rng.random()).collect();
    Ok((0..COVERING).map(|_| point()).collect())
}

fn perturbed(space: &Space, centres: &[Vec<f64>], seed: Seed) -> Vec<Vec<f64>> {
    if centres.is_empty() || space.is_empty() {
        return Vec::new();
    }
    let best = (centres.len() as f64 * PERTURBED_SHARE).ceil() as usize;
    let move_share = (MOVED / space.len() as f64).min(1.0);
    let mut rng = seed.rng();
    let mut point = |k: usize| {
        let mut moved = centres[k % best].clone();
        let sigma = SIGMAS[k / best % SIGMAS.len()];
        let certain = rng.random_range(0..moved.len());
        for (i, coordinate) in moved.iter_mut().enumerate() {
            let step = normal::draw(&mut rng);
            if i == certain || rng.random_bool(move_share) {
                *coordinate = (*coordinate + sigma * step).clamp(0.0, 1.0);
            }
        }
        moved
    };
    (0..PERTURBED).map(&mut point).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use surmise_core::space::Parameter;

    use super::*;

    fn space() -> Space {
        let parameter = |name: &str, domain| Parameter { name: name.into(), domain, when: None };
        let int = |high| Domain::Int { low: 0, high, log: false, step: 1 };
        let values = vec![json!("a"), json!("b"), json!("c")];
        let choice = Domain::Choice { values, ordered: false };
        Space::new(vec![
            parameter("short", int(3)),
            parameter("long", int(99)),
            parameter("choice", choice),
        ])
        .unwrap()
    }

    #[test]
    fn a_configuration_becomes_a_point_and_back() {
        let space = space();
        for k in 0..1200 {
            let params = space.configuration(k).unwrap();
            assert_eq!(space.at(&unit(&space, &params)), params);
        }
    }

    #[test]
    fn exchanges_are_all_values_or_both_neighbours() {
        let space = space();
        let start = unit(&space, &space.configuration(0).unwrap());
        let values = |i: usize, name: &str| -> Vec<surmise_core::Value> {
            let points = exchanged(&space, &start, i);
            points.iter().map(|u| space.at(u).get(name).unwrap().clone()).collect()
        };
        assert_eq!(values(0, "short"), [json!(1), json!(2), json!(3)]);
        assert_eq!(values(1, "long"), [json!(1)]);
        assert_eq!(values(2, "choice"), [json!("b"), json!("c")]);
    }

    #[test]
    fn candidates_lie_in_the_cube_and_depend_on_the_seed_alone() {
        let space = space();
        let known = [space.configuration(7).unwrap()];
        let of = |seed| candidates(&space, &known, Seed::root(seed)).unwrap();
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
        assert!(of(1).iter().flatten().all(|u| (0.0..=1.0).contains(u)));
        assert_eq!(of(1).len(), 1024 + 512 + 3 + 2 + 2);
    }
}
