//! Sequential minimal optimization of a [`Dual`].
//!
//! With labels `y_i = ±1` and `β_i = y_i α_i` a dual has the kernel matrix itself in it, free of
//! signs (Bottou & Lin, "Support vector machine solvers", 2007, section 3). The gradient of its
//! smooth part is `g = p - Kβ`, and the decision function is `f(x) = Σ β_i k(x_i, x) + b`.
//!
//! The method is that of Chang & Lin, "LIBSVM: a library for support vector machines", 2011,
//! section 4 and 5: each iteration takes two variables of the group that is farthest from optimal,
//! chosen by second-order information (Fan, Chen & Lin, "Working set selection using second order
//! information for training support vector machines", 2005), and solves for them exactly;
//! variables that seem settled at a bound or a kink are left aside for a while.

use crate::active::{Active, Variable, is_settled};
use crate::cache::RowCache;
use crate::classifier::Settings;
use crate::dual::Dual;
use crate::error::SvmError;
use crate::gram::{KernelRows, add_row};
use crate::lanes::padded;
use crate::passes::Extremes;

/// The longest stretch of iterations between two attempts to shrink.
const SHRINK_INTERVAL_MAX: u64 = 1000;

/// How many entries of gradients are updated between two looks at `interrupt`; as many iterations
/// are at most [`SHRINK_INTERVAL_MAX`].
const UPDATES_BETWEEN_LOOKS: u64 = 1_000_000;

/// All gradients are made exact once the violation is within this many tolerances, so that a
/// variable shrunk by mistake comes back before the end.
const UNSHRINK_GAP: f64 = 10.0;

/// Iterations after which a problem is given up: libsvm's own bound, this many or
/// [`ITERATIONS_MAX_PER_VARIABLE`] for each variable, whichever is more.
const ITERATIONS_MAX: u64 = 10_000_000;
const ITERATIONS_MAX_PER_VARIABLE: u64 = 100;

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

impl SmoSettings {
    /// Those of a problem of so many variables.
    pub(crate) fn new(settings: &Settings, n_variables: usize) -> Self {
        Self {
            tolerance: settings.tolerance,
            shrinking: settings.shrinking,
            iterations_max: ITERATIONS_MAX.max(ITERATIONS_MAX_PER_VARIABLE * n_variables as u64),
        }
    }
}

/// Asked now and then whether to end.
type Interrupt<'a> = &'a mut dyn FnMut() -> bool;

/// How a part of the work ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Reached,
    Stopped,
}

/// A solution of the dual problem.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Solution {
    /// `β` of each variable, exactly 0 for those of rows that are no support vectors.
    pub(crate) beta: Vec<f64>,
    /// The slope that the variables of each group share where nothing bounds them; the second means
    /// nothing if there is one group. In one group it is `b`.
    pub(crate) levels: [f64; 2],
    /// Whether it is where `interrupt` ended the search, and not optimal.
    pub(crate) is_stopped: bool,
}

/// Solves a problem whose variables' kernel rows are in `cache`.
///
/// Memory is that of the cache and O(variables). Deterministic: neither the cache's size nor the
/// machine changes a bit. If `interrupt` says so, the solution is how far the method came: within
/// the boxes, but not optimal.
///
/// # Errors
/// If the iterations run out, or if the kernel's values are too large for finite arithmetic.
pub(crate) fn solve<R: KernelRows>(
    dual: &Dual,
    cache: RowCache<R>,
    settings: SmoSettings,
    interrupt: Interrupt<'_>,
) -> Result<Solution, SvmError> {
    let mut solver = Solver::new(dual, cache, settings);
    if solver.all.iter().any(|v| !v.diagonal.is_finite()) {
        return Err(SvmError::Overflow);
    }
    let ending = solver.run(interrupt)?;
    solver.into_solution(ending)
}

struct Solver<'a, R> {
    dual: &'a Dual,
    settings: SmoSettings,
    cache: RowCache<R>,
    /// All variables as they were when they were last active.
    all: Vec<Variable>,
    active: Active,
    extremes: [Extremes; 2],
    iterations: u64,
    until_shrink: u64,
    until_look: u64,
    /// Whether the variables were all brought back for the final approach.
    unshrunk: bool,
}

