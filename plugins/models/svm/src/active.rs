//! The active variables of a dual problem and the passes over them.

use std::ops::Range;

use crate::lanes::padded;
use crate::passes::{Descent, Extremes, Partner, curvature};

/// A place in the arrays of [`Active`].
pub(crate) type Place = usize;

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
}

impl Active {
    /// These variables, in one group, or in two of which the first has the `n_first` first.
    pub(crate) fn new(variables: &[Variable], tube: f64, n_first: Option<usize>) -> Self {
        Self {
            tube,
            split: n_first.unwrap_or(padded(variables.len())),
            ids: variables.iter().map(|v| v.id).collect(),
            beta: column(variables, 0.0, |v| v.beta),
            lower: column(variables, 0.0, |v| v.lower),
            upper: column(variables, 0.0, |v| v.upper),
            gradient: column(variables, 0.0, |v| v.gradient),
            diagonal: column(variables, 1.0, |v| v.diagonal),
            up_bias: column(variables, f64::NEG_INFINITY, |v| up_bias(v.beta, v.upper, tube)),
            low_bias: column(variables, f64::INFINITY, |v| low_bias(v.beta, v.lower, tube)),
        }
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

    /// The mean slope of the variables of a group that nothing bounds, so that it is the same both
    /// ways; `None` if there are none.
    pub(crate) fn mean_free_slope(&self, group: usize) -> Option<f64> {
        let places = self.places(group);
        let biases = self.up_bias[places.clone()].iter().zip(&self.low_bias[places.clone()]);
        let (mut sum, mut free) = (0.0, 0.0);
        for (g, (up, low)) in self.gradient[places].iter().zip(biases) {
            if up == low {
                sum += g + up;
                free += 1.0;
            }
        }
        (free > 0.0).then(|| sum / free)
    }

    /// Whether all gradients are finite.
    pub(crate) fn is_finite(&self) -> bool {
        self.gradient[..self.len()].iter().all(|g| g.is_finite())
    }

    /// `β` of each.
    pub(crate) fn into_beta(self) -> Vec<f64> {
        let (mut beta, len) = (self.beta, self.ids.len());
        beta.truncate(len);
        beta
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
    pub(crate) fn extremes(&mut self) -> [Extremes; 2] {
        // A step of length 0 along any rows.
        let rows = std::mem::take(&mut self.diagonal);
        let extremes = self.descend(0.0, &rows, &rows);
        self.diagonal = rows;
        extremes
    }

    /// The variable of a group that may fall and with which a step from `i` gains most by the
    /// second-order model `(s_i - s_j)² / (k_ii + k_jj - 2 k_ij)` with their slopes `s` (Fan et
    /// al., WSS 2). `row` is the kernel row of `i`: O(active).
    pub(crate) fn partner(&self, group: usize, i: Place, row: &[f64]) -> Option<Place> {
        let places = self.places(group);
        let search = Partner {
            slope: self.gradient[i] + self.up_bias[i],
            k_ii: self.diagonal[i],
            gradient: &self.gradient[places.clone()],
            low_bias: &self.low_bias[places.clone()],
            diagonal: &self.diagonal[places.clone()],
            row: &row[places.clone()],
        };
        search.run().map(|place| places.start + place)
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
        let first = self.descend_group(0, amount, row_i, row_j);
        [first, self.descend_group(1, amount, row_i, row_j)]
    }

    fn descend_group(&mut self, group: usize, amount: f64, i: &[f64], j: &[f64]) -> Extremes {
        let places = self.places(group);
        if places.is_empty() {
            return Extremes::NONE;
        }
        let found = Descent {
            gradient: &mut self.gradient[places.clone()],
            amount,
            row_i: &i[places.clone()],
            row_j: &j[places.clone()],
            up_bias: &self.up_bias[places.clone()],
            low_bias: &self.low_bias[places.clone()],
        }
        .run();
        Extremes { steepest: places.start + found.steepest, ..found }
    }
}

/// A number of each variable, padded to whole blocks.
fn column(variables: &[Variable], padding: f64, value: impl Fn(&Variable) -> f64) -> Vec<f64> {
    let mut column = Vec::with_capacity(padded(variables.len()));
    column.extend(variables.iter().map(value));
    column.resize(padded(variables.len()), padding);
    column
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
