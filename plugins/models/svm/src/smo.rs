//! Sequential minimal optimization of the dual problem of a two-class machine.
//!
//! With labels `y_i = ±1` and `β_i = y_i α_i` the C-SVC dual is
//!
//! ```text
//! maximise  yᵀβ - ½ βᵀKβ
//! over      Σ β_i = 0, with β_i in [0, C] where y_i = 1 and in [-C, 0] where y_i = -1
//! ```
//!
//! which has the kernel matrix itself in it, free of signs (Bottou & Lin, "Support vector machine
//! solvers", 2007, section 3). Its gradient is `g = y - Kβ`, and the decision function is
//! `f(x) = Σ β_i k(x_i, x) + b`.
//!
//! The method is that of Chang & Lin, "LIBSVM: a library for support vector machines", 2011,
//! section 4 and 5: each iteration takes the two variables chosen by second-order information (Fan,
//! Chen & Lin, "Working set selection using second order information for training support vector
//! machines", 2005) and solves for them exactly; variables that seem settled at a bound are left
//! aside for a while.

use crate::active::{Active, Extremes, Variable};
use crate::cache::RowCache;
use crate::error::SvmError;
use crate::gram::{KernelRows, add_row};
use crate::lanes::padded;

/// The longest stretch of iterations between two attempts to shrink, and between two looks at
/// `interrupt`.
const SHRINK_INTERVAL_MAX: u64 = 1000;

/// All gradients are made exact once the violation is within this many tolerances, so that a
/// variable shrunk by mistake comes back before the end.
const UNSHRINK_GAP: f64 = 10.0;

/// What to solve to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SmoSettings {
    /// The largest violation of the optimality conditions that is accepted; positive.
    pub(crate) tolerance: f64,
    /// Whether to leave settled variables aside.
    pub(crate) shrinking: bool,
    /// Iterations after which to give up.
    pub(crate) iterations_max: u64,
}

/// A solution of the dual problem.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Solution {
    /// `β`, a coefficient for each row, exactly 0 for those that are no support vectors.
    pub(crate) beta: Vec<f64>,
    /// `b`.
    pub(crate) bias: f64,
}

/// Solves the problem of the rows in `cache` whose variables range over `boxes`, `(0, C)` for the
/// positive rows and `(-C, 0)` for the negative ones.
///
/// Memory is that of the cache and O(rows). Deterministic: neither the cache's size nor the machine
/// changes a bit.
///
/// # Errors
/// If the iterations run out, if the kernel's values are too large for finite arithmetic, or if
/// `interrupt` says so.
pub(crate) fn solve<R: KernelRows>(
    boxes: &[(f64, f64)],
    cache: RowCache<R>,
    settings: SmoSettings,
    interrupt: &mut dyn FnMut() -> bool,
) -> Result<Solution, SvmError> {
    let mut solver = Solver::new(boxes, cache, settings);
    if solver.all.iter().any(|v| !v.diagonal.is_finite()) {
        return Err(SvmError::Overflow);
    }
    solver.run(interrupt)?;
    solver.into_solution()
}

struct Solver<R> {
    settings: SmoSettings,
    cache: RowCache<R>,
    /// All variables as they were when they were last active.
    all: Vec<Variable>,
    active: Active,
    extremes: Extremes,
    iterations: u64,
    until_shrink: u64,
    /// Whether the variables were all brought back for the final approach.
    unshrunk: bool,
}

impl<R: KernelRows> Solver<R> {
    fn new(boxes: &[(f64, f64)], cache: RowCache<R>, settings: SmoSettings) -> Self {
        let variable = |(id, &(lower, upper)): (u32, &(f64, f64))| {
            let diagonal = cache.source().diagonal(id);
            let start = Variable { id, beta: 0.0, gradient: 0.0, lower, upper, diagonal };
            Variable { gradient: start.label(), ..start }
        };
        let all: Vec<Variable> = (0..).zip(boxes).map(variable).collect();
        let active: Active = all.iter().copied().collect();
        let extremes = active.extremes();
        let until_shrink = shrink_interval(all.len());
        Self {
            settings,
            cache,
            all,
            active,
            extremes,
            iterations: 0,
            until_shrink,
            unshrunk: false,
        }
    }

