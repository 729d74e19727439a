//! From the probabilities of pairs of classes to those of all classes.
//!
//! Wu, Lin & Weng, "Probability estimates for multi-class classification by pairwise coupling",
//! JMLR 5, 2004, second approach: `p` minimizes `Σ_i Σ_{j≠i} (r_ji p_i - r_ij p_j)²` over
//! `Σ p = 1`, where `r_ij` is the probability of class `i` among `i` and `j`. That is `2 pᵀQp` with
//! `Q_ii = Σ_{j≠i} r_ji²` and `Q_ij = -r_ji r_ij`. At the minimum `Qp` is a multiple of the ones
//! `e`, and so is `(Q + eeᵀ) p`; that matrix is positive definite, as the paper's linear system is
//! regular, so that one factorization finds what its algorithm 2 approaches.

use crate::multiclass::pairs;

/// No pair is quite sure, so that no entry of `Q` is lost.
const SURE: f64 = 1e-7;

/// Room for the coupling of one row.
#[derive(Debug, Default)]
pub(crate) struct Coupling {
    /// Row-major; its lower triangle becomes the factor.
    matrix: Vec<f64>,
}

impl Coupling {
    /// The probabilities of `out.len()` classes from those of the first class of each pair, in the
    /// order of [`pairs`]: O(classes³).
    pub(crate) fn couple(&mut self, of_pairs: &[f64], out: &mut [f64]) {
        let n = out.len();
        self.matrix.clear();
        self.matrix.resize(n * n, 1.0);
        for ((a, b), &p) in pairs(n).zip(of_pairs) {
            let r_ab = p.clamp(SURE, 1.0 - SURE);
            let r_ba = 1.0 - r_ab;
            self.matrix[a * n + a] += r_ba * r_ba;
            self.matrix[b * n + b] += r_ab * r_ab;
            self.matrix[b * n + a] -= r_ba * r_ab;
        }
        self.factorize(n);
        self.solve_ones(out);
        let sum: f64 = out.iter().map(|p| p.max(0.0)).sum();
        out.iter_mut().for_each(|p| *p = p.max(0.0) / sum);
    }

    /// `LLᵀ`, row by row.
    fn factorize(&mut self, n: usize) {
        for i in 0..n {
            for j in 0..=i {
                let product: f64 =
                    (0..j).map(|k| self.matrix[i * n + k] * self.matrix[j * n + k]).sum();
                let rest = self.matrix[i * n + j] - product;
                self.matrix[i * n + j] =
                    if i == j { rest.sqrt() } else { rest / self.matrix[j * n + j] };
            }
        }
    }

    /// `LLᵀ x = e`.
    fn solve_ones(&self, x: &mut [f64]) {
        let n = x.len();
        for i in 0..n {
            let product: f64 = (0..i).map(|k| self.matrix[i * n + k] * x[k]).sum();
            x[i] = (1.0 - product) / self.matrix[i * n + i];
        }
        for i in (0..n).rev() {
            let product: f64 = (i + 1..n).map(|k| self.matrix[k * n + i] * x[k]).sum();
            x[i] = (x[i] - product) / self.matrix[i * n + i];
        }
    }
}

#[cfg(test)]
mod tests {
    use surmise_test_models::{check_close, floats, golden};

    use super::*;

    fn coupled(of_pairs: &[f64], n: usize) -> Vec<f64> {
        let mut out = vec![0.0; n];
        Coupling::default().couple(of_pairs, &mut out);
        out
    }

    #[test]
    fn two_classes_keep_their_probability() {
        let found = coupled(&[0.3], 2);
        assert!((found[0] - 0.3).abs() < 1e-15 && (found[1] - 0.7).abs() < 1e-15, "{found:?}");
    }

    #[test]
    fn pairs_that_agree_are_taken_at_their_word() {
        let p = [0.1, 0.2, 0.3, 0.4];
        let of_pairs: Vec<f64> = pairs(4).map(|(a, b)| p[a] / (p[a] + p[b])).collect();
        for (found, p) in coupled(&of_pairs, 4).iter().zip(p) {
            assert!((found - p).abs() < 1e-14);
        }
    }

    #[test]
    fn pairs_that_differ_are_weighed_as_the_linear_equations_do() {
        for case in golden("svm_exact.json")["couplings"].as_array().expect("a list") {
            let wanted = floats(&case["p"]);
            let found = coupled(&floats(&case["pairs"]), wanted.len());
            check_close(&found, &wanted, 1e-12, "coupled");
        }
    }

    #[test]
    fn sure_pairs_are_coupled() {
        let found = coupled(&[1.0, 1.0, 0.0], 3);
        assert!((found[0] - 1.0).abs() < 1e-6, "{found:?}");
    }
}
