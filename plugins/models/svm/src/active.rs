//! The active variables of a dual problem and the passes over them.

use std::ops::Range;

use crate::lanes::{Block, LANES, blocks, blocks_mut, last_position, maximum, padded};

/// The least curvature a step may assume, for kernels that are not strictly definite (Fan et al.,
/// section 4).
const CURVATURE_MIN: f64 = 1e-12;

/// A place in the arrays of [`Active`].
pub(crate) type Place = usize;

/// How far the variables that share a sum are from optimal.
///
/// `up` is the largest slope of the dual along a variable that may grow, `low` the smallest of one
/// that may fall. The point is optimal exactly when `up <= low`; in Fan et al. these are `m(α)` and
/// `M(α)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Extremes {
    pub(crate) up: f64,
    pub(crate) low: f64,
}

impl Extremes {
    /// The violation of the optimality conditions; not positive at an optimum.
    pub(crate) fn gap(self) -> f64 {
        self.up - self.low
    }
}

/// The two sets of variables that may each keep a sum of their own; the second may be empty.
pub(crate) const GROUPS: [usize; 2] = [0, 1];

/// One coordinate of a dual problem.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Variable {
    pub(crate) id: u32,
    pub(crate) beta: f64,
    /// Of the smooth part of the dual.
    pub(crate) gradient: f64,
    pub(crate) lower: f64,
    pub(crate) upper: f64,
    pub(crate) diagonal: f64,
}

/// What a variable's slope has beside the gradient, for growing and for falling: `-tube` and `tube`
/// away from 0, whatever way that is, and an infinity that takes it out of a maximum or minimum
/// where it cannot move.
fn biases(v: &Variable, tube: f64) -> (f64, f64) {
    (up_bias(v.beta, v.upper, tube), low_bias(v.beta, v.lower, tube))
}

/// Whether nothing bounds a variable, so that its slope is the same both ways.
pub(crate) fn free_slope(v: &Variable, tube: f64) -> Option<f64> {
    let (up, low) = biases(v, tube);
    (up == low).then_some(v.gradient + up)
}

/// Whether it will most likely stay where it is until the end: it is at a bound or a kink, and its
/// gradient holds it there more strongly than that of any variable that could still move (Chang &
/// Lin, section 5.1).
pub(crate) fn is_settled(v: &Variable, tube: f64, extremes: Extremes) -> bool {
    let (up, low) = biases(v, tube);
    v.gradient + up < extremes.low && v.gradient + low > extremes.up
}

/// Variables as parallel arrays, padded to whole blocks with variables that can move nowhere.
#[derive(Debug)]
pub(crate) struct Active {
    /// The slope of the penalty on `|β|`.
    tube: f64,
    /// Where the second group begins, at the padded end if there is none.
    split: Place,
    ids: Vec<u32>,
    beta: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    gradient: Vec<f64>,
    diagonal: Vec<f64>,
    /// What [`biases`] has for growing: added to the gradient it takes a variable that may not grow
    /// out of a maximum without a branch.
    up_bias: Vec<f64>,
    /// The same for falling.
    low_bias: Vec<f64>,
    scratch: Vec<f64>,
}

impl Active {
    /// These variables, in one group, or in two of which the first has the `n_first` first.
    pub(crate) fn new(
        variables: impl Iterator<Item = Variable>,
        tube: f64,
        n_first: Option<usize>,
    ) -> Self {
        let mut active = Self::with_capacity(padded(variables.size_hint().0), tube);
        for v in variables {
            active.ids.push(v.id);
            active.push_numbers(v);
        }
        let padding =
            Variable { id: 0, beta: 0.0, gradient: 0.0, lower: 0.0, upper: 0.0, diagonal: 1.0 };
        for _ in active.ids.len()..padded(active.ids.len()) {
            active.push_numbers(padding);
        }
        active.scratch = vec![0.0; active.gradient.len()];
        active.split = n_first.unwrap_or(active.gradient.len());
        active
    }

    fn with_capacity(len: usize, tube: f64) -> Self {
        let numbers = || Vec::with_capacity(len);
        Self {
            tube,
            split: 0,
            ids: Vec::with_capacity(len),
            beta: numbers(),
            lower: numbers(),
            upper: numbers(),
            gradient: numbers(),
            diagonal: numbers(),
            up_bias: numbers(),
            low_bias: numbers(),
            scratch: Vec::new(),
        }
    }

