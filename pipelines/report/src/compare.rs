//! Whether one configuration is really better than another, or only luckier with the folds.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// Two-sided p-value of the corrected resampled t-test over paired folds: how often two equally
/// good configurations would differ by at least this much.
///
/// With the differences dᵢ of k folds, their mean d̄ and variance s² (ddof 1),
/// t = d̄ / √((1/k + 1/(k − 1)) s²) with k − 1 degrees of freedom. The second term in the bracket
/// is test over training rows in k-fold cross-validation: training sets overlap, so the plain
/// t-test would be far too sure. Source: Nadeau & Bengio, "Inference for the generalization error",
/// Machine Learning 52, 2003, the corrected resampled t-test.
///
/// `None` for fewer than two folds, unequal numbers of them, or differences that are all the same:
/// then there is no variance to hold the mean against.
#[must_use]
pub fn p_value(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.len() != b.len() || a.len() < 2 {
        return None;
    }
    let k = a.len() as f64;
    let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    let mean = differences.iter().sum::<f64>() / k;
    let variance = differences.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / (k - 1.0);
    let t = mean / ((1.0 / k + 1.0 / (k - 1.0)) * variance).sqrt();
    if !t.is_finite() {
        return None;
    }
    let student = StudentsT::new(0.0, 1.0, k - 1.0).ok()?;
    Some((2.0 * student.cdf(-t.abs())).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scipy 1.17.1: t = d.mean() / sqrt((1/5 + 1/4) * d.var(ddof=1)), p = 2 * stats.t.sf(|t|, 4).
    #[test]
    fn p_is_scipys() {
        let (a, b) = ([0.95, 0.93, 0.97, 0.96, 0.94], [0.90, 0.94, 0.93, 0.92, 0.95]);
        let p = p_value(&a, &b).unwrap();
        assert!((p - 0.328_511_678_620_400_87).abs() < 1e-9, "{p}");
        assert!((p - p_value(&b, &a).unwrap()).abs() < 1e-15);
    }

    #[test]
    fn without_variance_or_pairs_there_is_no_p() {
        assert_eq!(p_value(&[0.5, 0.5], &[0.5, 0.5]), None);
        assert_eq!(p_value(&[0.9, 0.8], &[0.8, 0.7, 0.6]), None);
        assert_eq!(p_value(&[0.9], &[0.8]), None);
    }
}