    fn run(&mut self, interrupt: &mut dyn FnMut() -> bool) -> Result<(), SvmError> {
        while self.iterations < self.settings.iterations_max {
            if self.until_shrink == 0 {
                self.until_shrink = shrink_interval(self.all.len());
                if interrupt() {
                    return Err(SvmError::Interrupted);
                }
                if self.settings.shrinking {
                    self.shrink();
                }
            }
            self.until_shrink -= 1;
            self.iterations += 1;
            if self.improve()? {
                continue;
            }
            if self.is_complete() {
                return Ok(());
            }
            self.unshrink();
            if !self.improve()? {
                return Ok(());
            }
            self.until_shrink = 0;
        }
        Err(SvmError::NotConverged { iterations: self.iterations, gap: self.extremes.gap() })
    }

    /// One iteration; false if the active variables are optimal.
    fn improve(&mut self) -> Result<bool, SvmError> {
        if self.extremes.gap() < self.settings.tolerance {
            return Ok(false);
        }
        // With finite numbers a violation comes from two variables that can move against each
        // other.
        let i = self.active.steepest(self.extremes.up).ok_or(SvmError::Overflow)?;
        let id_i = self.active.ids()[i];
        self.cache.ensure(id_i);
        let j = self.active.partner(i, self.cache.row(id_i)).ok_or(SvmError::Overflow)?;
        let id_j = self.active.ids()[j];
        self.cache.ensure(id_j);
        self.extremes = self.active.step(i, j, self.cache.row(id_i), self.cache.row(id_j));
        Ok(true)
    }

    fn is_complete(&self) -> bool {
        self.active.len() == self.all.len()
    }

    fn shrink(&mut self) {
        if !self.unshrunk && self.extremes.gap() <= UNSHRINK_GAP * self.settings.tolerance {
            self.unshrunk = true;
            self.unshrink();
        }
        let extremes = self.extremes;
        if self.active.iter().any(|v| v.is_settled(extremes)) {
            self.park();
            self.active = self.active.iter().filter(|v| !v.is_settled(extremes)).collect();
            self.cache.shrink(self.active.ids().to_vec());
        }
    }

    /// Makes every variable active again, with its gradient computed anew where it was left behind.
    fn unshrink(&mut self) {
        if self.is_complete() {
            return;
        }
        self.park();
        self.reconstruct_gradients();
        self.cache.activate_all();
        self.active = self.all.iter().copied().collect();
        self.extremes = self.active.extremes();
    }

    /// Writes the active variables back among all.
    fn park(&mut self) {
        for variable in self.active.iter() {
            self.all[variable.id as usize] = variable;
        }
    }

    /// `g_k = y_k - Σ_j β_j K_jk` for the variables that are not active: O(support vectors ×
    /// those).
    fn reconstruct_gradients(&mut self) {
        let mut is_active = vec![false; self.all.len()];
        for &id in self.active.ids() {
            is_active[id as usize] = true;
        }
        let stale: Vec<u32> =
            (0..).zip(&is_active).filter(|(_, active)| !**active).map(|(id, _)| id).collect();
        let mut sums = vec![0.0; padded(stale.len())];
        let mut scratch = sums.clone();
        let source = self.cache.source_mut();
        source.restrict(&stale);
        for v in self.all.iter().filter(|v| v.beta != 0.0) {
            add_row(source, v.id, v.beta, &mut scratch, &mut sums);
        }
        for (&id, sum) in stale.iter().zip(sums) {
            let v = &mut self.all[id as usize];
            v.gradient = v.label() - sum;
        }
    }