impl<'a, R: KernelRows> Solver<'a, R> {
    fn new(dual: &'a Dual, cache: RowCache<R>, settings: SmoSettings) -> Self {
        let variable = |(k, &(lower, upper)): (usize, &(f64, f64))| {
            let id = k as u32;
            let diagonal = cache.source().diagonal(id);
            let (beta, gradient) = (dual.start[k], dual.linear[k]);
            Variable { id, beta, gradient, lower, upper, diagonal }
        };
        let all: Vec<Variable> = dual.boxes.iter().enumerate().map(variable).collect();
        let mut active = Active::new(&all, dual.tube, dual.n_first);
        Self {
            dual,
            settings,
            cache,
            extremes: active.extremes(),
            until_shrink: shrink_interval(all.len()),
            active,
            all,
            iterations: 0,
            until_look: 0,
            unshrunk: false,
        }
    }

    /// Goes on until the end, or until `interrupt` says so.
    fn run(&mut self, interrupt: Interrupt<'_>) -> Result<Ending, SvmError> {
        if self.start(interrupt) == Ending::Stopped {
            return Ok(Ending::Stopped);
        }
        while self.iterations < self.settings.iterations_max {
            if self.until_look == 0 {
                self.until_look = look_interval(self.active.len());
                if interrupt() {
                    return Ok(Ending::Stopped);
                }
            }
            if self.until_shrink == 0 {
                self.until_shrink = shrink_interval(self.all.len());
                if self.settings.shrinking && self.shrink(interrupt) == Ending::Stopped {
                    return Ok(Ending::Stopped);
                }
            }
            self.until_look -= 1;
            self.until_shrink -= 1;
            self.iterations += 1;
            if self.improve()? {
                continue;
            }
            if self.is_complete() {
                return Ok(Ending::Reached);
            }
            if self.unshrink(interrupt) == Ending::Stopped {
                return Ok(Ending::Stopped);
            }
            if !self.improve()? {
                return Ok(Ending::Reached);
            }
            self.until_shrink = 0;
        }
        Err(SvmError::NotConverged { iterations: self.iterations, gap: self.gap() })
    }

    /// The gradients of a start that is not 0.
    fn start(&mut self, interrupt: Interrupt<'_>) -> Ending {
        if self.dual.start.iter().all(|&beta| beta == 0.0) {
            return Ending::Reached;
        }
        let every: Vec<u32> = (0..).take(self.all.len()).collect();
        let ending = self.reconstruct_gradients(&every, interrupt);
        self.activate_all();
        ending
    }

    /// The violation of the optimality conditions in the group where it is largest.
    fn gap(&self) -> f64 {
        self.extremes[0].gap().max(self.extremes[1].gap())
    }

    /// One iteration; false if the active variables are optimal.
    fn improve(&mut self) -> Result<bool, SvmError> {
        if self.gap() < self.settings.tolerance {
            return Ok(false);
        }
        let group = usize::from(self.extremes[1].gap() > self.extremes[0].gap());
        // With finite numbers a violation comes from two variables that can move against each
        // other.
        let i = self.extremes[group].steepest;
        let row_i = self.row_of(i);
        self.cache.ensure(row_i);
        let j = self.active.partner(group, i, self.cache.row(row_i)).ok_or(SvmError::Overflow)?;
        let row_j = self.row_of(j);
        self.cache.ensure(row_j);
        self.extremes = self.active.step(i, j, self.cache.row(row_i), self.cache.row(row_j));
        Ok(true)
    }

    /// Variables of the same row have the same kernel row.
    fn row_of(&self, place: usize) -> u32 {
        let (id, n_rows) = (self.active.ids()[place], self.dual.n_rows as u32);
        if id < n_rows { id } else { id - n_rows }
    }

    fn is_complete(&self) -> bool {
        self.active.len() == self.all.len()
    }