    fn push_numbers(&mut self, v: Variable) {
        self.beta.push(v.beta);
        self.lower.push(v.lower);
        self.upper.push(v.upper);
        self.gradient.push(v.gradient);
        self.diagonal.push(v.diagonal);
        let (up, low) = biases(&v, self.tube);
        self.up_bias.push(up);
        self.low_bias.push(low);
    }

    /// The variables in order.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = Variable> {
        self.ids.iter().enumerate().map(|(k, &id)| Variable {
            id,
            beta: self.beta[k],
            gradient: self.gradient[k],
            lower: self.lower[k],
            upper: self.upper[k],
            diagonal: self.diagonal[k],
        })
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Their numbers in the problem, ascending.
    pub(crate) fn ids(&self) -> &[u32] {
        &self.ids
    }

    fn places(&self, group: usize) -> Range<Place> {
        if group == 0 { 0..self.split } else { self.split..self.gradient.len() }
    }

    /// The extreme slopes of each group: O(active).
    pub(crate) fn extremes(&self) -> [Extremes; 2] {
        GROUPS.map(|group| {
            let places = self.places(group);
            let biases = (&self.up_bias[places.clone()], &self.low_bias[places.clone()]);
            let mut scan = Scan::new();
            scan.pass(&self.gradient[places], biases);
            scan.extremes()
        })
    }

    /// The variable of a group that may grow and has the largest slope, `up`: O(active).
    pub(crate) fn steepest(&mut self, group: usize, up: f64) -> Option<Place> {
        let places = self.places(group);
        self.scratch[..places.start].fill(f64::NEG_INFINITY);
        self.scratch[places.end..].fill(f64::NEG_INFINITY);
        let inputs = self.gradient[places.clone()].iter().zip(&self.up_bias[places.clone()]);
        for (out, (g, bias)) in self.scratch[places].iter_mut().zip(inputs) {
            *out = g + bias;
        }
        last_position(&self.scratch, up)
    }

    /// The variable of a group that may fall and with which a step from `i` gains most by the
    /// second-order model `(s_i - s_j)² / (k_ii + k_jj - 2 k_ij)` with their slopes `s` (Fan et al.,
    /// WSS 2). `row` is the kernel row of `i`: O(active).
    pub(crate) fn partner(&mut self, group: usize, i: Place, row: &[f64]) -> Option<Place> {
        let places = self.places(group);
        self.scratch[..places.start].fill(0.0);
        self.scratch[places.end..].fill(0.0);
        let (s_i, k_ii) = (self.gradient[i] + self.up_bias[i], self.diagonal[i]);
        let gradients = self.gradient[places.clone()].iter().zip(&self.low_bias[places.clone()]);
        let curvatures = self.diagonal[places.clone()].iter().zip(&row[places.clone()]);
        let inputs = gradients.zip(curvatures);
        for (gain, ((g, bias), (&k_jj, &k_ij))) in self.scratch[places].iter_mut().zip(inputs) {
            let gap = positive_part(s_i - (g + bias));
            *gain = gap * gap / curvature(k_ii, k_jj, k_ij);
        }
        let best = maximum(&self.scratch);
        if best > 0.0 { last_position(&self.scratch, best) } else { None }
    }

    /// Moves `i` up and `j` down by the same amount, to the best point on that line up to the next
    /// end or kink, and brings the gradient along: O(active). Returns the new extremes.
    pub(crate) fn step(
        &mut self,
        i: Place,
        j: Place,
        row_i: &[f64],
        row_j: &[f64],
    ) -> [Extremes; 2] {
        let slope = (self.gradient[i] + self.up_bias[i]) - (self.gradient[j] + self.low_bias[j]);
        let unclipped = slope / curvature(self.diagonal[i], self.diagonal[j], row_i[j]);
        let (ceiling, floor) = (self.ceiling(i), self.floor(j));
        let room_up = ceiling - self.beta[i];
        let room_down = self.beta[j] - floor;
        let amount = unclipped.min(room_up).min(room_down);
        // An end is taken over exactly: a rounded sum could miss it and leave a variable free that
        // is not.
        self.beta[i] = if amount == room_up { ceiling } else { self.beta[i] + amount };
        self.beta[j] = if amount == room_down { floor } else { self.beta[j] - amount };
        for k in [i, j] {
            self.up_bias[k] = up_bias(self.beta[k], self.upper[k], self.tube);
            self.low_bias[k] = low_bias(self.beta[k], self.lower[k], self.tube);
        }
        self.descend(amount, row_i, row_j)
    }

