//! Decisions about rows that a machine has not seen, and the sigmoids that fit them.
//!
//! Platt, "Probabilistic outputs for support vector machines", 1999, section 2.1: in five folds,
//! the machine of the other rows decides about the rows of each. Folds are stratified, and the
//! same for all pairs. Rows count by their weights; class weights move the decisions, but not the
//! frequencies that probabilities are to show.

use surmise_plugin_sdk::Random;

use crate::error::SvmError;
use crate::multiclass::{Grouping, pairs};
use crate::pair::Machines;
use crate::sigmoid::{Decided, Sigmoid};

const N_FOLDS: usize = 5;

/// The sigmoid of each pair.
pub(crate) fn sigmoids(
    machines: &Machines<'_>,
    grouping: &Grouping,
    weights: &[f64],
    seed: u64,
    interrupt: &mut dyn FnMut() -> bool,
) -> Result<Vec<Sigmoid>, SvmError> {
    let folds = folds(grouping, seed);
    let sigmoid = |(a, b)| {
        let of_classes = (grouping.rows(a), grouping.rows(b));
        let decisions = held_out(machines, &folds, (&of_classes.0, &of_classes.1), interrupt)?;
        let decided: Vec<Decided> = decisions
            .into_iter()
            .map(|(row, decision)| Decided {
                decision,
                is_first: (row as usize) < grouping.starts[a + 1],
                weight: weights[row as usize],
            })
            .collect();
        Sigmoid::fit(&decided)
    };
    pairs(grouping.classes.len()).map(sigmoid).collect()
}

/// The fold of each grouped row: every class is shuffled and dealt out.
fn folds(grouping: &Grouping, seed: u64) -> Vec<usize> {
    let mut random = Random::named(seed, "probability");
    let mut folds = vec![0; grouping.order.len()];
    let mut dealt = 0;
    for class in 0..grouping.classes.len() {
        let mut rows = grouping.rows(class);
        for last in (1..rows.len()).rev() {
            rows.swap(last, random.below(last + 1));
        }
        for row in rows {
            folds[row as usize] = dealt % N_FOLDS;
            dealt += 1;
        }
    }
    folds
}

/// Rows of two classes, each with the decision of the machine that was fitted without its fold.
fn held_out(
    machines: &Machines<'_>,
    folds: &[usize],
    (of_a, of_b): (&[u32], &[u32]),
    interrupt: &mut dyn FnMut() -> bool,
) -> Result<Vec<(u32, f64)>, SvmError> {
    let mut decided = Vec::new();
    for fold in 0..N_FOLDS {
        let is_in = |row: &&u32| folds[**row as usize] == fold;
        let outside = |rows: &[u32]| rows.iter().filter(|r| !is_in(r)).copied().collect();
        let (train_a, train_b): (Vec<u32>, Vec<u32>) = (outside(of_a), outside(of_b));
        let held: Vec<u32> = of_a.iter().chain(of_b).filter(is_in).copied().collect();
        let decisions = match (train_a.is_empty(), train_b.is_empty()) {
            (false, false) => {
                let machine = machines.solve(&train_a, &train_b, interrupt)?;
                machines.decide(&machine, &[train_a, train_b].concat(), &held)
            }
            // As libsvm has it: what is not known to exist is not decided for.
            (false, true) => vec![1.0; held.len()],
            (true, false) => vec![-1.0; held.len()],
            (true, true) => vec![0.0; held.len()],
        };
        decided.extend(held.into_iter().zip(decisions));
    }
    Ok(decided)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_are_stratified_and_even() {
        let labels: Vec<u32> = (0..53).map(|k| u32::from(k % 4 == 0)).collect();
        let grouping = Grouping::new(&labels);
        let folds = folds(&grouping, 3);
        for (class, expected) in [(0, [7, 8]), (1, [2, 3])] {
            for fold in 0..N_FOLDS {
                let rows = grouping.rows(class);
                let n = rows.iter().filter(|&&row| folds[row as usize] == fold).count();
                assert!(expected.contains(&n), "class {class}: {n}");
            }
        }
        assert_ne!(folds, super::folds(&grouping, 4));
    }
}
