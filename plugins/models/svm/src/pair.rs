//! Two-class machines between rows of two classes.

use crate::cache::RowCache;
use crate::classifier::Settings;
use crate::dual::{Dual, largest_nu};
use crate::error::SvmError;
use crate::gram::{KernelRows, add_row};
use crate::lanes::padded;
use crate::smo::{SmoSettings, Solution, solve};
use crate::source::Source;

/// A solved two-class machine.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Machine {
    /// `β` of its rows.
    pub(crate) beta: Vec<f64>,
    /// `b`.
    pub(crate) bias: f64,
}

/// What the machines between rows of a table have in common.
#[derive(Debug)]
pub(crate) struct Machines<'a> {
    pub(crate) source: Source,
    /// The largest `α` of each row of the table.
    pub(crate) costs: &'a [f64],
    /// `ν`, for ν-SVC.
    pub(crate) nu: Option<f64>,
    pub(crate) settings: &'a Settings,
}

impl Machines<'_> {
    /// The machine that tells the rows `of_a` from the rows `of_b`. `ν` is lowered to what is
    /// feasible between them.
    pub(crate) fn solve(
        &self,
        of_a: &[u32],
        of_b: &[u32],
        interrupt: &mut dyn FnMut() -> bool,
    ) -> Result<Machine, SvmError> {
        let costs = |rows: &[u32]| -> Vec<f64> {
            rows.iter().map(|&row| self.costs[row as usize]).collect()
        };
        let (costs_a, costs_b) = (costs(of_a), costs(of_b));
        let dual = match self.nu {
            None => Dual::c_svc(&costs_a, &costs_b),
            Some(nu) => {
                let largest = largest_nu(costs_a.iter().sum(), costs_b.iter().sum());
                Dual::nu_svc(&costs_a, &costs_b, nu.min(largest))
            }
        };
        let members = [of_a, of_b].concat();
        let n = members.len();
        let cache = RowCache::new(self.source.of(&members), n as u32, self.source.cache_bytes());
        let solution = solve(&dual, cache, SmoSettings::new(self.settings, n), interrupt)?;
        match self.nu {
            None => Ok(Machine { beta: solution.beta, bias: solution.levels[0] }),
            Some(_) => rescaled(&solution, self.settings.tolerance),
        }
    }

    /// The decisions of a machine between the rows `members` for other rows: O(support vectors ×
    /// those).
    pub(crate) fn decide(&self, machine: &Machine, members: &[u32], others: &[u32]) -> Vec<f64> {
        let all = [members, others].concat();
        let mut rows = self.source.of(&all);
        rows.restrict(&(members.len() as u32..all.len() as u32).collect::<Vec<_>>());
        let mut sums = vec![0.0; padded(others.len())];
        let mut scratch = sums.clone();
        for (i, &beta) in (0..).zip(&machine.beta).filter(|(_, beta)| **beta != 0.0) {
            add_row(&rows, i, beta, &mut scratch, &mut sums);
        }
        sums.truncate(others.len());
        sums.iter().map(|sum| sum + machine.bias).collect()
    }
}

/// ν-SVC has its margin at `±ρ`; divided by that, at ±1 as for C-SVC (Chang & Lin, section 2.2).
fn rescaled(solution: &Solution, tolerance: f64) -> Result<Machine, SvmError> {
    let [low, high] = solution.levels;
    let (bias, margin) = (f64::midpoint(low, high), 0.5 * (high - low));
    let scale = match margin > tolerance {
        true => 1.0 / margin,
        false if solution.is_stopped => 1.0,
        false => return Err(SvmError::NoMargin { margin }),
    };
    let beta = solution.beta.iter().map(|beta| beta * scale).collect();
    Ok(Machine { beta, bias: bias * scale })
}