    /// Where a variable that grows meets its end or the kink at 0.
    fn ceiling(&self, k: Place) -> f64 {
        if self.tube > 0.0 && self.beta[k] < 0.0 { 0.0 } else { self.upper[k] }
    }

    fn floor(&self, k: Place) -> f64 {
        if self.tube > 0.0 && self.beta[k] > 0.0 { 0.0 } else { self.lower[k] }
    }

    /// `g -= amount (row_i - row_j)`, and the extremes of what results, in one pass.
    fn descend(&mut self, amount: f64, row_i: &[f64], row_j: &[f64]) -> [Extremes; 2] {
        GROUPS.map(|group| {
            let places = self.places(group);
            let rows = (&row_i[places.clone()], &row_j[places.clone()]);
            let biases = (&self.up_bias[places.clone()], &self.low_bias[places.clone()]);
            let mut scan = Scan::new();
            scan.descend(&mut self.gradient[places], amount, rows, biases);
            scan.extremes()
        })
    }
}

fn up_bias(beta: f64, upper: f64, tube: f64) -> f64 {
    if beta >= upper {
        f64::NEG_INFINITY
    } else if beta < 0.0 {
        tube
    } else {
        -tube
    }
}

fn low_bias(beta: f64, lower: f64, tube: f64) -> f64 {
    if beta <= lower {
        f64::INFINITY
    } else if beta > 0.0 {
        -tube
    } else {
        tube
    }
}

#[inline(always)]
fn curvature(k_ii: f64, k_jj: f64, k_ij: f64) -> f64 {
    let curvature = k_ii + k_jj - 2.0 * k_ij;
    if curvature > CURVATURE_MIN { curvature } else { CURVATURE_MIN }
}

#[inline(always)]
fn positive_part(x: f64) -> f64 {
    if x > 0.0 { x } else { 0.0 }
}

/// A search for extreme slopes, lane by lane.
struct Scan {
    top: Block,
    bottom: Block,
}

impl Scan {
    fn new() -> Self {
        Self { top: [f64::NEG_INFINITY; LANES], bottom: [f64::INFINITY; LANES] }
    }

    fn pass(&mut self, gradient: &[f64], (up, low): (&[f64], &[f64])) {
        let biases = blocks(up).iter().zip(blocks(low));
        for (g, (up, low)) in blocks(gradient).iter().zip(biases) {
            for l in 0..LANES {
                self.keep(l, g[l], up[l], low[l]);
            }
        }
        for k in rest(gradient.len()) {
            self.keep(k % LANES, gradient[k], up[k], low[k]);
        }
    }

    fn descend(
        &mut self,
        gradient: &mut [f64],
        amount: f64,
        (row_i, row_j): (&[f64], &[f64]),
        (up, low): (&[f64], &[f64]),
    ) {
        let rows = blocks(row_i).iter().zip(blocks(row_j));
        let biases = blocks(up).iter().zip(blocks(low));
        for (g, ((k_i, k_j), (up, low))) in blocks_mut(gradient).iter_mut().zip(rows.zip(biases)) {
            for l in 0..LANES {
                g[l] -= amount * (k_i[l] - k_j[l]);
            }
            for l in 0..LANES {
                self.keep(l, g[l], up[l], low[l]);
            }
        }
        for k in rest(gradient.len()) {
            gradient[k] -= amount * (row_i[k] - row_j[k]);
            self.keep(k % LANES, gradient[k], up[k], low[k]);
        }
    }

    #[inline(always)]
    fn keep(&mut self, l: usize, g: f64, up: f64, low: f64) {
        let (high, deep) = (g + up, g + low);
        self.top[l] = if high > self.top[l] { high } else { self.top[l] };
        self.bottom[l] = if deep < self.bottom[l] { deep } else { self.bottom[l] };
    }

    fn extremes(&self) -> Extremes {
        let up = self.top.into_iter().fold(f64::NEG_INFINITY, f64::max);
        let low = self.bottom.into_iter().fold(f64::INFINITY, f64::min);
        Extremes { up, low }
    }
}

/// What whole blocks leave of so many places: something only where a second group follows.
fn rest(len: usize) -> Range<usize> {
    len - len % LANES..len
}
