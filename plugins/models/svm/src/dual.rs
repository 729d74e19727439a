//! The dual problems of all machines, as one.
//!
//! ```text
//! maximise  pᵀβ - ε Σ|β_i| - ½ βᵀKβ
//! over      lower_i <= β_i <= upper_i, with the sum of each group as it starts
//! ```
//!
//! | machine | variables | `p` | `ε` | box | groups | source |
//! |---|---|---|---|---|---|---|
//! | C-SVC | a row each | `y` | 0 | `[0, C_i]`, or `[-C_i, 0]` where `y = -1` | one | 2.1 |
//! | ν-SVC | a row each | 0 | 0 | the same with `C = 1` | `y = 1`, and `y = -1` | 2.2 |
//! | ε-SVR | a row each | `y` | `ε` | `[-C_i, C_i]` | one | 2.4 |
//! | ν-SVR | a row twice | `y` | 0 | `[0, C_i]` and `[-C_i, 0]` | either copy | 2.5 |
//!
//! One group has the sum 0, two have `±ν Σ C_i / 2`. Sources are sections of Chang & Lin, "LIBSVM: a library for support vector machines", 2011. Where
//! `α` and `α*` of a row cannot both be positive, `β = α - α*` stands for both: ε-SVR has a kink at
//! 0 in place of a second variable. The groups of ν machines follow from their two equations
//! (Chen, Lin & Schölkopf, "A tutorial on ν-support vector machines", 2005, section 6): whatever
//! one variable of a group gains, another one of it loses.

/// A dual problem but for its kernel.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dual {
    /// `p`.
    pub(crate) linear: Vec<f64>,
    /// Each holds 0.
    pub(crate) boxes: Vec<(f64, f64)>,
    /// A point within the boxes whose groups have the sums that are kept.
    pub(crate) start: Vec<f64>,
    /// `ε`.
    pub(crate) tube: f64,
    /// How many variables, the first ones, are a group of their own; `None` if all are one group.
    pub(crate) n_first: Option<usize>,
    /// How many rows there are; variable `i` is of row `i` modulo that.
    pub(crate) n_rows: usize,
}

impl Dual {
    /// C-SVC of rows of the first class and then of the second, with their `C_i`.
    pub(crate) fn c_svc(of_a: &[f64], of_b: &[f64]) -> Self {
        Self { linear: labels(of_a, of_b), ..Self::separate(of_a, of_b) }
    }

    /// ν-SVC of the same, with their weights. `nu` must be feasible, see [`largest_nu`].
    pub(crate) fn nu_svc(of_a: &[f64], of_b: &[f64], nu: f64) -> Self {
        Self::separate(of_a, of_b).filled(nu)
    }

    /// ε-SVR of rows with these targets and `C_i`.
    pub(crate) fn svr(values: &[f64], costs: &[f64], epsilon: f64) -> Self {
        Self {
            linear: values.to_vec(),
            boxes: costs.iter().map(|&c| (-c, c)).collect(),
            start: vec![0.0; values.len()],
            tube: epsilon,
            n_first: None,
            n_rows: values.len(),
        }
    }

    /// ν-SVR of the same.
    pub(crate) fn nu_svr(values: &[f64], costs: &[f64], nu: f64) -> Self {
        // Half of `nu`, of twice as many variables.
        let twice = Self::separate(costs, costs).filled(0.5 * nu);
        Self { linear: [values, values].concat(), n_rows: values.len(), ..twice }
    }

    /// Nothing but the boxes, positive and negative.
    fn separate(positive: &[f64], negative: &[f64]) -> Self {
        let (up, down) = (positive.iter().map(|&c| (0.0, c)), negative.iter().map(|&c| (-c, 0.0)));
        let n = positive.len() + negative.len();
        Self {
            linear: vec![0.0; n],
            boxes: up.chain(down).collect(),
            start: vec![0.0; n],
            tube: 0.0,
            n_first: None,
            n_rows: n,
        }
    }

    /// The same in two groups, whose first variables are filled up to the sums that `nu` asks for.
    fn filled(mut self, nu: f64) -> Self {
        let n_first = self.boxes.iter().filter(|(_, upper)| *upper > 0.0).count();
        let room: f64 = self.boxes.iter().map(|(lower, upper)| upper - lower).sum();
        for group in [0..n_first, n_first..self.boxes.len()] {
            let mut left = nu * room / 2.0;
            for k in group {
                let (lower, upper) = self.boxes[k];
                let part = left.min(upper - lower);
                self.start[k] = if upper > 0.0 { part } else { -part };
                left -= part;
            }
        }
        Self { n_first: Some(n_first), ..self }
    }
}

fn labels(of_a: &[f64], of_b: &[f64]) -> Vec<f64> {
    of_a.iter().map(|_| 1.0).chain(of_b.iter().map(|_| -1.0)).collect()
}

/// The largest feasible `ν` of ν-SVC for two classes whose weights sum to `a` and `b`: each class
/// has to hold `ν (a + b) / 2` (Chen, Lin & Schölkopf, 2005, section 3).
pub(crate) fn largest_nu(a: f64, b: f64) -> f64 {
    (2.0 * a.min(b) / (a + b)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_start_with_their_sums() {
        let dual = Dual::nu_svc(&[1.0, 2.0, 1.0], &[1.0, 3.0], 0.5);
        assert_eq!(dual.start, [1.0, 1.0, 0.0, -1.0, -1.0]);
        assert_eq!((dual.n_first, dual.n_rows), (Some(3), 5));
        let dual = Dual::nu_svr(&[5.0, 7.0], &[2.0, 2.0], 0.75);
        assert_eq!(dual.start, [1.5, 0.0, -1.5, 0.0]);
        assert_eq!((dual.n_first, dual.n_rows), (Some(2), 2));
        assert_eq!(dual.linear, [5.0, 7.0, 5.0, 7.0]);
    }

    #[test]
    fn the_smaller_class_bounds_nu() {
        assert_eq!(largest_nu(1.0, 3.0), 0.5);
        assert_eq!(largest_nu(2.0, 2.0), 1.0);
    }
}