    fn shrink(&mut self, interrupt: Interrupt<'_>) -> Ending {
        if !self.unshrunk && self.gap() <= UNSHRINK_GAP * self.settings.tolerance {
            self.unshrunk = true;
            if self.unshrink(interrupt) == Ending::Stopped {
                return Ending::Stopped;
            }
        }
        if self.active.iter().any(|v| self.is_settled(&v)) {
            self.park();
            let kept: Vec<Variable> = self.active.iter().filter(|v| !self.is_settled(v)).collect();
            let first = |n| kept.iter().filter(|v| (v.id as usize) < n).count();
            let n_first = self.dual.n_first.map(first);
            self.active = Active::new(&kept, self.dual.tube, n_first);
            self.extremes = self.active.extremes();
            let mut wanted = vec![false; self.all.len()];
            for place in 0..self.active.len() {
                wanted[self.row_of(place) as usize] = true;
            }
            self.cache.shrink(self.active.ids().to_vec(), &wanted);
        }
        Ending::Reached
    }

    fn is_settled(&self, v: &Variable) -> bool {
        is_settled(v, self.dual.tube, self.extremes[self.group_of(v)])
    }

    fn group_of(&self, v: &Variable) -> usize {
        self.dual.n_first.map_or(0, |n| usize::from(v.id as usize >= n))
    }

    /// Makes every variable active again, with its gradient computed anew where it was left behind.
    fn unshrink(&mut self, interrupt: Interrupt<'_>) -> Ending {
        if self.is_complete() {
            return Ending::Reached;
        }
        self.park();
        let mut is_active = vec![false; self.all.len()];
        for &id in self.active.ids() {
            is_active[id as usize] = true;
        }
        let stale: Vec<u32> =
            (0..).zip(&is_active).filter(|(_, active)| !**active).map(|(id, _)| id).collect();
        let ending = self.reconstruct_gradients(&stale, interrupt);
        self.activate_all();
        ending
    }

    /// Writes the active variables back among all.
    fn park(&mut self) {
        for variable in self.active.iter() {
            self.all[variable.id as usize] = variable;
        }
    }

    /// `g_k = p_k - Σ_j β_j K_jk` for these variables: O(support vectors × those). If it is
    /// stopped, they keep their gradients.
    fn reconstruct_gradients(&mut self, stale: &[u32], interrupt: Interrupt<'_>) -> Ending {
        let mut sums = vec![0.0; padded(stale.len())];
        let mut scratch = sums.clone();
        let looks = look_interval(stale.len()) as usize;
        let (rows, copies) = self.all.split_at(self.dual.n_rows);
        let source = self.cache.source_mut();
        source.restrict(stale);
        let mut n_added = 0;
        for v in rows {
            let beta = v.beta + copies.get(v.id as usize).map_or(0.0, |copy| copy.beta);
            if beta == 0.0 {
                continue;
            }
            if n_added % looks == 0 && interrupt() {
                return Ending::Stopped;
            }
            add_row(source, v.id, beta, &mut scratch, &mut sums);
            n_added += 1;
        }
        for (&id, sum) in stale.iter().zip(sums) {
            self.all[id as usize].gradient = self.dual.linear[id as usize] - sum;
        }
        Ending::Reached
    }

    fn activate_all(&mut self) {
        self.cache.activate_all();
        self.active = Active::new(&self.all, self.dual.tube, self.dual.n_first);
        self.extremes = self.active.extremes();
    }

    fn into_solution(mut self, ending: Ending) -> Result<Solution, SvmError> {
        if !self.is_complete() {
            self.park();
            self.active = Active::new(&self.all, self.dual.tube, self.dual.n_first);
        }
        let levels = [self.level(0), if self.dual.n_first.is_some() { self.level(1) } else { 0.0 }];
        if !(levels.iter().all(|level| level.is_finite()) && self.active.is_finite()) {
            return Err(SvmError::Overflow);
        }
        let is_stopped = ending == Ending::Stopped;
        Ok(Solution { beta: self.active.into_beta(), levels, is_stopped })
    }

