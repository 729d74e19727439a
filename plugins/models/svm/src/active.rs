//! The active variables of a dual problem and the passes over them.

use crate::lanes::{Block, LANES, blocks, blocks_mut, last_position, maximum, padded};

/// The least curvature a step may assume, for kernels that are not strictly definite (Fan et al.,
/// section 4).
const CURVATURE_MIN: f64 = 1e-12;

/// A place in the arrays of [`Active`].
pub(crate) type Place = usize;

/// How far the active variables are from optimal.
///
/// `up` is the largest gradient among the variables that may grow, `low` the smallest among those
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

/// One coordinate of a dual problem.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Variable {
    pub(crate) id: u32,
    pub(crate) beta: f64,
    pub(crate) gradient: f64,
    pub(crate) lower: f64,
    pub(crate) upper: f64,
    pub(crate) diagonal: f64,
}

impl Variable {
    /// The label of its row, 1 or -1.
    pub(crate) fn label(&self) -> f64 {
        if self.upper > 0.0 { 1.0 } else { -1.0 }
    }

    /// Whether it is strictly inside its box.
    pub(crate) fn is_free(&self) -> bool {
        self.lower < self.beta && self.beta < self.upper
    }

    /// Whether it will most likely stay at its bound until the end: it is at one, and its gradient
    /// holds it there more strongly than that of any variable that could still move (Chang & Lin,
    /// section 5.1).
    pub(crate) fn is_settled(&self, extremes: Extremes) -> bool {
        (self.beta >= self.upper && self.gradient > extremes.up)
            || (self.beta <= self.lower && self.gradient < extremes.low)
    }
}

/// Variables as parallel arrays, padded to whole blocks with variables that can move nowhere.
#[derive(Debug, Default)]
pub(crate) struct Active {
    ids: Vec<u32>,
    beta: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    gradient: Vec<f64>,
    diagonal: Vec<f64>,
    /// 0 where the variable may grow, -∞ where it is at its upper end: added to the gradient it
    /// takes a variable out of a maximum without a branch.
    up_bias: Vec<f64>,
    /// 0 where the variable may fall, +∞ where it is at its lower end.
    low_bias: Vec<f64>,
    scratch: Vec<f64>,
}

impl FromIterator<Variable> for Active {
    fn from_iter<I: IntoIterator<Item = Variable>>(variables: I) -> Self {
        let variables = variables.into_iter();
        let mut active = Self::with_capacity(padded(variables.size_hint().0));
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
        active
    }
}

impl Active {
    fn with_capacity(len: usize) -> Self {
        let numbers = || Vec::with_capacity(len);
        Self {
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
        self.up_bias.push(up_bias(v.beta, v.upper));
        self.low_bias.push(low_bias(v.beta, v.lower));
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

    /// The extreme gradients: O(active).
    pub(crate) fn extremes(&self) -> Extremes {
        let mut top = [f64::NEG_INFINITY; LANES];
        let mut bottom = [f64::INFINITY; LANES];
        let biases = blocks(&self.up_bias).iter().zip(blocks(&self.low_bias));
        for (g, (up, low)) in blocks(&self.gradient).iter().zip(biases) {
            keep_extremes(g, up, low, &mut top, &mut bottom);
        }
        reduce(top, bottom)
    }

    /// The variable that may grow and has the largest gradient, `up`: O(active).
    pub(crate) fn steepest(&mut self, up: f64) -> Option<Place> {
        let inputs = self.gradient.iter().zip(&self.up_bias);
        for (out, (g, bias)) in self.scratch.iter_mut().zip(inputs) {
            *out = g + bias;
        }
        last_position(&self.scratch, up)
    }

    /// The variable that may fall with which a step from `i` gains most by the second-order model
    /// `(g_i - g_j)² / (k_ii + k_jj - 2 k_ij)` (Fan et al., WSS 2). `row` is the kernel row of `i`:
    /// O(active).
    pub(crate) fn partner(&mut self, i: Place, row: &[f64]) -> Option<Place> {
        let (g_i, k_ii) = (self.gradient[i], self.diagonal[i]);
        let gradients = self.gradient.iter().zip(&self.low_bias);
        let inputs = gradients.zip(self.diagonal.iter().zip(row));
        for (gain, ((g, bias), (&k_jj, &k_ij))) in self.scratch.iter_mut().zip(inputs) {
            let gap = positive_part(g_i - (g + bias));
            *gain = gap * gap / curvature(k_ii, k_jj, k_ij);
        }
        let best = maximum(&self.scratch);
        if best > 0.0 { last_position(&self.scratch, best) } else { None }
    }

    /// Moves `i` up and `j` down by the same amount, to the best point on that line within the box,
    /// and brings the gradient along: O(active). Returns the new extremes.
    pub(crate) fn step(&mut self, i: Place, j: Place, row_i: &[f64], row_j: &[f64]) -> Extremes {
        let unclipped = (self.gradient[i] - self.gradient[j])
            / curvature(self.diagonal[i], self.diagonal[j], row_i[j]);
        let room_up = self.upper[i] - self.beta[i];
        let room_down = self.beta[j] - self.lower[j];
        let amount = unclipped.min(room_up).min(room_down);
        // An end is taken over exactly: a rounded sum could miss it and leave a variable free that
        // is not.
        self.beta[i] = if amount == room_up { self.upper[i] } else { self.beta[i] + amount };
        self.beta[j] = if amount == room_down { self.lower[j] } else { self.beta[j] - amount };
        for k in [i, j] {
            self.up_bias[k] = up_bias(self.beta[k], self.upper[k]);
            self.low_bias[k] = low_bias(self.beta[k], self.lower[k]);
        }
        self.descend(amount, row_i, row_j)
    }

    /// `g -= amount (row_i - row_j)`, and the extremes of what results, in one pass.
    fn descend(&mut self, amount: f64, row_i: &[f64], row_j: &[f64]) -> Extremes {
        let mut top = [f64::NEG_INFINITY; LANES];
        let mut bottom = [f64::INFINITY; LANES];
        let rows = blocks(row_i).iter().zip(blocks(row_j));
        let biases = blocks(&self.up_bias).iter().zip(blocks(&self.low_bias));
        for (g, ((k_i, k_j), (up, low))) in
            blocks_mut(&mut self.gradient).iter_mut().zip(rows.zip(biases))
        {
            for l in 0..LANES {
                g[l] -= amount * (k_i[l] - k_j[l]);
            }
            keep_extremes(g, up, low, &mut top, &mut bottom);
        }
        reduce(top, bottom)
    }
}

fn up_bias(beta: f64, upper: f64) -> f64 {
    if beta < upper { 0.0 } else { f64::NEG_INFINITY }
}

fn low_bias(beta: f64, lower: f64) -> f64 {
    if beta > lower { 0.0 } else { f64::INFINITY }
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

#[inline(always)]
fn keep_extremes(g: &Block, up: &Block, low: &Block, top: &mut Block, bottom: &mut Block) {
    for l in 0..LANES {
        let (high, deep) = (g[l] + up[l], g[l] + low[l]);
        top[l] = if high > top[l] { high } else { top[l] };
        bottom[l] = if deep < bottom[l] { deep } else { bottom[l] };
    }
}

fn reduce(top: Block, bottom: Block) -> Extremes {
    let up = top.into_iter().fold(f64::NEG_INFINITY, f64::max);
    let low = bottom.into_iter().fold(f64::INFINITY, f64::min);
    Extremes { up, low }
}