    fn into_solution(mut self) -> Result<Solution, SvmError> {
        self.park();
        let bias = bias(&self.all, self.extremes);
        let finite = bias.is_finite() && self.all.iter().all(|v| v.gradient.is_finite());
        if !finite {
            return Err(SvmError::Overflow);
        }
        Ok(Solution { beta: self.all.iter().map(|v| v.beta).collect(), bias })
    }
}

fn shrink_interval(len: usize) -> u64 {
    SHRINK_INTERVAL_MAX.min(len as u64)
}

/// The mean gradient of the variables strictly inside their boxes, where the gradient equals `b` at
/// an optimum; without any, the middle of what the others allow.
fn bias(variables: &[Variable], extremes: Extremes) -> f64 {
    let (sum, free) = variables
        .iter()
        .filter(|v| v.is_free())
        .fold((0.0, 0.0), |(sum, free), v| (sum + v.gradient, free + 1.0));
    if free > 0.0 { sum / free } else { f64::midpoint(extremes.up, extremes.low) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gram::{Computed, Members};
    use crate::kernel::Kernel;

    const SETTINGS: SmoSettings =
        SmoSettings { tolerance: 1e-9, shrinking: true, iterations_max: 10_000 };

    /// Points on a line with the linear kernel; the first `n_positive` are positive.
    fn solve_line(
        points: &[f64],
        n_positive: usize,
        c: f64,
        settings: SmoSettings,
    ) -> Result<Solution, SvmError> {
        let members: Vec<u32> = (0..points.len() as u32).collect();
        let rows =
            Computed::new(Kernel::Linear, Members { table: points, width: 1, members: &members });
        let interval = |k| if k < n_positive { (0.0, c) } else { (-c, 0.0) };
        let boxes: Vec<(f64, f64)> = (0..points.len()).map(interval).collect();
        solve(&boxes, RowCache::new(rows, points.len() as u32, 1 << 20), settings, &mut || false)
    }

    /// `f(x) = (x - 2) / 1` is the widest margin between 3 and 1; `w = Σ β x = 1` needs `β = ±1/2`.
    #[test]
    fn the_widest_margin_by_hand() {
        let solution = solve_line(&[3.0, 5.0, 1.0, -4.0], 2, 10.0, SETTINGS).unwrap();
        assert_eq!(solution, Solution { beta: vec![0.5, 0.0, -0.5, 0.0], bias: -2.0 });
    }

    /// With `C` below 1/2 both inner points are at their bound: `w = 2C`, and `b` is the middle of
    /// what they allow.
    #[test]
    fn a_soft_margin_by_hand() {
        let solution = solve_line(&[3.0, 1.0], 1, 0.25, SETTINGS).unwrap();
        assert_eq!(solution, Solution { beta: vec![0.25, -0.25], bias: -1.0 });
    }

    #[test]
    fn equal_points_of_both_classes_are_solved() {
        let solution = solve_line(&[1.0, 1.0], 1, 2.0, SETTINGS).unwrap();
        assert_eq!(solution.beta, [2.0, -2.0]);
    }

    #[test]
    fn running_out_of_iterations_is_an_error() {
        let settings = SmoSettings { iterations_max: 1, ..SETTINGS };
        let error = solve_line(&[3.0, 0.5, 1.0, -4.0], 2, 10.0, settings).unwrap_err();
        assert!(matches!(error, SvmError::NotConverged { iterations: 1, gap } if gap > 0.0));
    }

    #[test]
    fn an_interrupt_is_an_error() {
        let points: Vec<f64> = (0..60).map(|k| f64::from(k * 37 % 60)).collect();
        let members: Vec<u32> = (0..60).collect();
        let rows =
            Computed::new(Kernel::Linear, Members { table: &points, width: 1, members: &members });
        let boxes: Vec<(f64, f64)> =
            (0..60).map(|k| if k < 30 { (0.0, 1e6) } else { (-1e6, 0.0) }).collect();
        let cache = RowCache::new(rows, 60, 1 << 20);
        assert_eq!(solve(&boxes, cache, SETTINGS, &mut || true), Err(SvmError::Interrupted));
    }
}