    /// The mean slope of the variables of a group that nothing bounds, which at an optimum is that
    /// of each; without any, the middle of what the others allow, or the one end that they have.
    fn level(&self, group: usize) -> f64 {
        let Extremes { up, low, .. } = self.extremes[group];
        match (self.active.mean_free_slope(group), up.is_finite(), low.is_finite()) {
            (Some(mean), ..) => mean,
            (None, true, false) => up,
            (None, false, true) => low,
            _ => f64::midpoint(up, low),
        }
    }
}

fn shrink_interval(len: usize) -> u64 {
    SHRINK_INTERVAL_MAX.min(len as u64)
}

fn look_interval(len: usize) -> u64 {
    (UPDATES_BETWEEN_LOOKS / (len as u64).max(1)).clamp(1, SHRINK_INTERVAL_MAX)
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
        let costs = vec![c; points.len()];
        let dual = Dual::c_svc(&costs[..n_positive], &costs[n_positive..]);
        solve(&dual, RowCache::new(rows, points.len() as u32, 1 << 20), settings, &mut || false)
    }

    /// `f(x) = (x - 2) / 1` is the widest margin between 3 and 1; `w = Σ β x = 1` needs `β = ±1/2`.
    #[test]
    fn the_widest_margin_by_hand() {
        let solution = solve_line(&[3.0, 5.0, 1.0, -4.0], 2, 10.0, SETTINGS).unwrap();
        assert_eq!((solution.beta, solution.levels[0]), (vec![0.5, 0.0, -0.5, 0.0], -2.0));
    }

    /// With `C` below 1/2 both inner points are at their bound: `w = 2C`, and `b` is the middle of
    /// what they allow.
    #[test]
    fn a_soft_margin_by_hand() {
        let solution = solve_line(&[3.0, 1.0], 1, 0.25, SETTINGS).unwrap();
        assert_eq!((solution.beta, solution.levels[0]), (vec![0.25, -0.25], -1.0));
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
    fn an_interrupt_ends_the_search_where_it_is() {
        let points: Vec<f64> = (0..60).map(|k| f64::from(k * 37 % 60)).collect();
        let members: Vec<u32> = (0..60).collect();
        let dual = Dual::c_svc(&[1e6; 30], &[1e6; 30]);
        let stopped_after = |looks: u32| {
            let data = Members { table: &points, width: 1, members: &members };
            let cache = RowCache::new(Computed::new(Kernel::Linear, data), 60, 1 << 20);
            let mut asked = 0;
            let interrupt = &mut || {
                asked += 1;
                asked > looks
            };
            solve(&dual, cache, SETTINGS, interrupt).unwrap()
        };
        let at_once = stopped_after(0);
        assert!(at_once.is_stopped && at_once.beta.iter().all(|&beta| beta == 0.0));
        let later = stopped_after(1);
        assert!(later.is_stopped && later.beta.iter().any(|&beta| beta != 0.0));
    }

    /// Targets 0 and 2 at 0 and 1: within a tube of 1/2 the flattest line is `x + 1/2`.
    #[test]
    fn the_flattest_line_by_hand() {
        let (points, members) = ([0.0, 1.0], [0, 1]);
        let data = Members { table: &points, width: 1, members: &members };
        let cache = RowCache::new(Computed::new(Kernel::Linear, data), 2, 1 << 20);
        let dual = Dual::svr(&[0.0, 2.0], &[10.0, 10.0], 0.5);
        let solution = solve(&dual, cache, SETTINGS, &mut || false).unwrap();
        assert_eq!((solution.beta, solution.levels[0]), (vec![-1.0, 1.0], 0.5));
    }

    /// Points at 1 and -1: `α = ν / 2 · 2` each, so `w = 2 ν`, and `ρ = w`.
    #[test]
    fn a_nu_margin_by_hand() {
        let (points, members) = ([1.0, -1.0], [0, 1]);
        let data = Members { table: &points, width: 1, members: &members };
        let cache = RowCache::new(Computed::new(Kernel::Linear, data), 2, 1 << 20);
        let dual = Dual::nu_svc(&[1.0], &[1.0], 0.25);
        let solution = solve(&dual, cache, SETTINGS, &mut || false).unwrap();
        assert_eq!((solution.beta, solution.levels), (vec![0.25, -0.25], [-0.5, 0.5]));
    }
}
